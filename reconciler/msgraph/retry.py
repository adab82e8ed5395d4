"""Retry: what is repeated, when, and what is not.

A write that is not idempotent is repeated only where Graph certainly did nothing with it: 429, or no connection.
Sources: Graph docs: throttling, error responses; RFC 9110 9.2.2.
"""

from __future__ import annotations

import json

import httpx

from reconciler.msgraph.patience import (
    SHORT,
    TRIED_AGAIN,
    UNREACHED,
    WAITED_OUT,
    OutOfPatienceError,
    Patience,
    pause,
    retry_after,
)
from reconciler.msgraph.trip import Trip, trip_of

NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    OutOfPatienceError,
)
HOPELESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
_DECODED = "reconciler.decoded"
CONFLICT = "Directory_ConcurrencyViolation"  # two writes at once in the directory; Graph docs: repeat later


class Retry(httpx.AsyncBaseTransport):
    """Repeats a request until it is answered, cannot be repeated, or the deadline would pass."""

    def __init__(self, inner: httpx.AsyncBaseTransport, patience: Patience) -> None:
        self._inner = inner
        self._patience = patience
        self._reached = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, again where that helps, and give the last answer.

        Raises the last httpx.TransportError when there was no answer.
        """
        trip = trip_of(request)
        last: httpx.Response | httpx.TransportError | None = None
        while True:
            try:
                last = await self._attempt(request, trip)
            except OutOfPatienceError as error:
                return _given(last or error)
            wait = after_answer(trip, last) if isinstance(last, httpx.Response) else self._after_error(trip, last)
            if wait is None or not self._patience.allows(wait):
                return _given(last)
            await self._patience.wait(wait)

    async def _attempt(self, request: httpx.Request, trip: Trip) -> httpx.Response | httpx.TransportError:
        try:
            answer = await self._inner.handle_async_request(request)
        except OutOfPatienceError:
            raise
        except httpx.TransportError as error:
            trip.attempts += 1
            trip.uncertain |= not isinstance(error, NEVER_SENT)
            return error
        trip.attempts += 1
        trip.uncertain |= answer.status_code >= 500 and answer.status_code != 501
        self._reached = True
        return answer

    def _after_error(self, trip: Trip, error: httpx.TransportError) -> float | None:
        if isinstance(error, HOPELESS) or not (trip.repeatable or isinstance(error, NEVER_SENT)):
            return None
        if trip.attempts >= UNREACHED and not self._reached:
            return None
        return pause(trip.attempts, None)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()


def after_answer(trip: Trip, answer: httpx.Response) -> float | None:
    """Seconds until a request is worth repeating after this answer; None when the answer is final."""
    wait = pause(trip.attempts, retry_after(answer.headers))
    if answer.status_code == 429 or (trip.repeatable and answer.status_code in WAITED_OUT):
        return wait
    worth = (
        (trip.repeatable and answer.status_code in TRIED_AGAIN)
        or (trip.reading and is_broken(answer))
        or is_conflict(answer)
    )
    return wait if worth and trip.attempts < SHORT else None


def is_conflict(answer: httpx.Response) -> bool:
    """Whether two writes met in the directory, so that this one did nothing and may be repeated."""
    return answer.status_code == 409 and CONFLICT in answer.text


def is_broken(answer: httpx.Response) -> bool:
    """Whether a read was answered with a success that is no JSON object."""
    return answer.status_code == 200 and not isinstance(decoded(answer), dict)


def decoded(answer: httpx.Response) -> object:
    """The JSON of a body, decoded once; None where it is empty, is not JSON, or says nothing but null."""
    if _DECODED not in answer.extensions:
        try:
            answer.extensions[_DECODED] = json.loads(answer.content)
        except (ValueError, RecursionError):
            answer.extensions[_DECODED] = None
    return answer.extensions[_DECODED]


def _given(last: httpx.Response | httpx.TransportError) -> httpx.Response:
    if isinstance(last, httpx.Response):
        return last
    raise last
