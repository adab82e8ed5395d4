"""How long a run waits for Graph, and how it stops waiting when it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.model.tenant import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds and counts: how long what was written may stay invisible (`lag`), how long a write that is on its way
    may take after a stop (`grace`), how often a write whose answer was lost is sent again (`repeats`), the longest that
    Graph may ask to be left alone (`ceiling`)."""

    lag: float = 20.0
    grace: float = 10.0
    repeats: int = 2
    shortest: float = 0.5
    longest: float = 4.0
    ceiling: float = 600.0

    def delays(self) -> Iterator[float]:
        """The pauses between looks: each twice the last, up to the longest."""
        delay = self.shortest
        while True:
            yield delay
            delay = min(2 * delay, self.longest)


class CutOffError(Exception):
    """The grace ran out before the work was done."""


class Brake:
    """Ends pauses as soon as the run is to stop, and work that is on its way once the grace is over."""

    def __init__(self, stop: asyncio.Event, clock: Clock, grace: float) -> None:
        self._stop = stop
        self._clock = clock
        self._grace = grace
        self._over = asyncio.Event()

    @property
    def pulled(self) -> bool:
        """Whether the run is to stop."""
        return self._stop.is_set()

    async def pause(self, seconds: float) -> bool:
        """Wait, and say whether there is any point in going on."""
        await _until(self._clock.sleep(seconds), self._stop)
        return not self.pulled

    async def within(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result. Raises CutOffError when the run was stopped and the grace is over."""
        task = await _until(work, self._over)
        if task.cancelled():
            raise CutOffError
        return task.result()

    async def count_down(self) -> None:
        """Wait for the stop, and then for the grace to be over."""
        await self._stop.wait()
        await self._clock.sleep(self._grace)
        self._over.set()


@asynccontextmanager
async def brake(stop: asyncio.Event, clock: Clock, grace: float) -> AsyncIterator[Brake]:
    """A brake that works until the block ends."""
    made = Brake(stop, clock, grace)
    countdown = asyncio.create_task(made.count_down())
    try:
        yield made
    finally:
        await _cancelled(countdown)


async def _until(work: Coroutine[Any, Any, T], signal: asyncio.Event) -> asyncio.Task[T]:
    """The task of the work, which has ended: by itself, or cancelled on the signal."""
    task = asyncio.create_task(work)
    watch = asyncio.create_task(signal.wait())
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancelled(watch, task)
    return task


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
