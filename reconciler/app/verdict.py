"""Which exit code a run has earned."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.outcomes import Outcome, Status
from reconciler.model.problems import errors_of
from reconciler.model.runs import Run
from reconciler.planning.digest import digest_of

DONE, ERROR, DIFFERENT, REFUSED, PARTIAL, INTERRUPTED = 0, 1, 2, 3, 4, 130


def is_faulty(run: Run) -> bool:
    """Whether something that people wrote is wrong."""
    return bool(errors_of((*run.problems, *run.plan.problems)))


def of_plan(run: Run, *, detailed: bool) -> int:
    """Faults, then refusals, then what could not be read, then differences where they were asked for."""
    if stopped := before_apply(run):
        return stopped
    if run.plan.unknown:
        return ERROR
    return DIFFERENT if detailed and run.plan.steps else DONE


def of_drift(run: Run) -> int:
    """Faults and what could not be read, then differences."""
    if is_faulty(run) or run.plan.unknown:
        return ERROR
    return DIFFERENT if run.plan.differences else DONE


def before_apply(run: Run) -> int:
    """Why nothing is to be written; 0 when nothing speaks against it."""
    if is_faulty(run):
        return ERROR
    return REFUSED if run.plan.refusals else DONE


def after_apply(run: Run, outcomes: tuple[Outcome, ...], *, interrupted: bool) -> int:
    """Interrupted, in part, failed, or done; what could not be read is an error still."""
    statuses = {outcome.status for outcome in outcomes}
    if interrupted and not statuses <= {Status.DONE}:
        return INTERRUPTED
    if statuses <= {Status.DONE}:
        return ERROR if run.plan.unknown else DONE
    return PARTIAL if Status.DONE in statuses else ERROR


def joined(first: Run, second: Run) -> Run:
    """Two rounds of one apply as one run: all that was planned and done, and what is known in the end."""
    steps = (*first.plan.steps, *second.plan.steps)
    plan = replace(second.plan, steps=steps, ids={**first.plan.ids, **second.plan.ids}, digest=digest_of(steps))
    outcomes = (*first.outcomes, *second.outcomes)
    whole = replace(second, plan=plan, outcomes=outcomes, problems=first.problems, forecast_writes=len(steps))
    if second.exit_code == REFUSED or second.declined or is_faulty(whole):
        return replace(whole, exit_code=PARTIAL)
    return replace(whole, exit_code=after_apply(whole, outcomes, interrupted=second.interrupted))
