"""Every example from an empty tenant to a full one, through what others change in it, and back to an empty one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from reconciler.execution import journal
from tests.journeys.behind import BEHIND, Row
from tests.journeys.shell import Shell

Example = Callable[[str], Shell]
SINGLETONS = ("AuthenticationFlowsPolicy", "B2cAuthenticationMethodsPolicy")

whole = pytest.mark.parametrize("name", BEHIND)


@whole
def test_an_example_is_applied_once_and_then_as_declared(example: Example, name: str) -> None:
    """Validate, plan and apply do what they say; another plan and a check find nothing, and another apply does it."""
    shell = example(name)
    assert shell.run("validate") == 0
    planned = shell.json("plan")
    assert planned["summary"]["create"] > 0
    applied = shell.json("apply", "--yes")
    assert applied["exit"] == 0
    assert {outcome["status"] for outcome in applied["outcomes"]} == {"done"}
    assert [each["id"] for each in applied["actions"]] == [each["id"] for each in planned["actions"]]
    again = shell.json("plan", "--detailed-exitcode")
    assert (again["exit"], again["actions"], again["problems"]) == (0, [], [])
    found = shell.json("drift")
    assert (found["exit"], found["drift"], found["unmanaged"], found["unknown"]) == (0, [], [], [])
    before = writes(shell)
    assert shell.run("apply", "--yes") == 0
    assert writes(shell) == before


@whole
def test_what_others_changed_is_named_and_put_right(example: Example, name: str) -> None:
    """Drift has exactly what was changed behind the repository's back; one apply makes the tenant what it was."""
    shell = example(name)
    shell.run("apply", "--yes")
    as_applied = contents(shell)
    expected = BEHIND[name](shell.tenant())
    (shell.folder / ".reconciler" / "local" / journal.FILE).unlink()  # as if long ago: what is gone is not waited for
    found = shell.json("drift")
    assert found["exit"] == 2
    assert rows(found["drift"]) == sorted(expected)
    assert {each["direction"] for each in found["drift"]} <= {"tenant", None}
    assert shell.run("apply", "--yes") == 0
    assert shell.json("drift")["exit"] == 0
    assert shell.json("plan")["actions"] == []
    assert told(contents(shell)) == told(as_applied)


@whole
def test_what_is_declared_absent_goes_and_leaves_nothing(example: Example, name: str) -> None:
    """With every manifest absent one apply removes everything that was made; the tenant is as it was at first."""
    shell = example(name)
    shell.run("plan")
    at_first = contents(shell)
    shell.run("apply", "--yes")
    assert contents(shell) != at_first
    make_absent(shell)
    removed = shell.json("apply", "--yes")
    assert removed["exit"] == 0
    assert {each["verb"] for each in removed["actions"]} == {"delete"}
    assert {outcome["status"] for outcome in removed["outcomes"]} == {"done"}
    assert contents(shell) == at_first
    again = shell.json("drift")
    assert (again["exit"], again["drift"]) == (0, [])


def test_a_flow_is_added_by_reference_and_read_back(example: Example) -> None:
    """The retired flow is made, added to those of the workforce, and listed there; nothing is created in its place."""
    shell = example("seeds/user-flows")
    applied = shell.json("apply", "--yes")
    outcome = next(
        each for each in applied["outcomes"] if each["id"] == "attach B2xUserFlow/Customer userFlow Customer"
    )
    assert (outcome["status"], outcome["detail"]) == ("done", "listed as B2C_1_Customer")
    sent = [each for each in shell.tenant().requests() if each["method"] == "POST"]
    assert [each["path"] for each in sent] == ["/identity/userFlows", "/identity/b2xUserFlows/$ref"]
    assert sent[1]["body"]["@odata.type"] == "#Microsoft.Cpim.Api.DataModels.b2xIdentityUserFlow"
    assert shell.json("plan")["actions"] == []


def test_a_tenant_that_adds_no_flows_says_what_to_do_instead(example: Example) -> None:
    """Where Graph has no such operation the error says so, and that the flow can be created."""
    shell = example("seeds/user-flows")
    shell.replace("reconciler.yaml", "type: workforce", "type: b2c")
    shell.replace("reconciler.yaml", "{adoptsUserFlows: true}", "{userFlows: true}")
    assert shell.run("apply", "--yes", "--select", "IdentityUserFlow/*") == 0
    applied = shell.json("apply", "--yes")
    assert applied["exit"] == 1
    (failed,) = applied["outcomes"]
    assert failed["id"] == "attach B2xUserFlow/Customer userFlow Customer"
    assert failed["httpStatus"] == 404
    assert failed["detail"].startswith("Graph answered 404, it has no such operation here; leave userFlow out")


def test_a_tenant_without_retired_flows_says_what_to_declare(example: Example) -> None:
    """Where the retired collection is gone, nothing is written and the advice names the kinds that took its place."""
    shell = example("seeds/user-flows")
    shell.replace("reconciler.yaml", "type: workforce", "type: b2c")
    shell.replace("reconciler.yaml", "{adoptsUserFlows: true}", "{userFlows: false}")
    found = shell.json("apply", "--yes")
    assert (found["exit"], found["outcomes"]) == (1, [])
    (reason,) = [each["reason"] for each in found["unknown"] if each["kind"] == "IdentityUserFlow"]
    assert "declare a B2cUserFlow (B2C tenants) or a B2xUserFlow instead" in reason


def make_absent(shell: Shell) -> None:
    """Every manifest but those of what a tenant has one of; nothing is protected any more."""
    for path in sorted((shell.folder / "manifests").glob("*.yaml")):
        documents = path.read_text(encoding="utf-8").split("---\n")
        absent = [
            each
            if any(f"kind: {kind}" in each for kind in SINGLETONS)
            else re.sub(r"^(metadata: .*)$", r"\1\nensure: absent", each, flags=re.MULTILINE)
            for each in documents
        ]
        path.write_text("---\n".join(absent), encoding="utf-8")
    project = (shell.folder / "reconciler.yaml").read_text(encoding="utf-8")
    shell.write("reconciler.yaml", re.sub(r"^guards:\n(  .*\n)*", "", project, flags=re.MULTILINE))


def rows(drift: list[dict[str, Any]]) -> list[Row]:
    return sorted(
        (f"{each['kind']}/{each['name']}", each["state"], each.get("link", ""), each.get("target", ""))
        for each in drift
    )


def contents(shell: Shell) -> dict[str, list[dict[str, Any]]]:
    """Everything that is in the tenant; empty collections are none."""
    collections = shell.tenant().dump()["collections"]
    return {name: items for name, items in collections.items() if items}


def told(collections: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """The same without the order of what has none, and without policies: they are kept from the first change on."""
    rest = {name: items for name, items in collections.items() if name != "policies"}
    return {name: sorted(repr(sorted(item.items())) for item in items) for name, items in rest.items()}


def writes(shell: Shell) -> int:
    sent = [each for each in shell.tenant().requests() if not each["path"].endswith("$batch")]
    return len([each for each in sent if each["method"] != "GET"])
