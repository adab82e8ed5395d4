"""Bad input, bad tenants and interruptions, seen from the command line."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import Any

import pytest

from reconciler import app
from reconciler.app import Request, Surroundings
from reconciler.model.outcomes import Outcome
from tests.journeys.shell import Shell


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


def test_ctrl_c_ends_an_apply_with_a_report(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interruption nothing new begins, the exit code is 130, and the next apply does what is left."""
    whole = app.apply

    def interrupted(request: Request, around: Surroundings, **rest: Any) -> Any:
        def heard(_outcome: Outcome) -> None:
            signal.raise_signal(signal.SIGINT)

        return whole(request, replace(around, outcome=heard), **rest)

    with monkeypatch.context() as patched:
        patched.setattr(app, "apply", interrupted)
        stopped = shell.json("apply", "--yes")
    assert stopped["exit"] == 130
    assert {"done", "skipped"} <= {each["status"] for each in stopped["outcomes"]}
    assert shell.run("apply", "--yes") == 0
    assert shell.json("plan", "--detailed-exitcode")["exit"] == 0


def test_a_switched_off_tenant_says_what_to_do(shell: Shell) -> None:
    """While self-service sign-up is off nothing behind it is guessed; the switch is planned, then the rest."""
    shell.run("plan")
    shell.tenant().change_profile({"self_service_sign_up": False})
    first = shell.json("apply", "--yes")
    assert first["exit"] == 1
    assert [each["id"] for each in first["actions"]] == [
        "update AuthenticationFlowsPolicy/tenant",
        "create IdentityProvider/Google",
        "create B2xUserFlow/Guests",
        "attach B2xUserFlow/Guests identityProviders AADSignup-OAUTH",
        "attach B2xUserFlow/Guests identityProviders EmailOtpSignup-OAUTH",
        "detach B2xUserFlow/Guests identityProviders (defaults)",
    ]
    assert {each["name"] for each in first["unknown"]} == {
        "approval",
        "check-invitation",
        "Partner",
        "PartnerNumber",
        "Region",
    }
    assert "AADB2C99039" in first["unknown"][0]["reason"]
    assert shell.run("apply", "--yes") == 0
    assert shell.run("drift") == 0


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
