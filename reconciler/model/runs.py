"""The result of a command, as a value: what a report is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reconciler.model.outcomes import Estimate, Outcome, Requests
from reconciler.model.plans import Plan
from reconciler.model.problems import Problem

Command = Literal["validate", "plan", "apply", "drift"]


@dataclass(frozen=True, slots=True)
class TenantName:
    """The tenant of a run: its name in the project file, and the cloud or address of its Graph."""

    name: str
    graph: str


@dataclass(frozen=True, slots=True)
class Run:
    """What one command found and did. `problems` are those of the manifests; a plan has its own besides.

    `manifests` counts the documents that were read, `files` those they were in. `outcomes` are there after an apply
    only. `approved` says that it was a saved plan that was applied. An `estimate` is there when nothing else was asked
    for.
    """

    command: Command
    exit_code: int
    tenant: TenantName | None = None
    plan: Plan = field(default_factory=Plan)
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    requests: Requests = field(default_factory=Requests)
    forecast_writes: int = 0
    manifests: int = 0
    files: int = 0
    interrupted: bool = False
    declined: bool = False
    approved: bool = False
    estimate: Estimate | None = None
