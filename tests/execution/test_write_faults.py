"""Every write of an apply goes wrong once, before and after Graph has carried it out; a second run heals it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.execution import journal
from reconciler.execution.results import LOST
from reconciler.model.live import Present, Unknown
from reconciler.model.outcomes import Status
from reconciler.model.plans import Plan
from reconciler.model.secrets import Secret
from tests.execution.spoils import Spoil, lost_after, lost_before, rejected, slow, swallowed, unreachable, without_id
from tests.execution.world import PASSWORD, World, attribute, connector, everything, google, resource, to, world

WRITES = 15
FAULTS = {
    "lost before": lost_before,
    "lost after": lost_after,
    "unreachable": unreachable,
    "forbidden": lambda: rejected(403),
    "refused": lambda: rejected(400),
    "not found": lambda: rejected(404),
    "conflict": lambda: rejected(409),
}


PROMISED = (
    [["approval"], ["Hobby", "Shoe size"], ["Google"]],
    ["B2X_1_Partner"],
    ["Hobby", "displayName", "Shoesize"],
    ["EmailOtpSignup-OAUTH", "Google-OAUTH"],
)


def promised(w: World) -> object:
    """What the manifests promise, told by the tenant itself; a twin of anything would show."""
    return (
        [w.names(f"identity/{each}") for each in ("apiConnectors", "userFlowAttributes", "identityProviders")],
        w.names("identity/b2xUserFlows"),
        [each.rpartition("_")[2] for each in w.attributes],
        w.providers,
    )


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("number", range(1, WRITES + 1))
async def test_a_second_run_heals_any_write_that_went_wrong(
    folder: Path, number: int, fault: Callable[[], Spoil]
) -> None:
    """Whichever write fails, however: at most one more apply is needed, and nothing is there twice."""
    async with world(folder) as w:
        w.tenant.spoil_nth(number, fault())
        outcomes = await w.apply(*everything())
        assert len(w.tenant.writes) >= number
        w.tenant.spoils.clear()
        if {outcome.status for outcome in outcomes.values()} != {Status.DONE}:
            again = await w.apply(*everything())
            assert {outcome.status for outcome in again.values()} <= {Status.DONE}
        assert await w.left(*everything()) == []
        assert promised(w) == PROMISED


@pytest.mark.parametrize("number", range(1, WRITES + 1))
async def test_an_answer_that_was_lost_once_is_no_failure(folder: Path, number: int) -> None:
    """A POST that was carried out is found, one that was not is sent again: the apply ends as one without faults."""
    for fault in (lost_before, lost_after):
        async with world(folder / fault.__name__) as w:
            w.tenant.spoil_nth(number, fault())
            outcomes = await w.apply(*everything())
            if w.tenant.sent[number - 1].startswith("POST"):
                assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
                assert promised(w) == PROMISED


async def test_a_create_whose_answer_was_lost_is_found_by_its_name(folder: Path) -> None:
    """The POST is not repeated when the object is there, and the outcome says how it was found."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_after())
        outcome = (await w.apply(connector()))["create ApiConnector/approval"]
        assert outcome.detail.startswith("the answer was lost; found as ")
        assert w.tenant.sent == ["POST identity/apiConnectors"]


async def test_a_create_that_was_never_carried_out_is_sent_again(folder: Path) -> None:
    """When the object does not show for as long as Graph may take, the POST is repeated once."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_before())
        outcome = (await w.apply(connector()))["create ApiConnector/approval"]
        assert (outcome.status, outcome.http_status) == (Status.DONE, 201)
        assert len(w.tenant.sent) == 2


async def test_a_create_that_is_lost_every_time_fails_and_stays_open(folder: Path) -> None:
    """After three lost answers nobody knows; the journal keeps the create open for the next run."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_before(), times=3)
        outcome = (await w.apply(connector()))["create ApiConnector/approval"]
        assert outcome.status is Status.FAILED
        assert "nobody knows whether it was carried out" in outcome.detail
        assert len(w.tenant.sent) == 3
        assert [str(each) for each in journal.read(folder).open_creates] == ["ApiConnector/approval"]
        assert (await w.apply(connector()))["create ApiConnector/approval"].status is Status.DONE
        assert journal.read(folder).open_creates == ()


async def test_a_repeat_that_graph_refuses_finds_what_the_first_one_made(folder: Path) -> None:
    """A flow's name is taken by the lost request itself: that shows late, and is no failure."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/b2xUserFlows", lost_after())
        w.tenant.hide("identity/b2xUserFlows", 22, Present([]))
        outcome = (await w.apply(resource("B2xUserFlow", "Partner")))["create B2xUserFlow/Partner"]
        assert outcome.detail == "the answer was lost; found as B2X_1_Partner"
        assert w.tenant.sent == ["POST identity/b2xUserFlows"] * 2


async def test_a_repeat_that_graph_refuses_for_its_own_reasons_is_refused(folder: Path) -> None:
    """When nothing was made, the refusal of the repeat is what is reported."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_before())
        w.tenant.spoil("POST identity/apiConnectors", rejected(400))
        outcome = (await w.apply(connector()))["create ApiConnector/approval"]
        assert (outcome.status, outcome.http_status, outcome.request_id) == (Status.FAILED, 400, "r-1")
        assert outcome.detail == f"{LOST}; then 400 no; ask nicely"


async def test_a_repeat_that_is_forbidden_is_not_looked_for(folder: Path) -> None:
    """A refusal that has nothing to do with a name that is taken is reported at once."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_before())
        w.tenant.spoil("POST identity/apiConnectors", rejected(403))
        assert (await w.apply(connector()))["create ApiConnector/approval"].http_status == 403


@pytest.mark.parametrize("fault", [unreachable(), rejected(403)], ids=["unreachable", "forbidden"])
async def test_a_lost_create_is_not_forgotten_when_its_repeat_fails_otherwise(folder: Path, fault: Spoil) -> None:
    """The first attempt may have been carried out, whatever became of the second: the next run looks for it."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_after())
        w.tenant.spoil("POST identity/apiConnectors", fault)
        w.tenant.hide("identity/apiConnectors", 25, Present([]))
        outcome = (await w.apply(connector()))["create ApiConnector/approval"]
        assert outcome.detail.startswith(LOST)
        assert [str(each) for each in journal.read(folder).open_creates] == ["ApiConnector/approval"]
        await asyncio.sleep(30)
        await w.apply(connector())
        assert w.names("identity/apiConnectors") == ["approval"]


async def test_an_interrupted_look_for_a_lost_create_leaves_it_open(folder: Path) -> None:
    """Ctrl-C while an earlier run's create is looked for does not make the next run create a twin."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_after())
        w.tenant.hide("identity/apiConnectors", 15, Present([]))
        plan = await w.plan(connector())
        for _ in range(2):
            asyncio.get_running_loop().call_later(1, w.stop.set)
            assert "interrupted" in (await w.perform(plan))[0].detail
            assert [str(each) for each in journal.read(folder).open_creates] == ["ApiConnector/approval"]
            w.stop.clear()
        assert (await w.perform(plan))[0].status is Status.DONE
        assert w.names("identity/apiConnectors") == ["approval"]


async def test_what_was_lost_found_and_deleted_is_no_longer_looked_for(folder: Path) -> None:
    """A delete settles an open create: later runs do not wait for it."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_after(), times=1)
        w.tenant.spoil("POST identity/apiConnectors", unreachable())
        w.tenant.hide("identity/apiConnectors", 25, Present([]))
        await w.apply(connector())
        await asyncio.sleep(30)
        await w.apply(replace(connector(), present=False))
        assert journal.read(folder).open_creates == ()


async def test_graph_is_left_alone_for_as_long_as_it_asked(folder: Path) -> None:
    """A lost answer with Retry-After is not followed by a look before that time is over."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_before(retry_after=120))
        w.tenant.spoil("userFlowIdentityProviders/$ref", lost_before(retry_after=90))
        began = asyncio.get_running_loop().time()
        await w.apply(connector())
        assert asyncio.get_running_loop().time() - began >= 120


async def test_graph_asking_for_longer_than_the_run_may_wait_ends_the_step(folder: Path) -> None:
    """A Retry-After beyond the ceiling is not waited for: the step fails, and stays open in the journal."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_before(retry_after=3600))
        outcome = (await w.apply(connector()))["create ApiConnector/approval"]
        assert outcome.status is Status.FAILED
        assert [str(each) for each in journal.read(folder).open_creates] == ["ApiConnector/approval"]


async def test_a_stop_ends_the_wait_that_graph_asked_for(folder: Path) -> None:
    """Ctrl-C during a Retry-After does not wait for its end."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", lost_before(retry_after=300))
        began = asyncio.get_running_loop().time()
        asyncio.get_running_loop().call_later(5, w.stop.set)
        outcome = (await w.apply(connector()))["create ApiConnector/approval"]
        assert "nobody knows" in outcome.detail
        assert asyncio.get_running_loop().time() - began < 60


async def test_nothing_is_created_again_while_the_collection_cannot_be_read(folder: Path) -> None:
    """Unknown is never absent: without a look there is no second POST."""
    for answer in (Unknown("403 no permission"), None):
        async with world(folder / str(answer is None)) as w:
            plan = await w.plan(connector())
            w.tenant.spoil("POST identity/apiConnectors", lost_before())
            w.tenant.hide("identity/apiConnectors", 1000, answer)
            outcome = (await w.perform(plan))[0]
            assert outcome.status is Status.FAILED
            assert outcome.detail.startswith("nobody knows whether ApiConnector/approval was made: ")
            assert len(w.tenant.sent) == 1


async def test_two_objects_of_one_name_are_named_and_neither_is_taken(folder: Path) -> None:
    """Connector names are not unique: when two answer to it, both ids are said."""
    async with world(folder) as w:
        plan = await w.plan(connector())
        body = {"displayName": "approval", "targetUrl": "https://x.contoso.com"}
        sign_in = {"@odata.type": "#microsoft.graph.basicAuthentication", "username": "u", "password": "p"}
        other = w.app.tenant.create("identity/apiConnectors", {**body, "authenticationConfiguration": sign_in})
        w.tenant.spoil("POST identity/apiConnectors", lost_after())
        outcome = (await w.perform(plan))[0]
        assert outcome.status is Status.FAILED
        assert "2 objects answer to the name of ApiConnector/approval" in outcome.detail
        assert other in outcome.detail


async def test_a_create_that_is_answered_without_an_id_is_looked_up(folder: Path) -> None:
    """What was made has an id, even where Graph does not say it."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/userFlowAttributes", without_id())
        assert (await w.apply(attribute("Hobby")))["create UserFlowAttribute/Hobby"].status is Status.DONE
        w.tenant.spoil("POST identity/userFlowAttributes", swallowed())
        outcome = (await w.apply(attribute("Size")))["create UserFlowAttribute/Size"]
        assert outcome.detail == "Graph answered 201 without an id, and it is not listed"


async def test_a_delete_or_detach_of_what_is_gone_is_done(folder: Path) -> None:
    """Somebody was faster: the tenant is as wanted."""
    async with world(folder) as w:
        both = resource("B2xUserFlow", "Partner", userAttributeAssignments=[to("UserFlowAttribute", "email")])
        await w.apply(both, connector())
        none = resource("B2xUserFlow", "Partner", userAttributeAssignments=[])
        w.tenant.spoil("DELETE", rejected(404), times=2)
        gone = (await w.apply(none))["detach B2xUserFlow/Partner userAttributeAssignments email"]
        assert (gone.status, gone.detail, gone.http_status) == (Status.DONE, "was already gone", 404)


async def test_a_secret_that_is_not_set_is_never_sent(folder: Path) -> None:
    """A create without its secret's value fails before anything leaves, naming the variable."""
    wanted = connector()
    sign_in = {**wanted.properties["authenticationConfiguration"], "password": Secret(None, "environment variable P")}
    unset = resource("ApiConnector", "approval", {**wanted.properties, "authenticationConfiguration": sign_in})
    async with world(folder) as w:
        outcome = (await w.apply(unset))["create ApiConnector/approval"]
        assert outcome.detail == "the secret from environment variable P is not set"
        assert w.tenant.sent == []


async def test_what_a_plan_did_not_say_is_not_guessed(folder: Path) -> None:
    """Without the id of what it is about, a step fails by itself and sends nothing."""
    async with world(folder) as w:
        await w.apply(connector())
        plan = await w.plan(connector(url="https://api2.contoso.com"))
        outcome = (await w.perform(Plan(plan.steps)))[0]
        assert outcome.detail == "no id is known for ApiConnector/approval"


async def test_a_failure_says_what_graph_said_and_never_a_secret(folder: Path) -> None:
    """Status, request id and fix are there for the support case; the secret in the body is not."""
    async with world(folder) as w:
        w.tenant.spoil("identityProviders", unreachable())
        w.tenant.spoil("apiConnectors", rejected(403))
        outcomes = await w.apply(connector(), google())
        assert outcomes["create IdentityProvider/Google"].detail == (
            "it was never carried out; throttled past all patience"
        )
        assert outcomes["create ApiConnector/approval"].request_id == "r-1"
        kept = (folder / journal.FILE).read_text()
        assert PASSWORD not in f"{outcomes}{kept}"
        assert "of-google" not in f"{outcomes}{kept}"


async def test_a_slow_write_is_waited_for(folder: Path) -> None:
    """Half a minute for one answer is slow, not wrong."""
    async with world(folder) as w:
        w.tenant.spoil("apiConnectors", slow(30))
        assert (await w.apply(connector()))["create ApiConnector/approval"].status is Status.DONE
