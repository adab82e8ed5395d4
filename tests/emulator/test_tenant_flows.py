"""User flows of a workforce tenant and everything inside them."""

from typing import Any

import pytest

from tests.emulator.embedded import FLOW, NEW_ASSIGNMENT, NEW_FLOW, Graph, error, message

FLOWS = "identity/b2xUserFlows"
ASSIGNMENTS = f"{FLOW}/userAttributeAssignments"
STEPS = f"{FLOW}/apiConnectorConfiguration"
PROVIDERS = f"{FLOW}/userFlowIdentityProviders"


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
        ({"userFlowType": "signupp"}, "The 'identityUserFlow' field is invalid in request"),
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
    assert graph.get(f"{PROVIDERS}/AADSignup-OAUTH/$ref").status_code == 405


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
    assert flow["userFlowIdentityProviders"] == [{"@odata.type": kind, "id": "AADSignup-OAUTH"}]
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
    nothing: list[dict[str, str] | None] = [{}, None]
    for empty in nothing:
        graph.put(f"{step}/$ref", reference(f"identity/apiConnectors/{connector}"))
        assert graph.put(f"{step}/$ref", empty).status_code == 204
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
