"""The ASGI app: HTTP in front of the tenant, and the control endpoints beside it."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from reconciler.emulator.call import Reply
from reconciler.emulator.control import control_routes
from reconciler.emulator.errors import GraphError, envelope
from reconciler.emulator.exchange import MAX_BODY, Ask, content
from reconciler.emulator.faults import FaultDice, Faults
from reconciler.emulator.front import Front, Sleep
from reconciler.emulator.oauth_settings import SignInSettings
from reconciler.emulator.profile import Profile
from reconciler.emulator.tenant import Tenant

if TYPE_CHECKING:
    from reconciler.emulator.oauth import SignIn

log = logging.getLogger(__name__)


class App(Starlette):
    """The embedded tenant as an ASGI app: ``tenant`` to look inside, ``token`` to be let in, ``sign_in`` for those
    who bring a credential instead, where it was asked for.
    """

    def __init__(self, tenant: Tenant, token: str, faults: Faults, sleep: Sleep):
        self.tenant = tenant
        self.token = token
        self.front = Front(tenant, token, FaultDice(faults), sleep)
        routes = [Mount("/emulator", routes=control_routes(self.front)), Mount("/", app=self._graph)]
        super().__init__(routes=routes)

    @property
    def faults(self) -> Faults:
        """The faults that are ordered; setting them starts their counts afresh."""
        return self.front.dice.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.front.dice = FaultDice(faults)

    @property
    def sign_in(self) -> "SignIn | None":
        """The sign-in service beside Graph; its tokens are let in as the fixed one is."""
        return self.front.sign_in

    @sign_in.setter
    def sign_in(self, service: "SignIn | None") -> None:
        self.front.sign_in = service

    async def _graph(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self.sign_in is not None:
            from reconciler.emulator.oauth_http import answered  # late: most tenants have no sign-in of their own

            about = await answered(self.sign_in, request)
            if about is not None:
                await about(scope, receive, send)
                return
        reply = await self._answer(await _ask(request))
        response = Response(content(reply.body), reply.status, dict(reply.headers))
        if reply.status == 204:
            del response.headers["content-length"]
        await response(scope, receive, send)

    async def _answer(self, ask: Ask) -> Reply:
        """A fault of the emulator itself is a 500 with an envelope; its traceback goes to the log only."""
        try:
            return await self.front.answer(ask)
        except Exception:
            log.exception("the emulator failed at %s %s", ask.method, ask.path)
            error = GraphError(500, "InternalServerError", "The emulator failed; its log says how.")
            return Reply(500, envelope(error, "", "", self.tenant.clock()), {"Content-Type": "application/json"})


def create_app(
    state: str | Path = ":memory:",
    *,
    token: str | None = None,
    profile: Profile | None = None,
    faults: Faults | None = None,
    clock: Callable[[], float] = time.time,
    sleep: Sleep = asyncio.sleep,
    sign_in: SignInSettings | None = None,
) -> App:
    """Make an embedded tenant as an ASGI app.

    ``state`` is a SQLite file, made if absent, or ``:memory:``; ``token`` is made up if not given. ``clock``
    gives seconds since the epoch and ``sleep`` waits; both can be replaced so that tests never wait. ``sign_in`` adds
    a sign-in service that knows these applications. ValueError if the state file is something else.
    """
    tenant = Tenant(state, profile, clock)
    app = App(tenant, token or secrets.token_urlsafe(32), faults or Faults(), sleep)
    if sign_in is not None:
        from reconciler.emulator.oauth import SignIn  # late: it loads a library for certificates

        app.sign_in = SignIn(tenant.profile, sign_in, clock)
    return app


async def _ask(request: Request) -> Ask:
    raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    query = request.scope["query_string"].decode("latin-1")
    path = raw.decode("latin-1").partition("?")[0]
    return Ask(
        method=request.method,
        target=f"{path}?{query}" if query else path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await _body(request),
        root=f"{request.scope['scheme']}://{request.headers.get('host', '127.0.0.1')}",
    )


async def _body(request: Request) -> bytes:
    """The body, or of one that is too long only so much that this can be seen."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            break
    return body
