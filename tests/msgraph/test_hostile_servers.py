"""Hostile servers: wherever an answer points, the token stays with the configured root."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.errors import RejectedError
from reconciler.model.kinds import Version
from reconciler.model.live import Need, Present, Unknown
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Write
from reconciler.msgraph import BearerAuth, Connection, StaticToken, connect
from reconciler.msgraph.guard import ForeignUrlError, Guard, below, place, same_origin
from tests.msgraph.support import ROOT, TOKEN, Server, VirtualClock, no, ok

ELSEWHERE = [
    "https://evil.example/v1.0/x",
    "http://graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com:8443/v1.0/x",
    "https://graph.microsoft.com@evil.example/v1.0/x",
    "https://user:pw@graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com.evil.example/v1.0/x",
    "https://graph.microsoft.com\\@evil.example/v1.0/x",
    "https://graph.microsoft.com/beta/x",
    "https://graph.microsoft.com/v1.0",
    "https://graph.microsoft.com/v1.0evil/x",
    "https://graph.microsoft.com/v1.0/../evil",
    "//evil.example/v1.0/x",
    "/v1.0/x?$skip=1",
    "x?$skip=1",
    "",
    "file:///etc/passwd",
    "https://gra\nph/",
    7,
    {"a": 1},
    True,
]


@pytest.mark.parametrize("link", ELSEWHERE)
def test_a_next_page_elsewhere_is_refused(link: Any) -> None:
    """A collection whose next page lies elsewhere is unknown, and nothing is sent there."""
    server = Server(ok({"value": [], "@odata.nextLink": link}))
    need = Need("x", collection=True)
    answer = server.run(lambda graph: graph.read([need]))[need]
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("refused: the next page's link")
    assert [str(each.url) for each in server.seen] == [f"{ROOT}/v1.0/x"]


def test_a_next_page_spelled_otherwise_is_followed() -> None:
    """The same host in capitals or with its default port is the same host."""
    server = Server(
        ok({"value": [], "@odata.nextLink": "HTTPS://Graph.Microsoft.com:443/v1.0/x?p=2"}), ok({"value": [{"id": "1"}]})
    )
    need = Need("x", collection=True)
    assert server.run(lambda graph: graph.read([need]))[need] == Present([{"id": "1"}])


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("location", ["https://evil.example/", f"{ROOT}/v1.0/y", "http://[bad", "\x00"])
def test_a_redirect_is_refused(status: int, location: str) -> None:
    """No redirect is followed, not even one to the same host or to nowhere."""
    server = Server(httpx.Response(status, headers={b"Location": location.encode()}))
    (answer,) = server.run(lambda graph: graph.read([Need("x")])).values()
    assert isinstance(answer, Unknown)
    assert "redirect was refused" in answer.reason
    with pytest.raises(RejectedError) as caught:
        server.run(lambda graph: graph.write(Write("POST", "x", body={"s": Secret("s3cret")})))
    assert "redirect is refused" in caught.value.fix
    assert {each.url.path for each in server.seen} == {"/v1.0/x"}
    assert {each.url.host for each in server.seen} == {"graph.microsoft.com"}


def test_a_location_elsewhere_is_ignored() -> None:
    """A create that says its object lives elsewhere is a create all the same."""
    server = Server(ok({"id": "x"}, 201, Location="https://evil.example/v1.0/x"))
    reply = server.run(lambda graph: graph.write(Write("POST", "x", body={})))
    assert reply.body == {"id": "x"}
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "http://graph.microsoft.com/", "https://graph.microsoft.com:1/"]
)
def test_the_fence_lets_no_foreign_request_out(url: str) -> None:
    """Whatever builds a request, one to another place is stopped before it is sent."""
    server = Server(ok())

    async def ask() -> None:
        async with httpx.AsyncClient(
            transport=Guard(server.transport, httpx.URL(ROOT)), auth=BearerAuth(StaticToken(Secret(TOKEN)))
        ) as http:
            assert (await http.get(f"{ROOT}/v1.0/x")).status_code == 200
            with pytest.raises(ForeignUrlError, match="refused"):
                await http.get(url)

    asyncio.run(ask())
    assert len(server.seen) == 1


def test_a_user_name_in_a_url_is_another_place() -> None:
    """`https://graph@host` is not taken for the host it looks like."""
    assert not same_origin(httpx.URL(ROOT), httpx.URL("https://a:b@graph.microsoft.com/"))
    assert same_origin(httpx.URL("http://localhost"), httpx.URL("http://localhost:80/x"))


def test_a_server_cannot_write_to_the_terminal() -> None:
    """Escape sequences, line breaks and floods in an error stay one short line."""
    message = "a\x1b[2J\x1b]0;title\x07b\r\nc\x9b31m\u202ed" + "x" * 10_000
    (answer,) = Server(no(400, "Co\nde", message)).run(lambda graph: graph.read([Need("x")])).values()
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("400 Bad Request: Co de: a b c dxxx")
    assert answer.reason.endswith("…")
    assert len(answer.reason) < 500
    assert answer.reason.isprintable()


class Remote(BaseHTTPRequestHandler):
    """A real server on this machine that redirects, and notes what it is told."""

    told: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.told.append((self.path, self.headers["Authorization"]))
        self.send_response(302 if "away" in self.path else 200)
        self.send_header("Location", "http://[bad")
        body = b'{"id": "x"}'
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        self.told.append((self.path, self.headers["Authorization"]))
        self.send_error(403)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has there
        """Say nothing."""


@pytest.fixture
def remote() -> Iterator[str]:
    Remote.told.clear()
    with HTTPServer(("127.0.0.1", 0), Remote) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.enable_socket
def test_a_graph_on_this_machine_is_reached_without_a_proxy(remote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loopback root is asked directly whatever proxy the environment names, and its redirects are refused too."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def talk() -> Any:
        async with connect(Connection(remote, StaticToken(Secret(TOKEN)))) as graph:
            return await graph.read([Need("x")]), await graph.read([Need("away")])

    found, away = asyncio.run(talk())
    assert found[Need("x")] == Present({"id": "x"})
    assert "redirect was refused" in away[Need("away")].reason
    assert Remote.told == [("/v1.0/x", f"Bearer {TOKEN}"), ("/v1.0/away", f"Bearer {TOKEN}")]


@pytest.mark.enable_socket
def test_other_roots_go_through_the_proxy_of_the_environment(remote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's proxy is used for Graph, sees no token, and its refusal is no connection, within seconds."""
    monkeypatch.setenv("HTTPS_PROXY", remote)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async def talk() -> Any:
        async with connect(Connection(ROOT, StaticToken(Secret(TOKEN))), clock=VirtualClock()) as graph:
            return await graph.read([Need("x")])

    (answer,) = asyncio.run(talk()).values()
    assert answer.reason.startswith("no connection: 403")
    assert Remote.told == [("graph.microsoft.com:443", None)] * 4


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("aZ09._~/?$=,-%2eE '#:@\u00e9"), max_size=12))
def test_a_path_in_a_batch_is_that_of_its_url(path: str) -> None:
    """Whatever is in an id: an item of a batch asks for what a request by itself would ask for, or neither is sent."""
    root = httpx.URL("https://graph.microsoft.com")
    try:
        alone = place(root, Version.V1, path).raw_path.decode("ascii").removeprefix("/v1.0").lstrip("/")
    except ForeignUrlError:
        with pytest.raises(ForeignUrlError):
            below(root, Version.V1, path)
    else:
        assert below(root, Version.V1, path) == alone
