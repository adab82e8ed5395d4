"""What a command is asked to do, and the world it runs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from reconciler.model.outcomes import Outcome

DEFAULT_MAX_WAIT = 600.0
"""Seconds that a run may spend waiting, all in all."""


@dataclass(frozen=True, slots=True)
class Request:
    """A command's options. `prune` and `send_secrets` are None when not given and empty when given without names."""

    paths: tuple[Path, ...] = ()
    project: Path | None = None
    tenant: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    max_wait: float = DEFAULT_MAX_WAIT
    prune: frozenset[str] | None = None
    send_secrets: frozenset[str] | None = None
    unmanaged_all: bool = False
    detailed_exitcode: bool = False
    check_extensions: bool = False
    estimate: bool = False
    max_requests: int | None = None
    out: Path | None = None
    yes: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment variables, the folder, the day, and who wants to hear of progress."""

    environ: Mapping[str, str]
    cwd: Path
    today: date
    progress: Callable[[str, int, int], None] | None = None
    outcome: Callable[[Outcome], None] | None = None
