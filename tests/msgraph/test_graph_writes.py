"""Writes: what is repeated, what is not, and what is said when nobody knows."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from reconciler.model.errors import GraphError, LostAnswerError, RejectedError, UnreachableError
from reconciler.model.kinds import Version
from reconciler.model.live import Need
from reconciler.model.outcomes import Requests
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Reply, Write
from tests.msgraph.support import TOKEN, Server, no, ok

POST = Write("POST", "identity/apiConnectors", body={"displayName": "a"})


def send(server: Server, write: Write = POST, **options: Any) -> Reply:
    return server.run(lambda graph: graph.write(write), **options)


def fail(server: Server, write: Write = POST, **options: Any) -> GraphError:
    with pytest.raises(GraphError) as caught:
        send(server, write, **options)
    return caught.value


def test_a_write_arrives_as_it_was_meant() -> None:
    """Method, version, path, JSON body and headers are those of the write; its reply has body and request id."""
    server = Server(ok({"id": "new"}, 201, request_id="r-1"))
    body = {"displayName": "ä", "list": [1, True, None, {"x": 1.5}], "pair": ("a", "b")}
    reply = send(server, Write("POST", "identity/x/a%2Fb/$ref", Version.BETA, body))
    assert reply == Reply(201, {"id": "new"}, "r-1")
    (request,) = server.seen
    assert (request.method, request.url.raw_path) == ("POST", b"/beta/identity/x/a%2Fb/$ref")
    assert json.loads(request.content) == {**body, "pair": ["a", "b"]}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_write_without_a_body_has_none() -> None:
    """A delete sends no body and no content type."""
    server = Server(httpx.Response(204))
    assert send(server, Write("DELETE", "x/1")) == Reply(204)
    assert server.seen[0].content == b""
    assert "content-type" not in server.seen[0].headers


def test_a_secret_is_plain_on_the_wire_and_nowhere_else() -> None:
    """A client secret reaches Graph, and Graph repeating it in an error does not print it."""
    secret = 'p"ss w%rd'
    echo = f"Bad value {secret} or {json.dumps(secret)} or p%22ss%20w%25rd for token {TOKEN}"
    server = Server(no(400, "BadRequest", echo))
    error = fail(server, Write("POST", "x", body={"a": [{"clientSecret": Secret(secret)}]}))
    assert json.loads(server.seen[0].content) == {"a": [{"clientSecret": secret}]}
    assert isinstance(error, RejectedError)
    assert str(error) == '400 Bad Request: BadRequest: Bad value (secret) or "(secret)" or (secret) for token (secret)'


def test_a_secret_without_a_value_is_not_sent() -> None:
    """A write with a secret that is not set names its source and sends nothing."""
    server = Server(ok())
    error = fail(server, Write("POST", "x", body={"p": Secret(None, "environment variable P")}))
    assert isinstance(error, UnreachableError)
    assert "environment variable P has no value" in str(error)
    assert server.seen == []


def test_a_value_that_is_no_json_is_a_bug_not_a_request() -> None:
    """An id that was never resolved does not reach Graph as text."""
    with pytest.raises(TypeError, match="a object cannot be sent"):
        send(Server(ok()), Write("POST", "x", body={"id": object()}))


def test_a_path_that_climbs_is_never_written() -> None:
    """A delete of an object named `..` does not delete its parent."""
    server = Server(ok())
    assert isinstance(fail(server, Write("DELETE", "identity/apiConnectors/..")), UnreachableError)
    assert server.seen == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 412, 422, 501])
def test_a_refused_write_is_a_rejection(status: int) -> None:
    """Graph's no carries its status, code and request id, and is not asked twice."""
    server = Server(no(status, "Code", "Why.", request_id="r-9"))
    error = fail(server)
    assert isinstance(error, RejectedError)
    assert (error.status, error.code, error.request_id) == (status, "Code", "r-9")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.ReadTimeout("x"),
        httpx.WriteError("x"),
        ConnectionResetError(),
    ]
    + [no(status) for status in (500, 502, 503, 504, 507)],
)
def test_a_post_whose_answer_is_lost_is_not_repeated(fault: Any) -> None:
    """A create that may have happened is not done twice: the caller looks first."""
    server = Server(fault, ok(status=201))
    error = fail(server)
    assert isinstance(error, LostAnswerError)
    assert "nobody knows whether it was done" in str(error)
    assert len(server.seen) == 1


def test_a_lost_post_says_when_to_look() -> None:
    """The time that Graph asks for travels with the error."""
    error = fail(Server(no(503, retry_after="17")))
    assert getattr(error, "retry_after", None) == 17.0
    assert getattr(fail(Server(no(503))), "retry_after", 0) is None


@pytest.mark.parametrize(
    "fault", [no(429, retry_after="5"), httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]
)
def test_a_post_that_did_nothing_is_repeated(fault: Any) -> None:
    """Throttled and never connected are safe to repeat."""
    server = Server(fault, ok({"id": "x"}, 201))
    assert send(server).status == 201
    assert len(server.seen) == 2


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "fault", [httpx.ReadError("x"), httpx.ReadTimeout("x"), no(500), no(502), no(503), no(504), no(429)]
)
def test_an_idempotent_write_is_repeated(method: str, fault: Any) -> None:
    """Doing it twice is doing it once."""
    server = Server(fault, httpx.Response(204))
    assert send(server, Write(method, "x/1", body={})).status == 204
    assert len(server.seen) == 2


def test_two_writes_that_met_in_the_directory_are_repeated() -> None:
    """A concurrency violation did nothing, so even a create is sent again, a few times."""
    server = Server(no(409, "Directory_ConcurrencyViolation"))
    assert isinstance(fail(server), RejectedError)
    assert server.gaps == [1.0, 2.0, 4.0, 8.0]


def test_a_delete_whose_repeat_finds_nothing_is_done() -> None:
    """An object deleted by an attempt whose answer was lost is deleted."""
    server = Server(httpx.ReadError("x"), no(404, request_id="r"))
    assert send(server, Write("DELETE", "x/1")) == Reply(204, request_id="r")


def test_a_delete_that_finds_nothing_at_once_is_refused() -> None:
    """Deleting what is not there is told, not hidden."""
    assert fail(Server(no(404)), Write("DELETE", "x/1")).status == 404


def test_a_no_after_a_lost_answer_is_no_certainty() -> None:
    """A change refused on its second attempt may have been made by the first."""
    error = fail(Server(httpx.ReadError("x"), no(400)), Write("PATCH", "x/1", body={}))
    assert isinstance(error, LostAnswerError)
    assert error.status == 400


def test_throttled_past_all_patience_was_never_done() -> None:
    """A write that was only ever throttled is safe to run again."""
    server = Server(no(429, retry_after="7"))
    error = fail(server, max_wait=20)
    assert isinstance(error, UnreachableError)
    assert error.status == 429
    assert server.gaps == [7.0, 7.0]


def test_never_connected_was_never_done() -> None:
    """A host that is not there is given up within seconds, with what to check."""
    server = Server(httpx.ConnectError("[Errno -2] Name or service not known"))
    error = fail(server)
    assert isinstance(error, UnreachableError)
    assert str(error) == "no connection: [Errno -2] Name or service not known"
    assert "'graph' of the tenant" in error.fix
    assert server.gaps == [1.0, 2.0, 4.0]


def test_lost_once_then_never_connected_is_not_certain() -> None:
    """A write whose first attempt may have worked is not called undone because the network went away."""
    server = Server(httpx.ReadError("x"), httpx.ConnectError("x"))
    assert isinstance(fail(server, Write("PUT", "x", body={})), LostAnswerError)


@pytest.mark.parametrize(
    "answer", [httpx.Response(201, content=b"{"), httpx.Response(201), httpx.Response(200, content=b"[1]")]
)
def test_a_create_that_was_accepted_is_done_whatever_its_body(answer: httpx.Response) -> None:
    """A 2xx is a commit: sending it again would make a twin. The reply then has no id, and that is looked up."""
    server = Server(answer)
    reply = server.run(lambda graph: graph.write(POST))
    assert (reply.status, reply.body) == (answer.status_code, {})
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("POST", httpx.Response(204)),
        ("POST", httpx.Response(200)),
        ("PATCH", httpx.Response(200, content=b"{")),
        ("PUT", httpx.Response(200)),
    ],
)
def test_an_accepted_write_needs_no_body(method: str, answer: httpx.Response) -> None:
    """References, actions and changes are done when Graph says so."""
    server = Server(answer)
    assert send(server, Write(method, "x", body={})) == Reply(answer.status_code)
    assert len(server.seen) == 1


def test_every_attempt_is_counted() -> None:
    """Repeats cost quota, and the report says so."""
    server = Server(no(429), no(429), ok({"id": "x"}, 201))

    async def talk(graph: Any) -> Requests:
        await graph.write(POST)
        return graph.requests  # type: ignore[no-any-return]

    assert server.run(talk) == Requests(logical=3, http=3)


def test_an_interrupted_write_ends_at_once() -> None:
    """Ctrl-C is not held up by a request under way, and the quota it held is given back."""
    reached = asyncio.Event()

    async def never(_: httpx.Request) -> httpx.Response:
        reached.set()
        await asyncio.sleep(3600)
        raise AssertionError

    server = Server(never, ok())

    async def talk(graph: Any) -> int:
        task = asyncio.create_task(graph.write(POST))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return (await graph.write(Write("PATCH", "x", body={}))).status  # type: ignore[no-any-return]

    assert server.run(talk, concurrency=1) == 200


def test_an_interrupted_read_ends_at_once() -> None:
    """Ctrl-C during a plan leaves nothing running."""

    reached = asyncio.Event()

    async def never(_: httpx.Request) -> httpx.Response:
        reached.set()
        await asyncio.sleep(3600)
        raise AssertionError

    server = Server(never)

    async def talk(graph: Any) -> None:
        task = asyncio.create_task(graph.read([Need(str(n)) for n in range(50)]))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1

    server.run(talk)
