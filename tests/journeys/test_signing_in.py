"""A pipeline that has no tenant signs in as it would at Entra: the emulator in a process of its own, over TLS."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.shell import Shell

CLIENT = "11111111-2222-3333-4444-555555555555"
ROLES = [
    "IdentityUserFlow.ReadWrite.All",
    "IdentityProvider.ReadWrite.All",
    "APIConnectors.ReadWrite.All",
    "Policy.Read.All",
    "Policy.ReadWrite.AuthenticationFlows",
]


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """The address of an emulator that knows one app."""
    apps = [{"clientId": CLIENT, "secrets": ["app-s3cret"], "roles": ROLES}]
    (folder / "sign-in.json").write_text(json.dumps({"apps": apps}))
    words = ["emulator", "--port", "0", "--sign-in", "sign-in.json", "--tls", "emulator.pem"]
    command = [sys.executable, "-m", "reconciler", *words]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().removeprefix("url: ").strip()
        finally:
            running.terminate()


def test_an_app_signs_in_with_its_secret(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything a project needs at Entra works here, the doctor included; a wrong secret names its setting."""
    with emulator(shell.folder) as address:
        assert address.startswith("https://127.0.0.1:")
        monkeypatch.setenv("SSL_CERT_FILE", str(shell.folder / "emulator.pem"))
        monkeypatch.setenv("APP_SECRET", "app-s3cret")
        told = (
            f"  entra:\n    graph: {address}\n    tenantId: contoso.onmicrosoft.com\n    auth:\n"
            f"      {{method: client-secret, clientId: {CLIENT}, clientSecret: {{fromEnv: APP_SECRET}},"
            f" authority: {address}}}\n    variables: {{apiHost: https://api.contoso.com}}\n"
        )
        shell.replace("reconciler.yaml", "tenants:\n", f"tenants:\n{told}")
        assert shell.run("doctor", "--tenant", "entra") == 0
        assert shell.run("apply", "--tenant", "entra", "--yes") == 0
        assert shell.json("drift", "--tenant", "entra")["exit"] == 0
        monkeypatch.setenv("APP_SECRET", "an0ther")
        assert shell.run("plan", "--tenant", "entra") == 1
        assert "the client secret is wrong: use the secret's value, not its id ('clientSecret')" in shell.err
        assert "an0ther" not in "".join(shell.said)
