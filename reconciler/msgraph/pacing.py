"""Pacing: no more logical requests in any minute than allowed, and no more HTTP requests at a time.

Graph counts 200 requests a minute for an app and tenant in the service behind user flows, each item of a batch as one,
and counts the refused ones too. Source: Graph docs: throttling limits, identity providers service.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from reconciler.model.tenant import Clock
from reconciler.msgraph.patience import Patience
from reconciler.msgraph.trip import trip_of

MINUTE = 60.0


@dataclass(slots=True)
class Passage:
    """Logical requests that take up room; `until` is when they no longer do, unknown while they are under way."""

    cost: int
    until: float | None = None


class Window:
    """A sliding window over the logical requests of the last minute.

    A request takes room from when it is let through until a minute after it was answered: whenever in between the
    server counted it, no minute of the server's holds more than `limit`.
    """

    def __init__(self, limit: int, clock: Clock, patience: Patience) -> None:
        self._limit = limit
        self._clock = clock
        self._patience = patience
        self._passages: deque[Passage] = deque()
        self._turn = asyncio.Lock()
        self._answered = asyncio.Event()

    @asynccontextmanager
    async def room(self, cost: int) -> AsyncIterator[None]:
        """Wait until there is room for that many, in the order of asking, and hold it meanwhile.

        Raises OutOfPatienceError when there will be none before the deadline.
        """
        async with self._turn:
            while self._taken() + cost > self._limit:
                await self._some_leave()
            passage = Passage(cost)
            self._passages.append(passage)
        try:
            yield
        finally:
            passage.until = self._clock.now() + MINUTE
            self._answered.set()

    def _taken(self) -> int:
        now = self._clock.now()
        self._passages = deque(each for each in self._passages if each.until is None or each.until > now)
        return sum(each.cost for each in self._passages)

    async def _some_leave(self) -> None:
        ends = [each.until for each in self._passages if each.until is not None]
        if ends:
            await self._patience.wait(min(ends) - self._clock.now())
        elif self._passages:
            self._answered.clear()
            await self._answered.wait()
        else:
            raise ValueError(f"a batch larger than {self._limit}, the requests allowed in a minute")


class Pacing(httpx.AsyncBaseTransport):
    """Holds a request back until the quota has room and fewer than `concurrency` are under way."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        requests_per_minute: int | None,
        concurrency: int,
        clock: Clock,
        patience: Patience,
    ) -> None:
        self._inner = inner
        self._slots = asyncio.Semaphore(concurrency)
        self._window = Window(requests_per_minute, clock, patience) if requests_per_minute else None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request when its time has come. Raises OutOfPatienceError when that is past the deadline."""
        async with self._slots:
            if self._window is None:
                return await self._inner.handle_async_request(request)
            async with self._window.room(trip_of(request).cost):
                return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()
