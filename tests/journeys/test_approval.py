"""Who says yes, and to what: prompts, saved plans, guards."""

from __future__ import annotations

import json

from tests.journeys.shell import Shell


def test_nothing_is_written_where_nobody_can_answer(shell: Shell) -> None:
    """Without --yes and without a terminal an apply shows the plan, says why it stops, and writes nothing."""
    assert shell.run("apply") == 1
    assert "--yes" in shell.err
    assert shell.json("plan")["summary"]["create"] == 7


def test_an_approved_plan_is_applied(shell: Shell) -> None:
    """A plan that was saved is told from a manifest by its content and applied."""
    assert shell.run("plan", "--out", "approved.plan") == 0
    assert shell.run("apply", "approved.plan", "--yes") == 0
    assert shell.json("plan")["actions"] == []


def test_an_approved_plan_that_is_half_done_is_finished(shell: Shell) -> None:
    """What was approved, or less: steps that are done already are not in the way."""
    shell.run("plan", "--out", "approved.plan")
    shell.run("apply", "--yes", "--select", "ApiConnector/*")
    applied = shell.json("apply", "approved.plan", "--yes")
    assert applied["exit"] == 0
    assert "create ApiConnector/approval" not in [each["id"] for each in applied["actions"]]


def test_a_stale_plan_is_refused(shell: Shell) -> None:
    """A manifest that changed after the approval stops the apply before anything is written."""
    shell.run("plan", "--out", "approved.plan")
    shell.replace("manifests/attributes.yaml", "Where the partner does business", "Elsewhere")
    refused = shell.json("apply", "approved.plan", "--yes")
    assert refused["exit"] == 3
    assert [(each["guard"], each["object"]) for each in refused["refusals"]] == [
        ("stalePlan", "UserFlowAttribute/Region")
    ]
    assert shell.json("plan")["summary"]["create"] == 7


def test_a_plan_is_bound_to_the_objects_it_was_about(shell: Shell) -> None:
    """A name that stands for another live object since the approval makes the plan stale: the wrong one is not hit."""
    shell.run("plan")
    sign_in = {"@odata.type": "#microsoft.graph.basicAuthentication", "username": "u", "password": "p"}
    body = {"targetUrl": "https://x.contoso.com", "authenticationConfiguration": sign_in}
    one, two = (shell.tenant().create("identity/apiConnectors", {**body, "displayName": name}) for name in "ab")
    manifest = "apiVersion: userflow/v1\nkind: ApiConnector\nmetadata: {name: old, id: %s}\nensure: absent\n"
    shell.write("old.yaml", manifest % one)
    assert shell.run("plan", "old.yaml", "--out", "approved.plan") == 0
    shell.write("old.yaml", manifest % two)
    assert shell.run("apply", "approved.plan", "--yes") == 3
    assert len(shell.tenant().perform("GET", "identity/apiConnectors").body["value"]) == 2


def test_a_saved_plan_is_applied_as_it_was_made(shell: Shell) -> None:
    """Selection, pruning, variables and secrets to send are those of the approval; other ones are not accepted."""
    shell.run("apply", "--yes")
    flow = {"id": "Portal", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}
    shell.tenant().create("identity/b2xUserFlows", flow)
    words = [
        "--prune",
        "--select",
        "B2xUserFlow/*",
        "--select",
        "ApiConnector/*",
        "--var",
        "apiHost=https://new.contoso.com",
    ]
    assert shell.run("plan", *words, "--send-secrets", "ApiConnector/approval", "--out", "approved.plan") == 0
    for option in (["--prune"], ["--select", "B2xUserFlow/*"], ["--send-secrets"]):
        assert shell.run("apply", "approved.plan", "--yes", *option) == 64
    applied = shell.json("apply", "approved.plan", "--yes")
    assert applied["exit"] == 0
    assert sorted(each["id"] for each in applied["actions"]) == [
        "delete B2xUserFlow/Portal",
        "update ApiConnector/approval",
        "update ApiConnector/check-invitation",
    ]
    sent = [each for each in shell.tenant().requests() if each["method"] == "PATCH"]
    assert len(sent) == 2


def test_a_saved_plan_that_was_edited_is_not_applied(shell: Shell) -> None:
    """Steps that are not those that were saved are noticed by the digest."""
    shell.run("plan", "--out", "approved.plan")
    document = json.loads((shell.folder / "approved.plan").read_text())
    document["steps"].pop()
    shell.write("approved.plan", json.dumps(document))
    assert shell.run("apply", "approved.plan", "--yes") == 1
    assert "cannot be read" in shell.err


def test_a_selection_that_matches_nothing_is_an_error(shell: Shell) -> None:
    """A misspelt --select does not look like a tenant without drift; a flow may be named with its prefix."""
    assert shell.run("drift", "--select", "ApiConnector/aproval") == 64
    assert "did you mean 'ApiConnector/approval'?" in shell.err
    assert shell.run("plan", "--select", "IdentityProvider/Nobody") == 64
    selected = shell.json("plan", "--select", "B2xUserFlow/B2X_1_Guests")
    assert {each["name"] for each in selected["actions"]} == {"Guests"}


def test_what_was_not_selected_is_not_remembered_as_applied(shell: Shell) -> None:
    """An apply of a part says nothing about who moved in the rest."""
    shell.run("apply", "--yes")
    shell.replace("manifests/attributes.yaml", "Where the partner does business", "Elsewhere")
    assert shell.run("apply", "--yes", "--select", "B2xUserFlow/*") == 0
    assert [each["direction"] for each in shell.json("drift")["drift"]] == ["repository"]


def test_a_plan_is_bound_to_its_tenant(shell: Shell) -> None:
    """A saved plan is not applied to another tenant, whether by option or by an edited project file."""
    shell.run("plan", "--out", "approved.plan")
    assert shell.run("apply", "approved.plan", "--yes", "--tenant", "prod") == 3
    document = json.loads((shell.folder / "approved.plan").read_text())
    document["tenant"]["tenantId"] = "another"
    shell.write("approved.plan", json.dumps(document))
    assert shell.run("apply", "approved.plan", "--yes") == 3
    assert "another tenant" in shell.err


def test_a_single_manifest_is_not_taken_for_a_plan(shell: Shell) -> None:
    """One file of manifests, YAML or JSON, is applied as manifests."""
    assert shell.run("apply", "manifests/attributes.yaml", "--yes") == 0
    spec = {"dataType": "string"}
    document = {"apiVersion": "userflow/v1", "kind": "UserFlowAttribute", "metadata": {"name": "Json"}, "spec": spec}
    shell.write("one.yaml", json.dumps(document))
    assert shell.json("apply", "one.yaml", "--yes")["summary"]["create"] == 1


def test_a_damaged_plan_is_named(shell: Shell) -> None:
    """A file that says that it is a plan and is none is an error with a fix, not a manifest with many faults."""
    shell.write("broken.plan", '{"apiVersion": "reconciler/v1", "kind": "SavedPlan"}')
    assert shell.run("apply", "broken.plan", "--yes") == 1
    assert "cannot be read" in shell.err


def test_a_plan_that_cannot_be_saved_is_an_error(shell: Shell) -> None:
    """A path that cannot be written is said as such."""
    shell.write("file", "")
    assert shell.run("plan", "--out", "file/plan") != 0
    assert "file/plan" in shell.err


def test_a_refused_plan_is_not_saved_and_not_applied(shell: Shell) -> None:
    """Protected objects stay, exit code 3, plan and apply alike; drift does not mind the guard."""
    shell.run("apply", "--yes")
    shell.replace("manifests/flows.yaml", "metadata: {name: Partner}", "metadata: {name: Partner}\nensure: absent")
    assert shell.run("plan", "--out", "never.plan") == 3
    assert not (shell.folder / "never.plan").exists()
    refused = shell.json("apply", "--yes")
    assert (refused["exit"], refused["refusals"][0]["guard"]) == (3, "protect")
    assert "outcomes" not in refused or refused["outcomes"] == []
    assert shell.json("drift")["exit"] == 2


def test_an_object_in_use_is_not_deleted(shell: Shell) -> None:
    """A connector that a flow still calls is refused, naming the flow; once detached in the same plan it goes."""
    shell.run("apply", "--yes")
    shell.replace(
        "manifests/connectors.yaml", "metadata: {name: approval}", "metadata: {name: approval}\nensure: absent"
    )
    shell.replace("manifests/flows.yaml", "    postAttributeCollection: approval\n", "")
    refused = shell.json("plan")
    assert refused["exit"] == 3
    assert "B2xUserFlow/Partner" in refused["refusals"][0]["reason"]
    shell.replace(
        "manifests/flows.yaml",
        "    postFederationSignup: check-invitation\n",
        "    postFederationSignup: check-invitation\n    postAttributeCollection: null\n",
    )
    assert shell.run("apply", "--yes") == 0
    assert shell.json("drift")["exit"] == 0


def test_pruning_removes_what_nobody_declares_and_needs_manifests(shell: Shell) -> None:
    """--prune deletes undeclared objects of declared kinds; with an empty repository it is refused."""
    shell.run("apply", "--yes")
    tenant = shell.tenant()
    tenant.create("identity/b2xUserFlows", {"id": "Portal", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1})
    assert [each["name"] for each in shell.json("plan")["unmanaged"]] == ["Portal"]
    pruned = shell.json("apply", "--yes", "--prune")
    assert [each["id"] for each in pruned["actions"]] == ["delete B2xUserFlow/Portal"]
    assert pruned["exit"] == 0
    (shell.folder / "empty").mkdir()
    assert shell.run("plan", "empty", "--prune", "B2xUserFlow") == 3
