"""Bad input, bad tenants and interruptions, seen from the command line."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reconciler import app
from reconciler.app import Request, Surroundings
from reconciler.model.outcomes import Outcome
from reconciler.model.runs import Run
from tests.journeys.shell import SECRETS, Shell


def test_all_faults_of_all_files_are_said_at_once(shell: Shell) -> None:
    """Every fault has its file, line and column, and nothing is asked of the tenant."""
    shell.replace("manifests/flows.yaml", "displayName: Region", "dispayName: Region")
    shell.replace("manifests/connectors.yaml", "kind: ApiConnector", "kind: ApiConector")
    shell.write("manifests/broken.yaml", "a: [1\n")
    assert shell.run("validate") == 1
    assert "did you mean 'displayName'?" in shell.out
    assert "did you mean 'ApiConnector'?" in shell.out
    assert "manifests/broken.yaml:" in shell.out
    found = shell.json("plan")
    assert (found["exit"], found["requests"]["logical"]) == (1, 0)
    assert all(problem["source"]["line"] for problem in found["problems"])


def test_a_tenant_must_be_named(shell: Shell) -> None:
    """No tenant is guessed: without a default the command stops with 64 and lists what there is."""
    shell.replace("reconciler.yaml", "defaultTenant: local\n", "")
    assert shell.run("plan") == 64
    assert "prod" in shell.err
    assert shell.run("plan", "--tenant", "local") == 0
    assert shell.run("validate") == 0


def test_without_a_project_only_validate_can_do_something(shell: Shell) -> None:
    """Files can be checked anywhere; everything else says that it needs a project file."""
    (shell.folder / "reconciler.yaml").unlink()
    assert shell.run("plan", "manifests") == 64
    assert "reconciler.yaml" in shell.err
    assert shell.run("validate") == 64
    assert shell.run("validate", "manifests", "--tenant", "local") == 64
    assert shell.run("validate", "manifests", "--var", "apiHost=https://api.contoso.com") == 0
    assert shell.run("validate", "manifests") == 1
    assert "apiHost" in shell.out


def test_an_apply_that_fails_in_part_says_what_was_done(shell: Shell) -> None:
    """One connector too many: exit 4, the report tells done from failed, and a second run finishes the rest."""
    lines = [
        "---\napiVersion: userflow/v1\nkind: ApiConnector\nmetadata: {name: extra-" + str(number) + "}\nspec:\n"
        "  targetUrl: https://api.contoso.com\n  authenticationConfiguration:\n"
        "    {type: basicAuthentication, username: u, password: {fromEnv: CONNECTOR_PASSWORD}}\n"
        for number in range(19)
    ]
    shell.write("manifests/extra.yaml", "".join(lines))
    applied = shell.json("apply", "--yes")
    assert applied["exit"] == 4
    failed = [each for each in applied["outcomes"] if each["status"] == "failed"]
    assert len(failed) == 1
    assert failed[0]["httpStatus"] >= 400
    assert failed[0]["requestId"]
    assert shell.run("apply", "--yes") == 1
    assert "failed" in shell.out


def test_what_an_interrupted_apply_began_is_finished_however_much_it_is(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C once twelve flows are made: to attach what belongs to them is no mass update, and no guard stops it. Once
    it is done, another change of all of them is one, whether there are receipts or not."""
    rest = "kind: B2xUserFlow\nspec: {identityProviders: [Google]}\nmetadata: "
    flows = [f"apiVersion: userflow/v1\n{rest}{{name: Flow{number}}}\n" for number in range(12)]
    shell.write("manifests/many.yaml", "---\n".join(flows))
    with monkeypatch.context() as patched:
        patched.setattr(app, "apply", interrupted_once(lambda outcome: outcome.id == "create B2xUserFlow/Partner"))
        assert shell.run("apply", "--yes") == 130
    left = shell.json("plan")
    assert (left["exit"], left["refusals"]) == (0, [])
    assert len({each["name"] for each in left["actions"] if each["kind"] == "B2xUserFlow"}) > 10
    assert shell.run("apply", "--yes") == 0
    assert shell.json("plan", "--detailed-exitcode")["exit"] == 0
    shell.write("manifests/many.yaml", "---\n".join(flows).replace("Google", "EmailOtpSignup-OAUTH"))
    for name in ("receipts.json", "key"):
        assert [each["guard"] for each in shell.json("apply", "--yes")["refusals"]] == ["maxUpdates"]
        (shell.folder / ".reconciler" / "local" / name).unlink()
    assert [each["guard"] for each in shell.json("plan")["refusals"]] == ["maxUpdates"]


def test_flows_of_which_nothing_is_declared_are_finished_once_they_are_there(shell: Shell) -> None:
    """What has no receipt for lack of anything to receive is guarded like the rest."""
    flows = [f"apiVersion: userflow/v1\nkind: B2xUserFlow\nmetadata: {{name: Flow{each}}}\n" for each in range(12)]
    shell.write("manifests/many.yaml", "---\n".join(f"{each}spec: {{}}\n" for each in flows))
    assert shell.run("apply", "--yes") == 0
    shell.write("manifests/many.yaml", "---\n".join(f"{each}spec: {{identityProviders: [Google]}}\n" for each in flows))
    assert [each["guard"] for each in shell.json("plan")["refusals"]] == ["maxUpdates"]


def interrupted_once(when: Callable[[Outcome], bool]) -> Callable[..., Run]:
    """An apply during which somebody presses Ctrl-C."""
    whole = app.apply

    def interrupted(request: Request, around: Surroundings, **rest: Any) -> Run:
        def heard(outcome: Outcome) -> None:
            if when(outcome):
                signal.raise_signal(signal.SIGINT)

        return whole(request, replace(around, outcome=heard), **rest)

    return interrupted


def test_ctrl_c_ends_an_apply_with_a_report(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interruption nothing new begins, the exit code is 130, and the next apply does what is left."""
    with monkeypatch.context() as patched:
        patched.setattr(app, "apply", interrupted_once(lambda _: True))
        stopped = shell.json("apply", "--yes")
    assert stopped["exit"] == 130
    assert {"done", "skipped"} <= {each["status"] for each in stopped["outcomes"]}
    assert shell.run("apply", "--yes") == 0
    assert shell.json("plan", "--detailed-exitcode")["exit"] == 0


def test_a_switched_off_tenant_is_switched_on_and_finished_in_one_apply(shell: Shell) -> None:
    """While sign-up is off nothing behind it is guessed: the switch comes first, then a plan of the rest."""
    shell.run("plan")
    shell.tenant().change_profile({"self_service_sign_up": False})
    planned = shell.json("plan")
    assert planned["exit"] == 1
    assert planned["actions"][0]["id"] == "update AuthenticationFlowsPolicy/tenant"
    hidden = {each["name"]: each["reason"] for each in planned["unknown"]}
    assert set(hidden) == {"approval", "check-invitation", "Partner", "PartnerNumber", "Region"}
    assert "this plan turns it on" in hidden["approval"]
    applied = shell.json("apply", "--yes")
    assert (applied["exit"], applied["unknown"]) == (0, [])
    assert applied["summary"]["create"] == 7
    assert {each["id"] for each in applied["outcomes"]} == {each["id"] for each in applied["actions"]}
    assert shell.run("drift") == 0


def test_what_a_switch_hid_is_shown_before_it_is_written(shell: Shell) -> None:
    """The second plan is asked about too; who says no to it keeps the switch and nothing else."""
    shell.run("plan")
    shell.tenant().change_profile({"self_service_sign_up": False})
    asked: list[int] = []

    def confirm(run: Run) -> bool:
        asked.append(len(run.plan.steps))
        return len(asked) == 1

    around = Surroundings({**SECRETS}, shell.folder, date(2026, 11, 21))
    run = app.apply(Request(), around, confirm=confirm)
    assert len(asked) == 2
    assert (run.exit_code, run.declined) == (4, True)
    assert shell.json("plan")["summary"]["create"] == 5


def test_an_approved_plan_stops_at_the_switch(shell: Shell) -> None:
    """What was hidden was not approved: a saved plan turns the switch on and leaves the rest for another plan."""
    shell.run("plan")
    shell.tenant().change_profile({"self_service_sign_up": False})
    assert shell.run("plan", "--out", "approved.plan") == 1
    assert shell.json("apply", "approved.plan", "--yes")["exit"] == 1
    assert shell.json("plan")["summary"]["create"] == 5


def test_an_interruption_while_reading_gives_a_report(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C before anything was written exits 130 with a report that says so, as text and as JSON."""

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "plan", interrupted)
    assert shell.run("plan") == 130
    assert "Interrupted: nothing was written." in shell.out
    assert shell.json("plan")["exit"] == 130


def test_links_in_a_circle_are_named(shell: Shell) -> None:
    """A symbolic link that leads to itself is a fault at its place, and the other files are checked all the same."""
    (shell.folder / "manifests" / "loop.yaml").symlink_to("loop.yaml")
    shell.replace("manifests/flows.yaml", "displayName: Region", "dispayName: Region")
    assert shell.run("validate") == 1
    assert "manifests/loop.yaml:1:1" in shell.out
    assert "dispayName" in shell.out


def test_a_secret_that_graph_masked_is_not_sent(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value with a run of asterisks, as Graph shows secrets, stops the apply."""
    monkeypatch.setenv("GOOGLE_CLIENT_SECRET", "42*****96")
    assert shell.run("apply", "--yes") == 1
    assert "GOOGLE_CLIENT_SECRET" in shell.out


def test_hostile_names_stay_text(shell: Shell) -> None:
    """Control sequences in names that others gave to objects never reach the terminal."""
    shell.run("apply", "--yes")
    shell.tenant().create(
        "identity/apiConnectors",
        {
            "displayName": "\x1b[31mred\u202e::set-output name=x::y",
            "targetUrl": "https://x.contoso.com",
            "authenticationConfiguration": {
                "@odata.type": "#microsoft.graph.basicAuthentication",
                "username": "u",
                "password": "p",
            },
        },
    )
    assert shell.run("drift") == 0
    assert "\x1b" not in shell.out
    assert "\u202e" not in shell.out
    assert "set-output" in shell.out
