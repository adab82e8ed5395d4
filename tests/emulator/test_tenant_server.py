"""The tenant on a loopback port."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reconciler.emulator import App, Faults, create_app
from reconciler.emulator.server import HOST, serve, server
from tests.emulator.embedded import TOKEN

FLOWS = "/v1.0/identity/b2xUserFlows"
NEW = {"id": "Partner", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}


@pytest.fixture
def app() -> App:
    return create_app(token=TOKEN)


@pytest.fixture
def client(app: App) -> Iterator[httpx.Client]:
    running = server(app)
    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        url = f"http://{HOST}:{listening.getsockname()[1]}"
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client:
            yield client
        running.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


def test_the_tenant_is_served_on_loopback(client: httpx.Client) -> None:
    """Over a port the answers are as in process, with links that lead back to it."""
    answer = client.post(FLOWS, json=NEW)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{client.base_url}{FLOWS}/B2X_1_Partner"
    assert client.delete(f"{FLOWS}/B2X_1_Partner").content == b""
    assert client.get(FLOWS, headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 200), ("[::1]:80", 200), ("evil.example:80", 421), ("", 421)]
)
def test_only_names_of_this_machine_are_answered(client: httpx.Client, host: str, status: int) -> None:
    """A web page that rebinds its own name to loopback gets nothing."""
    assert client.get(FLOWS, headers={"Host": host}).status_code == status


def test_a_lost_answer_closes_the_socket(app: App, client: httpx.Client) -> None:
    """No response at all, and the work is done or not as ordered; the next request goes through."""
    app.faults = Faults.parse(["lost-after:route=POST *", "lost-before:route=DELETE *"])
    with pytest.raises(httpx.TransportError):
        client.post(FLOWS, json=NEW)
    with pytest.raises(httpx.TransportError):
        client.delete(f"{FLOWS}/B2X_1_Partner")
    assert [each["id"] for each in client.get(FLOWS).json()["value"]] == ["B2X_1_Partner"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_quietly(tmp_path: Path, number: int) -> None:
    """serve announces url and token, answers, and returns after a signal."""
    lines: list[str] = []
    found: list[int] = []

    def visit() -> None:
        headers = {"Authorization": f"Bearer {lines[1].removeprefix('token: ')}"}
        url = lines[0].removeprefix("url: ") + FLOWS
        found.append(httpx.get(url, headers=headers, trust_env=False, timeout=10).status_code)
        os.kill(os.getpid(), number)

    def announce(line: str) -> None:
        lines.append(line)
        if len(lines) == 2:
            threading.Thread(target=visit).start()

    before = signal.getsignal(number)
    started = time.monotonic()
    serve(0, tmp_path / "tenant.db", None, None, None, announce)
    assert found == [200]
    assert lines[0].startswith("url: http://127.0.0.1:")
    assert signal.getsignal(number) == before
    assert time.monotonic() - started < 10


def test_a_port_that_is_taken_is_an_error() -> None:
    """serve says so at once."""
    with socket.create_server((HOST, 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(taken.getsockname()[1], None, None, None, None, lambda _: None)
