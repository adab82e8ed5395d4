"""Carry a plan out: what does not depend on each other at once, what does in order, and an outcome for every step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, assert_never

from reconciler.execution.attaches import attach, read_back
from reconciler.execution.changes import detach, remove, reorder, update
from reconciler.execution.creates import create
from reconciler.execution.journal import Journal
from reconciler.execution.patience import Patience, brake
from reconciler.execution.results import InterruptedStepError, Result, StepError, Written, skipped, trouble
from reconciler.execution.run import Run
from reconciler.execution.schedule import Board
from reconciler.execution.uploads import certify, upload
from reconciler.model.errors import GraphError, StateError
from reconciler.model.kinds import Kinds
from reconciler.model.outcomes import Outcome
from reconciler.model.plans import (
    AnyAction,
    Attach,
    Certify,
    Clear,
    Create,
    Delete,
    Detach,
    Plan,
    Reorder,
    Step,
    Update,
    Upload,
)
from reconciler.model.tenant import Clock, Tenant

Listener = Callable[[Outcome], None]
Ends = Mapping[str, Result | Written]


async def execute(
    plan: Plan,
    kinds: Kinds,
    tenant: Tenant,
    *,
    root: str,
    journal: Journal,
    clock: Clock,
    stop: asyncio.Event,
    listener: Listener | None = None,
    patience: Patience = Patience(),  # noqa: B008  frozen
) -> tuple[Outcome, ...]:
    """What became of every step, in the plan's order; the listener hears of each as it ends.

    `root` is the address of Graph that references begin with (`https://graph.microsoft.com`). Once `stop` is set no
    write begins, and one that is on its way has the patience's grace to be answered.
    """
    async with brake(stop, clock, patience.grace) as pulled:
        run = Run(kinds, tenant, root, clock, pulled, patience, journal, dict(plan.ids))
        return await Execution(plan, run, listener or _unheard).outcomes()


class Execution:
    """The loop of a run: start what can start, wait for something to end, take it into account."""

    def __init__(self, plan: Plan, run: Run, listener: Listener) -> None:
        self._plan = plan
        self._run = run
        self._listener = listener
        self._board = Board(plan.steps, run.kinds)
        self._steps = {step.id: step for step in plan.steps}
        self._written: dict[str, tuple[Attach, Written]] = {}
        self._tasks: set[asyncio.Task[Ends]] = set()
        self._ended: asyncio.Queue[asyncio.Task[Ends]] = asyncio.Queue()

    async def outcomes(self) -> tuple[Outcome, ...]:
        """Perform the plan. Whatever happens, no task outlives this call."""
        try:
            while self._started():
                task = await self._ended.get()
                self._tasks.discard(task)
                self._settle(task.result())
        finally:
            await _cancelled(self._tasks)
        self._tell(self._board.abandon("what it waits for never ended"))
        return tuple(self._board.ended[step.id] for step in self._plan.steps)

    def _started(self) -> bool:
        """Start what can start now, and say whether anything is under way."""
        if self._run.stopping:
            self._tell(self._board.abandon(self._run.stopping))
        for step in self._board.start():
            self._begin(perform(self._run, step))
        for group in self._board.due():
            written = {step.id: self._written.pop(step.id) for step in group}
            self._begin(read_back(self._run, written))
        return bool(self._tasks)

    def _begin(self, work: Coroutine[Any, Any, Ends]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended.put_nowait)

    def _settle(self, ends: Ends) -> None:
        for name, end in ends.items():
            step = self._steps[name]
            if isinstance(end, Written):
                assert isinstance(step.action, Attach)
                self._written[name] = step.action, end
                self._board.written(name)
            else:
                self._note(step, end)
                self._tell(self._board.end(name, end))

    def _note(self, step: Step, result: Result) -> None:
        """Write a step's end down; when that fails, nothing more is begun."""
        run = self._run
        made = run.ids[step.action.address] if step.action.address in run.made else ""
        try:
            run.journal.end(step, result, made)
        except StateError as error:
            run.halt = run.halt or error.message

    def _tell(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            self._listener(outcome)


async def perform(run: Run, step: Step) -> Ends:
    """Carry out one step; whatever goes wrong with it is its result."""
    try:
        run.journal.begin(step)
    except StateError as error:
        run.halt = run.halt or error.message
        return {step.id: skipped(run.halt)}
    try:
        return {step.id: await _performed(run, step.action)}
    except (GraphError, StepError, InterruptedStepError) as error:
        return {step.id: trouble(error)}


async def _performed(run: Run, action: AnyAction) -> Result | Written:
    match action:
        case Create():
            return await create(run, action)
        case Update():
            return await update(run, action)
        case Delete() | Clear():
            return await remove(run, action)
        case Upload():
            return await upload(run, action)
        case Certify():
            return await certify(run, action)
        case Attach():
            return await attach(run, action)
        case Detach():
            return await detach(run, action)
        case Reorder():
            return await reorder(run, action)
        case _:
            assert_never(action)


async def _cancelled(tasks: Iterable[asyncio.Task[Ends]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _unheard(_: Outcome) -> None:
    """Nobody listens."""
