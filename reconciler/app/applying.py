"""Performing a plan: ask, carry out, remember, and go on behind a switch that was turned on."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

from reconciler.app import saved
from reconciler.app.connection import Session, open_tenant
from reconciler.app.costs import impatience_to_read, impatience_to_write, told, too_many
from reconciler.app.request import Request, Surroundings
from reconciler.app.saved import SavedPlan
from reconciler.app.survey import LOOKS, survey
from reconciler.app.verdict import ERROR, after_apply, before_apply, joined
from reconciler.app.workspace import Workspace, check_selection, expired_rules, options_of, run_of
from reconciler.execution import receipts
from reconciler.execution.execute import execute
from reconciler.execution.journal import Journal
from reconciler.execution.patience import Patience
from reconciler.model.errors import StateError
from reconciler.model.outcomes import Outcome, Status
from reconciler.model.plans import Plan
from reconciler.model.problems import Problem
from reconciler.model.resources import Resource
from reconciler.model.runs import Run
from reconciler.model.tenant import Clock
from reconciler.msgraph.clock import SystemClock
from reconciler.planning.gates import behind


@dataclass(frozen=True, slots=True)
class Applying:
    """One apply: what it works on, who is asked, and the plan that was approved beforehand, if there is one."""

    space: Workspace
    request: Request
    around: Surroundings
    confirm: Callable[[Run], bool]
    approved: SavedPlan | None = None
    clock: Clock = field(default_factory=SystemClock)
    distrusted: set[str] = field(default_factory=set)

    async def run(self) -> Run:
        """Plan, ask, perform; and again for what a tenant switch hid until it was turned on."""
        check_selection(self.space, options_of(self.request, self.space.project, self.around))
        async with open_tenant(self.space, self.request, self.around) as session:
            doubts = self._doubts()
            found = await self._plan(session)
            if self.approved is not None:
                found = replace(found, refusals=(*found.refusals, *saved.stale(self.approved, found)))
            doubts += told(impatience_to_write(self.space, self.request, len(found.steps)))
            run = run_of("apply", self.space, found, session.graph.requests, doubts)
            run = replace(run, approved=self.approved is not None and self.request.yes)
            run = await self._carry_out(run, session)
            rest = await self._behind_the_switch(run, session) if self.approved is None else None
            if rest is not None:
                second = run_of("apply", self.space, rest, session.graph.requests, ())
                run = joined(run, await self._carry_out(second, session))
            return replace(run, requests=session.graph.requests)

    def _doubts(self) -> tuple[Problem, ...]:
        impatience = told(impatience_to_read(self.space, self.request, self.around))
        return (*self.space.memory()[1], *expired_rules(self.space.project, self.around), *impatience)

    async def _plan(self, session: Session) -> Plan:
        memory, _ = self.space.memory()
        options = options_of(self.request, self.space.project, self.around)
        resources, kinds = self.space.manifests.resources, self.space.kinds
        return await survey(resources, kinds, session.graph, memory, options, self.clock, self.distrusted)

    async def _carry_out(self, run: Run, session: Session) -> Run:
        """Ask and perform, unless something speaks against it; the run with what became of it."""
        if code := before_apply(run):
            return replace(run, exit_code=code)
        if self.request.max_requests is not None and run.plan.steps:
            needed = session.graph.requests.logical + len(run.plan.steps)
            too_many(needed, self.request.max_requests, "to read and to write")
        if run.plan.steps and not run.approved and not self.confirm(run):
            return replace(run, exit_code=ERROR, declined=True)
        session.graph.renew()
        outcomes, interrupted = await self._perform(run.plan, session)
        self._remember(run.plan, outcomes)
        code = after_apply(run, outcomes, interrupted=interrupted)
        return replace(run, outcomes=outcomes, interrupted=interrupted, exit_code=code)

    async def _perform(self, plan: Plan, session: Session) -> tuple[tuple[Outcome, ...], bool]:
        """Carry the plan out; what became of each step, and whether somebody interrupted it."""
        stop = asyncio.Event()
        outcomes: tuple[Outcome, ...] = ()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with Journal(self.space.folder, at=now, clock=self.clock) as journal, _interrupts(stop, session.graph.stop):
            if plan.steps:
                outcomes = await execute(
                    plan,
                    self.space.kinds,
                    session.graph,
                    root=session.root,
                    journal=journal,
                    clock=self.clock,
                    stop=stop,
                    listener=_teller(self.around, len(plan.steps)),
                    patience=Patience(ceiling=self.request.max_wait),
                )
            with suppress(StateError):  # no more is lost than what a guard need not count
                pending = receipts.pending(plan, outcomes)
                journal.finish(each.address for each in self._selected() if each.address not in pending)
        return outcomes, stop.is_set()

    def _remember(self, plan: Plan, outcomes: tuple[Outcome, ...]) -> None:
        """Keep what was written; of what was not selected nothing is known."""
        memory, _ = self.space.memory()
        wanted, kinds = self._selected(), self.space.kinds
        receipts.save(self.space.folder, receipts.updated(memory.receipts, plan, wanted, outcomes, kinds))

    def _selected(self) -> list[Resource]:
        options = options_of(self.request, self.space.project, self.around)
        return [each for each in self.space.manifests.resources if options.selects(each.address)]

    async def _behind_the_switch(self, run: Run, session: Session) -> Plan | None:
        """The plan for what a tenant switch hid until this run turned it on; None when there is nothing of the kind.

        Graph may go on refusing for a while: it is asked again for as long as its reads may lag.
        """
        done = {outcome.id for outcome in run.outcomes if outcome.status is Status.DONE}
        kinds = behind([step.action for step in run.plan.steps if step.id in done], self.space.kinds)
        if not kinds or not run.plan.unknown or run.interrupted:
            return None
        found = await self._plan(session)
        for seconds in LOOKS:
            if not any(gap.address.kind in kinds for gap in found.unknown):
                break
            await self.clock.sleep(seconds)
            found = await self._plan(session)
        return found


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
def _interrupts(stop: asyncio.Event, end_waiting: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and a pipeline's SIGTERM end the run in order: nothing new begins, and there is a report."""
    loop = asyncio.get_running_loop()
    signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)

    def interrupted() -> None:
        stop.set()
        end_waiting()

    try:
        for each in signals:
            loop.add_signal_handler(each, interrupted)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        signals = ()
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
