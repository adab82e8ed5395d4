"""The transports around the innermost one: counting what is sent, and ending it by the deadline."""

from __future__ import annotations

import asyncio

import httpx

from reconciler.model.outcomes import Requests
from reconciler.msgraph.clouds import is_loopback
from reconciler.msgraph.guard import forget_location
from reconciler.msgraph.patience import Patience
from reconciler.msgraph.trip import trip_of

CONNECT = 10.0  # seconds to reach a host
READ = 60.0  # seconds of silence from one


class Counting(httpx.AsyncBaseTransport):
    """Counts what is really sent: every attempt, and every item of a batch."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.requests = Requests()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count the request and send it."""
        self.requests += Requests(logical=trip_of(request).cost, http=1)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()


class Deadline(httpx.AsyncBaseTransport):
    """Reads an answer to its end, within the time that the host and the run are given.

    Reading happens here so that an answer that breaks off is a fault the retries above can see.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, patience: Patience) -> None:
        self._inner = inner
        self._patience = patience

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and read the answer.

        Raises OutOfPatienceError when there is no time left to send it, ReadTimeout when the answer takes longer than
        there is, ReadError for a connection that broke, whoever noticed.
        """
        left = self._patience.left
        if left <= 0 or (self._patience.stopped and not trip_of(request).reading):
            raise self._patience.spent()
        connect, read = min(CONNECT, left), min(READ, left)
        request.extensions["timeout"] = {"connect": connect, "read": read, "write": read, "pool": left}
        try:
            async with asyncio.timeout(left):
                return await self._answer(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout("no answer before the deadline of the run") from error
        except OSError as error:
            raise httpx.ReadError(f"the connection broke: {type(error).__name__}") from error
        except httpx.DecodingError as error:
            raise httpx.RemoteProtocolError(f"the answer cannot be decoded: {error}") from error

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()


class Network(httpx.AsyncBaseTransport):
    """The network, with the proxies and certificates that the environment names, except on this machine.

    `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and `SSL_CERT_DIR` are httpx's to understand: an httpx client is asked.
    HTTP/2 is spoken where the far side offers it; connections are kept, and answers may come compressed.
    """

    def __init__(self, root: str, concurrency: int) -> None:
        local, secured = is_loopback(root), not root.startswith("http://")
        self._client = httpx.AsyncClient(
            trust_env=not local,
            http2=secured,  # it is agreed on while TLS is
            verify=httpx.create_ssl_context() if secured else False,  # plain http needs none, and they are slow to load
            limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
            event_hooks={"response": [forget_location]},
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is; redirects are not followed."""
        return await self._client.send(request, stream=True, auth=None, follow_redirects=False)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()
