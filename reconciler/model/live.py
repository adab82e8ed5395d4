"""What is there: needs, the three answers of a read, and live objects normalised for comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.model.links import Version
from reconciler.model.resources import PartPath
from reconciler.model.values import Tree


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One thing to be read: a path below the service root of a version (`identity/apiConnectors?$top=…`).

    A `collection` is followed to its last page and answered as a list.
    """

    path: str
    version: Version = Version.V1
    collection: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """Graph answered: a decoded JSON object, or the list of all items of a collection."""

    body: Any


@dataclass(frozen=True, slots=True)
class Absent:
    """Graph answered that it is not there (404)."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Graph did not say: refused, out of patience, or broken. `code` is Graph's error code where it gave one, `status`
    that of HTTP where there was one."""

    reason: str
    code: str = ""
    status: int = 0


Answer = Present | Absent | Unknown
Answers = Mapping[Need, Answer]


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """One live attachment: the target's Graph id, what people call it where Graph said, the entry's properties."""

    id: str
    label: str = ""
    properties: Tree = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object of the tenant, normalised: `@odata.type` as `type`, no other annotation, no null.

    `links` and `documents` have only those that were read; a document that is not there is None. `unknown` says why a
    part of it could not be.
    """

    kind: str
    id: str
    properties: Tree = field(default_factory=dict)
    links: Mapping[str, tuple[LiveEntry, ...]] = field(default_factory=dict)
    documents: Mapping[PartPath, Tree | None] = field(default_factory=dict)
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read of the tenant: the objects of each listed kind, and why a kind could not be listed.

    `gaps` says why a link that is kept apart from its objects could not be read, by kind and link.
    """

    objects: Mapping[str, tuple[LiveObject, ...]] = field(default_factory=dict)
    unknown: Mapping[str, Unknown] = field(default_factory=dict)
    gaps: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[LiveObject, ...]:
        """The live objects of a kind; none where it was not listed."""
        return self.objects.get(kind, ())
