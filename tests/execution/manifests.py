"""Manifests of what is not in a plain workforce tenant: pages, events flows and what they call, certificates."""

from __future__ import annotations

from typing import Any

from tests.laws.worlds import Document, document

ONE, TWO, THREE = (f"{number}0000000-0000-0000-0000-000000000000" for number in (1, 2, 3))


def page(*values: str) -> Document:
    """The override of a page, with one text for each of its first elements."""
    names = ("alert_message", "button_continue")
    return {
        "LocalizedStrings": [
            {"ElementType": "UxElement", "ElementId": None, "StringId": name, "Override": True, "Value": value}
            for name, value in zip(names, values, strict=False)
        ]
    }


def b2c(languages: Document | None = None, **spec: Any) -> Document:
    head = {"userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 3, "isLanguageCustomizationEnabled": True}
    return document("B2cUserFlow", "Customer", {**head, **spec, **({"languages": languages} if languages else {})})


def b2x(name: str = "Partner", **spec: Any) -> Document:
    return document("B2xUserFlow", name, spec)


def connector(certificate: str) -> Document:
    sign_in = {"type": "pkcs12Certificate", "pkcs12Value": {"fromFile": f"{certificate}.pfx"}}
    spec = {"targetUrl": "https://api.contoso.com", "authenticationConfiguration": sign_in}
    return document("ApiConnector", "approval", spec)


def extension(name: str, event: str) -> Document:
    host = "events.contoso.com"
    return document(
        "CustomAuthenticationExtension",
        name,
        {
            "type": f"{event}CustomExtension",
            "endpointConfiguration": {"type": "httpRequestEndpoint", "targetUrl": f"https://{host}/{name}"},
            "authenticationConfiguration": {
                "type": "azureAdTokenAuthentication",
                "resourceId": f"api://{host}/{ONE}",
            },
        },
    )


def asked(attribute: str, **members: Any) -> Document:
    said = {"inputType": "text", "hidden": False, "editable": True, "writeToDirectory": True, "required": False}
    return {"attribute": attribute, "label": f"Your {attribute}", **said, "validationRegEx": "^.*", **members}


def events(name: str = "Customers", inputs: list[Document] | None = None, **spec: Any) -> Document:
    """A flow of an external tenant."""
    providers = spec.pop("identityProviders", ["EmailPassword-OAUTH"])
    collected = {"attributeCollectionPage": {"views": [{"inputs": inputs}]}} if inputs is not None else None
    return document(
        "AuthenticationEventsFlow",
        name,
        {
            "onAuthenticationMethodLoadStart": {"identityProviders": providers},
            **({"onAttributeCollection": collected} if collected else {}),
            **spec,
        },
    )


def listener(*applications: str, calls: str = "claims") -> Document:
    return document(
        "AuthenticationEventListener",
        "tokens",
        {
            "type": "onTokenIssuanceStartListener",
            "applications": list(applications),
            "handler": {"customExtension": calls},
        },
    )


def federation(*domains: str) -> Document:
    spec = {
        "issuerUri": "https://idp.fabrikam.com/issuer",
        "metadataExchangeUri": "https://idp.fabrikam.com/metadata",
        "passiveSignInUri": "https://idp.fabrikam.com/signin",
        "preferredAuthenticationProtocol": "saml",
        "signingCertificate": "MIIBizCC",
        "domains": list(domains),
    }
    return document("ExternalDomainFederation", "Fabrikam", spec)


HOBBY = document("UserFlowAttribute", "Hobby", {"dataType": "string"})
START, SUBMIT = extension("prefill", "onAttributeCollectionStart"), extension("check", "onAttributeCollectionSubmit")
OTHER = extension("greet", "onAttributeCollectionStart")
CLAIMS, MORE = extension("claims", "onTokenIssuanceStart"), extension("more", "onTokenIssuanceStart")
RETIRED = document("IdentityUserFlow", "Customer", {"userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1})
