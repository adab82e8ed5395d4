"""What somebody changes in the tenants of the examples behind the repository's back, and what drift calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.emulator import Tenant

Row = tuple[str, str, str, str]
"""Of one difference: the object, its state, its link, its target."""

FLOW_TYPE = "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow"
LOADS = "onAuthenticationMethodLoadStart"
LOADS_PATH = f"{FLOW_TYPE[1:]}/{LOADS}/microsoft.graph.{LOADS}ExternalUsersSelfServiceSignUp"


def item(tenant: Tenant, collection: str, name: str, version: str = "v1.0") -> dict[str, Any]:
    """The one object of a display name."""
    found = tenant.perform("GET", collection, version=version).body["value"]
    (only,) = [each for each in found if each.get("displayName") == name]
    return dict(only)


def path(tenant: Tenant, collection: str, name: str, version: str = "v1.0") -> str:
    return f"{collection}/{item(tenant, collection, name, version)['id']}"


def contoso(tenant: Tenant) -> list[Row]:
    """Every sort of link of a workforce flow, and a member of each other kind."""
    guests, partner = (f"identity/b2xUserFlows/B2X_1_{name}" for name in ("Guests", "Partner"))
    region = item(tenant, "identity/userFlowAttributes", "Region")["id"]
    connector = path(tenant, "identity/apiConnectors", "Approval of partners")
    order = tenant.perform("GET", f"{partner}/userAttributeAssignments/getOrder").body["order"]
    tenant.perform("DELETE", f"{guests}/userFlowIdentityProviders/AADSignup-OAUTH/$ref", version="beta")
    other = {"@odata.id": "https://graph.microsoft.com/beta/identity/identityProviders/MSASignup-OAUTH"}
    tenant.perform("POST", f"{guests}/userFlowIdentityProviders/$ref", other, version="beta")
    tenant.perform("PATCH", f"identity/userFlowAttributes/{region}", {"description": "Nowhere"})
    tenant.perform("PATCH", connector, {"targetUrl": "https://elsewhere.com"})
    tenant.perform("PUT", f"{partner}/apiConnectorConfiguration/postFederationSignup/$ref", {})
    tenant.perform("PATCH", f"{partner}/userAttributeAssignments/{region}", {"isOptional": False})
    reverse = {"newAssignmentOrder": {"order": order[::-1]}}
    tenant.perform("POST", f"{partner}/userAttributeAssignments/setOrder", reverse)
    tenant.perform("PATCH", path(tenant, "identity/identityProviders", "Google"), _google("other-client"))
    return [
        ("ApiConnector/approval", "changed", "", ""),
        ("B2xUserFlow/Guests", "extra", "identityProviders", "MSASignup-OAUTH"),
        ("B2xUserFlow/Guests", "missing", "identityProviders", "AADSignup-OAUTH"),
        ("B2xUserFlow/Partner", "changed", "userAttributeAssignments", ""),
        ("B2xUserFlow/Partner", "changed", "userAttributeAssignments", "Region"),
        ("B2xUserFlow/Partner", "missing", "apiConnectorConfiguration.postFederationSignup", "check-invitation"),
        ("IdentityProvider/Google", "changed", "", ""),
        ("UserFlowAttribute/Region", "changed", "", ""),
    ]


def _google(client: str) -> dict[str, str]:
    return {"@odata.type": "#microsoft.graph.socialIdentityProvider", "clientId": client}


def b2c(tenant: Tenant) -> list[Row]:
    """A flow's own switch, its languages and pages, and what a B2C tenant has beside flows."""
    flow = "identity/b2cUserFlows/B2C_1_Customer"
    page = "languages/en/overridesPages/selfasserted1_1/$value"
    strings = tenant.perform("GET", f"{flow}/{page}", version="beta").body["LocalizedStrings"]
    strings[0]["Value"] = "Bye."
    newsletter = item(tenant, "identity/userFlowAttributes", "Newsletter")["id"]
    fabrikam = path(tenant, "identity/identityProviders", "Fabrikam account", "beta")
    policy = "policies/b2cAuthenticationMethodsPolicy"
    tenant.perform("PUT", f"{flow}/{page}", {"LocalizedStrings": strings[:1]}, version="beta")
    tenant.perform("PUT", f"{flow}/languages/es-ES", {"id": "es-ES", "isEnabled": False}, version="beta")
    tenant.perform("PATCH", flow, {"defaultLanguageTag": "de"}, version="beta")
    tenant.perform("DELETE", f"{flow}/userAttributeAssignments/{newsletter}", version="beta")
    tenant.perform("PUT", f"{flow}/apiConnectorConfiguration/postAttributeCollection/$ref", {}, version="beta")
    kind = "#microsoft.graph.openIdConnectIdentityProvider"
    tenant.perform("PATCH", fabrikam, {"@odata.type": kind, "domainHint": "elsewhere.com"}, version="beta")
    tenant.perform("PATCH", policy, {"isUserNameAuthenticationEnabled": True}, version="beta")
    tenant.perform("DELETE", "identity/b2cUserFlows/B2C_1_PasswordReset", version="beta")
    return [
        ("B2cAuthenticationMethodsPolicy/tenant", "changed", "", ""),
        ("B2cUserFlow/Customer", "changed", "", ""),
        ("B2cUserFlow/Customer", "changed", "languages.en.overridesPages.selfasserted1_1", ""),
        ("B2cUserFlow/Customer", "changed", "languages.es-ES", ""),
        ("B2cUserFlow/Customer", "changed", "userAttributeAssignments", ""),
        ("B2cUserFlow/Customer", "missing", "apiConnectorConfiguration.postAttributeCollection", "check-loyalty"),
        ("B2cUserFlow/Customer", "missing", "userAttributeAssignments", "Newsletter"),
        ("B2cUserFlow/PasswordReset", "missing", "", ""),
        ("IdentityProvider/Fabrikam", "changed", "", ""),
    ]


def external(tenant: Tenant) -> list[Row]:
    """The events of a flow, its lists, its page, and the objects that are called."""
    flow = path(tenant, "identity/authenticationEventsFlows", "Customers")
    page = item(tenant, "identity/authenticationEventsFlows", "Customers")["onAttributeCollection"]
    views = page["attributeCollectionPage"]["views"]
    views[0]["inputs"][1]["label"] = "Who are you?"
    kind = {"@odata.type": page["@odata.type"], "attributeCollectionPage": {"views": views}}
    tenant.perform("PATCH", flow, {"@odata.type": FLOW_TYPE, "onAttributeCollection": kind})
    tenant.perform("PATCH", flow, {"@odata.type": FLOW_TYPE, "onAttributeCollectionStart": None})
    tenant.perform("DELETE", f"{flow}/{LOADS_PATH}/identityProviders/Google-OAUTH/$ref")
    applications = f"{flow}/conditions/applications/includeApplications"
    (shop,) = (each["appId"] for each in tenant.perform("GET", applications).body["value"])
    tenant.perform("DELETE", f"{applications}/{shop}")
    extension = path(tenant, "identity/customAuthenticationExtensions", "check-entries")
    kind = {"@odata.type": "#microsoft.graph.onAttributeCollectionSubmitCustomExtension"}
    tenant.perform("PATCH", extension, {**kind, "clientConfiguration": {"timeoutInMilliseconds": 500}})
    listener = path(tenant, "identity/authenticationEventListeners", "loyalty in tokens")
    tenant.perform("DELETE", f"{listener}/conditions/applications/includeApplications/{shop}")
    return [
        ("AuthenticationEventListener/loyalty in tokens", "missing", "applications", shop),
        ("AuthenticationEventsFlow/Customers", "changed", "", ""),
        ("AuthenticationEventsFlow/Customers", "missing", "applications", shop),
        ("AuthenticationEventsFlow/Customers", "missing", "identityProviders", "Google"),
        ("AuthenticationEventsFlow/Customers", "missing", "onAttributeCollectionStart", "prefill-entries"),
        ("CustomAuthenticationExtension/check-entries", "changed", "", ""),
    ]


def federation(tenant: Tenant) -> list[Row]:
    """A member and a domain."""
    cast = "microsoft.graph.samlOrWsFedExternalDomainFederation"
    collection = "directory/federationConfigurations"
    id = item(tenant, f"{collection}/{cast}", "Fabrikam")["id"]
    tenant.perform("PATCH", f"{collection}/{cast}/{id}", {"@odata.type": f"#{cast}", "issuerUri": "https://x.com/y"})
    tenant.perform("DELETE", f"{collection}/{id}/{cast}/domains/fabrikam.example")
    return [
        ("ExternalDomainFederation/Fabrikam", "changed", "", ""),
        ("ExternalDomainFederation/Fabrikam", "missing", "domains", "fabrikam.example"),
    ]


def workforce(tenant: Tenant) -> list[Row]:
    """A whole flow, a step, a provider."""
    flows = "identity/b2xUserFlows"
    tenant.perform("DELETE", f"{flows}/B2X_1_Guests")
    slot = f"{flows}/B2X_1_UserFlowWithAPIConnector/apiConnectorConfiguration/postAttributeCollection/$ref"
    approval = path(tenant, "identity/apiConnectors", "check-invitation")
    tenant.perform("PUT", slot, {"@odata.id": f"https://graph.microsoft.com/v1.0/{approval}"})
    provider = f"{flows}/B2X_1_PartnerWithFacebook/userFlowIdentityProviders/Facebook-OAUTH/$ref"
    tenant.perform("DELETE", provider, version="beta")
    return [
        ("B2xUserFlow/Guests", "missing", "", ""),
        ("B2xUserFlow/PartnerWithFacebook", "missing", "identityProviders", "Facebook"),
        (
            "B2xUserFlow/UserFlowWithAPIConnector",
            "changed",
            "apiConnectorConfiguration.postAttributeCollection",
            "approval",
        ),
    ]


def user_flows(tenant: Tenant) -> list[Row]:
    """The flow is taken out of those of the workforce, and is still a user flow."""
    tenant.perform("DELETE", "identity/b2xUserFlows/B2C_1_Customer")
    return [("B2xUserFlow/Customer", "missing", "userFlow", "Customer")]


BEHIND: dict[str, Callable[[Tenant], list[Row]]] = {
    "contoso": contoso,
    "b2c": b2c,
    "external": external,
    "federation": federation,
    "seeds/workforce": workforce,
    "seeds/user-flows": user_flows,
}
