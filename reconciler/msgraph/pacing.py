"""Pacing: no more logical requests in any minute than allowed, and no more HTTP requests at a time.

Graph counts 200 requests a minute for an app and tenant in the service behind user flows, each item of a batch as one,
and counts the refused ones too. Source: Graph docs: throttling limits, identity providers service.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from reconciler.model.tenant import Clock
from reconciler.msgraph.patience import Patience
from reconciler.msgraph.throttling import Throttling, throttling_of
from reconciler.msgraph.trip import trip_of

MINUTE = 60.0
_SLOWER, _FASTER, _SLOWEST = 0.75, 0.1, 0.25
"""What is left of the pace after a refusal, what a quiet minute gives back of it, and the least that is left."""


@dataclass(slots=True)
class Passage:
    """Logical requests that take up room; `until` is when they no longer do, unknown while they are under way. Those
    of earlier processes are not `own`."""

    cost: int
    until: float | None = None
    own: bool = True


class Window:
    """A sliding window over the logical requests of the last minute.

    A request takes room from when it is let through until a minute after it was answered: whenever in between the
    server counted it, no minute of the server's holds more than `limit`. `taken` are the requests of earlier
    processes, each with the seconds for which it still takes room. Where Graph refuses all the same, somebody else
    has a share of the quota: the pace is lowered, nobody passes before the time that Graph asked for is over, and
    quiet minutes bring the pace back.
    """

    def __init__(self, limit: int, clock: Clock, patience: Patience, taken: Iterable[tuple[int, float]] = ()) -> None:
        self._most = limit
        self._pace = float(limit)
        self._clock = clock
        self._patience = patience
        self._passages = deque(Passage(cost, clock.now() + seconds, own=False) for cost, seconds in taken)
        self._closed_until = clock.now()
        self._quiet_since = clock.now()
        self._turn = asyncio.Lock()
        self._answered = asyncio.Event()

    @property
    def own(self) -> list[tuple[int, float]]:
        """The requests of this process that still take up room, and for how many seconds."""
        now = self._clock.now()
        ends = ((each.cost, (each.until or now + MINUTE) - now) for each in self._passages if each.own)
        return [(cost, seconds) for cost, seconds in ends if seconds > 0]

    @asynccontextmanager
    async def room(self, cost: int) -> AsyncIterator[None]:
        """Wait until there is room for that many, in the order of asking, and hold it meanwhile.

        Raises OutOfPatienceError when there will be none before the deadline.
        """
        async with self._turn:
            while True:  # a refusal may come while there is no room, and the room go while the door is closed
                if (closed := self._closed_until - self._clock.now()) > 0:
                    await self._patience.wait(closed)
                elif self._room_taken() + cost > max(self._limit(), cost if cost <= self._most else 0):
                    await self._some_leave()
                else:
                    break
            passage = Passage(cost)
            self._passages.append(passage)
        try:
            yield
        finally:
            passage.until = self._clock.now() + MINUTE
            self._answered.set()

    def heed(self, seen: Throttling) -> None:
        """Take to heart what an answer says of the quota."""
        now = self._clock.now()
        if seen.refused and now >= self._closed_until:  # one refusal of many that came together
            self._pace = max(self._most * _SLOWEST, self._limit() * _SLOWER)
            self._quiet_since = now
        elif seen.used >= 1.0:
            self._pace = max(self._most * _SLOWEST, min(self._pace, self._most * _SLOWER))
            self._quiet_since = now
        if self._patience.allows(seen.seconds):  # what the run will not wait for concerns that one request
            self._closed_until = max(self._closed_until, now + seen.seconds)

    def _limit(self) -> int:
        """The pace, with what quiet minutes have given back."""
        quiet = (self._clock.now() - self._quiet_since) // MINUTE
        return int(min(self._most, self._pace + quiet * self._most * _FASTER))

    def _room_taken(self) -> int:
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
            raise ValueError(f"a batch larger than {self._most}, the requests allowed in a minute")


class Pacing(httpx.AsyncBaseTransport):
    """Holds a request back until the quota has room and fewer than `concurrency` are under way."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *, window: Window | None, concurrency: int) -> None:
        self._inner = inner
        self._slots = asyncio.Semaphore(concurrency)
        self._window = window

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request when its time has come. Raises OutOfPatienceError when that is past the deadline."""
        async with self._slots:
            if self._window is None:
                return await self._inner.handle_async_request(request)
            async with self._window.room(trip_of(request).cost):
                answer = await self._inner.handle_async_request(request)
            if (seen := throttling_of(answer)) is not None:
                self._window.heed(seen)
            return answer

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()
