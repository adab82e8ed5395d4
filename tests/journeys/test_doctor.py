"""`doctor` against tenants of every sort, over a port and in process, with tokens made for the test."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import App, Faults, Profile, create_app
from reconciler.emulator.server import HOST, server
from reconciler.msgraph.clock import SystemClock
from tests.app.unsigned import APP, TENANT, jwt
from tests.journeys.shell import Shell

PLAN = ["APIConnectors.ReadWrite.All", "IdentityProvider.Read.All", "IdentityUserFlow.ReadWrite.All", "Policy.Read.All"]
APPLY = [
    "APIConnectors.ReadWrite.All",
    "IdentityProvider.ReadWrite.All",
    "IdentityUserFlow.ReadWrite.All",
    "Policy.ReadWrite.AuthenticationFlows",
]
Statuses = dict[str, str]
Serve = Callable[..., App]


@pytest.fixture
def serve(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serves a tenant on a port to whoever has the token; the example's project has it as `loop`."""
    closing: list[Callable[[], None]] = []

    def start(token: str, extra: str = "", **settings: Any) -> App:
        app = create_app(token=token, **settings)
        running = server(app)
        listening = socket.create_server((HOST, 0))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()

        def stop() -> None:
            running.should_exit = True
            thread.join(10)
            listening.close()
            app.tenant.close()

        closing.append(stop)
        declare(shell, f"http://{HOST}:{listening.getsockname()[1]}", extra)
        monkeypatch.setenv("GRAPH_TOKEN", token)
        return app

    yield start
    for each in closing:
        each()


def declare(shell: Shell, address: str, extra: str = "") -> None:
    tenant = f"  loop:\n    graph: {address}\n    auth: {{method: token, token: {{fromEnv: GRAPH_TOKEN}}}}\n{extra}"
    variables = "    variables: {apiHost: https://api.contoso.com}\n"
    shell.replace("reconciler.yaml", "tenants:\n", f"tenants:\n{tenant}{variables}")


def examined(shell: Shell, *words: str) -> tuple[int, Statuses, dict[str, Any]]:
    found = shell.json("doctor", "--tenant", "loop", *words)
    return found["exit"], {each["name"]: each["status"] for each in found["checks"]}, found


def detail(found: dict[str, Any], name: str) -> str:
    (check,) = [each for each in found["checks"] if each["name"] == name]
    return f"{check['detail']} | {check['fix']}"


def nothing_shown(shell: Shell, token: str) -> bool:
    return not any(part in said for said in shell.said for part in (token, *token.split(".")[1:]) if part)


def test_the_least_token_has_everything(shell: Shell, serve: Serve) -> None:
    """With exactly the permissions that are computed from the manifests nothing is missing, and apply goes through."""
    token = jwt(roles=APPLY, tid=TENANT, appid=APP, exp=int(time.time()) + 3600)
    serve(token, f"    tenantId: {TENANT}\n")
    code, statuses, found = examined(shell)
    assert (code, {name for name, status in statuses.items() if status in ("missing", "unknown")}) == (0, set())
    assert (statuses["token"], statuses["tenant-id"], statuses["permissions-apply"]) == ("ok", "ok", "ok")
    assert [each["name"] for each in found["permissions"]["plan"]] == PLAN
    assert [(each["name"], each["granted"]) for each in found["permissions"]["apply"]] == [
        (name, True) for name in APPLY
    ]
    assert found["requests"] == {"logical": 5, "http": 3}
    assert shell.run("apply", "--tenant", "loop", "--yes") == 0
    assert nothing_shown(shell, token)


def test_a_token_that_may_only_read_is_told_what_it_lacks(shell: Shell, serve: Serve) -> None:
    """plan would work, apply would not: exit 1, the exact names, and the line that adds them."""
    token = jwt(roles=PLAN, appid=APP, exp=int(time.time()) + 3600)
    serve(token)
    code, statuses, found = examined(shell)
    assert (code, statuses["permissions-plan"], statuses["permissions-apply"]) == (1, "ok", "missing")
    told = detail(found, "permissions-apply")
    assert "lacks IdentityProvider.ReadWrite.All and Policy.ReadWrite.AuthenticationFlows" in told
    assert f"az ad app permission add --id {APP} --api 00000003-0000-0000-c000-000000000000" in told
    assert "90db2b9a-d928-4d33-a4dd-8442ae3d41e4=Role 25f85f3c-f66c-4205-8cd5-de92dd7f0cec=Role" in told
    assert shell.run("doctor", "--tenant", "loop", "-vv") == 1
    assert "no   IdentityProvider.ReadWrite.All" in shell.out
    assert "yes  Policy.Read.All" in shell.out
    assert "requests" in shell.out.splitlines()[-1]
    assert nothing_shown(shell, token)


def test_a_person_is_told_of_roles(shell: Shell, serve: Serve) -> None:
    """A delegated token has scopes, and its person needs Entra roles, which the token may show."""
    serve(jwt(scp=" ".join(APPLY), wids=["be2f45a1-457d-42af-a067-6ec1fa63bc45"]))
    code, statuses, found = examined(shell)
    assert (code, statuses["permissions-apply"], statuses["entra-roles"]) == (0, "ok", "warning")
    assert {each["anyOf"][0]: each["held"] for each in found["roles"]} == {
        "External ID User Flow Administrator": False,
        "External ID User Flow Attribute Administrator": False,
        "External Identity Provider Administrator": True,
    }
    assert shell.run("doctor", "--tenant", "loop") == 0
    assert "Entra roles: what the person who signs in needs besides" in shell.out


def test_a_token_that_cannot_be_read_is_no_fault(shell: Shell, serve: Serve) -> None:
    """What it may do is left open; what Graph lists shows that it is let in."""
    serve("let-me-in")
    code, statuses, found = examined(shell)
    assert (code, statuses["token"], statuses["permissions-plan"], statuses["access"]) == (
        0,
        "warning",
        "warning",
        "ok",
    )
    assert {each["granted"] for part in found["permissions"].values() for each in part} == {None}
    assert "audience" not in statuses


def test_what_graph_forbids_is_missing_whatever_the_token_says(shell: Shell, serve: Serve) -> None:
    """A 403 is not explained away; the plan says the same words."""
    app = serve("let-me-in")
    app.faults = Faults.parse(["403:route=GET */identity/apiConnectors"])
    code, statuses, found = examined(shell)
    assert (code, statuses["access"]) == (1, "missing")
    assert "it takes APIConnectors.ReadWrite.All" in detail(found, "access")
    gaps = shell.json("plan", "--tenant", "loop")["unknown"]
    assert [
        each for each in gaps if "reading identity/apiConnectors takes APIConnectors.ReadWrite.All" in each["reason"]
    ]
    assert "'reconciler doctor' tells what is missing" in shell.out


def test_a_run_names_the_permission_of_a_link_and_of_a_write(shell: Shell, serve: Serve) -> None:
    """Reading a flow's providers takes more than reading flows; a write that is forbidden says what it takes."""
    app = serve("let-me-in")
    app.faults = Faults.parse(["403:route=POST */identity/apiConnectors"])
    outcomes = shell.json("apply", "--tenant", "loop", "--yes")["outcomes"]
    assert any(
        "writing identity/apiConnectors takes APIConnectors.ReadWrite.All" in each["detail"] for each in outcomes
    )
    app.faults = Faults.parse(["403:route=GET */userFlowIdentityProviders"])
    gaps = shell.json("drift", "--tenant", "loop")["unknown"]
    words = "reading identityProviders of identity/b2xUserFlows takes IdentityUserFlow.ReadWrite.All"
    assert [each for each in gaps if words in each["reason"]]


def test_a_token_of_another_tenant_is_found_out(shell: Shell, serve: Serve) -> None:
    """The project file's GUID is not the token's; an ended token is refused by Graph too."""
    app = serve(jwt(roles=APPLY, tid=TENANT, exp=5), f"    tenantId: {APP}\n")
    app.front.token = "another"
    code, statuses, found = examined(shell)
    assert (code, statuses["tenant-id"], statuses["token"], statuses["reachability"]) == (1, *["missing"] * 3)
    assert "it ended 1970-01-01 00:00:05 UTC" in detail(found, "token")
    assert found["requests"]["logical"] == 1


def test_the_switch_and_who_turns_it_on(shell: Shell, serve: Serve) -> None:
    """Off is fine where the manifests turn it on, and missing where they do not."""
    serve(jwt(roles=APPLY), profile=Profile(self_service_sign_up=False))
    code, statuses, found = examined(shell)
    assert (code, statuses["self-service-sign-up"]) == (0, "ok")
    assert "these manifests turn it on" in detail(found, "self-service-sign-up")
    code, statuses, found = examined(shell, "--select", "ApiConnector/*")
    assert (code, statuses["self-service-sign-up"]) == (1, "missing")
    assert "declare an AuthenticationFlowsPolicy" in detail(found, "self-service-sign-up")


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("workforce", "ok", "workforce, by the way Graph answers"),
        ("external", "missing", "of the type external has no AuthenticationFlowsPolicy and B2xUserFlow"),
        ("b2c", "missing", "of the type b2c has no AuthenticationFlowsPolicy and B2xUserFlow"),
    ],
)
def test_the_type_of_tenant_shows(shell: Shell, serve: Serve, kind: Any, status: str, words: str) -> None:
    """Each sort of tenant is told by its answers, and what it does not have is missing."""
    serve("let-me-in", profile=Profile(kind=kind))
    _, statuses, found = examined(shell)
    assert (statuses["tenant-type"], words.replace(" and ", " or ") in detail(found, "tenant-type")) == (status, True)


def test_a_type_that_is_wrong_in_the_project_file(shell: Shell, serve: Serve) -> None:
    """The project file says b2c, and Graph says that it is none."""
    serve("let-me-in", "    type: b2c\n")
    code, statuses, found = examined(shell)
    assert (code, statuses["tenant-type"]) == (1, "missing")
    assert "says b2c, and Graph answers as a tenant of the type workforce" in detail(found, "tenant-type")


def test_clocks_that_differ(shell: Shell, serve: Serve) -> None:
    """An hour is worth a warning; it stops nothing."""
    serve("let-me-in", clock=lambda: time.time() - 3600)
    code, statuses, found = examined(shell)
    assert (code, statuses["clock"]) == (0, "warning")
    assert "60 minutes ahead of Graph's" in detail(found, "clock")


def test_nobody_at_the_address(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Graph cannot be reached: that is missing, what follows from it is unknown, and it does not take long."""

    async def at_once(_self: SystemClock, _seconds: float) -> None: ...

    monkeypatch.setattr(SystemClock, "sleep", at_once)
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    declare(shell, f"http://{HOST}:{port}")
    token = jwt(roles=APPLY)
    monkeypatch.setenv("GRAPH_TOKEN", token)
    code, statuses, found = examined(shell)
    assert (code, statuses["reachability"], statuses["access"], statuses["clock"]) == (
        1,
        "missing",
        "unknown",
        "unknown",
    )
    assert "no connection" in detail(found, "reachability")
    assert statuses["permissions-apply"] == "ok"
    assert nothing_shown(shell, token)


def test_no_token_at_all(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in failed: what the manifests need is told all the same, and Graph is asked nothing."""
    declare(shell, "global")
    monkeypatch.delenv("GRAPH_TOKEN", raising=False)
    code, statuses, found = examined(shell)
    assert (code, statuses["token"], statuses["permissions-plan"], statuses["reachability"]) == (
        1,
        "missing",
        "unknown",
        "unknown",
    )
    assert "GRAPH_TOKEN" in detail(found, "token")
    assert [each["name"] for each in found["permissions"]["apply"]] == APPLY
    assert found["requests"] == {"logical": 0, "http": 0}


def test_a_secret_file_that_is_gone(shell: Shell) -> None:
    """What sign-in needs and does not find is the token's fault, not the end of the examination."""
    declare(shell, "global")
    shell.replace("reconciler.yaml", "{fromEnv: GRAPH_TOKEN}", "{fromFile: nowhere}")
    code, statuses, found = examined(shell)
    assert (code, statuses["token"]) == (1, "missing")
    assert "nowhere cannot be read" in detail(found, "token")


def test_a_cloud_without_the_kinds(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """US Government has no b2x flows: their manifests are faulty for that tenant, and doctor says why."""
    declare(shell, "usgov")
    monkeypatch.delenv("GRAPH_TOKEN", raising=False)
    code, statuses, found = examined(shell)
    assert (code, statuses["cloud"], statuses["manifests"]) == (1, "missing", "missing")
    assert "usgov has no ApiConnector, AuthenticationFlowsPolicy, B2xUserFlow" in detail(found, "cloud")
    assert any("the cloud 'usgov' has no B2xUserFlow" in each["message"] for each in found["problems"])


@pytest.mark.parametrize("name", ["contoso", "b2c", "external", "federation"])
def test_the_embedded_tenant_asks_for_nothing(example: Callable[[str], Shell], name: str) -> None:
    """Every example is in order on the tenant that it brings."""
    shell = example(name)
    found = shell.json("doctor")
    assert (found["exit"], {each["status"] for each in found["checks"]}) == (0, {"ok"})
    assert shell.run("doctor") == 0
    assert shell.out.splitlines()[-1].startswith("Everything is there.")


def test_a_secret_that_is_not_set_is_worth_a_warning(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """An apply would stop at it."""
    monkeypatch.delenv("GOOGLE_CLIENT_SECRET")
    found = shell.json("doctor")
    assert (found["exit"], found["checks"][0]["status"]) == (0, "warning")
    assert "GOOGLE_CLIENT_SECRET" in found["problems"][0]["message"]


def test_the_json_is_the_same_every_time(shell: Shell, serve: Serve) -> None:
    """Members and bytes are stable from run to run, also in a file."""
    serve(jwt(roles=APPLY, exp=2_000_000_000))
    first = shell.json("doctor", "--tenant", "loop")
    assert shell.json("doctor", "--tenant", "loop") == first
    assert list(first) == [
        *("formatVersion", "command", "tenant", "checks", "permissions", "problems", "requests"),
        "exit",
    ]
    assert {tuple(each) for each in first["checks"]} == {("name", "status", "detail", "fix")}
    assert {tuple(each) for each in first["permissions"]["plan"]} == {("name", "neededFor", "granted", "ids")}
    assert shell.run("doctor", "--tenant", "loop", "--format", "json", "--output", "found.json") == 0
    assert json.loads((shell.folder / "found.json").read_text("utf-8")) == {
        name: value for name, value in first.items() if name != "exit"
    }


def test_nothing_is_written(shell: Shell, serve: Serve) -> None:
    """Only GETs, alone or in a batch."""
    app = serve("let-me-in")
    before = app.tenant.perform("GET", "identity/b2xUserFlows").body["value"]
    examined(shell)
    assert app.tenant.perform("GET", "identity/b2xUserFlows").body["value"] == before
    methods = {entry["method"] for entry in app.tenant.requests() if not entry["path"].endswith("$batch")}
    assert methods == {"GET"}


def test_wrong_usage_and_faulty_projects(shell: Shell, tmp_path: Path) -> None:
    """The same exit codes as of any command over manifests, in JSON too."""
    assert shell.json("doctor", "--tenant", "nobody")["exit"] == 64
    assert shell.json("doctor", "--select", "ApiConnector/nothing")["exit"] == 64
    assert shell.run("doctor", "--prune") == 64
    shell.write("reconciler.yaml", "apiVersion: reconciler/v1\nkind: Project\ntenants: 7\n")
    found = shell.json("doctor")
    assert (found["exit"], bool(found["problems"]), found["checks"]) == (1, True, [])
    assert shell.run("doctor") == 1
    assert "Nothing was examined." in shell.out
    assert tmp_path.exists()
