"""User flows of external tenants: events, inputs, applications and the listeners that follow from them."""

from typing import Any

import pytest

from reconciler.emulator import Profile
from tests.emulator.embedded import Graph, error, message
from tests.emulator.external import (
    APP,
    CAST,
    COLLECTS,
    EMAIL,
    EXTENSIONS,
    FLOWS,
    FULL,
    LISTENERS,
    LOADS,
    MINIMAL,
    SUFFIX,
    collection,
    extension,
    ref,
)


@pytest.fixture
def graph() -> Graph:
    return Graph(profile=Profile(kind="external"))


@pytest.fixture
def flow(graph: Graph) -> str:
    return f"{FLOWS}/{graph.tenant.create(FLOWS, FULL)}"


def labels(graph: Graph, flow: str) -> list[str]:
    page = graph.get(flow).json()["onAttributeCollection"]["attributeCollectionPage"]
    return [each["attribute"] for each in page["views"][0]["inputs"]]


def test_a_create_answers_with_defaults_and_without_links(graph: Graph) -> None:
    """Enumeration members are spelled, nulls filled in, and what is linked is left out."""
    answer = graph.post(FLOWS, FULL)
    assert answer.status_code == 201
    assert "location" not in answer.headers
    body = answer.json()
    assert body["@odata.context"].endswith("#identity/authenticationEventsFlows/$entity")
    assert (body["description"], body["priority"], body["onUserCreateStart"]) == (None, 500, None)
    assert body["conditions"] == {"applications": {"includeAllApplications": False}}
    assert set(body["onAuthenticationMethodLoadStart"]) == {"@odata.type"}
    assert set(body["onAttributeCollection"]) == {"@odata.type", "accessPackages", "attributeCollectionPage"}
    (view,) = body["onAttributeCollection"]["attributeCollectionPage"]["views"]
    assert view == {
        "title": None,
        "description": None,
        "inputs": [
            {
                "attribute": "email",
                "label": "Email Address",
                "inputType": "text",
                "defaultValue": None,
                "hidden": True,
                "editable": True,
                "writeToDirectory": True,
                "required": True,
                "validationRegEx": None,
                "options": [],
            }
        ],
    }


def test_a_read_shows_what_is_linked(graph: Graph, flow: str) -> None:
    """Providers, attributes and applications come without being asked for, in the list as alone."""
    for body in (graph.get(flow).json(), graph.value(FLOWS)[0]):
        assert body["onAuthenticationMethodLoadStart"]["identityProviders"][0]["id"] == "EmailPassword-OAUTH"
        assert body["onAttributeCollection"]["attributes"][0]["dataType"] == "string"
        assert body["conditions"]["applications"]["includeApplications"] == []
        assert body["onUserCreateStart"]["userTypeToCreate"] == "member"
    graph.tenant.change_profile({"wraps_entities": True})
    assert graph.get(flow).json()["value"]["displayName"] == "Woodgrove"


@pytest.mark.parametrize(
    "change",
    [
        {"@odata.type": None},
        {"displayName": " "},
        {"onInteractiveAuthFlowStart": None},
        {"onInteractiveAuthFlowStart": {"isSignUpAllowed": True}},
        {"onAuthenticationMethodLoadStart": {**MINIMAL["onAuthenticationMethodLoadStart"], "identityProviders": []}},
        {
            "onAuthenticationMethodLoadStart": {
                **MINIMAL["onAuthenticationMethodLoadStart"],
                "identityProviders": [{"id": "x"}],
            }
        },
        {"onAttributeCollection": collection(EMAIL)},
        {"onAttributeCollection": collection({**EMAIL, "inputType": "dropdown"}, attributes=[{"id": "email"}])},
    ],
)
def test_a_flow_that_makes_no_sense_is_refused(graph: Graph, change: dict[str, Any]) -> None:
    """And nothing of it is kept."""
    assert error(graph.post(FLOWS, {**FULL, **change})) == (400, "BadRequest")
    assert graph.value(FLOWS) == graph.value(LISTENERS) == []


def test_names_are_unique_and_updates_say_what_they_update(graph: Graph, flow: str) -> None:
    """A second name is a duplicate, a change without a type is refused."""
    assert graph.post(FLOWS, MINIMAL).status_code == 409
    assert "'@odata.type'" in message(graph.patch(flow, {"displayName": "New"}))
    assert graph.patch(flow, {"@odata.type": f"#{CAST}", "displayName": "New"}).status_code == 204
    assert graph.get(flow).json()["displayName"] == "New"
    assert graph.get(f"{flow}/{CAST}").json()["displayName"] == "New"


def test_providers_are_linked_and_unlinked(graph: Graph, flow: str) -> None:
    """Through the casts that the path needs; what is linked cannot be deleted."""
    graph.google()
    providers = f"{flow}/{CAST}/{LOADS}/identityProviders"
    assert graph.post(f"{providers}/$ref", ref("identityProviders/Google-OAUTH")).status_code == 204
    assert graph.ids(providers) == ["EmailPassword-OAUTH", "Google-OAUTH"]
    assert "in use" in message(graph.delete("identity/identityProviders/Google-OAUTH"))
    assert graph.delete(f"{providers}/Google-OAUTH/$ref").status_code == 204
    new = {
        "@odata.type": MINIMAL["onAuthenticationMethodLoadStart"]["@odata.type"],
        "identityProviders": [{"id": "EmailOtpSignup-OAUTH"}],
    }
    change = {"@odata.type": f"#{CAST}", "onAuthenticationMethodLoadStart": new}
    assert graph.patch(flow, change).status_code == 204
    assert graph.ids(providers) == ["EmailOtpSignup-OAUTH"]
    assert graph.get(f"{flow}/{CAST}/nothing").status_code == 404
    assert graph.get(f"{flow}/{CAST}/{LOADS}/nothing").status_code == 404


def test_an_attribute_that_is_added_gets_an_input(graph: Graph, flow: str) -> None:
    """Its defaults depend on the attribute; removing it leaves the input to a PATCH of the views."""
    attributes = f"{flow}/{CAST}/{COLLECTS}/attributes"
    hobby = graph.attribute()
    graph.post(f"{attributes}/$ref", ref("identity/userFlowAttributes/city"))
    graph.post(f"{attributes}/$ref", ref(f"identity/userFlowAttributes/{hobby}"))
    assert graph.ids(attributes) == labels(graph, flow) == ["email", "city", hobby]
    assert graph.delete(f"{attributes}/city/$ref").status_code == 204
    assert graph.ids(attributes) == ["email", hobby]
    assert labels(graph, flow) == ["email", "city", hobby]
    views = {"@odata.type": f"#{CAST}", "onAttributeCollection": collection({**EMAIL, "attribute": hobby})}
    assert graph.patch(flow, views).status_code == 204
    assert graph.ids(attributes) == labels(graph, flow) == [hobby]
    views = {"@odata.type": f"#{CAST}", "onAttributeCollection": collection(EMAIL)}
    assert "'email'" in message(graph.patch(flow, views))
    graph.delete(f"{attributes}/{hobby}/$ref")
    assert error(graph.get(attributes)) == (400, "BadRequest")


def test_a_flow_that_collected_nothing_can_only_be_given_references(graph: Graph) -> None:
    """A PATCH is refused; an attribute added by reference makes the page."""
    flow = f"{FLOWS}/{graph.tenant.create(FLOWS, MINIMAL)}"
    assert graph.get(flow).json()["onAttributeCollection"] is None
    change = {"@odata.type": f"#{CAST}", "onAttributeCollection": collection(EMAIL, attributes=[{"id": "email"}])}
    assert "when the user flow was created" in message(graph.patch(flow, change))
    attributes = f"{flow}/{CAST}/{COLLECTS}/attributes"
    assert graph.get(attributes).status_code == 400
    assert graph.post(f"{attributes}/$ref", ref("identity/userFlowAttributes/city")).status_code == 204
    assert labels(graph, flow) == ["city"]
    assert graph.patch(flow, change).status_code == 400


def test_an_application_belongs_to_one_flow(graph: Graph, flow: str) -> None:
    """It is added with 201, shown everywhere, and removed by its client id."""
    apps = f"{flow}/conditions/applications/includeApplications"
    answer = graph.post(apps, {"@odata.type": "#microsoft.graph.authenticationConditionApplication", "appId": APP})
    assert answer.status_code == 201
    identifier = flow.rpartition("/")[2]
    assert answer.json() == {
        "@odata.context": f"https://graph.embedded/v1.0/$metadata#identity/authenticationEventsFlows('{identifier}')"
        "/conditions/applications/includeApplications/$entity",
        "appId": APP,
    }
    assert graph.value(apps) == [{"appId": APP}]
    assert graph.post(apps, {"appId": APP}).status_code == 409
    inline = {"applications": {"includeApplications": [{"appId": APP.upper()}]}}
    other = {**MINIMAL, "displayName": "Other", "conditions": inline}
    assert "another user flow" in message(graph.post(FLOWS, other))
    assert len(graph.value(FLOWS)) == 1
    assert graph.delete(f"{apps}/{APP}").status_code == 204
    assert graph.post(FLOWS, other).status_code == 201
    assert graph.post(apps, {"appId": APP}).status_code == 400


def test_extensions_are_called_from_a_flow(graph: Graph, flow: str) -> None:
    """Set with the flow or by reference, only those made for the event, and safe while used."""
    start = graph.tenant.create(EXTENSIONS, extension())
    submit = graph.tenant.create(EXTENSIONS, extension("onAttributeCollectionSubmit"))
    handler = "microsoft.graph.onAttributeCollectionStartCustomExtensionHandler"
    slot = f"{flow}/{CAST}/onAttributeCollectionStart/{handler}/customExtension"
    assert "is not a" in message(graph.put(f"{slot}/$ref", ref(f"{EXTENSIONS}/{submit}")))
    assert graph.get(slot).status_code == 204
    assert graph.put(f"{slot}/$ref", ref(f"{EXTENSIONS}/{start}")).status_code == 204
    assert graph.get(slot).json()["id"] == start
    assert (
        graph.get(flow).json()["onAttributeCollectionStart"]["customExtension"]["displayName"]
        == "onAttributeCollectionStart"
    )
    assert graph.put(f"{slot}/$ref", ref(f"{EXTENSIONS}/{start}")).status_code == 204
    assert "in use" in message(graph.delete(f"{EXTENSIONS}/{start}"))
    kind = "#microsoft.graph.onAttributeCollectionSubmitCustomExtensionHandler"
    change = {
        "@odata.type": f"#{CAST}",
        "onAttributeCollectionSubmit": {"@odata.type": kind, "customExtension": {"id": submit}},
    }
    assert graph.patch(flow, change).status_code == 204
    assert graph.get(flow).json()["onAttributeCollectionSubmit"]["customExtension"]["id"] == submit
    assert graph.patch(flow, {"@odata.type": f"#{CAST}", "onAttributeCollectionSubmit": None}).status_code == 204
    assert graph.get(flow).json()["onAttributeCollectionSubmit"] is None
    assert graph.delete(f"{EXTENSIONS}/{submit}").status_code == 204
    assert graph.delete(flow).status_code == 204
    assert graph.delete(f"{EXTENSIONS}/{start}").status_code == 204


def test_an_extension_is_read_through_its_handler(graph: Graph, flow: str) -> None:
    """No answer body while there is none, its URL by reference, and nothing behind a cast to another handler."""
    start = graph.tenant.create(EXTENSIONS, extension())
    for event in ("onAttributeCollectionStart", "onAttributeCollectionSubmit"):
        slot = f"{flow}/graph.{CAST.rpartition('.')[2]}/{event}/graph.{event}CustomExtensionHandler/customExtension"
        assert [graph.get(path).status_code for path in (slot, f"{slot}/$ref")] == [204, 204]
    wrong = slot.replace("graph.onAttributeCollectionSubmitC", "graph.onAttributeCollectionStartC")
    assert error(graph.get(wrong)) == (404, "UnknownError")
    right = slot.replace("Submit", "Start")
    assert graph.put(f"{right}/$ref", ref(f"{EXTENSIONS}/{start}")).status_code == 204
    assert graph.get(f"{right}/$ref").json()["@odata.id"].endswith(f"/v1.0/{EXTENSIONS}/{start}")
    assert graph.get(right).json()["id"] == start
    assert graph.delete(f"{right}/$ref").status_code == 204
    assert graph.get(right).status_code == 204


def test_casts_may_be_spelled_short(graph: Graph, flow: str) -> None:
    """In paths, filters and expansions, as the official clients spell them."""
    short = {name: name.replace("microsoft.graph.", "graph.") for name in (CAST, LOADS, COLLECTS)}
    assert graph.ids(f"{flow}/{short[CAST]}/{short[COLLECTS]}/attributes") == ["email"]
    providers = f"{short[CAST]}/{short[LOADS]}/identityProviders"
    assert graph.get(f"{flow}/{providers}/$count").text == "1"
    assert len(graph.value(f"{FLOWS}?$filter={providers}/any(idp:idp/id eq 'EmailPassword-OAUTH')")) == 1
    assert graph.get(f"{flow}?$expand={providers}").status_code == 200
    for path in (f"{flow}/graph.onAttributeCollection{SUFFIX}", f"{flow}/conditions/graph.authenticationEventsFlow"):
        assert error(graph.get(path)) == (404, "UnknownError")


def test_flows_are_found_by_what_is_linked_to_them(graph: Graph, flow: str) -> None:
    """With the filters the documentation shows, casts and all."""
    graph.tenant.create(FLOWS, {**MINIMAL, "displayName": "Other"})
    graph.post(f"{flow}/conditions/applications/includeApplications", {"appId": APP})
    filters = {
        f"{CAST}/{LOADS}/identityProviders/any(idp:idp/id eq 'emailpassword-OAUTH')": 2,
        f"{CAST}/{COLLECTS}/attributes/any(attribute:attribute/id eq 'email')": 1,
        f"{CAST}/conditions/applications/includeApplications/any(appId:appId/appId eq '{APP}')": 1,
        f"{CAST}/conditions/applications/includeApplications/any(appId:appId/appId eq 'none')": 0,
        "displayName eq 'Woodgrove'": 1,
        f"isof('{CAST}')": 2,
    }
    for text, count in filters.items():
        assert len(graph.value(f"{FLOWS}?$filter={text}")) == count, text
    for wrong in ("attributes/any(a:a/id eq 'x')", f"{CAST}/{COLLECTS}/attributes/any(a:b/id eq 'x')", "isof(1)"):
        assert error(graph.get(f"{FLOWS}?$filter={wrong}")) == (400, "BadRequest")
    assert graph.get(f"{FLOWS}/$count?$filter=displayName eq 'Other'").text == "1"
    assert len(graph.value(f"{FLOWS}?$expand={CAST}/conditions/applications/includeApplications&$top=1")) == 1


def test_the_tenant_must_have_the_feature() -> None:
    """A workforce tenant answers with the feature's name, unless the profile gives it the feature."""
    graph = Graph()
    answer = graph.get(FLOWS)
    assert error(answer) == (403, "AADB2C")
    assert "'EnableMsGraphAuthenticationEventListener'" in message(answer)
    graph.tenant.change_profile({"events_flows": True})
    assert graph.value(FLOWS) == []
    assert Graph(profile=Profile(kind="external", events_flows=False)).get(FLOWS).status_code == 403
    assert Graph(profile=Profile(kind="external")).get(f"{FLOWS}/{CAST}").status_code == 404


def test_listeners_follow_from_a_flow(graph: Graph, flow: str) -> None:
    """One per event, with the flow's id; they are changed through the flow alone."""
    graph.post(f"{flow}/conditions/applications/includeApplications", {"appId": APP})
    listed = graph.value(LISTENERS)
    events = ["onInteractiveAuthFlowStart", "onAuthenticationMethodLoadStart", "onAttributeCollection"]
    assert [each["@odata.type"] for each in listed] == [f"#microsoft.graph.{event}Listener" for event in events]
    assert {each["authenticationEventsFlowId"] for each in listed} == {flow.rpartition("/")[2]}
    assert listed[2]["handler"]["attributes"][0]["id"] == "email"
    assert listed[2]["conditions"]["applications"]["includeApplications"] == [{"appId": APP}]
    one = f"{LISTENERS}/{listed[0]['id']}"
    assert graph.get(one).status_code == 200
    assert "belongs to a user flow" in message(graph.delete(one))
    assert "belongs to a user flow" in message(graph.get(f"{one}/conditions/applications/includeApplications"))
    start = ref(f"{EXTENSIONS}/{graph.tenant.create(EXTENSIONS, extension())}")
    assert "belongs to a user flow" in message(graph.put(f"{one}/handler/customExtension/$ref", start))
    google = ref("identity/identityProviders/EmailOtpSignup-OAUTH")
    assert "belongs to a user flow" in message(graph.post(f"{one}/handler/identityProviders/$ref", google))
    assert "belongs to a user flow" in message(graph.patch(one, {"@odata.type": listed[0]["@odata.type"]}))
    graph.delete(flow)
    assert graph.value(LISTENERS) == []
