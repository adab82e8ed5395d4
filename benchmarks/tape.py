"""A tape: every request of a run with its answer, in the order they were sent, to be played again."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

_HOP = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer; bodies are JSON text."""

    method: str
    target: str
    body: str
    status: int
    headers: dict[str, str]
    answer: str

    @property
    def logical(self) -> int:
        """What it costs of the quota: a batch costs its items."""
        return len(json.loads(self.body)["requests"]) if self.target.endswith("/$batch") else 1


@dataclass(slots=True)
class Span:
    """How many requests came, how many nobody knows, and the time between the first and the last answer."""

    http: int = 0
    strange: int = 0
    first: float = 0.0
    last: float = 0.0

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        return self.last - self.first

    def came(self, now: float) -> None:
        """A request came."""
        self.first = self.first if self.http else now
        self.http += 1


class Player:
    """Answers requests as they were answered when the tape was made: the same one twice gets the answers in turn."""

    def __init__(self, entries: list[Entry]) -> None:
        self.span = Span()
        self._answers: dict[tuple[str, str, str], deque[Entry]] = defaultdict(deque)
        for entry in entries:
            self._answers[entry.method, entry.target, entry.body].append(entry)

    def answer(self, method: str, target: str, body: str) -> Entry:
        """The answer to a request; 418 to one that is not on the tape."""
        known = self._answers.get((method, target, body))
        if not known:
            self.span.strange += 1
            return Entry(method, target, body, 418, {}, "{}")
        return known.popleft() if len(known) > 1 else known[0]


class Playing(httpx.AsyncBaseTransport):
    """Plays a tape to a client in this process, on the clock of its loop."""

    def __init__(self, entries: list[Entry], latency: float) -> None:
        self.player = Player(entries)
        self._latency = latency

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer after the latency."""
        loop, span = asyncio.get_running_loop(), self.player.span
        span.came(loop.time())
        await asyncio.sleep(self._latency)
        found = self.player.answer(request.method, request.url.raw_path.decode(), request.content.decode())
        span.last = loop.time()
        return httpx.Response(found.status, headers=found.headers, content=found.answer.encode())


class Recording(httpx.AsyncBaseTransport):
    """Puts what passes on a tape."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.entries: list[Entry | None] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request on and keep it with its answer, at the place where it was sent."""
        place = len(self.entries)
        self.entries.append(None)
        answer = await self._inner.handle_async_request(request)
        content = (await answer.aread()).decode()
        headers = {name: value for name, value in answer.headers.items() if name not in _HOP}
        target, body = request.url.raw_path.decode(), request.content.decode()
        self.entries[place] = Entry(request.method, target, body, answer.status_code, headers, content)
        return httpx.Response(answer.status_code, headers=headers, content=content.encode())


def save(path: Path, entries: list[Entry | None]) -> None:
    """Write a tape; every request must have been answered."""
    whole = [asdict(entry) for entry in entries if entry is not None]
    assert len(whole) == len(entries), "a request was not answered"
    path.write_text(json.dumps(whole), encoding="utf-8")


def load(path: Path) -> list[Entry]:
    """Read a tape."""
    return [Entry(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
