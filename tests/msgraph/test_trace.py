"""What `-v` tells of each request."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest

from reconciler.msgraph.clock import SystemClock
from reconciler.msgraph.trace import Trace
from reconciler.msgraph.trip import KEY, trip_for, trip_for_batch


def told(caplog: pytest.LogCaptureFixture, request: httpx.Request, answer: httpx.Response | Exception) -> str:
    def far_side(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def send() -> None:
        trace = Trace(httpx.MockTransport(far_side), SystemClock())
        try:
            await trace.handle_async_request(request)
        finally:
            await trace.aclose()

    with caplog.at_level(logging.INFO, logger="reconciler.msgraph.trace"):
        asyncio.run(send())
    return caplog.text


def request(path: str, **trip: object) -> httpx.Request:
    headers = {"Authorization": "Bearer let-me-in"}
    return httpx.Request("POST", f"https://graph.test{path}", headers=headers, extensions={KEY: trip["trip"]})


def test_a_request_is_told_with_what_support_asks_for(caplog: pytest.LogCaptureFixture) -> None:
    """Method, path, status and Graph's request id are in the line, and the token is not."""
    answer = httpx.Response(201, headers={"request-id": "r-17"})
    line = told(caplog, request("/v1.0/identity/apiConnectors", trip=trip_for("POST")), answer)
    assert "POST /v1.0/identity/apiConnectors: 201" in line
    assert "r-17" in line
    assert "let-me-in" not in line


def test_a_batch_tells_what_it_costs(caplog: pytest.LogCaptureFixture) -> None:
    """The line of a batch says how many requests it counts for."""
    line = told(caplog, request("/v1.0/$batch", trip=trip_for_batch(20)), httpx.Response(200))
    assert "(20 requests)" in line


def test_a_request_without_an_answer_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    """A connection that broke is in the log with its kind of error."""
    with pytest.raises(httpx.ReadError):
        told(caplog, request("/v1.0/x", trip=trip_for("POST")), httpx.ReadError("gone"))
    assert "POST /v1.0/x: ReadError" in caplog.text
