"""What an external tenant is given in tests: a user flow in full and in brief, and an extension."""

from typing import Any

FLOWS = "identity/authenticationEventsFlows"
CAST = "microsoft.graph.externalUsersSelfServiceSignUpEventsFlow"
LOADS = "onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp"
COLLECTS = "onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp"
LISTENERS = "identity/authenticationEventListeners"
EXTENSIONS = "identity/customAuthenticationExtensions"
APP = "63856651-13d9-4784-9abf-20758d509e19"
EMAIL = {"attribute": "email", "label": "Email Address", "inputType": "Text", "hidden": True, "required": True}
SUFFIX = "ExternalUsersSelfServiceSignUp"
MINIMAL: dict[str, Any] = {
    "@odata.type": f"#{CAST}",
    "displayName": "Woodgrove",
    "onInteractiveAuthFlowStart": {
        "@odata.type": f"#microsoft.graph.onInteractiveAuthFlowStart{SUFFIX}",
        "isSignUpAllowed": True,
    },
    "onAuthenticationMethodLoadStart": {
        "@odata.type": f"#microsoft.graph.onAuthenticationMethodLoadStart{SUFFIX}",
        "identityProviders": [{"id": "EmailPassword-OAUTH"}],
    },
}


def collection(*inputs: dict[str, Any], **members: Any) -> dict[str, Any]:
    kind = f"#microsoft.graph.onAttributeCollection{SUFFIX}"
    return {"@odata.type": kind, "attributeCollectionPage": {"views": [{"inputs": list(inputs)}]}, **members}


FULL = {**MINIMAL, "onAttributeCollection": collection(EMAIL, attributes=[{"id": "email", "dataType": "string"}])}


def extension(event: str = "onAttributeCollectionStart") -> dict[str, Any]:
    return {
        "@odata.type": f"#microsoft.graph.{event}CustomExtension",
        "displayName": event,
        "endpointConfiguration": {
            "@odata.type": "#microsoft.graph.httpRequestEndpoint",
            "targetUrl": "https://api.contoso.com/start",
        },
        "authenticationConfiguration": {
            "@odata.type": "#microsoft.graph.azureAdTokenAuthentication",
            "resourceId": f"api://api.contoso.com/{APP}",
        },
    }


def ref(path: str) -> dict[str, str]:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/{path}"}
