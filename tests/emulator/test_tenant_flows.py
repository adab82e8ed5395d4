"""User flows of a workforce tenant and everything inside them."""

from typing import Any

import pytest

from tests.emulator.embedded import FLOW, NEW_FLOW, Graph, error, message

FLOWS = "identity/b2xUserFlows"
ASSIGNMENTS = f"{FLOW}/userAttributeAssignments"
STEPS = f"{FLOW}/apiConnectorConfiguration"
PROVIDERS = f"{FLOW}/userFlowIdentityProviders"
NEW_ASSIGNMENT = {
    "isOptional": False,
    "requiresVerification": False,
    "userInputType": "TextBox",
    "displayName": "Your city",
    "userAttributeValues": [],
    "userAttribute": {"id": "City"},
}


def reference(path: str) -> dict[str, str]:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/{path}"}


def test_a_new_flow_gets_the_prefix_and_a_location(graph: Graph) -> None:
    """A create answers 201 with the id as the service spells it."""
    answer = graph.post(FLOWS, {**NEW_FLOW, "userFlowTypeVersion": 1.0})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"https://graph.embedded/v1.0/{FLOW}"
    assert answer.json() == {
        "@odata.context": "https://graph.embedded/v1.0/$metadata#identity/b2xUserFlows/$entity",
        "id": "B2X_1_Partner",
        "userFlowType": "signUpOrSignIn",
        "userFlowTypeVersion": 1,
        "apiConnectorConfiguration": {},
    }
    assert isinstance(answer.json()["userFlowTypeVersion"], int)


def test_a_prefix_that_is_there_is_kept(graph: Graph) -> None:
    """Sending the full id does not double the prefix."""
    assert graph.post(FLOWS, {**NEW_FLOW, "id": "b2x_1_Partner"}).json()["id"] == "B2X_1_Partner"


def test_a_fresh_flow_is_not_empty(graph: Graph) -> None:
    """It collects the email address, lets people in through Entra ID and speaks languages."""
    graph.flow()
    assert graph.ids(ASSIGNMENTS) == ["emailReadonly", "displayName"]
    assert graph.ids(PROVIDERS) == ["AADSignup-OAUTH"]
    assert {"en", "es", "fr", "de"} <= set(graph.ids(f"{FLOW}/languages"))


def test_a_flow_can_be_made_with_its_references(graph: Graph) -> None:
    """Providers and connectors given at creation are attached, whatever the case of the property names."""
    graph.google()
    connector = graph.connector()
    body = {
        **NEW_FLOW,
        "identityProviders": [{"id": "Google-OAuth", "type": "Google", "name": "Google"}, {"id": "AADSignup-OAUTH"}],
        "apiConnectorConfiguration": {
            "PostFederationSignup": {"Id": connector},
            "postAttributeCollection": reference(f"identity/apiConnectors('{connector}')"),
        },
    }
    answer = graph.post(FLOWS, body)
    assert answer.json()["apiConnectorConfiguration"] == {}
    assert "identityProviders" not in answer.json()
    assert graph.ids(PROVIDERS) == ["AADSignup-OAUTH", "Google-OAUTH"]
    steps = graph.get(f"{STEPS}?$expand=postFederationSignup,postAttributeCollection").json()
    assert steps["postFederationSignup"]["id"] == steps["postAttributeCollection"]["id"] == connector


def test_a_flow_that_fails_half_way_is_not_made(graph: Graph) -> None:
    """A write is all or nothing: an unknown provider in the body leaves no flow behind."""
    assert error(graph.post(FLOWS, {**NEW_FLOW, "identityProviders": [{"id": "Google-OAUTH"}]})) == (400, "BadRequest")
    assert graph.value(FLOWS) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": "no spaces"}, "'id'"),
        ({"id": 7}, "'id'"),
        ({"id": None}, "'id'"),
        ({"userFlowType": "signupp"}, "The 'userFlowType' field is invalid in request"),
        ({"userFlowTypeVersion": "1"}, "'userFlowTypeVersion'"),
        ({"userFlowTypeVersion": True}, "'userFlowTypeVersion'"),
        ({"displayName": "Partner"}, "'displayName'"),
        ({"identityProviders": {}}, "'identityProviders'"),
        ({"identityProviders": ["Google-OAUTH"]}, "'identityProviders'"),
        ({"apiConnectorConfiguration": []}, "'apiConnectorConfiguration'"),
        ({"apiConnectorConfiguration": {"later": {}}}, "'later'"),
        ({"@odata.type": "#microsoft.graph.user"}, "'#microsoft.graph.user'"),
        ({"@odata.type": 1}, "'1'"),
    ],
)
def test_a_flow_that_makes_no_sense_is_refused_by_name(graph: Graph, change: dict[str, Any], named: str) -> None:
    """The message names the property that is wrong."""
    answer = graph.post(FLOWS, {**NEW_FLOW, **change})
    assert error(answer) == (400, "BadRequest")
    assert named in message(answer)


@pytest.mark.parametrize("change", [{"userFlowTypeVersion": 3}, {"userFlowType": "passwordReset"}])
def test_flows_of_another_type_or_version_do_not_exist(graph: Graph, change: dict[str, Any]) -> None:
    """Unsupported combinations fail with the service's own code."""
    assert error(graph.post(FLOWS, {**NEW_FLOW, **change})) == (400, "AADB2C90063")


def test_a_property_that_is_missing_is_named(graph: Graph) -> None:
    """Leaving out a required property is a 400 that says which."""
    assert "'userFlowType'" in message(graph.post(FLOWS, {"id": "Partner", "userFlowTypeVersion": 1}))


def test_two_flows_cannot_have_one_name(graph: Graph) -> None:
    """Ids are compared without case."""
    graph.flow()
    assert error(graph.post(FLOWS, {**NEW_FLOW, "id": "partner"})) == (409, "Conflict")


def test_deleting_a_flow_leaves_nothing_of_it(graph: Graph) -> None:
    """A flow made again under the same name is fresh."""
    graph.flow()
    graph.post(ASSIGNMENTS, NEW_ASSIGNMENT)
    answer = graph.delete(FLOW)
    assert (answer.status_code, answer.content) == (204, b"")
    assert graph.get(FLOW).status_code == 404
    assert graph.get(ASSIGNMENTS).status_code == 404
    graph.flow()
    assert graph.ids(ASSIGNMENTS) == ["emailReadonly", "displayName"]


def test_providers_are_attached_and_detached(graph: Graph) -> None:
    """Both navigations show and change the same links; the deprecated one has its own shape."""
    graph.flow()
    graph.google()
    assert graph.post(f"{PROVIDERS}/$ref", reference("identityProviders/Google-OAuth")).status_code == 204
    answer = graph.get(f"{FLOW}/userflowIdentityProviders", version="beta").json()
    assert answer["@odata.context"].endswith("/beta/$metadata#Collection(microsoft.graph.identityProviderBase)")
    assert answer["value"][0]["@odata.type"] == "#microsoft.graph.builtInIdentityProvider"
    assert answer["value"][0]["state"] is None
    google = {"id": "Google-OAUTH", "type": "Google", "name": "Login with Google", "clientId": "123"}
    assert graph.value(f"{FLOW}/identityProviders")[1] == {**google, "clientSecret": "******"}
    assert graph.get(f"{PROVIDERS}/google-oauth").json()["clientId"] == "123"
    assert graph.get(f"{PROVIDERS}/$count").text == "2"
    assert graph.delete(f"{FLOW}/identityProviders/google-oauth/$ref").status_code == 204
    assert graph.ids(PROVIDERS) == ["AADSignup-OAUTH"]
    assert graph.get(f"{PROVIDERS}/google-oauth").status_code == 404
    assert graph.get(f"{PROVIDERS}/google-oauth/other").status_code == 404


def test_links_can_be_listed_and_removed_by_their_url(graph: Graph) -> None:
    """A link is removed by the very URL that the list of links gives."""
    graph.flow()
    (link,) = graph.value(f"{PROVIDERS}/$ref")
    assert link == {"@odata.id": "https://graph.embedded/v1.0/identity/identityProviders/AADSignup-OAUTH"}
    assert graph.delete(f"{PROVIDERS}/$ref").status_code == 400
    assert graph.delete(f"{PROVIDERS}/$ref?@id={link['@odata.id']}").status_code == 204
    assert graph.value(PROVIDERS) == []


def test_patching_links_is_refused_as_on_live_tenants(graph: Graph) -> None:
    """Older documentation describes a PATCH that Graph answers with 400."""
    graph.flow()
    for navigation in ("identityProviders", "userFlowIdentityProviders"):
        answer = graph.patch(f"{FLOW}/{navigation}/$ref", reference("identityProviders/Google-OAUTH"))
        assert error(answer) == (400, "BadRequest")
        assert message(answer) == "The request is currently not supported on the targeted entity set"


def test_links_to_nothing_twice_or_never_are_refused(graph: Graph) -> None:
    """An unknown provider, a second link and a link that is not there are all errors."""
    graph.flow()
    assert error(graph.post(f"{PROVIDERS}/$ref", reference("identityProviders/Google-OAUTH"))) == (400, "BadRequest")
    assert error(graph.post(f"{PROVIDERS}/$ref", {"@odata.id": 1})) == (400, "BadRequest")
    assert graph.post(f"{PROVIDERS}/$ref", reference("identityProviders/aadsignup-oauth")).status_code == 409
    assert graph.delete(f"{PROVIDERS}/Google-OAUTH/$ref").status_code == 404


def test_providers_of_flows_can_be_expanded(graph: Graph) -> None:
    """Both in the list and in a single flow."""
    graph.flow()
    listed = graph.get(f"{FLOWS}?$expand=identityProviders").json()
    assert listed["@odata.context"].endswith("#identity/b2xUserFlows(identityProviders)")
    assert listed["value"][0]["identityProviders"][0]["id"] == "AADSignup-OAUTH"
    flow = graph.get(f"{FLOW}?$expand=userFlowIdentityProviders($select=id),languages").json()
    kind = "#microsoft.graph.builtInIdentityProvider"
    assert flow["userFlowIdentityProviders"] == [{"@odata.type": kind, "id": "AADSignup-OAUTH"}] or flow
    assert {"id": "en", "isEnabled": True, "displayName": "English"} in flow["languages"]


def test_connectors_are_put_in_slots_and_taken_out(graph: Graph) -> None:
    """A slot is set by PUT, cleared by PUT of an empty object or by DELETE."""
    graph.flow()
    connector = graph.connector()
    step = f"{STEPS}/postFederationSignup"
    assert graph.put(f"{step}/$ref", reference(f"identity/apiConnectors/{connector}")).status_code == 204
    shown = graph.get(f"{STEPS}?$expand=postFederationSignup,postAttributeCollection").json()
    expanded = "apiConnectorConfiguration(postFederationSignup(),postAttributeCollection())"
    assert shown["@odata.context"].endswith(f"#identity/b2xUserFlows('B2X_1_Partner')/{expanded}")
    assert shown["postFederationSignup"]["authenticationConfiguration"]["password"] == "******"
    assert shown["postAttributeCollection"] is None
    assert graph.get(step).json()["id"] == connector
    assert graph.get(f"{step}/$ref").json()["@odata.id"].endswith(f"/v1.0/identity/apiConnectors/{connector}")
    for clear in (lambda: graph.put(f"{step}/$ref", {}), lambda: graph.put(f"{step}/$ref")):
        graph.put(f"{step}/$ref", reference(f"identity/apiConnectors/{connector}"))
        assert clear().status_code == 204
        assert graph.get(step).status_code == graph.get(f"{step}/$ref").status_code == 204
    assert graph.delete(f"{step}/$ref").status_code == 204


def test_slots_are_empty_unless_expanded(graph: Graph) -> None:
    """Without expansion only the context is there, on the property and on the flow."""
    graph.flow()
    assert set(graph.get(STEPS).json()) == {"@odata.context"}
    assert graph.get(FLOW).json()["apiConnectorConfiguration"] == {}
    assert graph.get(f"{STEPS}?$expand=nothing").status_code == 400
    assert graph.get(f"{FLOW}?$expand=apiConnectorConfiguration").status_code == 400


def test_the_token_step_is_only_in_beta(graph: Graph) -> None:
    """A third slot exists in beta alone."""
    graph.flow()
    assert graph.get(f"{STEPS}/preTokenIssuance").status_code == 404
    assert graph.get(f"{STEPS}/preTokenIssuance", version="beta").status_code == 204


def test_what_is_in_a_slot_can_be_worked_on_there(graph: Graph) -> None:
    """The path goes on from the slot to the connector, unless the slot is empty."""
    graph.flow()
    upload = f"{STEPS}/postFederationSignup/uploadClientCertificate"
    assert graph.post(upload, {}).status_code == 404
    connector = graph.connector()
    graph.put(f"{STEPS}/postFederationSignup/$ref", {"@odata.id": connector})
    assert "'pkcs12Value'" in message(graph.post(upload, {}))


def test_an_unknown_connector_does_not_fit_a_slot(graph: Graph) -> None:
    """A reference to nothing is refused."""
    graph.flow()
    answer = graph.put(f"{STEPS}/postFederationSignup/$ref", reference("identity/apiConnectors/none"))
    assert error(answer) == (400, "BadRequest")


def test_an_attribute_is_assigned_last_and_under_its_own_id(graph: Graph) -> None:
    """The assignment has the attribute's id, stands at the end and does not echo the attribute."""
    graph.flow()
    answer = graph.post(ASSIGNMENTS, NEW_ASSIGNMENT)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"https://graph.embedded/v1.0/{ASSIGNMENTS}/city"
    assert answer.json() == {
        "@odata.context": "https://graph.embedded/v1.0/$metadata#identity/b2xUserFlows('B2X_1_Partner')"
        "/userAttributeAssignments/$entity",
        "id": "city",
        "isOptional": False,
        "requiresVerification": False,
        "userInputType": "textBox",
        "displayName": "Your city",
        "userAttributeValues": [],
    }
    assert graph.get(f"{ASSIGNMENTS}/getOrder").json()["order"] == ["emailReadonly", "displayName", "city"]


def test_assignments_fill_in_what_is_left_out(graph: Graph) -> None:
    """The label is the attribute's name, the flags are false; the attribute may be bound by URL."""
    graph.flow()
    url = "https://graph.microsoft.com/v1.0/identity/userFlowAttributes/city"
    answer = graph.post(ASSIGNMENTS, {"userInputType": "textBox", "userAttribute@odata.bind": url}).json()
    assert (answer["displayName"], answer["isOptional"], answer["userAttributeValues"]) == ("City", False, [])


def test_the_attribute_of_an_assignment_is_shown_when_expanded(graph: Graph) -> None:
    """In the list, in one assignment, and at its own path."""
    graph.flow()
    hobby = graph.attribute()
    graph.post(ASSIGNMENTS, {**NEW_ASSIGNMENT, "userAttribute": {"id": hobby}})
    listed = graph.value(f"{ASSIGNMENTS}?$expand=userAttribute")
    kinds = [each["userAttribute"]["@odata.type"] for each in listed]
    assert kinds[0] == "#Microsoft.Graph.BuiltInUserFlowAttribute"
    assert kinds[2] == "#Microsoft.Graph.CustomUserFlowAttribute"
    assert graph.get(f"{ASSIGNMENTS}/{hobby}?$expand=userAttribute").json()["userAttribute"]["id"] == hobby
    assert graph.get(f"{ASSIGNMENTS}/{hobby}/userAttribute").json()["displayName"] == "Hobby"


def test_an_assignment_changes_but_not_its_attribute(graph: Graph) -> None:
    """Labels, flags, values and input type can be updated; the attribute is read-only."""
    graph.flow()
    change = {
        "userInputType": "RADIOSINGLESELECT",
        "isOptional": True,
        "userAttributeValues": [{"name": "S", "value": "1"}],
    }
    assert graph.patch(f"{ASSIGNMENTS}/displayname", change).status_code == 204
    assignment = graph.get(f"{ASSIGNMENTS}/displayName").json()
    assert assignment["userInputType"] == "radioSingleSelect"
    assert assignment["userAttributeValues"] == [{"name": "S", "value": "1", "isDefault": False}]
    answer = graph.patch(f"{ASSIGNMENTS}/displayName", {"userAttribute": {"id": "city"}})
    assert "'userAttribute'" in message(answer)


@pytest.mark.parametrize(
    "change",
    [
        {"userAttribute": {"id": "none"}},
        {"userAttribute": {}},
        {"userInputType": "slider"},
        {"isOptional": None},
        {"userAttributeValues": {}},
        {"userAttributeValues": [1]},
    ],
)
def test_an_assignment_that_makes_no_sense_is_refused(graph: Graph, change: dict[str, Any]) -> None:
    """Unknown attributes and values of the wrong kind are a 400."""
    graph.flow()
    assert error(graph.post(ASSIGNMENTS, {**NEW_ASSIGNMENT, **change})) == (400, "BadRequest")


def test_an_attribute_is_assigned_once(graph: Graph) -> None:
    """A second assignment of the same attribute is a duplicate."""
    graph.flow()
    graph.post(ASSIGNMENTS, NEW_ASSIGNMENT)
    assert graph.post(ASSIGNMENTS, NEW_ASSIGNMENT).status_code == 409


def test_the_order_is_what_was_set(graph: Graph) -> None:
    """A new order holds in getOrder, in the list and after an update; ids may be in any case."""
    graph.flow()
    graph.post(ASSIGNMENTS, NEW_ASSIGNMENT)
    order = {"newAssignmentOrder": {"order": ["City", "emailReadonly", "displayName"]}}
    assert graph.post(f"{ASSIGNMENTS}/setOrder", order).status_code == 204
    graph.patch(f"{ASSIGNMENTS}/emailReadonly", {"displayName": "Mail"})
    answer = graph.get(f"{ASSIGNMENTS}/microsoft.graph.getOrder()").json()
    assert answer["@odata.context"].endswith("$metadata#microsoft.graph.assignmentOrder")
    assert answer["order"] == graph.ids(ASSIGNMENTS) == ["city", "emailReadonly", "displayName"]


@pytest.mark.parametrize("order", [["displayName"], ["emailReadonly", "displayName", "city"], ["displayName"] * 2])
def test_an_order_names_every_assignment_once(graph: Graph, order: list[str]) -> None:
    """Partial orders and strangers are refused."""
    graph.flow()
    answer = graph.post(f"{ASSIGNMENTS}/setOrder", {"newAssignmentOrder": {"order": order}})
    assert error(answer) == (400, "BadRequest")


def test_an_assignment_can_be_removed(graph: Graph) -> None:
    """Also a default one, and it leaves the order."""
    graph.flow()
    assert graph.delete(f"{ASSIGNMENTS}/emailReadonly").status_code == 204
    assert graph.get(f"{ASSIGNMENTS}/getOrder").json()["order"] == ["displayName"]


def test_languages_and_their_pages_are_read(graph: Graph) -> None:
    """Languages, default pages and the texts on them are there to read."""
    graph.flow()
    english = graph.get(f"{FLOW}/languages/EN").json()
    assert english["@odata.context"].endswith("#identity/b2xUserFlows('B2X_1_Partner')/languages/$entity")
    assert (english["id"], english["isEnabled"], english["displayName"]) == ("en", True, "English")
    pages = f"{FLOW}/languages/en/defaultPages"
    assert graph.value(pages) == [{"id": "idpselections"}, {"id": "selfasserted1_1"}, {"id": "phonefactor"}]
    texts = graph.get(f"{pages}/idpselections/$value").json()["LocalizedStrings"]
    assert texts[0]["StringId"] == "ServiceThrottled"
    assert graph.put(f"{pages}/idpselections/$value", {"LocalizedStrings": []}).status_code == 405
    assert graph.delete(f"{pages}/idpselections/$value").status_code == 405
    assert graph.get(f"{FLOW}/languages/tlh").status_code == 404


def test_texts_are_overridden_and_restored(graph: Graph) -> None:
    """An override is written, replaced, read and dropped; only pages that exist can have one."""
    graph.flow()
    pages = f"{FLOW}/languages/en/overridesPages"
    text = {"LocalizedStrings": [{"ElementType": "UxElement", "StringId": "alert_message", "Value": "Sure?"}]}
    assert graph.value(pages) == []
    assert graph.get(f"{pages}/selfasserted1_1/$value").status_code == 404
    assert graph.put(f"{pages}/SelfAsserted1_1/$value", text).status_code == 204
    binary = {"Content-Type": "application/octet-stream"}
    assert graph.put(f"{pages}/selfasserted1_1/$value", content=b'{"a": 1}', headers=binary).status_code == 204
    assert graph.get(f"{pages}/selfasserted1_1/$value").json() == {"a": 1}
    assert graph.value(pages) == [{"id": "selfasserted1_1"}]
    assert graph.delete(f"{pages}/selfasserted1_1/$value").status_code == 204
    assert graph.delete(f"{pages}/selfasserted1_1/$value").status_code == 404
    assert graph.put(f"{pages}/unknown/$value", text).status_code == 404
    assert graph.put(f"{pages}/idpselections/$value", []).status_code == 400
