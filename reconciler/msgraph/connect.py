"""Connecting: the one place where transports are put around one another."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from reconciler.model.tenant import Clock
from reconciler.msgraph import pace_file
from reconciler.msgraph.auth import BearerAuth, TokenSource
from reconciler.msgraph.batch import SIZE
from reconciler.msgraph.client import Graph
from reconciler.msgraph.clock import SystemClock
from reconciler.msgraph.guard import Guard, forget_location
from reconciler.msgraph.pacing import Pacing, Window
from reconciler.msgraph.patience import Patience
from reconciler.msgraph.retry import Retry
from reconciler.msgraph.trace import Trace
from reconciler.msgraph.transports import Counting, Deadline, Network
from reconciler.msgraph.wire import Wire

SYSTEM_CLOCK: Clock = SystemClock()


@dataclass(frozen=True, slots=True)
class Connection:
    """Where and how to reach a tenant.

    `root` is what `root_of` gives; `requests_per_minute` counts logical requests (None: no limit); `concurrency` HTTP
    requests at a time; `max_wait` is in seconds, from connecting until the last attempt. `pace_file` is where processes
    tell each other what they asked in the last minute.
    """

    root: str
    auth: TokenSource | httpx.Auth
    requests_per_minute: int | None = 180
    concurrency: int = 8
    max_wait: float = 600.0
    user_agent: str = "reconciler"
    pace_file: Path | None = None


@asynccontextmanager
async def connect(
    connection: Connection,
    *,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.AsyncBaseTransport | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> AsyncIterator[Graph]:
    """A tenant to read and write, until the block ends.

    `transport` is the innermost one, for a Graph in this process; without it, the network. `progress` hears how many
    of how many needs are read.
    """
    root = httpx.URL(connection.root)
    patience = Patience(clock, connection.max_wait)
    counting = Counting(transport or Network(connection.root, connection.concurrency))
    with _window(connection, clock, patience) as window:
        async with _client(_around(counting, connection, patience, clock, window), connection) as http:
            limit = connection.requests_per_minute
            size = SIZE if limit is None else limit
            yield Graph(Wire(http, root), counting, patience, batch_size=size, progress=progress)


def _client(transport: httpx.AsyncBaseTransport, connection: Connection) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport,
        auth=connection.auth if isinstance(connection.auth, httpx.Auth) else BearerAuth(connection.auth),
        headers={"User-Agent": connection.user_agent},
        event_hooks={"response": [forget_location]},
        follow_redirects=False,
        trust_env=False,
    )


@contextmanager
def _window(connection: Connection, clock: Clock, patience: Patience) -> Iterator[Window | None]:
    """The room for requests, less what earlier processes took of it; what this one took is written down at the end."""
    limit, file = connection.requests_per_minute, connection.pace_file
    if limit is None:
        yield None
        return
    window = Window(limit, clock, patience, pace_file.load(file, time.time()) if file else ())
    try:
        yield window
    finally:
        if file:
            pace_file.save(file, window.own, time.time())


def _around(
    counting: Counting, connection: Connection, patience: Patience, clock: Clock, window: Window | None
) -> httpx.AsyncBaseTransport:
    """Outermost first: nothing foreign leaves; each attempt is paced; each is told of; each has its time; each
    is counted.
    """
    told = Trace(Deadline(counting, patience), clock)
    paced = Pacing(told, window=window, concurrency=connection.concurrency)
    return Guard(Retry(paced, patience), httpx.URL(connection.root))
