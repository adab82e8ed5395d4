"""The live tenant behind Microsoft Graph: the `Tenant` that everything above talks to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from reconciler.model.errors import GraphError, RejectedError, UnreachableError
from reconciler.model.live import Answers, Need
from reconciler.model.outcomes import Requests
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Reply, Write
from reconciler.model.values import Value
from reconciler.msgraph.answers import Got
from reconciler.msgraph.errors import broken_off, clean, lost, rejected, throttled
from reconciler.msgraph.guard import ForeignUrlError, place
from reconciler.msgraph.patience import Patience
from reconciler.msgraph.probe import Probe, probe
from reconciler.msgraph.reads import Reader
from reconciler.msgraph.retry import NEVER_SENT
from reconciler.msgraph.transports import Counting
from reconciler.msgraph.trip import Trip, trip_for
from reconciler.msgraph.wire import Unanswered, Wire


class Graph:
    """A `Tenant` over HTTP; made by `connect`."""

    def __init__(
        self,
        wire: Wire,
        counting: Counting,
        patience: Patience,
        *,
        batch_size: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._wire = wire
        self._counting = counting
        self._patience = patience
        self._reader = Reader(wire, patience, batch_size=batch_size)
        self._progress = progress or _silent

    @property
    def requests(self) -> Requests:
        """What has been sent so far, every attempt and every batch item counted."""
        return self._counting.requests

    def renew(self) -> None:
        """Start the time for waiting anew, as after a person was asked."""
        self._patience.renew()

    def stop(self) -> None:
        """From now on nothing waits, and no write is sent any more; what is on its way may end."""
        self._patience.stop()

    async def read(self, needs: Iterable[Need]) -> Answers:
        """Read everything that is needed, in as few round trips as possible.

        What could not be read is `Unknown`. Raises SignInError when there is no token at all.
        """
        return await self._reader.read(needs, self._progress)

    async def probe(self, need: Need) -> Probe:
        """Ask for one thing by itself; the answer, and what Graph's clock says. Raises SignInError."""
        return await probe(self._wire, need)

    async def write(self, write: Write) -> Reply:
        """Perform one write, repeating it only where that is safe. The path is percent-encoded by the caller.

        Raises RejectedError when Graph said no, LostAnswerError when nobody knows (its `retry_after` is the seconds to
        wait before looking, where Graph named them), UnreachableError when it was certainly never carried out,
        SignInError when there is no token.
        """
        secrets = tuple(revealed(write.body))
        content = None if write.body is None else json.dumps(render(write.body), allow_nan=False).encode()
        try:
            url = place(self._wire.root, write.version, write.path)
        except ForeignUrlError as error:
            raise UnreachableError(clean(error)) from error
        trip = trip_for(write.method)
        result = await self._wire.send(write.method, url, trip, content=content, secrets=secrets)
        if isinstance(result, Unanswered):
            sent = trip.uncertain or not isinstance(result.error, NEVER_SENT)
            raise broken_off(result.error, result.veil, sent=sent) from None  # its words are in the message, veiled
        if result.is_success:
            body = result.body if isinstance(result.body, Mapping) else {}  # accepted is done, readable or not
            return Reply(result.status, body, result.fault.request_id)
        if result.status == 404 and write.method == "DELETE" and trip.attempts > 1:
            return Reply(204, request_id=result.fault.request_id)
        raise _refusal(result, trip)


def render(value: Value) -> Any:
    """The value as JSON for a request body, with every secret revealed: the last moment before it is sent.

    Raises UnreachableError for a secret without a value, TypeError for anything that is not JSON.
    """
    if isinstance(value, Secret):
        return _plain(value)
    if isinstance(value, Mapping):
        return {str(name): render(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [render(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be sent")


def revealed(value: Value) -> Iterator[str]:
    """The plain values of all secrets inside."""
    if isinstance(value, Secret):
        yield _plain(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from revealed(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from revealed(item)


def _plain(secret: Secret) -> str:
    if not secret.is_set:
        source = secret.source or "its source"
        raise UnreachableError(f"not sent: the secret from {source} has no value", f"set {source}")
    return secret.reveal()


def _refusal(got: Got, trip: Trip) -> GraphError:
    if trip.uncertain:
        return lost(got.fault, got.hint)
    return throttled(got.fault) if got.status == 429 else _no(got)


def _no(got: Got) -> RejectedError:
    error = rejected(got.fault)
    if 300 <= got.status < 400:
        error.fix = "a redirect is refused: the token stays with the configured root; check the tenant's 'graph'"
    return error


def _silent(_done: int, _total: int) -> None:
    """Nobody listens."""
