"""The error tree: everything that stops a command, with the words and the exit code for it.

`ReconcilerError` (1)
├── `UsageError` (64)       a wrong option, no tenant named
├── `InvalidManifestsError` (1)  faults in what people wrote, all of them at once
├── `RefusedError` (3)      a guard, a stale plan
├── `StateError` (1)        our own folder cannot be read or written, or another run holds it
└── `GraphError` (1)        Graph or sign-in said no, or nothing
    ├── `SignInError`       no token could be had
    ├── `RejectedError`     Graph answered no: nothing was committed
    ├── `LostAnswerError`   nobody knows whether it was committed
    └── `UnreachableError`  it was certainly never carried out
"""

from __future__ import annotations

from reconciler.model.problems import Problem


class ReconcilerError(Exception):
    """Anything that stops a command; `fix` says what to do about it."""

    exit_code = 1

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class UsageError(ReconcilerError):
    """The command line is wrong, or names no tenant."""

    exit_code = 64


class RefusedError(ReconcilerError):
    """A guard said no; nothing was written."""

    exit_code = 3


class StateError(ReconcilerError):
    """The tool's own folder cannot be used."""


class InvalidManifestsError(ReconcilerError):
    """Faults in manifests or the project file, sorted by place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} faults in the manifests")
        self.problems = problems


class GraphError(ReconcilerError):
    """Microsoft Graph, or the way to it, failed. `code` and `request_id` are Graph's own."""

    def __init__(
        self, message: str, fix: str = "", *, status: int | None = None, code: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message, fix)
        self.status = status
        self.code = code
        self.request_id = request_id


class SignInError(GraphError):
    """No token could be had."""


class RejectedError(GraphError):
    """Graph answered that it will not: nothing was committed."""


class LostAnswerError(GraphError):
    """The request was sent and the answer was lost: nobody knows whether it was committed.

    `retry_after` is how many seconds Graph wants to be left alone, where it said so.
    """

    retry_after: float | None = None


class UnreachableError(GraphError):
    """The request was certainly never carried out: no connection, or throttled past all patience."""
