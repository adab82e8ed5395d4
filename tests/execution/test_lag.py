"""Graph shows late what was written: nothing is made twice, and nothing fails that only needs time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from reconciler.emulator import Fault, Faults
from reconciler.model.addresses import Address
from reconciler.model.live import Absent, Answer, Present, Unknown
from reconciler.model.outcomes import Status
from reconciler.model.plans import Plan, Step, Update
from reconciler.model.resources import Resource
from reconciler.model.tenant import Reply, Write
from tests.execution.spoils import Spoil, answered_late, lost_after, lost_before, rejected, slow
from tests.execution.test_write_faults import PROMISED, promised
from tests.execution.world import FLOW, World, connector, everything, resource, to, world

REORDER = "reorder B2xUserFlow/Partner userAttributeAssignments"
SWITCH = "AuthenticationFlowsPolicy"
EMAIL = "attach B2xUserFlow/Partner userAttributeAssignments email"


async def lagging(w: World, seconds: float) -> None:
    """From now on every read shows the tenant as it was that long ago."""
    await asyncio.sleep(seconds)
    w.app.faults = Faults((Fault("lag", "GET *", seconds=seconds),))


def asking(*names: str) -> Resource:
    entries = [to("UserFlowAttribute", name, isOptional=True) for name in names]
    return resource("B2xUserFlow", "Partner", userAttributeAssignments=entries)


@pytest.mark.parametrize("seconds", [1.0, 6.0, 15.0])
async def test_an_apply_converges_although_every_read_is_old(folder: Path, seconds: float) -> None:
    """Reads that look seconds back cost patience, never a failure or a twin."""
    async with world(folder) as w:
        await lagging(w, seconds)
        outcomes = await w.apply(*everything())
        assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
        await asyncio.sleep(seconds)
        assert await w.left(*everything()) == []
        assert promised(w) == PROMISED


@pytest.mark.parametrize("number", range(1, 6))
async def test_a_lost_create_makes_no_twin_although_the_listing_lags(folder: Path, number: int) -> None:
    """The object is looked for as long as Graph may take to show it, and only then made again."""
    async with world(folder) as w:
        await lagging(w, 12.0)
        w.tenant.spoil_nth(number, lost_after())
        outcomes = await w.apply(*everything())
        assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
        assert promised(w) == PROMISED


async def test_an_interrupted_create_makes_no_twin_in_the_next_run(folder: Path) -> None:
    """The journal knows the create began: the next run looks for it before it posts, for as long as a listing lags."""
    async with world(folder) as w:
        plan = await w.plan(connector())
        w.tenant.spoil("apiConnectors", answered_late(3600))
        w.tenant.hide("identity/apiConnectors", 20, Present([]))
        performing = asyncio.create_task(w.perform(plan))
        await asyncio.sleep(1)
        w.stop.set()
        assert (await performing)[0].status is Status.FAILED
        w.stop.clear()
        outcome = (await w.perform(plan))[0]
        assert outcome.detail.startswith("an earlier run lost the answer; found as ")
        assert w.names("identity/apiConnectors") == ["approval"]


async def test_a_create_that_an_earlier_run_began_in_vain_is_carried_out(folder: Path) -> None:
    """Nothing of that name shows up: then it was never made, and is made now."""
    async with world(folder) as w:
        plan = await w.plan(connector())
        performing = asyncio.create_task(w.perform(plan))
        w.tenant.spoil("apiConnectors", slow(3600))
        await asyncio.sleep(1)
        w.stop.set()
        assert "nobody knows" in (await performing)[0].detail
        w.stop.clear()
        assert (await w.perform(plan))[0].http_status == 201


async def test_what_an_earlier_run_made_is_not_made_again_while_listings_lag(folder: Path) -> None:
    """A plan made from an old listing says create; the journal has the id, and the object is there."""
    async with world(folder) as w:
        plan = await w.plan(connector())
        await w.perform(plan)
        outcome = (await w.perform(plan))[0]
        assert outcome.detail.startswith("an earlier run made it; found as ")
        assert w.names("identity/apiConnectors") == ["approval"]


async def test_what_an_earlier_run_made_and_somebody_deleted_is_made_again(folder: Path) -> None:
    """The journal's id is gone from Graph: the create is carried out, after a look and without waiting."""
    async with world(folder) as w:
        plan = await w.plan(connector())
        await w.perform(plan)
        made = w.get("identity/apiConnectors")["value"][0]["id"]
        w.app.tenant.perform("DELETE", f"identity/apiConnectors/{made}")
        await asyncio.sleep(100)
        before = asyncio.get_running_loop().time()
        assert (await w.perform(plan))[0].http_status == 201
        assert asyncio.get_running_loop().time() - before < 1


async def test_what_was_made_and_renamed_since_is_not_taken_for_the_same(folder: Path) -> None:
    """An object that answers to another name is another object, whatever the journal remembers."""
    async with world(folder) as w:
        plan = await w.plan(connector())
        await w.perform(plan)
        made = w.get("identity/apiConnectors")["value"][0]["id"]
        w.app.tenant.perform("PATCH", f"identity/apiConnectors/{made}", {"displayName": "portal"})
        assert (await w.perform(plan))[0].http_status == 201
        assert w.names("identity/apiConnectors") == ["approval", "portal"]


async def test_nothing_is_made_while_nobody_knows_whether_an_earlier_run_did(folder: Path) -> None:
    """Unknown is never absent, in the next run neither."""
    async with world(folder) as w:
        plan = await w.plan(connector())
        await w.perform(plan)
        w.tenant.hide("identity/apiConnectors", 100, Unknown("503"))
        outcome = (await w.perform(plan))[0]
        assert outcome.detail == "nobody knows whether ApiConnector/approval was made: 503"


@pytest.mark.parametrize("status", [400, 404])
async def test_a_write_that_is_refused_because_its_flow_does_not_show_yet_is_repeated(
    folder: Path, status: int
) -> None:
    """Graph does not see its own new flow at first: once it does, the write is sent again."""
    async with world(folder) as w:
        plan = await w.plan(asking("email"))
        w.tenant.spoil("PATCH", rejected(status))
        w.tenant.spoil("DELETE", rejected(status))
        w.tenant.answers = lambda need: Absent() if need.path == FLOW and _early() else None
        assert {outcome.status for outcome in await w.perform(plan)} == {Status.DONE}
        assert await w.left(asking("email")) == []


def _early() -> bool:
    return asyncio.get_running_loop().time() < 1005


async def test_a_refusal_of_what_shows_is_a_refusal(folder: Path) -> None:
    """A bad request about objects that are there to be seen is not sent twice."""
    async with world(folder) as w:
        w.tenant.spoil("postFederationSignup/$ref", rejected(400), times=5)
        outcomes = await w.apply(*everything())
        assert outcomes["attach B2xUserFlow/Partner apiConnectorConfiguration.postFederationSignup approval"].detail
        assert len([sent for sent in w.tenant.sent if "postFederationSignup" in sent]) == 1


async def test_a_404_about_what_is_new_is_repeated_until_patience_ends(folder: Path) -> None:
    """404 about an object that this run made and that shows: Graph is asked again, for as long as it may lag."""
    async with world(folder) as w:
        w.tenant.spoil("postFederationSignup/$ref", rejected(404), times=3)
        outcomes = await w.apply(*everything())
        assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
        w.tenant.spoil("BarelyThere/apiConnector", rejected(404), times=1000)
        slot = resource(
            "B2xUserFlow",
            "BarelyThere",
            apiConnectorConfiguration_postFederationSignup=[to("ApiConnector", "approval")],
        )
        before = asyncio.get_running_loop().time()
        outcomes = await w.apply(slot)
        assert Status.FAILED in {outcome.status for outcome in outcomes.values()}
        assert 19 < asyncio.get_running_loop().time() - before < 25


async def test_a_write_about_what_never_shows_fails_as_graph_said(folder: Path) -> None:
    """The refusal stands when what was made does not show until patience ends."""
    async with world(folder) as w:
        plan = await w.plan(asking("email"))
        w.tenant.spoil("PATCH", rejected(400))
        w.tenant.answers = lambda need: Absent() if need.path == FLOW else None
        outcomes = {outcome.id: outcome for outcome in await w.perform(plan)}
        assert EMAIL in outcomes
        assert {outcome.http_status for outcome in outcomes.values() if outcome.status is Status.FAILED} <= {400}


@pytest.mark.parametrize("ago", [0.0, 60.0])
async def test_a_switch_that_was_turned_on_a_moment_ago_is_given_time(folder: Path, ago: float) -> None:
    """Graph may refuse for a while what a switch allows: that is waited out after a change of ours, and only then."""
    async with world(folder) as w:
        opened = Update(address=Address(SWITCH, SWITCH), body={"selfServiceSignUp": {"isEnabled": True}})
        create = (await w.plan(connector())).steps[0].action
        steps = (Step(opened), Step(create, (Step(opened).id,)))
        w.tenant.spoil("POST identity/apiConnectors", _later(ago, rejected(400, "AADB2C99039")), times=3)
        outcomes = await w.perform(Plan(steps))
        assert outcomes[1].status is (Status.FAILED if ago else Status.DONE)
        assert len(w.tenant.sent) == (2 if ago else 5)


async def test_a_switch_that_somebody_else_turned_off_is_not_waited_for(folder: Path) -> None:
    """Without a change of ours the refusal is what it is."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", rejected(400, "AADB2C99039"))
        assert (await w.apply(connector()))["create ApiConnector/approval"].status is Status.FAILED


def _later(seconds: float, spoil: Spoil) -> Spoil:
    async def spoilt(write: Write, send: Callable[[], Awaitable[Reply]]) -> Reply:
        await asyncio.sleep(seconds)
        return await spoil(write, send)

    return spoilt


async def test_an_order_whose_answer_was_lost_is_read_again(folder: Path) -> None:
    """setOrder is repeated only where the order is not the wanted one already; lost every time, it has failed."""
    async with world(folder) as w:
        plan = await w.plan(asking("email", "displayName"))
        w.tenant.spoil("setOrder", lost_before(), times=3)
        outcome = (await w.perform(plan))[-1]
        assert outcome.id == REORDER
        assert outcome.detail == "the answer was lost: nobody knows whether it was carried out"
        w.tenant.spoil("setOrder", lost_after())
        assert (await w.apply(asking("email", "displayName")))[REORDER].detail == "already in this order"
        assert len([sent for sent in w.tenant.sent if sent.endswith("setOrder")]) == 4


@pytest.mark.parametrize(("answer", "why"), [(Unknown("403 no"), "403 no"), (Absent(), "it is not there")])
async def test_an_order_that_cannot_be_read_is_not_guessed(folder: Path, answer: Answer, why: str) -> None:
    """Without the present order nothing is written: it might have entries that nobody manages."""
    async with world(folder) as w:
        w.tenant.hide("getOrder", 100, answer)
        outcome = (await w.apply(asking("email", "displayName")))[REORDER]
        assert outcome.detail == f"the present order could not be read: {why}"
