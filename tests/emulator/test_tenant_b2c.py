"""Azure AD B2C tenants: their flows, languages, policy and providers; and what other tenants answer."""

from typing import Any

import pytest

from reconciler.emulator import Profile
from tests.emulator.embedded import GOOGLE, NEW_ASSIGNMENT, Graph, error, message

FLOWS = "identity/b2cUserFlows"
FLOW = f"{FLOWS}/B2C_1_Customer"
NEW_FLOW = {"id": "Customer", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 3}
PROVIDERS = "identity/identityProviders"
POLICY = "policies/b2cAuthenticationMethodsPolicy"
OPEN_ID_CONNECT = {
    "@odata.type": "microsoft.graph.openIdConnectIdentityProvider",
    "displayName": "Login with Contoso",
    "clientId": "56433757",
    "clientSecret": "hush",
    "claimsMapping": {"userId": "sub", "displayName": "name"},
    "metadataUrl": "https://login.contoso.com/.well-known/openid-configuration",
    "responseMode": "form_post",
    "responseType": "code",
    "scope": "openid",
}


class Beta(Graph):
    """A B2C tenant spoken to in beta."""

    def send(self, method: str, path: str, body: Any = None, version: str = "beta", **options: Any) -> Any:
        return super().send(method, path, body, version, **options)


@pytest.fixture
def graph() -> Beta:
    return Beta(profile=Profile(kind="b2c"))


def test_a_new_flow_has_defaults_and_a_location_in_key_syntax(graph: Beta) -> None:
    """A create answers with the prefix, what the service adds, and no links."""
    answer = graph.post(FLOWS, NEW_FLOW)
    assert answer.status_code == 201
    assert answer.headers["location"] == "https://graph.embedded/beta/identity/b2cUserFlows('B2C_1_Customer')"
    assert answer.json() == {
        "@odata.context": "https://graph.embedded/beta/$metadata#identity/b2cUserFlows/$entity",
        "id": "B2C_1_Customer",
        "userFlowType": "signUpOrSignIn",
        "userFlowTypeVersion": 3,
        "isLanguageCustomizationEnabled": False,
        "defaultLanguageTag": "en",
        "authenticationMethods": "emailWithPassword",
        "tokenClaimsConfiguration": {"isIssuerEntityUserFlow": False},
        "apiConnectorConfiguration": {},
    }
    assert graph.get(answer.headers["location"]).json()["id"] == "B2C_1_Customer"


def test_a_flow_changes_only_its_language_properties(graph: Beta) -> None:
    """Type and version are fixed."""
    graph.post(FLOWS, NEW_FLOW)
    change = {"isLanguageCustomizationEnabled": True, "defaultLanguageTag": "de"}
    assert graph.patch(FLOW, change).status_code == 204
    assert graph.get(FLOW).json()["defaultLanguageTag"] == "de"
    assert error(graph.patch(FLOW, {"userFlowTypeVersion": 1})) == (400, "BadRequest")
    assert graph.delete(FLOW).status_code == 204
    assert graph.value(FLOWS) == []


@pytest.mark.parametrize(
    ("kind", "version", "status"),
    [
        ("signUp", 1, 201),
        ("signIn", 1, 201),
        ("passwordReset", 1.1, 201),
        ("profileUpdate", 3, 201),
        ("resourceOwner", 1, 201),
        ("signIn", 2, 400),
    ],
)
def test_every_type_has_its_versions(graph: Beta, kind: str, version: float, status: int) -> None:
    """Another one fails as it did for those who tried."""
    answer = graph.post(FLOWS, {"id": "B2C_1_X", "userFlowType": kind, "userFlowTypeVersion": version})
    assert answer.status_code == status
    assert status == 201 or error(answer) == (400, "AADB2C90063")


def test_a_flow_has_providers_connectors_and_attributes(graph: Beta) -> None:
    """Everything that attaches to a B2B flow attaches to this one."""
    graph.google()
    connector = graph.connector()
    step = {"postFederationSignup": {"@odata.id": connector}}
    body = {**NEW_FLOW, "identityProviders": [{"id": "Google-OAuth"}], "apiConnectorConfiguration": step}
    assert graph.post(FLOWS, body).status_code == 201
    assert graph.ids(f"{FLOW}/userflowIdentityProviders") == ["Google-OAUTH"]
    expanded = graph.get(f"{FLOW}/apiConnectorConfiguration?$expand=postFederationSignup").json()
    assert expanded["postFederationSignup"]["id"] == connector
    assert graph.post(f"{FLOW}/userAttributeAssignments", NEW_ASSIGNMENT).status_code == 201
    order = graph.get(f"{FLOW}/userAttributeAssignments/getOrder()").json()["order"]
    assert order == ["emailReadonly", "displayName", "city"]
    patched = graph.patch(f"{FLOW}/identityProviders/$ref", {"@odata.id": "x"})
    assert error(patched) == (400, "BadRequest")


def test_languages_are_made_and_changed_by_put(graph: Beta) -> None:
    """Once customization is enabled: made with 201, changed with 204, removed only if added."""
    graph.post(FLOWS, NEW_FLOW)
    languages = f"{FLOW}/languages"
    assert "not enabled" in message(graph.get(languages))
    graph.patch(FLOW, {"isLanguageCustomizationEnabled": True})
    assert [each["id"] for each in graph.value(f"{languages}?$filter=isEnabled eq true")] == ["en"]
    made = graph.put(f"{languages}/es-ES", {"id": "es-ES", "isEnabled": True})
    assert made.status_code == 201
    context = "https://graph.embedded/beta/$metadata#identity/b2cUserFlows('B2C_1_Customer')/languages/$entity"
    assert made.json() == {
        "@odata.context": context,
        "id": "es-ES",
        "isEnabled": True,
        "displayName": "Spanish (Spain)",
    }
    assert graph.put(f"{languages}/es-ES", {"isEnabled": False}).status_code == 204
    assert graph.get(f"{languages}/ES-es").json()["isEnabled"] is False
    assert graph.put(f"{languages}/de", {}).status_code == 204
    assert graph.get(f"{languages}/de").json() == {
        "@odata.context": context,
        "id": "de",
        "isEnabled": True,
        "displayName": "Deutsch",
    }
    assert graph.put(f"{languages}/tlh", {"id": "other"}).status_code == 400
    assert graph.put(f"{languages}/not a tag", {}).status_code == 400
    assert graph.delete(f"{languages}/es-ES").status_code == 204
    assert graph.delete(f"{languages}/de").status_code == 400
    assert graph.delete(f"{languages}/es-ES").status_code == 404
    assert graph.put(f"{FLOW}", {}).status_code == 405


def test_pages_of_a_language_are_overridden(graph: Beta) -> None:
    """The content is written and dropped; default pages are only read."""
    graph.post(FLOWS, {**NEW_FLOW, "isLanguageCustomizationEnabled": True})
    texts = {"LocalizedStrings": [{"ElementType": "UxElement", "StringId": "alert_message", "Value": "Sure?"}]}
    page = f"{FLOW}/languages/en/overridesPages/phonefactor/$value"
    assert graph.put(page, texts).status_code == 204
    assert graph.get(page).json() == texts
    assert graph.delete(page).status_code == 204
    assert graph.get(page).status_code == 404
    assert graph.put(f"{FLOW}/languages/en/defaultPages/phonefactor/$value", texts).status_code == 405
    assert "LocalizedStrings" in graph.get(f"{FLOW}/languages/en/defaultPages/idpselections/$value").json()


def test_a_single_language_can_come_wrapped(graph: Beta) -> None:
    """As a sample of the documentation shows it, if the profile says so."""
    graph.post(FLOWS, {**NEW_FLOW, "isLanguageCustomizationEnabled": True})
    graph.tenant.change_profile({"wraps_entities": True})
    assert graph.get(f"{FLOW}/languages/en").json()["value"]["id"] == "en"
    assert graph.get(FLOW).json()["id"] == "B2C_1_Customer"


def test_the_methods_policy_is_read_and_changed(graph: Beta) -> None:
    """Three switches, in beta only."""
    assert graph.get(POLICY).json() == {
        "@odata.context": "https://graph.embedded/beta/$metadata#b2cAuthenticationMethodsPolicy",
        "id": "b2cAuthenticationMethodsPolicy",
        "isEmailPasswordAuthenticationEnabled": True,
        "isUserNameAuthenticationEnabled": False,
        "isPhoneOneTimePasswordAuthenticationEnabled": False,
    }
    assert graph.patch(POLICY, {"isUserNameAuthenticationEnabled": True}).status_code == 204
    assert graph.get(POLICY).json()["isUserNameAuthenticationEnabled"] is True
    assert graph.get(POLICY, version="v1.0").status_code == 404


@pytest.mark.parametrize("path", [FLOWS, FLOW, POLICY, "identity/userFlows"])
@pytest.mark.parametrize("kind", ["workforce", "external"])
def test_other_tenants_are_no_b2c_directories(kind: Any, path: str) -> None:
    """They answer so, naming themselves, before anything else is looked at."""
    graph = Beta(profile=Profile(kind=kind))
    answer = graph.get(path)
    assert error(answer) == (403, "AADB2C")
    assert message(answer).startswith(f"'{graph.tenant.profile.tenant_id}' is not an Azure AD B2C directory.")


def test_the_retired_collection_answers_only_if_the_profile_says_so(graph: Beta) -> None:
    """It shows the B2C flows, with less of them."""
    assert error(graph.get("identity/userFlows")) == (404, "UnknownError")
    graph.tenant.change_profile({"user_flows": True})
    made = graph.post(
        "identity/userFlows", {**NEW_FLOW, "@odata.type": "#microsoft.cpim.api.dataModels.identityUserFlow"}
    )
    assert (made.status_code, made.json()["id"]) == (201, "B2C_1_Customer")
    assert set(made.json()) == {"@odata.context", "id", "userFlowType", "userFlowTypeVersion"}
    assert graph.get(FLOW).json()["isLanguageCustomizationEnabled"] is False
    assert graph.ids(f"{FLOW}/userAttributeAssignments") == ["emailReadonly", "displayName"]
    assert graph.delete("identity/userFlows/B2C_1_Customer").status_code == 204
    assert (
        graph.tenant.dump()["collections"].keys()
        == Beta(profile=graph.tenant.profile).tenant.dump()["collections"].keys()
    )


def test_open_id_connect_providers_are_of_beta(graph: Beta) -> None:
    """Their id begins with the name, v1.0 does not see them, and code needs a secret."""
    made = graph.post(PROVIDERS, OPEN_ID_CONNECT).json()
    assert made["id"].startswith("OIDC-V1-Login_with_Contoso-")
    assert made["clientSecret"] == "******"
    assert made["claimsMapping"] == {
        "userId": "sub",
        "displayName": "name",
        "givenName": None,
        "surname": None,
        "email": None,
    }
    assert graph.get(f"{PROVIDERS}/{made['id']}", version="v1.0").status_code == 404
    assert graph.value(PROVIDERS, version="v1.0") == []
    assert graph.post(PROVIDERS, OPEN_ID_CONNECT, version="v1.0").status_code == 400
    assert graph.get(f"identityProviders/{made['id']}").json()["type"] == "OpenIDConnect"
    secretless = {**OPEN_ID_CONNECT, "displayName": "Other", "clientSecret": None}
    assert "'clientSecret'" in message(graph.post(PROVIDERS, secretless))
    assert graph.post(PROVIDERS, {**secretless, "responseType": "id_token"}).status_code == 201
    assert graph.patch(f"{PROVIDERS}/{made['id']}", {"displayName": "Contoso"}).status_code == 204
    assert graph.post(FLOWS, {**NEW_FLOW, "identityProviders": [{"id": made["id"]}]}).status_code == 201
    assert graph.ids(f"{FLOW}/userFlowIdentityProviders") == [made["id"]]


def test_a_flow_can_be_added_to_the_b2b_flows_if_the_profile_says_so() -> None:
    """A documented page that nothing confirms: 404, or 204 and the flow is in the list."""
    graph = Beta()
    body = {"@odata.type": "#Microsoft.Cpim.Api.DataModels.b2xIdentityUserFlow", "id": "B2C_1_Customer"}
    assert error(graph.post("identity/b2xUserFlows/$ref", body)) == (404, "UnknownError")
    graph.tenant.change_profile({"adopts_user_flows": True})
    assert error(graph.post("identity/b2xUserFlows/$ref", body)) == (400, "BadRequest")
    graph.post("identity/userFlows", {**NEW_FLOW, "userFlowTypeVersion": 1})
    assert graph.post("identity/b2xUserFlows/$ref", body).status_code == 204
    assert graph.ids("identity/b2xUserFlows") == ["B2C_1_Customer"]
    assert graph.post("identity/b2xUserFlows/$ref", body).status_code == 409
    assert "in use" in message(graph.delete("identity/userFlows/B2C_1_Customer"))
    assert graph.delete("identity/b2xUserFlows/B2C_1_Customer").status_code == 204
    assert graph.get("identity/b2xUserFlows/$ref").status_code == 405
    assert graph.post("identity/b2xUserFlows/$ref", body, version="v1.0").status_code == 404


def test_a_cloud_has_not_every_set() -> None:
    """What a cloud's metadata does not have leads nowhere."""
    china, government = Beta(profile=Profile(cloud="china")), Beta(profile=Profile(cloud="usgov-dod"))
    assert china.get("identity/b2xUserFlows").status_code == 200
    assert china.get(FLOWS).status_code == 404
    for path in ("identity/b2xUserFlows", PROVIDERS, "identity/apiConnectors", "policies/authenticationFlowsPolicy"):
        assert error(government.get(path)) == (404, "UnknownError")
    assert government.get("identityProviders").status_code == 200
    with pytest.raises(ValueError, match="cloud is 'moon'"):
        Profile(cloud="moon")  # type: ignore[arg-type]


def test_an_external_tenant_needs_the_extensions_principal_for_a_provider() -> None:
    """Without it every create fails with a code that says nothing."""
    graph = Graph(profile=Profile(kind="external", extensions_principal=False))
    answer = graph.post(PROVIDERS, GOOGLE)
    assert error(answer) == (400, "AADB2C90063")
    assert len(answer.json()["error"]["innerError"]["correlationId"]) == 36
    graph.tenant.change_profile({"extensions_principal": True})
    assert graph.post(PROVIDERS, GOOGLE).status_code == 201


OIDC: dict[str, Any] = {
    "@odata.type": "#microsoft.graph.OidcIdentityProvider",
    "displayName": "Contoso",
    "clientId": "0000",
    "issuer": "https://login.contoso.com/v2.0/",
    "responseType": "code",
    "scope": "openid profile",
    "clientAuthentication": {"@odata.type": "#microsoft.graph.OIDCClientSecretAuthentication", "clientSecret": "hush"},
    "inboundClaimMapping": {"sub": "sub", "address": {"country": "country"}},
}


def test_an_oidc_provider_of_an_external_tenant() -> None:
    """Its id is random, its secret masked, and an update must say what it is."""
    graph = Graph(profile=Profile(kind="external"))
    made = graph.post(PROVIDERS, OIDC).json()
    assert made["@odata.type"] == "#microsoft.graph.oidcIdentityProvider"
    kind = "#microsoft.graph.oidcClientSecretAuthentication"
    assert made["clientAuthentication"] == {"@odata.type": kind, "clientSecret": "******"}
    path = f"{PROVIDERS}/{made['id']}"
    assert "'@odata.type'" in message(graph.patch(path, {"displayName": "C"}))
    assert graph.patch(path, {"@odata.type": OIDC["@odata.type"], "displayName": "C"}).status_code == 204
    wrong: list[dict[str, Any]] = [
        {"issuer": "http://x"},
        {"issuer": "https://x?y=1"},
        {"responseType": "token"},
        {"scope": None},
    ]
    for change in wrong:
        assert error(graph.post(PROVIDERS, {**OIDC, "displayName": "D", **change})) == (400, "BadRequest")
        assert graph.patch(path, {"@odata.type": OIDC["@odata.type"], **change}).status_code == 400
    assert graph.post(PROVIDERS, OPEN_ID_CONNECT, version="beta").status_code == 400
