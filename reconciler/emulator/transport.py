"""The in-process way to the tenant for httpx, with the transport errors a network would give."""

import asyncio
from typing import Any

import httpx

from reconciler.emulator.exchange import Dropped


class EmbeddedTransport(httpx.AsyncBaseTransport):
    """Sends httpx requests straight to the app.

    An answer lost by a fault is httpx.RemoteProtocolError, one later than the read timeout httpx.ReadTimeout.
    """

    def __init__(self, app: Any):
        self._inner = httpx.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(seconds):
                return await self._inner.handle_async_request(request)
        except Dropped:
            text = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(text, request=request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("No answer in time.", request=request) from None

    async def aclose(self) -> None:
        """Release what the app's transport holds."""
        await self._inner.aclose()
