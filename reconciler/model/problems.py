"""A fault with its place and its fix: how every error about what people wrote is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.addresses import Address, Span


class Severity(StrEnum):
    """Errors stop a run; warnings are printed and the run goes on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what to do about it."""

    message: str
    fix: str = ""
    span: Span | None = None
    about: Address | None = None
    severity: Severity = Severity.ERROR

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Sorts problems by place, those without one last."""
        place = (self.span.file, self.span.line, self.span.column) if self.span else ("\U0010ffff", 0, 0)
        return (*place, self.message)


def errors_of(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems that stop a run."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)
