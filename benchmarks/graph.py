"""A Graph that answers from a tape on a loopback port, in a process of its own: `python -m benchmarks.graph`.

It does next to nothing, so that what is measured is the client. On SIGTERM it says what came.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from pathlib import Path

from benchmarks.tape import Entry, Player, load

HOST = "127.0.0.1"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


async def serve(port: int, player: Player, latency: float) -> None:
    """Answer until SIGTERM, every request after the latency."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                player.span.came(loop.time())
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                await asyncio.sleep(latency)
                method, target, _ = head.split(b" ", 2)
                writer.write(_response(player.answer(method.decode(), target.decode(), body.decode())))
                player.span.last = loop.time()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(answer, HOST, port):
        print("ready", flush=True)
        await ended.wait()


def _response(entry: Entry) -> bytes:
    content = entry.answer.encode()
    headers = {**entry.headers, "content-length": str(len(content))} if entry.status != 204 else entry.headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {entry.status} x\r\n{lines}\r\n".encode() + content


def main(port: str, tape: str, latency: str) -> None:
    """Serve a tape and print what came as JSON."""
    player = Player(load(Path(tape)))
    asyncio.run(serve(int(port), player, float(latency)))
    span = player.span
    print(json.dumps({"http": span.http, "strange": span.strange, "seconds": span.seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
