"""A clock that never waits, servers that follow a script, and a way to run a conversation with them."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from reconciler.model.secrets import Secret
from reconciler.msgraph import Connection, Graph, StaticToken, TokenSource, connect

ROOT = "https://graph.microsoft.com"
TOKEN = "the-bearer-token"
IDLE = 60  # turns of the loop in which every other task has come to rest

T = TypeVar("T")
Script = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


class VirtualClock:
    """Time that jumps to the next sleeper once everybody else waits too."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []
        self._alarms: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.time + seconds
        heapq.heappush(self._alarms, until)
        try:
            while self.time < until:
                for _ in range(IDLE):
                    await asyncio.sleep(0)
                if self._alarms[0] == until:
                    self.time = max(self.time, until)
        finally:
            self._alarms.remove(until)
            heapq.heapify(self._alarms)


class Server:
    """A Graph that answers from a script and remembers what reached it, and when."""

    def __init__(self, *script: httpx.Response | Exception | Script, clock: VirtualClock | None = None) -> None:
        self.script = list(script)
        self.clock = clock or VirtualClock()
        self.seen: list[httpx.Request] = []
        self.times: list[float] = []
        self.transport = httpx.MockTransport(self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        self.times.append(self.clock.time)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):
            return httpx.Response(step.status_code, headers=step.headers, content=step.content)
        answer = step(request)
        return answer if isinstance(answer, httpx.Response) else await answer

    @property
    def gaps(self) -> list[float]:
        """Seconds between one request and the next."""
        return [later - earlier for earlier, later in zip(self.times, self.times[1:], strict=False)]

    def run(
        self,
        talk: Callable[[Graph], Awaitable[T]],
        *,
        root: str = ROOT,
        auth: TokenSource | httpx.Auth | None = None,
        limit: int | None = 180,
        concurrency: int = 8,
        max_wait: float = 600.0,
        progress: Callable[[int, int], None] | None = None,
        pace_file: Path | None = None,
    ) -> T:
        """What a conversation with this server comes to."""
        source = auth or StaticToken(Secret(TOKEN))
        agent = "reconciler/0.0-test"
        connection = Connection(root, source, limit, concurrency, max_wait, agent, pace_file)

        async def conversation() -> T:
            async with connect(connection, clock=self.clock, transport=self.transport, progress=progress) as graph:
                return await talk(graph)

        return asyncio.run(conversation())


def ok(body: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    """A success with JSON."""
    return httpx.Response(status, json={} if body is None else body, headers=_named(headers))


def no(status: int, code: str = "SomeCode", message: str = "Some words.", **headers: str) -> httpx.Response:
    """A refusal with a Graph error; `retry_after="3"` becomes a header."""
    return httpx.Response(status, json={"error": {"code": code, "message": message}}, headers=_named(headers))


def items_of(request: httpx.Request) -> list[dict[str, Any]]:
    """The items of a batch."""
    found: list[dict[str, Any]] = json.loads(request.content)["requests"]
    return found


def batched(answer: Callable[[str], dict[str, Any]]) -> Script:
    """A script that answers each item of a batch by its url, and a plain GET as if it were one."""

    def script(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("$batch"):
            one = answer(request.url.raw_path.decode().removeprefix("/v1.0").removeprefix("/beta"))
            return httpx.Response(one["status"], json=one.get("body"), headers=one.get("headers"))
        return ok({"responses": [{"id": item["id"], **answer(item["url"])} for item in items_of(request)]})

    return script


def logical(requests: Iterable[httpx.Request]) -> int:
    """Logical requests in them."""
    return sum(len(items_of(each)) if each.url.path.endswith("$batch") else 1 for each in requests)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
