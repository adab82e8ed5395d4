"""The seam between the core and Graph: what a tenant can be asked, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.model.kinds import Version
from reconciler.model.live import Answers, Need
from reconciler.model.outcomes import Requests
from reconciler.model.values import Tree


class Clock(Protocol):
    """Time as the tool sees it, so that tests need not wait."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """One write: a method and a path below the service root of a version. Secrets in the body are still secrets."""

    method: str
    path: str
    version: Version = Version.V1
    body: Tree | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What Graph answered to a write that it accepted."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""


class Tenant(Protocol):
    """A live tenant."""

    @property
    def requests(self) -> Requests:
        """What has been sent so far."""
        ...

    async def read(self, needs: Iterable[Need]) -> Answers:
        """Read everything that is needed, in as few round trips as possible. Never raises for a single answer:
        what could not be read is `Unknown`."""
        ...

    async def write(self, write: Write) -> Reply:
        """Perform one write, repeating it only where that is safe.

        Raises RejectedError when Graph said no (nothing was committed), LostAnswerError when nobody knows,
        UnreachableError when it was certainly never carried out.
        """
        ...
