"""A command of the product with another Graph behind it: `python -m benchmarks.command MODE TAPE STATE WORDS…`.

`record` reaches the emulator with its state in a file and keeps a tape; `unpaced` reaches the network without a limit
of requests a minute; `virtual` and `paced` play the tape on a clock that only waiting moves, without and with that
limit.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from benchmarks.tape import Playing, Recording, load, save
from benchmarks.tenants import TOKEN
from reconciler.app import connection as seam
from reconciler.cli import main
from reconciler.msgraph.client import Graph
from reconciler.msgraph.clock import SystemClock
from reconciler.msgraph.connect import Connection, connect
from tests.execution.virtual import LoopClock, VirtualLoop

LATENCY = 0.05


class VirtualPolicy(asyncio.DefaultEventLoopPolicy):
    """Every loop is one on which waiting takes no time."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A virtual loop."""
        return VirtualLoop()


def reach(transport: httpx.AsyncBaseTransport | None, *, virtual: bool, paced: bool) -> None:
    """Let the command reach its tenant this way."""

    @asynccontextmanager
    async def connected(connection: Connection, **options: Any) -> AsyncIterator[Graph]:
        limit = connection.requests_per_minute if paced else None
        wanted = replace(connection, requests_per_minute=limit, pace_file=None)
        clock = LoopClock() if virtual else SystemClock()
        async with connect(wanted, **{**options, "transport": transport, "clock": clock}) as graph:
            yield graph

    seam.connect = connected  # type: ignore[attr-defined]  # where the product opens a tenant
    if virtual:
        asyncio.set_event_loop_policy(VirtualPolicy())


def run(mode: str, tape: Path, state: Path, words: list[str]) -> int:
    """Carry out a command line; what a clock of its own says of it goes to the standard error."""
    if mode == "unpaced":
        reach(None, virtual=False, paced=False)
        return main(words)
    if mode == "record":
        from reconciler.emulator import EmbeddedTransport, create_app

        recording = Recording(EmbeddedTransport(create_app(state, token=TOKEN)))
        reach(recording, virtual=False, paced=False)
        code = main(words)
        save(tape, recording.entries)
        return code
    playing = Playing(load(tape), LATENCY)
    reach(playing, virtual=True, paced=mode == "paced")
    code = main(words)
    span = playing.player.span
    print(json.dumps({"http": span.http, "strange": span.strange, "seconds": span.seconds}), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]))
