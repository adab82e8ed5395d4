"""The way of one request through the tenant: token, faults, limit, the work itself, the record."""

import secrets
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reconciler.emulator.batch import run_batch
from reconciler.emulator.call import Reply
from reconciler.emulator.errors import GraphError, envelope, not_permitted, throttled
from reconciler.emulator.exchange import Ask, Dropped, broken, client_request_id, finished, recorded_body
from reconciler.emulator.faults import HANG_SECONDS, Fault, FaultDice
from reconciler.emulator.permissions import allowing
from reconciler.emulator.tenant import Tenant

if TYPE_CHECKING:
    from reconciler.emulator.oauth import SignIn

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

Sleep = Callable[[float], Awaitable[Any]]


class Front:
    """Answers requests for one tenant; items of a batch take the same way as the rest."""

    def __init__(self, tenant: Tenant, token: str, dice: FaultDice, sleep: Sleep):
        self.tenant = tenant
        self.token = token
        self.dice = dice
        self.sign_in: SignIn | None = None
        self._sleep = sleep

    def admits(self, authorization: str) -> bool:
        """Whether an Authorization header carries the token, compared in constant time, or one of the sign-in's."""
        given = _bearer(authorization)
        return self._is_fixed(given) or (self.sign_in is not None and self.sign_in.admits(given))

    def _granted(self, authorization: str) -> frozenset[str] | None:
        """The permissions of a token that was let in; None for the fixed one, which may do everything."""
        given = _bearer(authorization)
        return None if self.sign_in is None or self._is_fixed(given) else self.sign_in.permissions(given)

    def _is_fixed(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self.token.encode())

    async def answer(self, ask: Ask) -> Reply:
        """Answer one request and record it. Dropped if a fault takes the answer."""
        request_id = str(uuid.uuid4())
        if ask.batch is None:
            authorization = ask.headers.get("authorization", "")
            if not self.admits(authorization):
                return self._deliver(ask, request_id, self._refusal(ask, request_id, _unauthorized()), None)
            ask = replace(ask, granted=self._granted(authorization))
        strike = self.dice.strike(ask.method, ask.path)
        if strike.latency:
            await self._sleep(strike.latency)
        if strike.failure is not None and strike.failure.kind in ("lost-before", "hang"):
            await self._lose(ask, request_id, strike.failure)
        try:
            reply = await self._reply(ask, request_id, strike.failure, strike.lag)
        except Dropped:
            self._note(ask, request_id, None, "lost")
            raise
        return self._deliver(ask, request_id, reply, strike.failure)

    async def _lose(self, ask: Ask, request_id: str, failure: Fault) -> None:
        self._note(ask, request_id, None, failure.kind)
        if failure.kind == "hang":
            await self._sleep(HANG_SECONDS if failure.seconds is None else failure.seconds)
        raise Dropped

    async def _reply(self, ask: Ask, request_id: str, failure: Fault | None, lag: float) -> Reply:
        try:
            if failure is not None and failure.kind == "status":
                raise _ordered(failure)
            self._throttle(ask)
            if ask.method == "POST" and ask.route.lower().strip("/") == "$batch":
                return finished(await run_batch(ask, request_id, self.answer), ask, request_id, self._now)
            return finished(self._perform(ask, lag), ask, request_id, self._now)
        except GraphError as error:
            return self._refusal(ask, request_id, error)

    def _deliver(self, ask: Ask, request_id: str, reply: Reply, failure: Fault | None) -> Reply:
        self._note(ask, request_id, reply, failure.kind if failure is not None else None)
        if failure is not None and failure.kind == "lost-after":
            raise Dropped
        return broken(reply) if failure is not None and failure.kind == "broken-json" else reply

    def _perform(self, ask: Ask, lag: float) -> Reply:
        version, wanted = ask.version, allowing(ask.method, ask.route)
        if ask.granted is not None and wanted and ask.granted.isdisjoint(wanted):
            raise not_permitted(wanted)
        return self.tenant.perform(
            ask.method,
            ask.route,
            ask.document() if ask.method in _WITH_BODY else None,
            query=ask.query,
            version=version,
            root=ask.root,
            lag=lag,
        )

    def _throttle(self, ask: Ask) -> None:
        seconds = self.tenant.wait() if _counted(ask) else None
        if seconds is not None:
            raise throttled(seconds)

    def _refusal(self, ask: Ask, request_id: str, error: GraphError) -> Reply:
        body = envelope(error, request_id, client_request_id(ask, request_id), self._now)
        return finished(Reply(error.status, body, error.headers), ask, request_id, self._now)

    def _note(self, ask: Ask, request_id: str, reply: Reply | None, fault: str | None) -> None:
        first, _, route = ask.target.lstrip("/").partition("/")
        entry = {
            "time": self._now,
            "method": ask.method,
            "path": f"/{route}",
            "version": first,
            "status": None if reply is None else reply.status,
            "batch": ask.batch,
            "request-id": request_id,
            "client-request-id": client_request_id(ask, request_id),
            "fault": fault,
            "body": recorded_body(ask.body),
        }
        self.tenant.record(entry, counted=_counted(ask))

    @property
    def _now(self) -> float:
        return self.tenant.clock()


def _bearer(authorization: str) -> str:
    """The token of an Authorization header; nothing where it carries something else."""
    scheme, _, given = authorization.partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _counted(ask: Ask) -> bool:
    """A batch is not counted itself, its items are. Graph docs: JSON batching."""
    return not ask.path.lower().rstrip("/").endswith("$batch")


def _unauthorized() -> GraphError:
    headers = {"WWW-Authenticate": 'Bearer realm="", authorization_uri="http://127.0.0.1"'}
    return GraphError(401, "InvalidAuthenticationToken", "Access token is empty or not the emulator's.", headers)


def _ordered(fault: Fault) -> GraphError:
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    return GraphError(fault.status, fault.error_code, fault.message or "A fault that was ordered.", headers)
