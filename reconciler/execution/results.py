"""What performing a step comes to, before it is an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType

from reconciler.model.errors import GraphError, LostAnswerError, UnreachableError
from reconciler.model.outcomes import Outcome, Status
from reconciler.model.tenant import Reply

LOST = "the answer was lost: nobody knows whether it was carried out"


@dataclass(frozen=True, slots=True)
class Result:
    """How a step ended. `unsure`: nobody knows whether it was carried out, so the journal leaves it open."""

    status: Status
    detail: str = ""
    http_status: int | None = None
    request_id: str = ""
    unsure: bool = False

    def outcome(self, step: str) -> Outcome:
        """The outcome of the step of that id."""
        return Outcome(step, self.status, self.detail, self.http_status, self.request_id)


@dataclass(frozen=True, slots=True)
class Written:
    """An attach that was sent and is to be read back; without a reply its answer was lost."""

    reply: Reply | None = None


class StepError(Exception):
    """Why a step cannot be done, said before or instead of a request; `cause` is the last that Graph said of it."""

    def __init__(self, detail: str, *, unsure: bool = False, cause: GraphError | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.unsure = unsure
        self.status = cause.status if cause else None
        self.request_id = cause.request_id if cause else ""


class InterruptedStepError(Exception):
    """The run is to stop: `started` tells a write that was cut off from one that never left."""

    def __init__(self, reason: str, *, started: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.started = started


class Doubt:
    """Whether an answer was lost within the block: whatever ends it then no longer means that nothing was done."""

    def __init__(self, *, arisen: bool = False) -> None:
        self.arisen = arisen

    def __enter__(self) -> Doubt:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.arisen and isinstance(error, InterruptedStepError):
            raise InterruptedStepError(error.reason, started=True) from None
        if self.arisen and isinstance(error, GraphError):
            raise StepError(f"{LOST}; then {words(error)}", unsure=True, cause=error) from None


StepTrouble = GraphError | StepError | InterruptedStepError


def done(detail: str = "", reply: Reply | None = None) -> Result:
    """A step that is done, with Graph's status and request id where there was a reply."""
    return Result(Status.DONE, detail, reply.status if reply else None, reply.request_id if reply else "")


def failed(detail: str, *, unsure: bool = False) -> Result:
    """A step that failed for a reason of ours."""
    return Result(Status.FAILED, detail, unsure=unsure)


def skipped(reason: str) -> Result:
    """A step of which nothing was sent."""
    return Result(Status.SKIPPED, f"not tried: {reason}")


def trouble(error: StepTrouble) -> Result:
    """What an exception means for its step."""
    match error:
        case InterruptedStepError(started=True):
            return failed(f"{error.reason}: nobody knows whether it was carried out", unsure=True)
        case InterruptedStepError():
            return skipped(error.reason)
        case StepError():
            return Result(Status.FAILED, error.detail, error.status, error.request_id, unsure=error.unsure)
        case _:
            return Result(
                Status.FAILED, words(error), error.status, error.request_id, unsure=isinstance(error, LostAnswerError)
            )


def words(error: GraphError) -> str:
    """An error of Graph, and what to do about it, in one line."""
    prefix = {LostAnswerError: LOST, UnreachableError: "it was never carried out"}.get(type(error), "")
    return "; ".join(filter(None, [prefix, error.message, error.fix]))
