"""What `doctor` finds out, as values: one check a question, the permissions that the manifests need, the roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.outcomes import Requests
from reconciler.model.problems import Problem, errors_of
from reconciler.model.runs import TenantName


class Standing(StrEnum):
    """It is there, it is not, nobody could find out, or it is worth knowing and stops nothing."""

    OK = "ok"
    MISSING = "missing"
    UNKNOWN = "unknown"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to one question, and what to do about it."""

    name: str
    status: Standing
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class PermissionIds:
    """The ids of a permission at Microsoft Graph in the public cloud: as a delegated one, and as an application's."""

    delegated: str
    application: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission, what needs it, and whether the token has it; None where the token does not tell."""

    name: str
    needed_for: tuple[str, ...]
    granted: bool | None
    ids: PermissionIds | None = None


@dataclass(frozen=True, slots=True)
class RoleNeed:
    """Entra roles of which a person needs one, what for, and whether the token shows one; None: it does not tell."""

    any_of: tuple[str, ...]
    needed_for: tuple[str, ...]
    held: bool | None


@dataclass(frozen=True, slots=True)
class Checkup:
    """All of it. `plan` is what `plan` and `drift` need, `apply` what `apply` needs, reading included.

    `stopped` is the exit code of what kept the examination from beginning, which stands among the problems.
    """

    tenant: TenantName | None = None
    checks: tuple[Check, ...] = ()
    plan: tuple[Grant, ...] = ()
    apply: tuple[Grant, ...] = ()
    roles: tuple[RoleNeed, ...] = ()
    problems: tuple[Problem, ...] = ()
    requests: Requests = field(default_factory=Requests)
    stopped: int = 0

    @property
    def exit_code(self) -> int:
        """0 when everything is there; 1 when something is missing, or could not be found out."""
        open_questions = {Standing.MISSING, Standing.UNKNOWN} & {check.status for check in self.checks}
        return self.stopped or int(bool(open_questions or errors_of(self.problems)))
