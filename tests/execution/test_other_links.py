"""Links that are kept as names, as members of the owner, or as objects of another collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.execution.requests import detach_write, write_for
from reconciler.execution.results import LOST, StepError
from reconciler.model.addresses import Address
from reconciler.model.kinds import Version
from reconciler.model.live import Absent, Answer, Need, Present, Unknown
from reconciler.model.outcomes import Status
from reconciler.model.plans import Detach, Plan
from reconciler.model.tenant import Write
from tests.execution.manifests import CLAIMS, ONE, OTHER, START, TWO, b2x, events, listener
from tests.execution.spoils import lost_after, lost_before, rejected, swallowed
from tests.execution.stories import EXTERNAL, WORKFORCE, resources, two_in_one
from tests.execution.world import KINDS, World, world
from tests.laws.worlds import Document, document

EVENTS = "identity/events/onSignupStart"
LINKED = f"attach B2xUserFlow/Partner applications {ONE}"
UNLINKED = f"detach B2xUserFlow/Partner applications {ONE}"
CALLED = "attach AuthenticationEventsFlow/Customers onAttributeCollectionStart prefill"
NAMED = f"attach AuthenticationEventsFlow/Customers applications {ONE}"


def tied(w: World) -> list[list[str]]:
    """The applications of each listener of the flow."""
    found = w.get(EVENTS, version=Version.BETA)["value"]
    return sorted(sorted(each["sourceFilter"]["includeApplications"]) for each in found)


async def test_an_application_whose_link_was_lost_is_linked_once(folder: Path) -> None:
    """The listeners are looked at before another one is made."""
    async with world(folder, WORKFORCE) as w:
        await w.apply(*resources((b2x(),), folder))
        w.tenant.spoil(f"POST {EVENTS}", lost_after())
        outcome = (await w.apply(*resources((b2x(applications=[ONE]),), folder)))[LINKED]
        assert (outcome.status, outcome.detail) == (Status.DONE, "the answer was lost; found")
        assert tied(w) == [[ONE]]
        w.tenant.spoil(f"POST {EVENTS}", lost_before())
        await w.apply(*resources((b2x(applications=[ONE, TWO]),), folder))
        assert tied(w) == [[ONE], [TWO]]


async def test_an_application_that_is_linked_already_is_done(folder: Path) -> None:
    """Somebody linked it since the plan: Graph's refusal is looked into, and no second listener is made."""
    async with world(folder, WORKFORCE) as w:
        await w.apply(*resources((b2x(),), folder))
        plan = await w.plan(*resources((b2x(applications=[ONE]),), folder))
        two_in_one(w)
        outcome = (await w.perform(plan))[0]
        assert (outcome.status, outcome.detail) == (Status.DONE, "it was there")
        assert tied(w) == [[ONE, TWO]]


async def test_a_listener_with_two_applications_keeps_the_other_one(folder: Path) -> None:
    """Taking one application out changes the listener; taking the last one out deletes it."""
    async with world(folder, WORKFORCE) as w:
        await w.apply(*resources((b2x(),), folder))
        two_in_one(w)
        await w.apply(*resources((b2x(applications=[TWO]),), folder))
        assert tied(w) == [[TWO]]
        assert w.tenant.writes[-1].method == "PATCH"
        await w.apply(*resources((b2x(applications=[]),), folder))
        assert tied(w) == []
        assert w.tenant.writes[-1].method == "DELETE"


async def test_an_application_that_is_unlinked_already_is_done(folder: Path) -> None:
    """What is tied to nothing any more needs no request; where that cannot be read, the step fails."""
    async with world(folder, WORKFORCE) as w:
        await w.apply(*resources((b2x(applications=[ONE]),), folder))
        plan = await w.plan(*resources((b2x(applications=[]),), folder))
        w.tenant.hide(EVENTS, 100, Unknown("403 no"))
        outcome = (await w.perform(plan))[0]
        assert (outcome.status, outcome.detail) == (Status.FAILED, "applications could not be read: 403 no")
        w.tenant.hide(EVENTS, 0)
        (tying,) = w.get(EVENTS, version=Version.BETA)["value"]
        w.app.tenant.perform("DELETE", f"{EVENTS}/{tying['id']}", version="beta")
        w.tenant.writes.clear()
        assert (await w.perform(plan))[0].detail == "was already gone"
        assert w.tenant.writes == []


async def test_a_lost_handler_is_settled_by_reading_the_flow(folder: Path) -> None:
    """A handler has room for one: no PATCH is repeated, and what was carried out is found."""
    wanted = (START, events(onAttributeCollectionStart="prefill"))
    async with world(folder, EXTERNAL) as w:
        await w.apply(*resources((START, events()), folder))
        w.tenant.spoil("PATCH", lost_before())
        outcome = (await w.apply(*resources(wanted, folder)))[CALLED]
        assert (outcome.status, outcome.detail) == (Status.FAILED, f"{LOST}; the attachment is not there")
        w.tenant.spoil("PATCH", lost_after())
        outcome = (await w.apply(*resources(wanted, folder)))[CALLED]
        assert (outcome.status, outcome.detail) == (Status.DONE, "the answer was lost; found")
        w.tenant.spoil("PATCH", swallowed(204))
        outcomes = await w.apply(*resources((START, OTHER, events(onAttributeCollectionStart="greet")), folder))
        outcome = outcomes["attach AuthenticationEventsFlow/Customers onAttributeCollectionStart greet"]
        assert outcome.detail == "Graph answered 204, but the attachment is not there"


HANDLER = {"@odata.type": "#microsoft.graph.onAttributeCollectionStartCustomExtensionHandler"}
FOUND, GONE, SHUT = "found", Absent(), Unknown("403 no")


@pytest.mark.parametrize(
    ("flow", "extension", "detail"),
    [
        (FOUND, FOUND, ""),
        (FOUND, GONE, "Graph answered 204, but the attachment is not there"),
        (FOUND, SHUT, "Graph answered 204, but it could not be read back: 403 no"),
        (
            GONE,
            FOUND,
            "Graph answered 204, but it could not be read back: AuthenticationEventsFlow/Customers is not there",
        ),
        (SHUT, FOUND, "Graph answered 204, but it could not be read back: 403 no"),
    ],
)
async def test_a_flow_that_does_not_show_what_it_calls_is_asked_for_it(
    folder: Path, flow: Any, extension: Any, detail: str
) -> None:
    """Whether Graph shows the extension inside the flow differs: where it does not, the handler itself is read."""
    async with world(folder, EXTERNAL) as w:
        await w.apply(*resources((START, events()), folder))
        plan = await w.plan(*resources((START, events(onAttributeCollectionStart="prefill")), folder))

        def answers(need: Need) -> Answer | None:
            if need.path.endswith("/customExtension"):
                return None if extension is FOUND else extension
            if need.path.startswith("identity/authenticationEventsFlows/"):
                bare = Present({"id": need.path.rpartition("/")[2], "onAttributeCollectionStart": HANDLER})
                return bare if flow is FOUND else flow
            return None

        w.tenant.answers = answers
        outcome = (await w.perform(plan))[0]
        assert (outcome.detail, outcome.status is Status.DONE) == (detail, detail == "")


async def test_a_lost_application_of_an_events_flow_is_named_once(folder: Path) -> None:
    """Names are looked for as other attachments are; one that another flow has is refused in Graph's words."""
    async with world(folder, EXTERNAL) as w:
        await w.apply(*resources((events(),), folder))
        w.tenant.spoil("includeApplications", lost_after())
        outcome = (await w.apply(*resources((events(applications=[ONE]),), folder)))[NAMED]
        assert (outcome.status, outcome.detail) == (Status.DONE, "the answer was lost; found")
        await w.apply(*resources((events("Other"),), folder))
        plan = await w.plan(*resources((events("Other", applications=[TWO]),), folder))
        flows = {each["displayName"]: each["id"] for each in w.get("identity/authenticationEventsFlows")["value"]}
        path = f"identity/authenticationEventsFlows/{flows['Customers']}/conditions/applications/includeApplications"
        body = {"@odata.type": "#microsoft.graph.authenticationConditionApplication", "appId": TWO}
        w.app.tenant.perform("POST", path, body)
        outcome = (await w.perform(plan))[0]
        assert outcome.status is Status.FAILED
        assert "already linked to another user flow" in outcome.detail


async def test_what_travels_along_and_did_not_arrive_is_attached_afterwards(folder: Path) -> None:
    """A create whose body Graph takes only in part: what is missing is attached by itself, without being said twice."""
    async with world(folder, EXTERNAL) as w:

        async def only_the_flow(write: Write, _send: Any) -> Any:
            body: Mapping[str, Any] = {**(write.body or {}), "conditions": None}
            rest = {name: value for name, value in body.items() if value is not None}
            return await w.tenant.graph.write(replace(write, body=rest))

        w.tenant.spoil("POST identity/authenticationEventsFlows", only_the_flow)
        wanted = resources((events(applications=[ONE, TWO]),), folder)
        outcomes = await w.apply(*wanted)
        assert {each.status for each in outcomes.values()} == {Status.DONE}
        assert len([sent for sent in w.tenant.sent if sent.endswith("includeApplications")]) == 2
        assert await w.left(*wanted) == []


async def test_a_listener_that_lags_after_its_create_is_waited_for(folder: Path) -> None:
    """404 right after the create is repeated for as long as Graph may lag, in every part of the object."""
    async with world(folder, EXTERNAL) as w:

        async def without_applications(write: Write, _send: Any) -> Any:
            body = {name: value for name, value in (write.body or {}).items() if name != "conditions"}
            return await w.tenant.graph.write(replace(write, body=body))

        w.tenant.spoil("POST identity/authenticationEventListeners", without_applications)
        w.tenant.spoil("includeApplications", rejected(404), times=3)
        outcomes = await w.apply(*resources((CLAIMS, listener(ONE)), folder))
        assert {each.status for each in outcomes.values()} == {Status.DONE}
        assert len([sent for sent in w.tenant.sent if sent.endswith("includeApplications")]) == 4


def test_what_has_no_detach_of_its_own_is_never_sent() -> None:
    """A listener is let go by itself, and an adoption not at all: there is no request to be made up for either."""
    kind = KINDS["B2xUserFlow"]
    for name in ("applications", "userFlow"):
        with pytest.raises(StepError, match=f"{name} has no detach of this form"):
            detach_write("identity/b2xUserFlows/x", kind.link(name), "y")


async def test_a_plan_that_says_too_little_sends_nothing(folder: Path) -> None:
    """Without the flow's id nothing is read and nothing is sent."""
    async with world(folder, WORKFORCE) as w:
        await w.apply(*resources((b2x(applications=[ONE]),), folder))
        plan = await w.plan(*resources((b2x(applications=[]),), folder))
        w.tenant.writes.clear()
        ids = {address: id for address, id in plan.ids.items() if address.kind == "Application"}
        assert (await w.perform(Plan(plan.steps, ids)))[0].detail == "no id is known for B2xUserFlow/Partner"
        assert w.tenant.writes == []


def test_a_handler_is_silenced_by_null() -> None:
    """The handler goes with what it calls; the flow says its type, as Graph wants on every write."""
    flow = Address("AuthenticationEventsFlow", "Customers")
    target = Address("CustomAuthenticationExtension", "prefill")
    write = write_for(
        Detach(address=flow, link="onAttributeCollectionStart", target=target), KINDS, {flow: "f-1"}, "https://x"
    )
    assert write == Write(
        "PATCH",
        "identity/authenticationEventsFlows/f-1",
        body={
            "@odata.type": "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow",
            "onAttributeCollectionStart": None,
        },
    )


async def test_an_attribute_that_graph_accepted_and_forgot_is_a_failure(folder: Path) -> None:
    """Graph answers 400 where a flow has no attributes at all: that means none, not that nobody knows."""
    async with world(folder, EXTERNAL) as w:
        await w.apply(*resources((events(),), folder))
        w.tenant.spoil("attributes/$ref", swallowed(204))
        wanted = resources((events(onAttributeCollection={"attributes": ["email"]}),), folder)
        outcome = (await w.apply(*wanted))["attach AuthenticationEventsFlow/Customers attributes email"]
        assert outcome.detail == "Graph answered 204, but the attachment is not there"
        assert {each.status for each in (await w.apply(*wanted)).values()} == {Status.DONE}
        assert await w.left(*wanted) == []


def collecting(*attributes: str, **spec: Any) -> Document:
    return events(onAttributeCollection={"attributes": list(attributes)}, **spec)


def collected(w: World) -> tuple[list[str], list[str]]:
    """The attributes of the one flow, and those that its page asks for."""
    (flow,) = w.get("identity/authenticationEventsFlows")["value"]
    there = flow["onAttributeCollection"]
    inputs = [each["attribute"] for view in there["attributeCollectionPage"]["views"] for each in view["inputs"]]
    return [each["id"] for each in there.get("attributes", [])], inputs


PAGE = "update AuthenticationEventsFlow/Customers"


@pytest.mark.parametrize("said", [{}, {"description": "For customers"}], ids=["nothing else", "and a description"])
async def test_a_page_that_graph_takes_no_update_of_keeps_its_input(folder: Path, said: Document) -> None:
    """A flow made without attributes got some later: taking one out works, the input stays, and all is done."""
    async with world(folder, EXTERNAL) as w:
        for each in (events(), collecting("email", "city")):
            await w.apply(*resources((each,), folder / "manifests"))
        wanted = resources((collecting("email", **said),), folder / "manifests")
        outcomes = await w.apply(*wanted)
        assert {each.status for each in outcomes.values()} == {Status.DONE}
        assert "stays as it is, the object was probably made without it: 400" in outcomes[PAGE].detail
        assert (outcomes[PAGE].http_status, bool(outcomes[PAGE].request_id)) == (400, True)
        assert collected(w) == (["email"], ["email", "city"])
        assert w.get("identity/authenticationEventsFlows")["value"][0]["description"] == said.get("description")
        assert await w.left(*wanted) == []


async def test_a_page_that_graph_takes_no_update_of_cannot_lose_all(folder: Path) -> None:
    """What a flow has whose page asks for more cannot be read: nothing is taken out, and the words say what to keep."""
    async with world(folder, EXTERNAL) as w:
        for each in (events(), collecting("email", "city"), collecting("email")):
            await w.apply(*resources((each,), folder / "manifests"))
        outcomes = await w.apply(*resources((collecting(),), folder / "manifests"))
        assert outcomes[PAGE].status is Status.FAILED
        assert outcomes[PAGE].detail.endswith("Graph takes no update of it: keep one of attributes")
        assert {each.status for name, each in outcomes.items() if name != PAGE} == {Status.SKIPPED}
        assert collected(w) == (["email"], ["email", "city"])
        assert await w.left(*resources((collecting("email"),), folder / "manifests")) == []


async def test_all_attributes_go_with_their_inputs_whatever_they_are_called(folder: Path) -> None:
    """The kind of the attributes is not listed, and their names are known from the flow alone."""
    async with world(folder, EXTERNAL) as w:
        hobby = document("UserFlowAttribute", "Hobby", {"dataType": "string"})
        await w.apply(*resources((hobby, collecting("email", "Hobby")), folder / "manifests"))
        wanted = resources((collecting(),), folder / "manifests")
        assert {each.status for each in (await w.apply(*wanted)).values()} == {Status.DONE}
        assert collected(w) == ([], [])
        assert await w.left(*wanted) == []
