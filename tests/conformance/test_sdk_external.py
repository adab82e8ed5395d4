"""The official clients against an external tenant: events flows, extensions, listeners, providers."""

from typing import Any

from tests.conformance.models import APP, extension, flow
from tests.conformance.sdk import QUIETLY, Refusal, Sdk, driven, ids

pytestmark = QUIETLY


async def make_flow(sdk: Sdk, **members: Any) -> Any:
    made = await sdk.identity.authentication_events_flows.post(flow(sdk, **members))
    return sdk.identity.authentication_events_flows.by_authentication_events_flow_id(made.id)


@driven
async def test_flows(external: Sdk) -> None:
    """Create, list, filter, get, update, delete."""
    sdk, flows = external, external.identity.authentication_events_flows
    one = await make_flow(sdk)
    shown = await one.get()
    assert type(shown).__name__ == "ExternalUsersSelfServiceSignUpEventsFlow"
    assert [each.id for each in shown.on_authentication_method_load_start.identity_providers] == ["EmailPassword-OAUTH"]
    assert [each.id for each in shown.on_attribute_collection.attributes] == ["email"]
    await one.patch(sdk.new("ExternalUsersSelfServiceSignUpEventsFlow", display_name="New"))
    assert len(ids(await flows.get(sdk.query(flows, filter="displayName eq 'New'")))) == 1
    assert await sdk.refused(flows.post(flow(sdk, display_name="new"))) == Refusal(409, "Conflict")
    assert await flows.count.get() == 1
    await one.delete()
    assert ids(await flows.get()) == []


@driven
async def test_links_of_a_flow(external: Sdk) -> None:
    """Attributes, providers and applications are attached and detached through the casts."""
    sdk = external
    one = await make_flow(sdk)
    cast = one.graph_external_users_self_service_sign_up_events_flow
    collects = cast.on_attribute_collection.graph_on_attribute_collection_external_users_self_service_sign_up
    attributes = collects.attributes
    await attributes.ref.post(sdk.reference("identity/userFlowAttributes/city"))
    assert ids(await attributes.get()) == ["email", "city"]
    inputs = (await one.get()).on_attribute_collection.attribute_collection_page.views[0].inputs
    assert [each.attribute for each in inputs] == ["email", "city"]
    for identifier in ("email", "city"):
        await attributes.by_identity_user_flow_attribute_id(identifier).ref.delete()
    assert await sdk.refused(attributes.get()) == Refusal(400, "BadRequest")
    loads = cast.on_authentication_method_load_start
    handler = loads.graph_on_authentication_method_load_start_external_users_self_service_sign_up
    providers = handler.identity_providers
    await providers.ref.post(sdk.reference("identity/identityProviders/EmailOtpSignup-OAUTH"))
    assert ids(await providers.get()) == ["EmailPassword-OAUTH", "EmailOtpSignup-OAUTH"]
    await providers.by_identity_provider_base_id("EmailPassword-OAUTH").ref.delete()
    assert ids(await providers.get()) == ["EmailOtpSignup-OAUTH"]


@driven
async def test_applications_of_a_flow(external: Sdk) -> None:
    """Added, listed, refused for a second flow, removed."""
    sdk = external
    one, two = await make_flow(sdk), await make_flow(sdk, display_name="Other")
    apps = one.conditions.applications.include_applications
    new = sdk.new("AuthenticationConditionApplication", app_id=APP)
    assert (await apps.post(new)).app_id == APP
    assert [each.app_id for each in (await apps.get()).value] == [APP]
    assert (await sdk.refused(two.conditions.applications.include_applications.post(new))).status == 400
    await apps.by_authentication_condition_application_app_id(APP).delete()
    assert (await apps.get()).value == []


@driven
async def test_extensions(external: Sdk) -> None:
    """Create, validate, update, filter by type, delete."""
    sdk, extensions = external, external.identity.custom_authentication_extensions
    made = await extensions.post(extension(sdk, "OnAttributeCollectionStart"))
    await extensions.post(extension(sdk, "OnTokenIssuanceStart"))
    one = extensions.by_custom_authentication_extension_id(made.id)
    assert (await one.validate_authentication_configuration.post()).errors == []
    await one.patch(sdk.new("OnAttributeCollectionStartCustomExtension", description="d"))
    text = "isOf('microsoft.graph.onAttributeCollectionStartCustomExtension')"
    found = await extensions.get(sdk.query(extensions, filter=text))
    assert [(each.id, each.description) for each in found.value] == [(made.id, "d")]
    await one.delete()
    assert len(ids(await extensions.get())) == 1


@driven
async def test_listeners(external: Sdk) -> None:
    """Create with application and extension, get, update, delete; those of a flow are in the list too."""
    sdk, listeners = external, external.identity.authentication_event_listeners
    event = "OnTokenIssuanceStart"
    made = await sdk.identity.custom_authentication_extensions.post(extension(sdk, event))
    apps = [sdk.new("AuthenticationConditionApplication", app_id=APP)]
    applications = sdk.new("AuthenticationConditionsApplications", include_applications=apps)
    called = sdk.new(f"{event}CustomExtension", id=made.id)
    listener = await listeners.post(
        sdk.new(
            f"{event}Listener",
            conditions=sdk.new("AuthenticationConditions", applications=applications),
            handler=sdk.new(f"{event}CustomExtensionHandler", custom_extension=called),
        )
    )
    one = listeners.by_authentication_event_listener_id(listener.id)
    shown = await one.get()
    assert shown.handler.custom_extension.display_name == event
    assert [each.app_id for each in shown.conditions.applications.include_applications] == [APP]
    await one.patch(sdk.new(f"{event}Listener", display_name="L"))
    await make_flow(sdk)
    kinds = [type(each).__name__ for each in (await listeners.get()).value]
    assert kinds == [
        "OnTokenIssuanceStartListener",
        "OnInteractiveAuthFlowStartListener",
        "OnAuthenticationMethodLoadStartListener",
        "OnAttributeCollectionListener",
    ]
    await one.delete()
    assert len(ids(await listeners.get())) == 3


@driven
async def test_an_oidc_provider(external: Sdk) -> None:
    """Create, get, update, delete."""
    sdk, providers = external, external.identity.identity_providers
    made = await providers.post(
        sdk.new(
            "OidcIdentityProvider",
            display_name="Contoso",
            client_id="1",
            issuer="https://login.contoso.com/v2.0",
            response_type=sdk.enum("OidcResponseType", "Code"),
            scope="openid",
            client_authentication=sdk.new("OidcClientSecretAuthentication", client_secret="s"),
        )
    )
    one = providers.by_identity_provider_base_id(made.id)
    assert (await one.get()).client_authentication.client_secret == "******"
    await one.patch(sdk.new("OidcIdentityProvider", display_name="C"))
    assert (await one.get()).display_name == "C"
    await one.delete()
    assert made.id not in ids(await providers.get())


@driven
async def test_pages_of_flows(external: Sdk) -> None:
    """Followed to the last, in the order asked for."""
    sdk, flows = external, external.identity.authentication_events_flows
    for name in ("C", "A", "B"):
        await make_flow(sdk, display_name=name)
    page = await flows.get(sdk.query(flows, top=2, orderby=["displayName"]))
    seen = [each.display_name for each in page.value]
    assert len(seen) == 2
    page = await flows.with_url(page.odata_next_link).get()
    assert [*seen, *(each.display_name for each in page.value)] == ["A", "B", "C"]
    assert page.odata_next_link is None
