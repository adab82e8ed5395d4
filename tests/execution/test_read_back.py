"""Attaches are believed only when they are seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.live import Absent, Answer, Present, Unknown
from reconciler.model.outcomes import Status
from reconciler.model.plans import Plan
from reconciler.model.resources import Resource
from tests.execution.spoils import lost_after, lost_before, rejected, swallowed
from tests.execution.world import FLOW, World, connector, everything, resource, to, world

SLOT = "attach B2xUserFlow/Partner apiConnectorConfiguration.postFederationSignup approval"
OTHER_SLOT = "attach B2xUserFlow/Partner apiConnectorConfiguration.postAttributeCollection approval"
PROVIDER = "attach B2xUserFlow/Partner identityProviders EmailOtpSignup-OAUTH"
EMAIL = "attach B2xUserFlow/Partner userAttributeAssignments email"
CITY = "attach B2xUserFlow/Partner userAttributeAssignments city"


def with_otp() -> Resource:
    return resource("B2xUserFlow", "Partner", identityProviders=[to("IdentityProvider", "EmailOtpSignup-OAUTH")])


def asking(*names: str) -> Resource:
    entries = [to("UserFlowAttribute", name, displayName=f"Your {name}") for name in names]
    return resource("B2xUserFlow", "Partner", userAttributeAssignments=entries)


async def with_bare_flow(w: World) -> None:
    """An old flow, so that nothing is excused by its being new."""
    await w.apply(resource("B2xUserFlow", "Partner"))
    w.tenant.writes.clear()
    w.tenant.reads.clear()


async def test_an_attach_that_graph_accepted_and_forgot_is_a_failure(folder: Path) -> None:
    """Graph answered 204 and attached nothing: that is not called done, and the next plan has it again."""
    async with world(folder) as w:
        w.tenant.spoil("postFederationSignup/$ref", swallowed(204))
        outcomes = await w.apply(*everything())
        assert outcomes[SLOT].status is Status.FAILED
        assert outcomes[SLOT].detail == "Graph answered 204, but the attachment is not there"
        assert (outcomes[SLOT].http_status, outcomes[SLOT].request_id) == (204, "r-2")
        assert outcomes[OTHER_SLOT].status is Status.DONE
        assert await w.left(*everything()) == [SLOT]


async def test_each_sort_of_attach_is_read_back(folder: Path) -> None:
    """A provider and an assignment that were accepted and forgotten fail as well, and only they."""
    async with world(folder) as w:
        await with_bare_flow(w)
        w.tenant.spoil("userFlowIdentityProviders/$ref", swallowed(204))
        assert (await w.apply(with_otp()))[PROVIDER].status is Status.FAILED
        w.tenant.spoil("POST identity/b2xUserFlows/B2X_1_Partner/userAttributeAssignments", swallowed(201))
        outcomes = await w.apply(asking("city", "state"))
        assert sorted(each.status.value for each in outcomes.values() if each.id.startswith("attach")) == [
            "done",
            "failed",
        ]


async def test_an_attach_that_shows_late_is_waited_for(folder: Path) -> None:
    """Lists lag behind writes: the read-back looks again until patience ends."""
    async with world(folder) as w:
        await with_bare_flow(w)
        plan = await w.plan(with_otp())
        w.tenant.hide("userFlowIdentityProviders", 15, Present([]))
        assert {outcome.status for outcome in await w.perform(plan)} == {Status.DONE}
        assert len([need for need in w.tenant.reads if "Providers" in need.path]) > 3


async def test_attachments_of_one_list_share_their_read_back(folder: Path) -> None:
    """Two connector steps and three attributes cost one look each, not one for every attach."""
    async with world(folder) as w:
        await with_bare_flow(w)
        both = resource(
            "B2xUserFlow",
            "Partner",
            apiConnectorConfiguration_postFederationSignup=[to("ApiConnector", "approval")],
            apiConnectorConfiguration_postAttributeCollection=[to("ApiConnector", "approval")],
        )
        await w.apply(connector(), both)
        assert len(w.tenant.reads) == 1


@pytest.mark.parametrize(
    ("answer", "why"), [(Unknown("403 no"), "403 no"), (Absent(), "B2xUserFlow/Partner is not there")]
)
async def test_what_cannot_be_read_back_is_not_called_done(folder: Path, answer: Answer, why: str) -> None:
    """When the list cannot be read at all, the outcome says why; nor is a conflict then taken for success."""
    async with world(folder) as w:
        await with_bare_flow(w)
        plan = await w.plan(with_otp())
        first = Plan(plan.steps[:1], plan.ids)
        w.tenant.hide("userFlowIdentityProviders", 100, answer)
        outcome = (await w.perform(first))[0]
        assert outcome.detail == f"Graph answered 204, but it could not be read back: {why}"
        assert (await w.perform(first))[0].http_status == 409


async def test_a_lost_attach_is_looked_for_before_it_is_repeated(folder: Path) -> None:
    """The list is read; what is there is not posted again, what is not is."""
    async with world(folder) as w:
        await with_bare_flow(w)
        w.tenant.spoil("userFlowIdentityProviders/$ref", lost_after())
        assert (await w.apply(with_otp()))[PROVIDER].detail == "the answer was lost; found"
        w.tenant.spoil("POST identity/b2xUserFlows/B2X_1_Partner/userAttributeAssignments", lost_before())
        assert (await w.apply(asking("city")))[CITY].status is Status.DONE
        posted = [sent for sent in w.tenant.sent if sent.startswith("POST")]
        assert posted == [f"POST {FLOW}/userFlowIdentityProviders/$ref", *[f"POST {FLOW}/userAttributeAssignments"] * 2]


async def test_a_lost_slot_is_settled_by_reading_it(folder: Path) -> None:
    """A slot needs no repeat: either it holds the connector or it does not."""
    async with world(folder) as w:
        w.tenant.spoil("postFederationSignup/$ref", lost_after())
        w.tenant.spoil("postAttributeCollection/$ref", lost_before())
        outcomes = await w.apply(*everything())
        assert outcomes[SLOT].detail == "the answer was lost; found"
        assert outcomes[OTHER_SLOT].detail == (
            "the answer was lost: nobody knows whether it was carried out; the attachment is not there"
        )
        assert outcomes[OTHER_SLOT].status is Status.FAILED


async def test_an_attach_that_is_lost_every_time_fails(folder: Path) -> None:
    """After three lost answers and nothing to be seen, nobody knows."""
    async with world(folder) as w:
        await with_bare_flow(w)
        w.tenant.spoil("userFlowIdentityProviders/$ref", lost_before(), times=3)
        outcome = (await w.apply(with_otp()))[PROVIDER]
        assert outcome.detail == "the answer was lost: nobody knows whether it was carried out"
        assert len([sent for sent in w.tenant.sent if sent.endswith("$ref")]) == 3


async def test_an_attach_that_is_refused_because_it_is_there_is_done(folder: Path) -> None:
    """Somebody else attached it since the plan: what the manifest says of it is changed, and that is all."""
    async with world(folder) as w:
        await with_bare_flow(w)
        plan = await w.plan(asking("city", "displayName"))
        body = {"isOptional": True, "requiresVerification": False, "userInputType": "textBox", "displayName": "x"}
        w.app.tenant.create(f"{FLOW}/userAttributeAssignments", {**body, "userAttribute": {"id": "city"}})
        outcomes = {outcome.id: outcome for outcome in await w.perform(plan)}
        assert outcomes[CITY].detail == "it was there; changed displayName"
        assert w.get(f"{FLOW}/userAttributeAssignments/city")["isOptional"] is True
        assert await w.left(asking("city", "displayName")) == []


async def test_an_attach_that_is_refused_and_not_there_is_a_failure(folder: Path) -> None:
    """A refusal is reported as Graph put it; one that names no conflict is not even looked into."""
    async with world(folder) as w:
        await with_bare_flow(w)
        for status in (400, 403):
            w.tenant.spoil("userFlowIdentityProviders/$ref", rejected(status))
            assert (await w.apply(with_otp()))[PROVIDER].http_status == status


async def test_a_new_flow_whose_defaults_cannot_be_read_gets_nothing_posted(folder: Path) -> None:
    """What Graph put into a new flow must be known before anything is added to it or taken out of it."""
    async with world(folder) as w:
        plan = await w.plan(with_otp())
        w.tenant.hide("userFlowIdentityProviders", 100, Unknown("403 no"))
        outcomes = {outcome.id: outcome for outcome in await w.perform(plan)}
        assert outcomes[PROVIDER].detail == "what Graph put into identityProviders could not be read: 403 no"
        assert w.tenant.sent == ["POST identity/b2xUserFlows"]
        none = resource("B2xUserFlow", "Other", identityProviders=[])
        outcomes = {outcome.id: outcome for outcome in await w.perform(await w.plan(none))}
        failed = outcomes["detach B2xUserFlow/Other identityProviders (defaults)"]
        assert failed.detail == "what Graph put into identityProviders could not be read: 403 no"


async def test_removing_defaults_stops_at_the_first_that_will_not_go(folder: Path) -> None:
    """What was removed until then is said; the next run removes the rest."""
    async with world(folder) as w:
        only = asking("city")
        w.tenant.spoil("userAttributeAssignments/displayName", rejected(403))
        outcomes = await w.apply(only)
        failed = outcomes["detach B2xUserFlow/Partner userAttributeAssignments (defaults)"]
        assert failed.status is Status.FAILED
        takes = "writing userAttributeAssignments of identity/b2xUserFlows takes IdentityUserFlow.ReadWrite.All"
        assert failed.detail == f"removed emailReadonly; 403 no; ask nicely; {takes}"
        await w.apply(only)
        assert await w.left(only) == []
        assert w.attributes == ["city"]


async def test_a_lost_attach_that_shows_late_is_done(folder: Path) -> None:
    """The repeat is refused because the first was carried out; what Graph's reads show late is waited for."""
    async with world(folder) as w:
        await with_bare_flow(w)
        w.tenant.spoil("POST identity/b2xUserFlows/B2X_1_Partner/userAttributeAssignments", lost_after())
        plan = await w.plan(asking("city", "displayName"))
        w.tenant.hide("userAttributeAssignments?", 6, Present([]))
        outcomes = {outcome.id: outcome for outcome in await w.perform(plan)}
        assert outcomes[CITY].status is Status.DONE
        assert await w.left(asking("city", "displayName")) == []


async def test_an_order_that_names_what_is_gone_is_not_repeated(folder: Path) -> None:
    """What Graph lists in the order and has no entry for is not sent back: Graph may refuse it."""
    async with world(folder) as w:
        await w.apply(asking("email", "city"))
        ghost = Present({"order": ["ghost", "email", "city"]})
        w.tenant.answers = lambda need: ghost if need.path.endswith("getOrder") else None
        plan = await w.plan(asking("city", "email"))
        await w.perform(plan)
        sent = next(write.body for write in w.tenant.writes if write.path.endswith("setOrder"))
        assert sent == {"newAssignmentOrder": {"order": ["city", "email"]}}
