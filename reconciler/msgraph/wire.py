"""One request to Graph and what came back, as values: an answer, or the failure to get one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from reconciler.msgraph.answers import Got, got
from reconciler.msgraph.errors import Veil
from reconciler.msgraph.trip import KEY, Trip


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request that got no answer, and what its words must not show."""

    error: httpx.HTTPError
    veil: Veil


class Wire:
    """Sends requests below one root."""

    def __init__(self, http: httpx.AsyncClient, root: httpx.URL) -> None:
        self._http = http
        self.root = root

    async def send(
        self, method: str, url: httpx.URL, trip: Trip, *, content: bytes | None = None, secrets: Iterable[str] = ()
    ) -> Got | Unanswered:
        """Send one request and everything its transports make of it, under one `client-request-id`.

        Raises SignInError when there is no token to send it with.
        """
        headers = {"client-request-id": str(uuid.uuid4()), "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        request = self._http.build_request(method, url, headers=headers, content=content, extensions={KEY: trip})
        try:
            response = await self._http.send(request)
        except httpx.HTTPError as error:
            return Unanswered(error, _veil(request, secrets))
        return got(response, _veil(request, secrets))


def _veil(request: httpx.Request, secrets: Iterable[str]) -> Veil:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return Veil((token, *secrets))
