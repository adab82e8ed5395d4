"""What user flows attach to, providers and attributes foremost, and the switch that shuts some of them."""

from typing import Any

import pytest

from reconciler.emulator import GraphError, Profile
from reconciler.emulator.profile import TenantKind
from tests.emulator.embedded import CONNECTOR, FLOW, GOOGLE, Graph, error, message

PROVIDERS = "identity/identityProviders"
CONNECTORS = "identity/apiConnectors"
ATTRIBUTES = "identity/userFlowAttributes"
SWITCH = "policies/authenticationFlowsPolicy"
APPLE = {
    "@odata.type": "microsoft.graph.appleManagedIdentityProvider",
    "displayName": "Sign in with Apple",
    "developerId": "UBF8T346G9",
    "serviceId": "com.contoso.signin",
    "keyId": "99P6D879C4",
    "certificateData": "hush",
}


def test_a_fresh_tenant_has_the_built_in_providers(graph: Graph) -> None:
    """Three of them, with their type; beta also shows a state."""
    assert graph.ids(PROVIDERS) == ["AADSignup-OAUTH", "MSASignup-OAUTH", "EmailOtpSignup-OAUTH"]
    assert graph.value(PROVIDERS)[2] == {
        "@odata.type": "#microsoft.graph.builtInIdentityProvider",
        "id": "EmailOtpSignup-OAUTH",
        "displayName": "Email one-time passcode (Preview)",
        "identityProviderType": "EmailOTP",
    }
    assert "state" in graph.value(PROVIDERS, version="beta")[0]


def test_a_social_provider_is_named_by_its_type(graph: Graph) -> None:
    """The id follows from the type, the secret is never shown, and no location is sent."""
    answer = graph.post(PROVIDERS, {**GOOGLE, "identityProviderType": "google"})
    assert answer.status_code == 201
    assert "location" not in answer.headers
    assert answer.json() == {
        "@odata.context": "https://graph.embedded/v1.0/$metadata#identity/identityProviders/$entity",
        "@odata.type": "#microsoft.graph.socialIdentityProvider",
        "id": "Google-OAUTH",
        "displayName": "Login with Google",
        "identityProviderType": "Google",
        "clientId": "123",
        "clientSecret": "******",
    }


def test_a_provider_is_updated_and_deleted(graph: Graph) -> None:
    """A new secret is kept though not shown; the type cannot change."""
    graph.google()
    change = {"@odata.type": "#microsoft.graph.socialIdentityProvider", "clientSecret": "new", "displayName": "G"}
    answer = graph.patch(f"{PROVIDERS}/Google-OAUTH", change)
    assert (answer.status_code, answer.content) == (204, b"")
    assert graph.get(f"{PROVIDERS}/Google-OAUTH").json()["displayName"] == "G"
    assert graph.tenant.dump()["collections"][PROVIDERS][3]["clientSecret"] == "new"
    assert "'identityProviderType'" in message(
        graph.patch(f"{PROVIDERS}/Google-OAUTH", {"identityProviderType": "Facebook"})
    )
    assert graph.delete(f"{PROVIDERS}/Google-OAUTH").status_code == 204
    assert graph.get(f"{PROVIDERS}/Google-OAUTH").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"@odata.type": None},
        {"@odata.type": "microsoft.graph.builtInIdentityProvider"},
        {"@odata.type": "microsoft.graph.user"},
        {"identityProviderType": "Amazon"},
        {"clientId": None},
        {"clientSecret": "******"},
        {"id": "Google-OAUTH"},
        {"name": "Google"},
    ],
)
def test_a_provider_that_makes_no_sense_is_refused(graph: Graph, change: dict[str, Any]) -> None:
    """Unknown, foreign and built-in types, missing, masked, read-only and unknown properties are a 400."""
    assert error(graph.post(PROVIDERS, {**GOOGLE, **change})) == (400, "BadRequest")


def test_a_second_provider_of_a_type_or_name_is_a_duplicate(graph: Graph) -> None:
    """Type and display name are unique, on create as on update; the profile chooses the status."""
    graph.google()
    assert error(graph.post(PROVIDERS, {**GOOGLE, "displayName": "Other"})) == (409, "Conflict")
    facebook = {**GOOGLE, "identityProviderType": "Facebook"}
    assert error(graph.post(PROVIDERS, facebook)) == (409, "Conflict")
    graph.post(PROVIDERS, {**facebook, "displayName": "Facebook"})
    rename = {"displayName": "login with google"}
    assert graph.patch(f"{PROVIDERS}/Facebook-OAUTH", rename).status_code == 409
    graph.tenant.change_profile({"duplicate_status": 400})
    assert error(graph.post(PROVIDERS, facebook)) == (400, "Conflict")


def test_built_in_providers_stay_as_they_are(graph: Graph) -> None:
    """They can be neither changed nor deleted."""
    assert graph.delete(f"{PROVIDERS}/AADSignup-OAUTH").status_code == 400
    assert graph.patch(f"{PROVIDERS}/AADSignup-OAUTH", {"displayName": "Mine"}).status_code == 400


def test_what_a_flow_uses_cannot_be_deleted(graph: Graph) -> None:
    """Provider, connector and attribute are safe until the flow lets go of them."""
    graph.flow()
    graph.google()
    connector, hobby = graph.connector(), graph.attribute()
    graph.post(f"{FLOW}/identityProviders/$ref", {"@odata.id": "https://x/identityProviders/Google-OAUTH"})
    graph.put(f"{FLOW}/apiConnectorConfiguration/postFederationSignup/$ref", {"@odata.id": connector})
    assignment = {"userInputType": "textBox", "userAttribute": {"id": hobby}}
    graph.post(f"{FLOW}/userAttributeAssignments", assignment)
    used = [f"{PROVIDERS}/Google-OAUTH", f"{CONNECTORS}/{connector}", f"{ATTRIBUTES}/{hobby}"]
    for path in used:
        answer = graph.delete(path)
        assert error(answer) == (400, "BadRequest")
        assert "in use" in message(answer)
    graph.delete(FLOW)
    assert [graph.delete(path).status_code for path in used] == [204] * 3


@pytest.mark.parametrize(
    ("kind", "built_in", "some"),
    [("workforce", 3, "EmailOTP"), ("external", 3, "AppleManaged"), ("b2c", 0, "OpenIdConnect")],
)
def test_kinds_of_tenant_offer_different_providers(kind: TenantKind, built_in: int, some: str) -> None:
    """What is there at first and what can be added depends on the kind."""
    graph = Graph(profile=Profile(kind=kind))
    assert len(graph.value(PROVIDERS)) == built_in
    answer = graph.get(f"{PROVIDERS}/availableProviderTypes()").json()
    assert answer["@odata.context"].endswith("$metadata#Collection(Edm.String)")
    assert some in answer["value"]
    expected = {"workforce": 400, "external": 201, "b2c": 201}[kind]
    assert graph.post(PROVIDERS, APPLE).status_code == expected


def test_providers_of_a_b2c_tenant_have_their_own_ids() -> None:
    """Microsoft's and Apple's ids do not follow the pattern."""
    graph = Graph(profile=Profile(kind="b2c"))
    microsoft = {**GOOGLE, "identityProviderType": "Microsoft"}
    assert graph.post(PROVIDERS, microsoft).json()["id"] == "MSA-OIDC"
    apple = graph.post(PROVIDERS, APPLE).json()
    assert (apple["id"], apple["certificateData"]) == ("Apple-Managed-OIDC", "******")
    assert graph.patch(f"{PROVIDERS}/Apple-Managed-OIDC", {"displayName": "Apple"}).status_code == 204
    assert graph.get("identityProviders/Apple-Managed-OIDC").json()["clientSecret"] == "******"


def test_the_deprecated_collection_still_reads(graph: Graph) -> None:
    """The old path shows the same providers in the old shape."""
    graph.google()
    assert graph.get("identityProviders/Google-OAUTH").json() == {
        "@odata.context": "https://graph.embedded/v1.0/$metadata#identityProviders/$entity",
        "id": "Google-OAUTH",
        "type": "Google",
        "name": "Login with Google",
        "clientId": "123",
        "clientSecret": "******",
    }
    assert len(graph.value("identityProviders")) == 4
    assert "Google" in graph.get("identityProviders/availableProviderTypes").json()["value"]


def test_attributes_of_a_fresh_tenant_are_built_in(graph: Graph) -> None:
    """Ids are in lower camel case and found in any case."""
    city = graph.get(f"{ATTRIBUTES}/City").json()
    assert city["@odata.context"] == "https://graph.embedded/v1.0/$metadata#userFlowAttributes/$entity"
    assert (city["id"], city["userFlowAttributeType"], city["dataType"]) == ("city", "builtIn", "string")
    assert {"email", "emailReadonly", "displayName", "givenName", "surname"} <= set(graph.ids(ATTRIBUTES))
    assert graph.delete(f"{ATTRIBUTES}/city").status_code == 400


def test_a_custom_attribute_is_named_after_the_extensions_app(graph: Graph) -> None:
    """Its id is known only once it is made: the app's id and the name without spaces."""
    answer = graph.post(ATTRIBUTES, {"displayName": "Favorite color", "description": "d", "dataType": "STRING"})
    app = graph.tenant.profile.extensions_app_id
    assert answer.status_code == 201
    assert answer.json()["id"] == f"extension_{app}_Favoritecolor"
    assert answer.headers["location"].endswith(f"/v1.0/identity/userFlowAttributes/extension_{app}_Favoritecolor")
    assert (answer.json()["userFlowAttributeType"], answer.json()["dataType"]) == ("custom", "string")


def test_only_the_description_of_an_attribute_changes(graph: Graph) -> None:
    """Everything else is read-only."""
    path = f"{ATTRIBUTES}/{graph.attribute()}"
    assert graph.patch(path, {"description": "Your new hobby"}).status_code == 204
    assert graph.get(path).json()["description"] == "Your new hobby"
    for change in ({"displayName": "H"}, {"dataType": "int64"}, {"userFlowAttributeType": "builtIn"}, {"id": "x"}):
        assert error(graph.patch(path, change)) == (400, "BadRequest")
    assert graph.delete(path).status_code == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"displayName": "Hobby", "dataType": "string"}, 409),
        ({"displayName": "hob by", "dataType": "string"}, 409),
        ({"displayName": "City", "dataType": "string"}, 409),
        ({"displayName": "§", "dataType": "string"}, 400),
        ({"displayName": "Age", "dataType": "dateTime"}, 400),
        ({"displayName": "Age"}, 400),
        ({"dataType": "string"}, 400),
    ],
)
def test_an_attribute_needs_a_name_of_its_own_and_a_type(graph: Graph, body: dict[str, Any], status: int) -> None:
    """Names, and the ids made of them, are unique."""
    graph.attribute("Hobby")
    assert graph.post(ATTRIBUTES, body).status_code == status


def test_while_sign_up_is_off_connectors_and_attributes_are_shut(graph: Graph) -> None:
    """The code is AADB2C99039; user flows still answer, and the switch opens everything again."""
    assert graph.get(SWITCH).json()["selfServiceSignUp"] == {"isEnabled": True}
    assert graph.patch(SWITCH, {"selfServiceSignUp": {"isEnabled": False}}).status_code == 204
    for path in (CONNECTORS, ATTRIBUTES, f"{ATTRIBUTES}/city"):
        assert error(graph.get(path)) == (400, "AADB2C99039")
    assert error(graph.post(CONNECTORS, CONNECTOR)) == (400, "AADB2C99039")
    assert graph.get("identity/b2xUserFlows").status_code == graph.get(PROVIDERS).status_code == 200
    graph.patch(SWITCH, {"selfServiceSignUp": {"isEnabled": True}})
    assert graph.get(CONNECTORS).status_code == 200


def test_the_switch_can_be_off_from_the_start() -> None:
    """The profile says so for a workforce tenant; other kinds do not ask."""
    assert Graph(profile=Profile(self_service_sign_up=False)).get(CONNECTORS).status_code == 400
    assert Graph(profile=Profile(kind="external", self_service_sign_up=False)).get(CONNECTORS).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"displayName": "x"},
        {"selfServiceSignUp": None},
        {"selfServiceSignUp": {}},
        {"selfServiceSignUp": {"isEnabled": "yes"}},
    ],
)
def test_only_the_switch_of_the_policy_changes(graph: Graph, change: dict[str, Any]) -> None:
    """Everything else about the policy is refused."""
    before = graph.get(SWITCH).json()
    assert error(graph.patch(SWITCH, change)) == (400, "BadRequest")
    assert graph.get(SWITCH).json() == before


def test_seeding_in_process_checks_as_http_does(graph: Graph) -> None:
    """What Graph would refuse cannot be seeded either."""
    ids = graph.tenant.seed({CONNECTORS: [CONNECTOR, CONNECTOR], PROVIDERS: [GOOGLE]})
    assert ids == {CONNECTORS: graph.ids(CONNECTORS), PROVIDERS: ["Google-OAUTH"]}
    with pytest.raises(GraphError, match="409 Conflict"):
        graph.google()
