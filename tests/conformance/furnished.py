"""Tenants with one or two of everything beneath a root of the official clients."""

from typing import Any

from tests.conformance.models import APP
from tests.emulator.embedded import CONNECTOR, GOOGLE, NEW_ASSIGNMENT, NEW_FLOW, Graph
from tests.emulator.external import CAST, COLLECTS, EXTENSIONS, FLOWS, FULL, LOADS, extension

Keys = dict[str, str]
"""Which entity every ``by_…`` of a builder is to lead to."""

PROVIDERS = "identity/identityProviders"
FACEBOOK = {"displayName": "F", "identityProviderType": "Facebook"}


def _do(graph: Graph, method: str, path: str, body: Any) -> Any:
    return graph.tenant.perform(method, path, body, version="beta").body


def b2x_flow(graph: Graph) -> Keys:
    graph.tenant.create("identity/b2xUserFlows", {**NEW_FLOW, "id": "Other"})
    return _user_flow(graph, "identity/b2xUserFlows", "en")


def b2c_flow(graph: Graph) -> Keys:
    _do(graph, "POST", "identity/b2cUserFlows", {**NEW_FLOW, "id": "Other"})
    made = _do(graph, "POST", "identity/b2cUserFlows", {**NEW_FLOW, "isLanguageCustomizationEnabled": True})
    _do(graph, "PUT", f"identity/b2cUserFlows/{made['id']}/languages/es-ES", {})
    return _user_flow(graph, "identity/b2cUserFlows", "es-ES", made["id"])


def retired_flow(graph: Graph) -> Keys:
    _do(graph, "POST", "identity/userFlows", {**NEW_FLOW, "id": "Other"})
    return {"by_identity_user_flow_id": _do(graph, "POST", "identity/userFlows", NEW_FLOW)["id"]}


def _user_flow(graph: Graph, collection: str, language: str, made: str = "") -> Keys:
    """A flow with a provider, connectors, an attribute and a page in a language."""
    made = made or graph.flow()
    path, connected = f"{collection}/{made}", graph.connector()
    graph.google()
    graph.tenant.create(PROVIDERS, {**GOOGLE, **FACEBOOK})
    if "b2c" in collection:
        microsoft = {**GOOGLE, "displayName": "M", "identityProviderType": "Microsoft"}
        reference = {"@odata.id": graph.tenant.create(PROVIDERS, microsoft)}
        _do(graph, "POST", f"{path}/userFlowIdentityProviders/$ref", reference)
    _do(graph, "POST", f"{path}/userFlowIdentityProviders/$ref", {"@odata.id": "Google-OAUTH"})
    for step in ("postFederationSignup", "postAttributeCollection", "preTokenIssuance"):
        _do(graph, "PUT", f"{path}/apiConnectorConfiguration/{step}/$ref", {"@odata.id": connected})
    _do(graph, "POST", f"{path}/userAttributeAssignments", NEW_ASSIGNMENT)
    page: dict[str, Any] = {"LocalizedStrings": []}
    for name in ("idpselections", "phonefactor"):
        _do(graph, "PUT", f"{path}/languages/{language}/overridesPages/{name}/$value", page)
    return {
        **dict.fromkeys(("by_b2x_identity_user_flow_id", "by_b2c_identity_user_flow_id"), made),
        **dict.fromkeys(("by_identity_provider_id", "by_identity_provider_base_id"), "Google-OAUTH"),
        "by_user_flow_language_configuration_id": language,
        "by_user_flow_language_page_id": "idpselections",
        "by_identity_user_flow_attribute_assignment_id": "city",
        "connector": connected,
    }


def objects(graph: Graph) -> Keys:
    """One provider, connector, attribute and federation that nothing refers to."""
    graph.tenant.create(PROVIDERS, {**GOOGLE, **FACEBOOK})
    federation = {
        "@odata.type": "#microsoft.graph.samlOrWsFedExternalDomainFederation",
        **dict.fromkeys(("issuerUri", "metadataExchangeUri", "passiveSignInUri"), "https://contoso.com"),
        "displayName": "Contoso",
        "preferredAuthenticationProtocol": "saml",
        "signingCertificate": "MIID",
    }
    graph.connector("Other")
    graph.tenant.create("directory/federationConfigurations", {**federation, "displayName": "Other"})
    return {
        **dict.fromkeys(("by_identity_provider_id", "by_identity_provider_base_id"), "Facebook-OAUTH"),
        "by_identity_api_connector_id": graph.tenant.create("identity/apiConnectors", CONNECTOR),
        "by_identity_user_flow_attribute_id": graph.attribute("Shoe size"),
        "federation": graph.tenant.create("directory/federationConfigurations", federation),
    }


def federations(graph: Graph) -> Keys:
    keys = objects(graph)
    return {**keys, "by_identity_provider_base_id": keys["federation"]}


def events(graph: Graph) -> Keys:
    """A flow with an application, an extension, and a listener of its own."""
    made = graph.tenant.create(FLOWS, {**FULL, "displayName": "Other"})
    graph.tenant.create(FLOWS, {**FULL, "displayName": "Third"})
    graph.tenant.create(EXTENSIONS, extension("onTokenIssuanceStart"))
    for app in (APP, APP.replace("6", "7")):
        _do(graph, "POST", f"{FLOWS}/{made}/conditions/applications/includeApplications", {"appId": app})
    for path, key in ((f"{LOADS}/identityProviders", "AADSignup-OAUTH"), (f"{COLLECTS}/attributes", "country")):
        _do(graph, "POST", f"{FLOWS}/{made}/{CAST}/{path}/$ref", {"@odata.id": key})
    listener = {"@odata.type": "#microsoft.graph.onTokenIssuanceStartListener"}
    return {
        "by_authentication_events_flow_id": made,
        "by_authentication_condition_application_app_id": APP,
        "by_identity_provider_base_id": "EmailPassword-OAUTH",
        "by_identity_user_flow_attribute_id": "email",
        "by_custom_authentication_extension_id": graph.tenant.create(EXTENSIONS, extension()),
        "by_authentication_event_listener_id": graph.tenant.create("identity/authenticationEventListeners", listener),
    }


def nothing(_graph: Graph) -> Keys:
    return {}
