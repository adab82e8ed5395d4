"""validate, plan, apply, drift: from a request to a run."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from reconciler.app import saved as plans_on_file
from reconciler.app.connection import Session, open_tenant
from reconciler.app.request import Request, Surroundings
from reconciler.app.saved import SavedPlan
from reconciler.app.survey import survey
from reconciler.app.verdict import ERROR, after_apply, before_apply, is_faulty, of_drift, of_plan
from reconciler.app.workspace import (
    Workspace,
    check_offline,
    check_selection,
    expired_rules,
    open_project,
    open_workspace,
    options_of,
)
from reconciler.execution import receipts
from reconciler.execution.execute import execute
from reconciler.execution.journal import Journal
from reconciler.execution.lock import hold
from reconciler.execution.patience import Patience
from reconciler.model.errors import RefusedError, UsageError
from reconciler.model.outcomes import Outcome, Requests
from reconciler.model.plans import Plan
from reconciler.model.problems import Problem, errors_of
from reconciler.model.runs import Command, Run
from reconciler.model.tenant import Clock
from reconciler.msgraph.clock import SystemClock


def validate(request: Request, around: Surroundings) -> Run:
    """Schema, references and semantics of the manifests; offline."""
    manifests, tenant = check_offline(request, around)
    code = 1 if errors_of(manifests.problems) else 0
    return Run(
        "validate", code, tenant, problems=manifests.problems, manifests=manifests.documents, files=manifests.files
    )


def plan(request: Request, around: Surroundings) -> Run:
    """What apply would do; `request.out` is written when nothing stands in the plan's way."""
    space = open_workspace(request, around, "warn")
    run = _look("plan", space, request, around)
    run = replace(run, exit_code=of_plan(run, detailed=request.detailed_exitcode))
    if request.out is not None and not run.plan.refusals and not is_faulty(run):
        text = plans_on_file.text_of(run.plan, request, space.tenant, space.project.root)
        plans_on_file.write(around.cwd / request.out, text)
    return run


def drift(request: Request, around: Surroundings) -> Run:
    """In what the tenant is not what the manifests say; guards do not matter, as nothing is to be written."""
    space = open_workspace(request, around, "warn")
    run = _look("drift", space, request, around)
    run = replace(run, plan=replace(run.plan, refusals=()))
    return replace(run, exit_code=of_drift(run))


def apply(request: Request, around: Surroundings, *, confirm: Callable[[Run], bool]) -> Run:
    """Plan, ask, perform. A single path that holds a saved plan is applied as it was approved, or less."""
    approved, request = _approved(request, around)
    space = open_workspace(request, around, "require")
    if approved is not None:
        _same_tenant(approved, space)
    if errors_of(space.manifests.problems):
        return _stopped_early("apply", space)
    with hold(space.folder):
        return asyncio.run(_apply(space, request, around, approved, confirm))


def _look(command: Command, space: Workspace, request: Request, around: Surroundings) -> Run:
    if errors_of(space.manifests.problems):
        return _stopped_early(command, space)
    return asyncio.run(_read_only(command, space, request, around))


def _stopped_early(command: Command, space: Workspace) -> Run:
    """Faults in the manifests: nothing is asked of Graph."""
    return Run(
        command,
        1,
        space.name,
        problems=space.manifests.problems,
        manifests=space.manifests.documents,
        files=space.manifests.files,
    )


async def _read_only(command: Command, space: Workspace, request: Request, around: Surroundings) -> Run:
    memory, doubts = space.memory()
    options = options_of(request, space.project, around)
    check_selection(space, options)
    async with open_tenant(space, request, around) as session:
        found = await survey(space.manifests.resources, space.kinds, session.graph, memory, options)
        doubts += expired_rules(space.project, around)
        return _run(command, space, found, session.graph.requests, doubts)


async def _apply(
    space: Workspace,
    request: Request,
    around: Surroundings,
    approved: SavedPlan | None,
    confirm: Callable[[Run], bool],
) -> Run:
    memory, doubts = space.memory()
    options = options_of(request, space.project, around)
    check_selection(space, options)
    async with open_tenant(space, request, around) as session:
        clock = SystemClock()
        found = await survey(space.manifests.resources, space.kinds, session.graph, memory, options, clock)
        if approved is not None:
            found = replace(found, refusals=(*found.refusals, *plans_on_file.stale(approved, found)))
        run = _run("apply", space, found, session.graph.requests, doubts + expired_rules(space.project, around))
        if code := before_apply(run):
            return replace(run, exit_code=code)
        run = replace(run, approved=approved is not None and request.yes)
        if found.steps and not run.approved and not confirm(run):
            return replace(run, exit_code=ERROR, declined=True)
        session.graph.renew()
        outcomes, interrupted = await _perform(space, found, session, clock, request, around)
        selected = [each for each in space.manifests.resources if options.selects(each.address)]
        receipts.save(space.folder, receipts.updated(memory.receipts, found, selected, outcomes))
    return replace(
        run,
        outcomes=outcomes,
        requests=session.graph.requests,
        interrupted=interrupted,
        exit_code=after_apply(run, outcomes, interrupted=interrupted),
    )


async def _perform(
    space: Workspace, found: Plan, session: Session, clock: Clock, request: Request, around: Surroundings
) -> tuple[tuple[Outcome, ...], bool]:
    """Carry the plan out; what became of each step, and whether somebody interrupted it."""
    stop = asyncio.Event()
    outcomes: tuple[Outcome, ...] = ()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with Journal(space.folder, at=now, clock=clock) as journal, _interrupts(stop):
        if found.steps:
            outcomes = await execute(
                found,
                space.kinds,
                session.graph,
                root=session.root,
                journal=journal,
                clock=clock,
                stop=stop,
                listener=_teller(around, len(found.steps)),
                patience=Patience(ceiling=request.max_wait),
            )
    return outcomes, stop.is_set()


def _teller(around: Surroundings, total: int) -> Callable[[Outcome], None]:
    """Passes on each outcome, and how many of how many steps have ended."""
    ended = count(1)

    def tell(outcome: Outcome) -> None:
        number = next(ended)
        if around.outcome is not None:
            around.outcome(outcome)
        if around.progress is not None:
            around.progress("applying", number, total)

    return tell


@contextmanager
def _interrupts(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C and a pipeline's SIGTERM end the run in order: nothing new begins, and there is a report."""
    loop = asyncio.get_running_loop()
    signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)
    try:
        for each in signals:
            loop.add_signal_handler(each, stop.set)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        signals = ()
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


def _approved(request: Request, around: Surroundings) -> tuple[SavedPlan | None, Request]:
    """The saved plan that was given in place of manifests, and the request it was made from."""
    approved = plans_on_file.load(around.cwd / request.paths[0]) if len(request.paths) == 1 else None
    if approved is None:
        return None, request
    if request.tenant not in (None, approved.tenant):
        raise RefusedError(
            f"the saved plan is for the tenant '{approved.tenant}', not for '{request.tenant}'",
            "plan that tenant, or leave --tenant out",
        )
    if request.select or request.prune is not None or request.send_secrets is not None:
        raise UsageError("a saved plan brings its own options", "leave --select, --prune and --send-secrets out")
    return approved, plans_on_file.request_of(approved, request, open_project(request, around).root)


def _same_tenant(approved: SavedPlan, space: Workspace) -> None:
    now = (space.tenant.graph, space.tenant.tenant_id or "")
    if now != (approved.graph, approved.tenant_id):
        raise RefusedError(
            f"the saved plan is for another tenant: '{approved.tenant}' was {approved.graph} {approved.tenant_id}",
            "plan again",
        )


def _run(command: Command, space: Workspace, found: Plan, cost: Requests, doubts: tuple[Problem, ...]) -> Run:
    return Run(
        command,
        0,
        space.name,
        found,
        problems=(*space.manifests.problems, *doubts),
        requests=cost,
        forecast_writes=len(found.steps),
        manifests=space.manifests.documents,
        files=space.manifests.files,
    )
