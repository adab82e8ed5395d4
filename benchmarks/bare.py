"""The floor: the requests of a tape sent by httpx alone, as many at a time as the product sends.

Only what cannot be otherwise is kept of their order: a next page is asked for once its link is known, and objects once
they are listed.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from pathlib import Path

import httpx

from benchmarks.tape import Entry, load
from benchmarks.tenants import TOKEN

CONCURRENCY = 8
NEXT = "$skiptoken="


async def send_all(entries: list[Entry], client: httpx.AsyncClient) -> None:
    """Send every request of a tape: the listings page by page, then all that is left."""
    listings, rest = rounds(entries)
    for entry in listings:
        await _send(entry, client)
    left = deque(rest)

    async def sender() -> None:
        while left:
            await _send(left.popleft(), client)

    await asyncio.gather(*(sender() for _ in range(CONCURRENCY)))


async def _send(entry: Entry, client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"} if entry.body else {}
    await client.request(entry.method, entry.target, headers=headers, content=entry.body.encode() or None)


def rounds(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """The listings, which come first in one request, with their further pages; and the rest."""
    pages = [entry for entry in entries[1:] if NEXT in entry.target]
    return [entries[0], *pages], [entry for entry in entries[1:] if NEXT not in entry.target]


async def over_the_network(root: str, entries: list[Entry]) -> None:
    """Send a tape to a server."""
    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
    async with httpx.AsyncClient(
        base_url=root, verify=False, trust_env=False, limits=limits, headers=headers
    ) as client:
        await send_all(entries, client)


if __name__ == "__main__":
    asyncio.run(over_the_network(sys.argv[1], load(Path(sys.argv[2]))))
