"""The first apply of manifests to a tenant, with nothing in the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reconciler.model.outcomes import Outcome, Status
from tests.execution.world import FLOW, ROOT, connector, everything, flow, google, resource, to, world


async def test_a_first_apply_does_everything_and_a_second_plan_is_empty(folder: Path) -> None:
    """A new flow comes with defaults of Graph's; one apply is enough all the same."""
    async with world(folder) as w:
        outcomes = await w.apply(*everything())
        assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
        assert await w.left(*everything()) == []


async def test_the_tenant_is_what_the_manifests_say_and_not_merely_converged(folder: Path) -> None:
    """Providers, connectors, attributes and their order are those of the manifests, and Graph's defaults are gone."""
    async with world(folder) as w:
        await w.apply(*everything())
        assert w.providers == ["EmailOtpSignup-OAUTH", "Google-OAUTH"]
        assert [name.rpartition("_")[2] for name in w.attributes] == ["Hobby", "displayName", "Shoesize"]
        found = w.get(f"{FLOW}/userAttributeAssignments", "$expand=userAttribute")["value"]
        assert {each["userAttribute"]["displayName"]: (each["displayName"], each["isOptional"]) for each in found} == {
            "Hobby": ("Your hobby", True),
            "Display Name": ("Your name", False),
            "Shoe size": ("Shoe size", False),
        }
        steps = w.get(f"{FLOW}/apiConnectorConfiguration", "$expand=postFederationSignup,postAttributeCollection")
        assert [steps[name]["displayName"] for name in ("postFederationSignup", "postAttributeCollection")] == [
            "approval",
            "approval",
        ]


async def test_outcomes_come_in_the_order_of_the_plan_and_are_heard_as_they_end(folder: Path) -> None:
    """A report reads like its plan, whatever finished first; progress is heard once a step."""
    async with world(folder) as w:
        heard: list[Outcome] = []
        plan = await w.plan(*everything())
        outcomes = await w.perform(plan, heard.append)
        assert [outcome.id for outcome in outcomes] == [step.id for step in plan.steps]
        assert sorted(outcome.id for outcome in heard) == sorted(outcome.id for outcome in outcomes)
        assert heard[0].id.startswith("create")


async def test_nothing_is_read_that_a_clean_apply_does_not_need(folder: Path) -> None:
    """Fifteen writes need six reads: two looks at each list that Graph fills, one at the slots, one at the order."""
    async with world(folder) as w:
        await w.apply(*everything())
        assert len(w.tenant.sent) == 15
        assert sorted(need.path.removeprefix(f"{FLOW}/").partition("?")[0] for need in w.tenant.reads) == [
            "apiConnectorConfiguration",
            "userAttributeAssignments",
            "userAttributeAssignments",
            "userAttributeAssignments/getOrder",
            "userFlowIdentityProviders",
            "userFlowIdentityProviders",
        ]


async def test_a_default_that_the_manifest_keeps_is_changed_and_not_posted_again(folder: Path) -> None:
    """Graph's own assignments and providers that are listed stay; only what differs of them is sent."""
    kept = resource(
        "B2xUserFlow",
        "Partner",
        identityProviders=[to("IdentityProvider", "AADSignup-OAUTH")],
        userAttributeAssignments=[
            to("UserFlowAttribute", "displayName", displayName="Your name", userInputType="TextBox"),
            to("UserFlowAttribute", "emailReadonly"),
        ],
    )
    async with world(folder) as w:
        outcomes = await w.apply(kept)
        patch = next(write for write in w.tenant.writes if write.method == "PATCH")
        assert (patch.path, patch.body) == (
            f"{FLOW}/userAttributeAssignments/displayName",
            {"displayName": "Your name"},
        )
        assert not [sent for sent in w.tenant.sent if sent.endswith(("$ref", "/userAttributeAssignments"))]
        assert w.get(f"{FLOW}/userAttributeAssignments/emailReadonly")["userInputType"] == "emailBox"
        found = outcomes["attach B2xUserFlow/Partner userAttributeAssignments displayName"].detail
        assert found == "Graph put it there; changed displayName"
        removed = outcomes["detach B2xUserFlow/Partner identityProviders (defaults)"].detail
        assert removed == "there was nothing to remove"
        assert await w.left(kept) == []


async def test_an_order_that_graph_already_has_is_not_written(folder: Path) -> None:
    """When attach and detach leave the wanted order, no setOrder is sent."""
    ordered = resource(
        "B2xUserFlow",
        "Partner",
        userAttributeAssignments=[to("UserFlowAttribute", "email"), to("UserFlowAttribute", "city")],
    )
    async with world(folder) as w:
        await w.apply(resource("B2xUserFlow", "Partner", userAttributeAssignments=[to("UserFlowAttribute", "email")]))
        outcomes = await w.apply(ordered)
        assert outcomes["reorder B2xUserFlow/Partner userAttributeAssignments"].detail == "already in this order"
        assert not [sent for sent in w.tenant.sent if sent.endswith("setOrder")]


async def test_independent_writes_overlap_and_those_of_one_flow_do_not(folder: Path) -> None:
    """Different objects are written at once; one flow and one serial kind are written step by step."""
    async with world(folder) as w:
        await w.apply(*everything())
        assert max(len(each) for each in w.tenant.together) >= 3
        for each in w.tenant.together:
            assert len([path for path in each if FLOW in path]) <= 1
            assert len([path for path in each if path.endswith("userFlowAttributes")]) <= 1


async def test_what_changes_later_is_changed_and_what_goes_goes(folder: Path) -> None:
    """Updates, detaches, cleared slots and deletes are carried out, and the next plan is empty."""
    emptied = resource(
        "B2xUserFlow",
        "Partner",
        identityProviders=[to("IdentityProvider", "EmailOtpSignup-OAUTH")],
        apiConnectorConfiguration_postFederationSignup=[],
        userAttributeAssignments=[
            to("UserFlowAttribute", "Shoe size", displayName="Size"),
            to("UserFlowAttribute", "displayName"),
        ],
    )
    moved = connector(url="https://api2.contoso.com")
    async with world(folder) as w:
        await w.apply(*everything())
        outcomes = await w.apply(moved, google(), *everything()[2:4], emptied)
        assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
        assert {name.partition(" ")[0] for name in outcomes} == {"update", "detach", "reorder"}
        assert await w.left(moved, google(), emptied) == []
        gone = [replace(each, present=False) for each in (google(), flow(), everything()[2])]
        outcomes = await w.apply(moved, *gone)
        assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
        assert w.names("identity/b2xUserFlows") == []
        assert await w.left(moved, *gone) == []


async def test_references_are_absolute_addresses_of_this_graph(folder: Path) -> None:
    """Graph takes a reference only as a whole URL: beta for providers, v1.0 for connectors."""
    async with world(folder) as w:
        await w.apply(*everything())
        connector_id = w.get("identity/apiConnectors")["value"][0]["id"]
        assert {str(write.body["@odata.id"]) for write in w.tenant.writes if write.body and "$ref" in write.path} == {
            f"{ROOT}/v1.0/identity/apiConnectors/{connector_id}",
            f"{ROOT}/beta/identity/identityProviders/EmailOtpSignup-OAUTH",
            f"{ROOT}/beta/identity/identityProviders/Google-OAUTH",
        }
