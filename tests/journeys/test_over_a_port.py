"""The same commands against a Graph on a loopback port, with a token, and with faults on the way."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator

import pytest

from reconciler.emulator import App, Faults, create_app
from reconciler.emulator.server import HOST, server
from tests.journeys.shell import Shell

TOKEN = "let-me-in"


@pytest.fixture
def graph(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """A tenant on a port; the example's project has it as `loop`."""
    served = create_app(token=TOKEN)
    running = server(served)
    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        tenant = f"  loop:\n    graph: {address}\n    auth: {{method: token, token: {{fromEnv: GRAPH_TOKEN}}}}\n"
        variables = "    variables: {apiHost: https://api.contoso.com}\n"
        shell.replace("reconciler.yaml", "tenants:\n", f"tenants:\n{tenant}{variables}")
        monkeypatch.setenv("GRAPH_TOKEN", TOKEN)
        yield served
        running.should_exit = True
        thread.join(10)
    served.tenant.close()


def test_the_main_job_over_http(shell: Shell, graph: App) -> None:
    """Plan, apply and an empty plan against another process's Graph, counted the same as in process."""
    assert graph.token == TOKEN
    assert shell.json("apply", "--tenant", "loop", "--yes")["requests"]["logical"] == 29
    again = shell.json("plan", "--tenant", "loop", "--detailed-exitcode")
    assert (again["exit"], again["requests"]["logical"]) == (0, 10)


def test_lost_answers_make_no_twins(shell: Shell, graph: App) -> None:
    """When the answers of creates are lost after the commit, the objects are found and not made again."""
    graph.faults = Faults.parse(
        ["lost-after:times=2,route=POST */apiConnectors", "lost-after:nth=1,route=POST */b2xUserFlows"]
    )
    applied = shell.json("apply", "--tenant", "loop", "--yes")
    assert applied["exit"] == 0
    assert len(graph.tenant.perform("GET", "identity/apiConnectors").body["value"]) == 2
    assert shell.json("drift", "--tenant", "loop")["exit"] == 0


def test_what_cannot_be_read_is_unknown_and_the_rest_goes_on(shell: Shell, graph: App) -> None:
    """A forbidden listing makes its objects and what refers to them unknown; exit 1, and nothing is guessed."""
    shell.run("apply", "--tenant", "loop", "--yes")
    graph.faults = Faults.parse(["403:route=GET */identity/apiConnectors"])
    found = shell.json("plan", "--tenant", "loop")
    assert (found["exit"], found["actions"]) == (1, [])
    assert sorted(each["name"] for each in found["unknown"]) == ["Partner", "approval", "check-invitation"]
    assert all("403" in each["reason"] for each in found["unknown"])


def test_waiting_ends_when_it_was_said_to(shell: Shell, graph: App) -> None:
    """A Retry-After beyond --max-wait is not waited for: the run ends at once and says what it does not know."""
    graph.faults = Faults.parse(["429:retry-after=3600,route=GET */b2xUserFlows"])
    found = shell.json("plan", "--tenant", "loop", "--max-wait", "30s")
    assert found["exit"] == 1
    assert {each["kind"] for each in found["unknown"]} == {"B2xUserFlow"}


def test_a_wrong_token_is_said_once_and_never_shown(shell: Shell, graph: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that Graph does not accept makes everything unknown and says so; its text is nowhere."""
    assert graph.token == TOKEN
    monkeypatch.setenv("GRAPH_TOKEN", "wr0ng-token")
    assert shell.run("plan", "--tenant", "loop", "-vv") == 1
    assert "401" in shell.out + shell.err
    assert "wr0ng-token" not in shell.out + shell.err


def test_a_token_that_is_not_set_names_its_variable(shell: Shell, graph: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable nothing is sent, and the error names it."""
    monkeypatch.delenv("GRAPH_TOKEN")
    assert shell.run("plan", "--tenant", "loop") == 1
    assert "GRAPH_TOKEN" in shell.err
    assert graph.tenant.requests() == []


def test_ctrl_c_does_not_wait_for_what_graph_put_off(shell: Shell, graph: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writes that are told to come back in five minutes were never carried out: they are skipped, and nobody waits."""

    async def interrupt(_seconds: float) -> None:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)

    monkeypatch.setattr(graph.front, "_sleep", interrupt)
    graph.faults = Faults.parse(
        ["latency:seconds=1,times=1,route=POST */b2xUserFlows", "429:retry-after=300,route=POST */b2xUserFlows"]
    )
    stopped = shell.json("apply", "--tenant", "loop", "--yes")
    assert stopped["exit"] == 130
    assert {each["status"] for each in stopped["outcomes"]} == {"done", "skipped"}
    graph.faults = Faults()
    assert shell.run("apply", "--tenant", "loop", "--yes") == 0
