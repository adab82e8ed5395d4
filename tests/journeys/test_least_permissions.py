"""The least permissions that the doctor computes are enough, and none is too many: the emulator asks for them."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from reconciler.emulator import App, Profile, SignInSettings, create_app
from reconciler.emulator.server import HOST, server
from tests.journeys.behind import BEHIND
from tests.journeys.shell import Shell

CLIENT = "11111111-2222-3333-4444-555555555555"
REFUSED = "403 Forbidden: AADB2C: The application does not have any of the required permissions"


@dataclass
class Guarded:
    """A tenant on a port that asks for permissions; the example's project has it as `guarded`."""

    shell: Shell
    app: App
    patch: pytest.MonkeyPatch

    def grant(self, permissions: Iterable[str]) -> None:
        """From now on the token has these."""
        assert self.app.sign_in is not None
        claims = {"roles": sorted(permissions), "idtyp": "app"}
        issued = self.app.sign_in.issue("https://graph.microsoft.com", CLIENT, claims)
        self.patch.setenv("GRAPH_TOKEN", issued["access_token"])

    def begin_anew(self) -> None:
        """Nothing is in the tenant, and nobody remembers anything."""
        self.app.tenant.reset()
        if self.app.tenant.profile.kind == "b2c":  # whose one policy is else as declared, and asks for nothing
            switched = {"isEmailPasswordAuthenticationEnabled": False}
            self.app.tenant.perform("PATCH", "policies/b2cAuthenticationMethodsPolicy", switched, version="beta")
        shutil.rmtree(self.shell.folder / ".reconciler" / "guarded", ignore_errors=True)

    def run(self, command: str, *words: str) -> dict[str, Any]:
        return self.shell.json(command, "--tenant", "guarded", *words)

    def needed(self, command: str) -> list[str]:
        """What the doctor says that a command takes."""
        return [each["name"] for each in self.run("doctor")["permissions"][command]]


@contextmanager
def guarded(shell: Shell, patch: pytest.MonkeyPatch) -> Iterator[Guarded]:
    project = yaml.safe_load((shell.folder / "reconciler.yaml").read_text())
    local = project["tenants"]["local"]
    switches = {re.sub("([A-Z])", r"_\1", name).lower(): value for name, value in local.pop("profile", {}).items()}
    app = create_app(profile=Profile(kind=local.get("type", "workforce"), **switches), sign_in=SignInSettings())
    running = server(app)
    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        auth = {"method": "token", "token": {"fromEnv": "GRAPH_TOKEN"}}
        project["tenants"]["guarded"] = {**local, "graph": address, "auth": auth}
        shell.write("reconciler.yaml", yaml.safe_dump(project))
        try:
            yield Guarded(shell, app, patch)
        finally:
            running.should_exit = True
            thread.join(10)
    app.tenant.close()


@pytest.mark.parametrize("name", BEHIND)
def test_the_least_permissions_are_enough_and_not_too_many(
    example: Callable[[str], Shell], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """With what the doctor names everything works; without any one of it the doctor says so, and Graph does."""
    with guarded(example(name), monkeypatch) as there:
        there.grant([])
        to_plan, to_apply = there.needed("plan"), there.needed("apply")
        for lacking in to_apply:
            there.begin_anew()
            there.grant(set(to_apply) - {lacking})
            examined = there.run("doctor")
            assert examined["exit"] == 1
            assert lacking in str([each for each in examined["checks"] if each["status"] == "missing"])
            refused = there.run("apply", "--yes")
            assert refused["exit"] in (1, 4)
            assert REFUSED in str(refused)
        there.grant(to_apply)
        assert there.run("doctor")["exit"] == 0
        assert there.run("apply", "--yes")["exit"] == 0
        there.grant(to_plan)
        found = there.run("drift")
        assert (found["exit"], found["unknown"]) == (0, [])
        for lacking in to_plan:
            there.grant(set(to_plan) - {lacking})
            assert there.run("drift")["exit"] == 1


def test_a_batch_has_the_permissions_of_its_token(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each item is allowed or refused by itself; what no page names a permission for is answered as ever."""
    with guarded(shell, monkeypatch) as there:
        there.grant(["IdentityUserFlow.Read.All"])
        found = there.run("plan")
        assert {each["kind"] for each in found["unknown"]} >= {"ApiConnector", "IdentityProvider"}
        assert "UserFlowAttribute" not in {each["kind"] for each in found["unknown"]}
