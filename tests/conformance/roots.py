"""The roots of the official clients that the tenant serves, and what is written beneath each."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.conformance.furnished import (
    Keys,
    b2c_flow,
    b2x_flow,
    events,
    federations,
    nothing,
    objects,
    retired_flow,
)
from tests.conformance.models import SUFFIX, attribute, connector, extension, flow, google
from tests.conformance.sdk import Sdk
from tests.emulator.embedded import Graph, pfx

Body = Callable[[Sdk, Keys], Any]
BOTH = ("v1.0", "beta")


class Root(NamedTuple):
    """A builder of the client; ``furnish`` fills its tenant and says the keys, ``bodies`` what each write sends."""

    path: str
    furnish: Callable[[Graph], Keys]
    bodies: Mapping[str, Body]
    kind: str = "workforce"
    versions: tuple[str, ...] = BOTH


def _model(model: str, /, **members: Any) -> Body:
    return lambda sdk, _keys: sdk.new(model, **members)


def _reference(path: str) -> Body:
    return lambda sdk, keys: sdk.reference(path.format(**keys))


def _to_connector(sdk: Sdk, keys: Keys) -> Any:
    return sdk.replacement(f"identity/apiConnectors/{keys['connector']}")


def _assigned(sdk: Sdk, _keys: Keys) -> Any:
    kind = sdk.enum("IdentityUserFlowAttributeInputType", "TextBox")
    given = {"user_input_type": kind, "user_attribute": sdk.new("IdentityUserFlowAttribute", id="surname")}
    return sdk.new("IdentityUserFlowAttributeAssignment", **given)


def _ordered(path: str) -> Body:
    def body(sdk: Sdk, _keys: Keys) -> Any:
        order = sdk.new("AssignmentOrder", order=["city", "displayName", "emailReadonly"])
        where = f"identity.{path}.item.user_attribute_assignments.set_order"
        return sdk.body(where, "SetOrderPostRequestBody", new_assignment_order=order)

    return body


def _certificate(path: str) -> Body:
    name, where = "UploadClientCertificatePostRequestBody", f"identity.{path}.upload_client_certificate"
    return lambda sdk, _keys: sdk.body(where, name, pkcs12_value=PFX, password="")


def _flow(model: str, **members: Any) -> Body:
    def body(sdk: Sdk, _keys: Keys) -> Any:
        kind = sdk.enum("UserFlowType", "SignUpOrSignIn")
        return sdk.new(model, id="New", user_flow_type=kind, user_flow_type_version=1.0, **members)

    return body


def _to_validate(sdk: Sdk, _keys: Keys) -> Any:
    written = extension(sdk, "OnAttributeCollectionStart")
    members = {name: getattr(written, name) for name in ("endpoint_configuration", "authentication_configuration")}
    where = "identity.custom_authentication_extensions.validate_authentication_configuration"
    return sdk.body(where, "ValidateAuthenticationConfigurationPostRequestBody", **members)


def _federation(sdk: Sdk, _keys: Keys) -> Any:
    protocol = sdk.enum("AuthenticationProtocol", "Saml")
    members = dict.fromkeys(("issuer_uri", "metadata_exchange_uri", "passive_sign_in_uri"), "https://fabrikam.com")
    return sdk.new(
        "SamlOrWsFedExternalDomainFederation",
        **members,
        display_name="Fabrikam",
        preferred_authentication_protocol=protocol,
        signing_certificate="MIID",
    )


def _switch(sdk: Sdk, _keys: Keys) -> Any:
    off = sdk.new("SelfServiceSignUpAuthenticationFlowConfiguration", is_enabled=False)
    return sdk.new("AuthenticationFlowsPolicy", self_service_sign_up=off)


def _page(_sdk: Sdk, _keys: Keys) -> bytes:
    return b'{"LocalizedStrings":[]}'


PFX = pfx()
_ASSIGNMENTS, _LANGUAGES = "{}/userAttributeAssignments", "{}/languages/{}"
_APPLICATION = _model("AuthenticationConditionApplication", app_id="00000000-0000-0000-0000-000000000001")
_LOADS, _COLLECTS = (f"graph.on{event}{SUFFIX}" for event in ("AuthenticationMethodLoadStart", "AttributeCollection"))
_CASTED = f"{{}}/graph.e{SUFFIX[1:]}EventsFlow"


def _of_flow(builder: str) -> dict[str, Body]:
    return {
        f"POST {_ASSIGNMENTS}": _assigned,
        f"PATCH {_ASSIGNMENTS}/{{}}": _model("IdentityUserFlowAttributeAssignment", display_name="C"),
        f"POST {_ASSIGNMENTS}/setOrder": _ordered(builder),
        f"PUT {_LANGUAGES}/overridesPages/{{}}/$value": _page,
        f"PUT {_LANGUAGES}/defaultPages/{{}}/$value": _page,
    }


def _of_step(step: str) -> dict[str, Body]:
    path = f"{{}}/apiConnectorConfiguration/{''.join(_camel(step))}"
    where = f"b2x_user_flows.item.api_connector_configuration.{step}"
    return {f"PUT {path}/$ref": _to_connector, f"POST {path}/uploadClientCertificate": _certificate(where)}


def _camel(name: str) -> list[str]:
    first, *rest = name.split("_")
    return [first, *(each.capitalize() for each in rest)]


_FACEBOOK = _reference("identity/identityProviders/Facebook-OAUTH")
_LEGACY = {"name": "G", "type": "Google", "client_id": "1", "client_secret": "s"}

ROOTS = (
    Root(
        "identity.b2x_user_flows",
        b2x_flow,
        {
            "POST ": _flow("B2xIdentityUserFlow"),
            **_of_flow("b2x_user_flows"),
            **_of_step("post_federation_signup"),
            **_of_step("post_attribute_collection"),
            **_of_step("pre_token_issuance"),
            "POST {}/userFlowIdentityProviders/$ref": _FACEBOOK,
        },
    ),
    Root(
        "identity.b2c_user_flows",
        b2c_flow,
        {
            "POST ": _flow("B2cIdentityUserFlow", is_language_customization_enabled=True),
            "PATCH {}": _model("B2cIdentityUserFlow", default_language_tag="es"),
            **_of_flow("b2c_user_flows"),
            "POST {}/identityProviders/$ref": _FACEBOOK,
        },
        "b2c",
        ("beta",),
    ),
    Root(
        "identity.user_flows",
        retired_flow,
        {"POST ": _flow("IdentityUserFlow")},
        "b2c",
        ("beta",),
    ),
    Root(
        "identity.identity_providers",
        objects,
        {
            "POST ": lambda sdk, _keys: google(sdk),
            "PATCH {}": _model("SocialIdentityProvider", display_name="New"),
        },
    ),
    Root(
        "identity_providers",
        objects,
        {"POST ": _model("IdentityProvider", **_LEGACY), "PATCH {}": _model("IdentityProvider", name="New")},
    ),
    Root(
        "identity.api_connectors",
        objects,
        {
            "POST ": lambda sdk, _keys: connector(sdk),
            "PATCH {}": _model("IdentityApiConnector", target_url="https://y"),
            "POST {}/uploadClientCertificate": _certificate("api_connectors.item"),
        },
    ),
    Root(
        "identity.user_flow_attributes",
        objects,
        {
            "POST ": lambda sdk, _keys: attribute(sdk),
            "PATCH {}": _model("IdentityUserFlowAttribute", description="new"),
        },
    ),
    Root(
        "identity.authentication_events_flows",
        events,
        {
            "POST ": lambda sdk, _keys: flow(sdk),
            "PATCH {}": _model(f"{SUFFIX}EventsFlow", description="new"),
            "POST {}/conditions/applications/includeApplications": _APPLICATION,
            f"POST {_CASTED}/conditions/applications/includeApplications": _APPLICATION,
            f"POST {_CASTED}/onAttributeCollection/{_COLLECTS}/attributes/$ref": _reference(
                "identity/userFlowAttributes/city"
            ),
            f"POST {_CASTED}/onAuthenticationMethodLoadStart/{_LOADS}/identityProviders/$ref": _reference(
                "identity/identityProviders/EmailOtpSignup-OAUTH"
            ),
        },
        "external",
    ),
    Root(
        "identity.authentication_event_listeners",
        events,
        {
            "POST ": _model("OnUserCreateStartListener"),
            "PATCH {}": _model("OnTokenIssuanceStartListener", display_name="New"),
        },
        "external",
    ),
    Root(
        "identity.custom_authentication_extensions",
        events,
        {
            "POST ": lambda sdk, _keys: extension(sdk, "OnOtpSend"),
            "PATCH {}": _model("OnAttributeCollectionStartCustomExtension", description="new"),
            "POST validateAuthenticationConfiguration": _to_validate,
        },
        "external",
    ),
    Root(
        "directory.federation_configurations",
        federations,
        {"POST ": _federation, "PATCH {}": _model("SamlOrWsFedExternalDomainFederation", display_name="New")},
    ),
    Root("policies.authentication_flows_policy", nothing, {"PATCH ": _switch}),
    Root(
        "policies.b2c_authentication_methods_policy",
        nothing,
        {"PATCH ": _model("B2cAuthenticationMethodsPolicy", is_user_name_authentication_enabled=True)},
        "b2c",
        ("beta",),
    ),
)
