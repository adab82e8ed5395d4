"""The tenant on a loopback port, for other processes."""

import functools
import signal
import socket
import threading
from asyncio import Transport
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.emulator.app import App, create_app
from reconciler.emulator.exchange import Dropped
from reconciler.emulator.faults import Faults
from reconciler.emulator.oauth_settings import SignInSettings
from reconciler.emulator.profile import Profile
from reconciler.emulator.tls import prepare

HOST = "127.0.0.1"
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


def serve(
    port: int,
    state: Path | None,
    token: str | None,
    faults: Faults | None,
    profile: Profile | None,
    announce: Callable[[str], None],
    sign_in: SignInSettings | None = None,
    certificate: Path | None = None,
) -> None:
    """Serve a tenant on 127.0.0.1 until SIGINT or SIGTERM; ``port`` 0 takes any free one.

    ``announce`` is called with a line for the URL and one for the token once connections are accepted. ``sign_in``
    adds a sign-in service; with a ``certificate``, a PEM file that is made if absent, the server speaks TLS.
    OSError if the port is taken or the file cannot be had, ValueError if the state file is something else.
    """
    if certificate is not None:
        prepare(certificate)
    memory = state if state is not None else ":memory:"
    app = create_app(memory, token=token, profile=profile, faults=faults, sign_in=sign_in)
    with socket.create_server((HOST, port)) as listening:
        announce(f"url: http{'s' if certificate else ''}://{HOST}:{listening.getsockname()[1]}")
        announce(f"token: {app.token}")
        server(app, certificate).run(sockets=[listening])
    app.tenant.close()


def server(app: App, certificate: Path | None = None) -> "Server":
    """A server for the app that is not running yet; setting ``should_exit`` ends it.

    ``certificate`` is a PEM file with a key and its certificate: the server then speaks TLS, as sign-in needs.
    """
    config = uvicorn.Config(
        loopback_only(app),
        http=DroppingProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=certificate,
    )
    return Server(config)


class Server(uvicorn.Server):
    """uvicorn that returns after a signal instead of raising it again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as the wish to end, where signals can be had at all."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        taken = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._end) for number in taken}
        try:
            yield
        finally:
            for number, action in before.items():
                signal.signal(number, action)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


class DroppingProtocol(H11Protocol):
    """HTTP/1.1 that can close the connection without an answer, as a lost answer needs."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as narrow in uvicorn
        """Let the app drop this connection; send the parts of an answer without waiting for word of the first."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app = functools.partial(_droppable, self.app, transport)


async def _droppable(app: Any, transport: Transport, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        await app(scope, receive, send)
    except Dropped:
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def loopback_only(app: ASGIApp) -> ASGIApp:
    """Refuse requests for any host but this machine's own, so that no web page can rebind its name to it."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        named = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
        host = named if named.endswith("]") else named.rpartition(":")[0] or named
        if host in _LOOPBACK_NAMES:
            await app(scope, receive, send)
            return
        error = {"code": "BadRequest", "message": f"'{host}' is not a name of this machine."}
        await JSONResponse({"error": error}, 421)(scope, receive, send)

    return guarded
