"""The official beta client against an Azure AD B2C tenant."""

from typing import Any

from tests.conformance.sdk import QUIETLY, Refusal, Sdk, driven, ids

pytestmark = QUIETLY


async def make_flow(sdk: Sdk) -> Any:
    kind = sdk.enum("UserFlowType", "SignUpOrSignIn")
    new = sdk.new("B2cIdentityUserFlow", id="Customer", user_flow_type=kind, user_flow_type_version=3.0)
    made = await sdk.identity.b2c_user_flows.post(new)
    assert (made.id, made.default_language_tag) == ("B2C_1_Customer", "en")
    return sdk.identity.b2c_user_flows.by_b2c_identity_user_flow_id(made.id)


@driven
async def test_flows(b2c: Sdk) -> None:
    """Create, list, update, delete, and the retired collection."""
    flow = await make_flow(b2c)
    await flow.patch(b2c.new("B2cIdentityUserFlow", is_language_customization_enabled=True))
    assert (await flow.get()).is_language_customization_enabled is True
    assert ids(await b2c.identity.user_flows.get()) == ["B2C_1_Customer"]
    await flow.delete()
    assert ids(await b2c.identity.b2c_user_flows.get()) == []


@driven
async def test_languages(b2c: Sdk) -> None:
    """Shut until customization is on; then listed, and their pages written."""
    flow = await make_flow(b2c)
    assert await b2c.refused(flow.languages.get()) == Refusal(400, "BadRequest")
    await flow.patch(b2c.new("B2cIdentityUserFlow", is_language_customization_enabled=True))
    enabled = await flow.languages.get(b2c.query(flow.languages, filter="isEnabled eq true"))
    assert ids(enabled) == ["en"]
    english = flow.languages.by_user_flow_language_configuration_id("en")
    page = english.overrides_pages.by_user_flow_language_page_id("phonefactor")
    await page.content.put(b'{"LocalizedStrings":[]}')
    assert await page.content.get() == b'{"LocalizedStrings": []}'


@driven
async def test_providers(b2c: Sdk) -> None:
    """An OpenID Connect provider is made and attached to a flow."""
    mapping = b2c.new("ClaimsMapping", user_id="sub", display_name="name")
    made = await b2c.identity.identity_providers.post(
        b2c.new(
            "OpenIdConnectIdentityProvider",
            odata_type="#microsoft.graph.openIdConnectIdentityProvider",
            display_name="Contoso",
            client_id="1",
            client_secret="s",
            claims_mapping=mapping,
            metadata_url="https://login.contoso.com/.well-known/openid-configuration",
            response_mode=b2c.enum("OpenIdConnectResponseMode", "Form_post"),
            response_type=b2c.enum("OpenIdConnectResponseTypes", "Code"),
            scope="openid",
        )
    )
    flow = await make_flow(b2c)
    await flow.identity_providers.ref.post(b2c.reference(f"identityProviders/{made.id}"))
    assert ids(await flow.user_flow_identity_providers.get()) == [made.id]
    await flow.identity_providers.by_identity_provider_id(made.id).ref.delete()
    assert ids(await flow.user_flow_identity_providers.get()) == []


@driven
async def test_the_methods_policy(b2c: Sdk) -> None:
    """Read and changed."""
    policy = b2c.client.policies.b2c_authentication_methods_policy
    change = b2c.new("B2cAuthenticationMethodsPolicy", is_user_name_authentication_enabled=True)
    await policy.patch(change)
    assert (await policy.get()).is_user_name_authentication_enabled is True


@driven
async def test_another_kind_of_tenant(b2c: Sdk) -> None:
    """The service's own refusal reaches the client."""
    b2c.graph.tenant.change_profile({"kind": "workforce"})
    assert await b2c.refused(b2c.identity.b2c_user_flows.get()) == Refusal(403, "AADB2C")


@driven
async def test_assignments(b2c: Sdk) -> None:
    """Created, ordered and deleted in a B2C flow as in any other."""
    flow = await make_flow(b2c)
    given = {
        "user_input_type": b2c.enum("IdentityUserFlowAttributeInputType", "TextBox"),
        "user_attribute": b2c.new("IdentityUserFlowAttribute", id="city"),
    }
    assignments = flow.user_attribute_assignments
    await assignments.post(b2c.new("IdentityUserFlowAttributeAssignment", **given))
    assert (await assignments.get_order.get()).order == ["emailReadonly", "displayName", "city"]
    await assignments.by_identity_user_flow_attribute_assignment_id("city").delete()
    assert ids(await assignments.get()) == ["emailReadonly", "displayName"]
