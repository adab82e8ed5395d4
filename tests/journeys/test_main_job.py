"""The main job as a user does it: validate, plan, apply, plan again, drift, apply."""

from __future__ import annotations

import pytest

from tests.journeys.shell import SECRETS, Shell


def test_from_an_empty_tenant_to_corrected_drift(shell: Shell) -> None:
    """Each command of the quick start does what it says and exits as it should."""
    assert shell.run("validate") == 0
    assert shell.json("plan")["summary"]["create"] == 7
    assert shell.run("plan", "--detailed-exitcode") == 2
    applied = shell.json("apply", "--yes")
    assert applied["exit"] == 0
    assert {outcome["status"] for outcome in applied["outcomes"]} == {"done"}
    again = shell.json("plan", "--detailed-exitcode")
    assert (again["exit"], again["actions"]) == (0, [])
    assert shell.run("apply", "--yes") == 0

    tenant = shell.tenant()
    flow = "identity/b2xUserFlows/B2X_1_Guests"
    tenant.perform("DELETE", f"{flow}/userFlowIdentityProviders/AADSignup-OAUTH/$ref", version="beta")
    tenant.perform("PATCH", "identity/userFlowAttributes/" + attribute(shell, "Region"), {"description": "Nowhere"})

    found = shell.json("drift")
    assert found["exit"] == 2
    assert [(each["name"], each["state"], each["direction"]) for each in found["drift"]] == [
        ("Guests", "missing", "tenant"),
        ("Region", "changed", "tenant"),
    ]
    assert shell.run("apply", "--yes") == 0
    assert shell.run("drift") == 0


def attribute(shell: Shell, name: str) -> str:
    items = shell.tenant().perform("GET", "identity/userFlowAttributes").body["value"]
    return str(next(item["id"] for item in items if item["displayName"] == name))


def test_output_is_the_same_every_time(shell: Shell) -> None:
    """Two plans of the same repository and tenant are equal to the byte."""
    shell.run("plan", "--format", "json")
    first = shell.out
    shell.run("plan", "--format", "json")
    assert shell.out == first


def test_no_secret_is_printed_or_kept_in_clear(shell: Shell) -> None:
    """Plans, outcomes, saved plans, journal and receipts never hold a secret's value."""
    for words in (["plan"], ["plan", "--out", "saved.json"], ["apply", "--yes", "-vv"], ["drift"]):
        assert shell.run(*words) == 0
        assert shell.run("plan", "--format", "json", "--send-secrets") == 0
    ours = [path for path in shell.folder.rglob("*") if path.is_file() and not path.name.startswith("local.db")]
    kept = [path.read_text(encoding="utf-8", errors="replace") for path in ours]
    assert any("create ApiConnector/approval" in text for text in kept)
    for secret in SECRETS.values():
        assert not [text for text in [*shell.said, *kept] if secret in text]


def test_a_changed_secret_is_sent_once(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new value in the environment is an update from (secret) to (secret), and none once it was sent."""
    shell.run("apply", "--yes")
    monkeypatch.setenv("GOOGLE_CLIENT_SECRET", "rotated")
    changed = shell.json("plan")["actions"]
    assert [(each["id"], each["changes"]) for each in changed] == [
        ("update IdentityProvider/Google", [{"path": "clientSecret", "from": "(secret)", "to": "(secret)"}])
    ]
    assert shell.run("apply", "--yes") == 0
    assert shell.json("plan")["actions"] == []


def test_a_missing_secret_stops_an_apply_and_not_a_plan(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its variable a plan goes on with a warning; an apply names the variable and writes nothing."""
    monkeypatch.delenv("GOOGLE_CLIENT_SECRET")
    planned = shell.json("plan")
    assert planned["exit"] == 0
    assert [problem["severity"] for problem in planned["problems"]] == ["warning"]
    refused = shell.json("apply", "--yes")
    assert refused["exit"] == 1
    assert "GOOGLE_CLIENT_SECRET" in refused["problems"][0]["message"]
    assert shell.json("plan")["summary"]["create"] == 7


def test_what_reads_cost(shell: Shell) -> None:
    """A check of two flows costs ten Graph requests in three HTTP calls; a plan of an empty tenant five in one."""
    first = shell.json("plan")["requests"]
    assert (first["logical"], first["http"]) == (5, 1)
    shell.run("apply", "--yes")
    checked = shell.json("plan")["requests"]
    assert (checked["logical"], checked["http"]) == (10, 3)


def test_what_an_apply_costs(shell: Shell) -> None:
    """Five reads, one request for each of 16 writes, and eight to see what the lists hold."""
    applied = shell.json("apply", "--yes")
    assert applied["requests"]["logical"] == 29
    sent = [request["method"] for request in shell.tenant().requests() if not request["path"].endswith("$batch")]
    assert len([method for method in sent if method != "GET"]) == 16
