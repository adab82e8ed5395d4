"""A tenant with a sign-in service on a loopback port, over TLS as msal wants it, behind an authority nobody knows."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator import create_app
from reconciler.emulator.server import HOST, server
from reconciler.emulator.tls import prepare
from tests.msgraph.sign_in_place import AMBIENT, TOKEN, Clock, Credentials, Place


@pytest.fixture(scope="session")
def credentials() -> Credentials:
    return Credentials()


@pytest.fixture(scope="session")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    certificate = tmp_path_factory.mktemp("tls") / "server.pem"
    prepare(certificate)
    clock = Clock()
    app = create_app(token=TOKEN, clock=clock)
    running = server(app, certificate)
    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Place(app, f"https://{HOST}:{listening.getsockname()[1]}", certificate, clock)
        running.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def place(_place: Place, credentials: Credentials, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Place:
    """The service as new, in an environment that knows nothing but the authority of its certificate."""
    for name in AMBIENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(_place.certificate))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _place.clear(credentials)
    return _place
