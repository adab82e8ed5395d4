"""The transport that tells: one log line for each request that is really sent, without headers or bodies."""

from __future__ import annotations

import logging

import httpx

from reconciler.model.tenant import Clock
from reconciler.msgraph.trip import trip_of

log = logging.getLogger(__name__)


class Trace(httpx.AsyncBaseTransport):
    """Logs method, path, status, time in milliseconds, and Graph's request id, which support asks for."""

    def __init__(self, inner: httpx.AsyncBaseTransport, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and say what came of it."""
        began = self._clock.now()
        try:
            response = await self._inner.handle_async_request(request)
        except Exception as error:
            self._tell(request, type(error).__name__, began, "")
            raise
        self._tell(request, str(response.status_code), began, response.headers.get("request-id", ""))
        return response

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()

    def _tell(self, request: httpx.Request, outcome: str, began: float, request_id: str) -> None:
        path, cost = request.url.raw_path.decode("ascii"), trip_of(request).cost
        took = round((self._clock.now() - began) * 1000)
        fields = {
            "method": request.method,
            "path": path,
            "outcome": outcome,
            "milliseconds": took,
            "logical": cost,
            "requestId": request_id,
        }
        counted = f" ({cost} requests)" if cost > 1 else ""
        log.info(
            "%s %s%s: %s in %s ms %s",
            request.method,
            path,
            counted,
            outcome,
            took,
            request_id,
            extra={"fields": fields},
        )
