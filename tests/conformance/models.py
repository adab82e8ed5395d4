"""What is written with the official clients: one object of each sort, as their models."""

from typing import Any

from tests.conformance.sdk import Sdk

APP = "63856651-13d9-4784-9abf-20758d509e19"
SUFFIX = "ExternalUsersSelfServiceSignUp"


def google(sdk: Sdk, **members: Any) -> Any:
    return sdk.new(
        "SocialIdentityProvider",
        odata_type="#microsoft.graph.socialIdentityProvider",
        **{"display_name": "G", "identity_provider_type": "Google", "client_id": "1", "client_secret": "s", **members},
    )


def connector(sdk: Sdk, **members: Any) -> Any:
    basic = sdk.new("BasicAuthentication", username="u", password="p")
    given = {"display_name": "C", "target_url": "https://x", "authentication_configuration": basic, **members}
    return sdk.new("IdentityApiConnector", **given)


def attribute(sdk: Sdk, name: str = "Hobby") -> Any:
    kind = sdk.enum("IdentityUserFlowAttributeDataType", "String")
    return sdk.new("IdentityUserFlowAttribute", display_name=name, description="d", data_type=kind)


def flow(sdk: Sdk, **members: Any) -> Any:
    provider = sdk.new("BuiltInIdentityProvider", id="EmailPassword-OAUTH")
    asked = sdk.new(
        "AuthenticationAttributeCollectionInputConfiguration",
        attribute="email",
        label="Email Address",
        input_type=sdk.enum("AuthenticationAttributeCollectionInputType", "Text"),
        required=True,
    )
    view = sdk.new("AuthenticationAttributeCollectionPageViewConfiguration", inputs=[asked])
    given = {
        "display_name": "Woodgrove",
        "on_interactive_auth_flow_start": sdk.new(f"OnInteractiveAuthFlowStart{SUFFIX}", is_sign_up_allowed=True),
        "on_authentication_method_load_start": sdk.new(
            f"OnAuthenticationMethodLoadStart{SUFFIX}", identity_providers=[provider]
        ),
        "on_attribute_collection": sdk.new(
            f"OnAttributeCollection{SUFFIX}",
            attributes=[sdk.new("IdentityUserFlowAttribute", id="email")],
            attribute_collection_page=sdk.new("AuthenticationAttributeCollectionPage", views=[view]),
        ),
        **members,
    }
    return sdk.new("ExternalUsersSelfServiceSignUpEventsFlow", **given)


def extension(sdk: Sdk, event: str) -> Any:
    return sdk.new(
        f"{event}CustomExtension",
        display_name=event,
        endpoint_configuration=sdk.new("HttpRequestEndpoint", target_url="https://api.contoso.com"),
        authentication_configuration=sdk.new("AzureAdTokenAuthentication", resource_id=f"api://api.contoso.com/{APP}"),
    )
