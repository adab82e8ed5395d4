"""The official clients against a workforce tenant: flows, providers, connectors, attributes, the policy."""

from typing import Any

from tests.conformance.models import attribute, connector, google
from tests.conformance.sdk import QUIETLY, Refusal, Sdk, driven, ids
from tests.emulator.embedded import pfx

ITEM = "identity.b2x_user_flows.item"

pytestmark = QUIETLY


async def make_flow(sdk: Sdk) -> Any:
    kind = sdk.enum("UserFlowType", "SignUpOrSignIn")
    flow = sdk.new("B2xIdentityUserFlow", id="Partner", user_flow_type=kind, user_flow_type_version=1.0)
    made = await sdk.identity.b2x_user_flows.post(flow)
    assert (made.id, made.user_flow_type_version) == ("B2X_1_Partner", 1.0)
    return sdk.identity.b2x_user_flows.by_b2x_identity_user_flow_id("B2X_1_Partner")


@driven
async def test_providers(workforce: Sdk) -> None:
    """List, types, create, get, update, delete; a duplicate is an error with a code."""
    sdk, providers = workforce, workforce.identity.identity_providers
    assert {type(each).__name__ for each in (await providers.get()).value} == {"BuiltInIdentityProvider"}
    assert "Google" in (await providers.available_provider_types.get()).value
    assert (await providers.post(google(sdk))).id == "Google-OAUTH"
    one = providers.by_identity_provider_base_id("Google-OAUTH")
    shown = await one.get()
    assert (type(shown).__name__, shown.client_secret) == ("SocialIdentityProvider", "******")
    await one.patch(sdk.new("SocialIdentityProvider", client_secret="new", display_name="Google"))
    assert (await one.get()).display_name == "Google"
    assert await sdk.refused(providers.post(google(sdk))) == Refusal(409, "Conflict")
    assert await providers.count.get() == 4
    await one.delete()
    assert await sdk.refused(one.get()) == Refusal(404, "Request_ResourceNotFound")


@driven
async def test_connectors(workforce: Sdk) -> None:
    """With a password, then with certificates; the upload answers with the connector."""
    sdk, connectors = workforce, workforce.identity.api_connectors
    made = await connectors.post(connector(sdk))
    assert made.authentication_configuration.password == "******"
    one = connectors.by_identity_api_connector_id(made.id)
    name = "UploadClientCertificatePostRequestBody"
    upload = "identity.api_connectors.item.upload_client_certificate"
    body = sdk.body(upload, name, pkcs12_value=pfx(), password="")
    certificates = (await one.upload_client_certificate.post(body)).authentication_configuration
    assert [each.is_active for each in certificates.certificate_list] == [True]
    await one.patch(sdk.new("IdentityApiConnector", display_name="D"))
    assert [each.display_name for each in (await connectors.get()).value] == ["D"]
    broken = connector(sdk, authentication_configuration=None)
    assert await sdk.refused(connectors.post(broken)) == Refusal(400, "BadRequest")
    await one.delete()
    assert ids(await connectors.get()) == []


@driven
async def test_attributes(workforce: Sdk) -> None:
    """Create, filter, update, delete, and pages that are followed to the last."""
    sdk, attributes = workforce, workforce.identity.user_flow_attributes
    made = await attributes.post(attribute(sdk))
    one = attributes.by_identity_user_flow_attribute_id(made.id)
    await one.patch(sdk.new("IdentityUserFlowAttribute", description="new"))
    assert (await one.get()).description == "new"
    assert ids(await attributes.get(sdk.query(attributes, filter="displayName eq 'Hobby'"))) == [made.id]
    page = await attributes.get(sdk.query(attributes, top=5))
    seen = ids(page)
    while page.odata_next_link:
        page = await attributes.with_url(page.odata_next_link).get()
        seen += ids(page)
    assert seen == ids(await attributes.get())
    assert len(seen) == 12
    await one.delete()
    assert len(ids(await attributes.get())) == 11


@driven
async def test_the_page_iterator_of_the_core(workforce: Sdk) -> None:
    """The iterator that follows pages by itself sees every item once."""
    from importlib import import_module

    sdk, attributes = workforce, workforce.identity.user_flow_attributes
    first, seen = await attributes.get(sdk.query(attributes, top=3)), []

    def note(item: Any) -> bool:
        seen.append(item.id)
        return True

    await import_module("msgraph_core").PageIterator(first, sdk.adapter).iterate(note)
    assert seen == ids(await attributes.get())


@driven
async def test_flows(workforce: Sdk) -> None:
    """Create, list, count, expand, delete."""
    sdk, flows = workforce, workforce.identity.b2x_user_flows
    flow = await make_flow(sdk)
    assert (await flow.get()).id == "B2X_1_Partner"
    assert await flows.count.get() == 1
    listed = await flows.get(sdk.query(flows, expand=["identityProviders"]))
    assert [each.id for each in listed.value[0].identity_providers] == ["AADSignup-OAUTH"]
    await flow.delete()
    assert ids(await flows.get()) == []


@driven
async def test_providers_of_a_flow(workforce: Sdk) -> None:
    """Attach, list, list references, detach in both ways."""
    sdk = workforce
    flow = await make_flow(sdk)
    await sdk.identity.identity_providers.post(google(sdk))
    attached = flow.user_flow_identity_providers
    reference = sdk.reference("identity/identityProviders/Google-OAUTH")
    await attached.ref.post(reference)
    assert ids(await attached.get()) == ["AADSignup-OAUTH", "Google-OAUTH"]
    assert len((await attached.ref.get()).value) == 2
    assert [each.name for each in (await flow.identity_providers.get()).value][1] == "G"
    await attached.by_identity_provider_base_id("Google-OAUTH").ref.delete()
    assert ids(await attached.get()) == ["AADSignup-OAUTH"]
    assert (await sdk.refused(attached.ref.post(sdk.reference("identity/identityProviders/none")))).status == 400


@driven
async def test_connectors_of_a_flow(workforce: Sdk) -> None:
    """Set, read with expansion, clear; in use it cannot be deleted."""
    sdk = workforce
    flow = await make_flow(sdk)
    made = await sdk.identity.api_connectors.post(connector(sdk))
    configuration = flow.api_connector_configuration
    await configuration.post_federation_signup.ref.put(sdk.replacement(f"identity/apiConnectors/{made.id}"))
    assert (await configuration.post_federation_signup.get()).id == made.id
    steps = ["postFederationSignup", "postAttributeCollection"]
    shown = await configuration.get(sdk.query(configuration, expand=steps))
    assert (shown.post_federation_signup.id, shown.post_attribute_collection) == (made.id, None)
    one = sdk.identity.api_connectors.by_identity_api_connector_id(made.id)
    assert (await sdk.refused(one.delete())).status == 400
    await configuration.post_federation_signup.ref.delete()
    await one.delete()


@driven
async def test_assignments_of_a_flow(workforce: Sdk) -> None:
    """Create, list with expansion, order, update, delete."""
    sdk = workforce
    flow = await make_flow(sdk)
    made = await sdk.identity.user_flow_attributes.post(attribute(sdk))
    given = {
        "is_optional": False,
        "requires_verification": False,
        "user_input_type": sdk.enum("IdentityUserFlowAttributeInputType", "RadioSingleSelect"),
        "display_name": "Hobby",
        "user_attribute_values": [sdk.new("UserAttributeValuesItem", name="S", value="1", is_default=True)],
        "user_attribute": sdk.new("IdentityUserFlowAttribute", id=made.id),
    }
    assignments = flow.user_attribute_assignments
    await assignments.post(sdk.new("IdentityUserFlowAttributeAssignment", **given))
    listed = await assignments.get(sdk.query(assignments, expand=["userAttribute"]))
    assert listed.value[2].user_attribute.display_name == "Hobby"
    order = (await assignments.get_order.get()).order
    name, path = "SetOrderPostRequestBody", f"{ITEM}.user_attribute_assignments.set_order"
    wanted = sdk.new("AssignmentOrder", order=order[::-1])
    await assignments.set_order.post(sdk.body(path, name, new_assignment_order=wanted))
    assert (await assignments.get_order.get()).order == order[::-1]
    one = assignments.by_identity_user_flow_attribute_assignment_id(made.id)
    await one.patch(sdk.new("IdentityUserFlowAttributeAssignment", display_name="H"))
    assert ((await one.get()).display_name, (await one.user_attribute.get()).id) == ("H", made.id)
    await one.delete()
    assert len(ids(await assignments.get())) == 2


@driven
async def test_languages_of_a_flow(workforce: Sdk) -> None:
    """Default pages are read, override pages written and dropped."""
    flow = await make_flow(workforce)
    english = flow.languages.by_user_flow_language_configuration_id("en")
    assert (await english.get()).display_name == "English"
    default = english.default_pages.by_user_flow_language_page_id("idpselections")
    assert b"LocalizedStrings" in await default.content.get()
    override = english.overrides_pages.by_user_flow_language_page_id("idpselections")
    await override.content.put(b'{"LocalizedStrings":[]}')
    assert ids(await english.overrides_pages.get()) == ["idpselections"]
    await override.content.delete()
    assert ids(await english.overrides_pages.get()) == []


@driven
async def test_the_self_service_policy(workforce: Sdk) -> None:
    """Switched off, it shuts the connectors with the service's own code."""
    sdk, policy = workforce, workforce.client.policies.authentication_flows_policy
    off = sdk.new("SelfServiceSignUpAuthenticationFlowConfiguration", is_enabled=False)
    await policy.patch(sdk.new("AuthenticationFlowsPolicy", self_service_sign_up=off))
    assert (await policy.get()).self_service_sign_up.is_enabled is False
    assert await sdk.refused(sdk.identity.api_connectors.get()) == Refusal(400, "AADB2C99039")


@driven
async def test_a_batch(workforce: Sdk) -> None:
    """Reads and a write in one request, each answered."""
    sdk = workforce
    read = sdk.identity.b2x_user_flows.to_get_request_information()
    missing = sdk.identity.api_connectors.by_identity_api_connector_id("none").to_get_request_information()
    write = sdk.identity.user_flow_attributes.to_post_request_information(attribute(sdk))
    assert await sdk.batched([read, missing, write]) == [200, 404, 201]


@driven
async def test_federation(workforce: Sdk) -> None:
    """Create with domains, list, get, update, delete."""
    sdk, federations = workforce, workforce.client.directory.federation_configurations
    made = await federations.post(
        sdk.new(
            "SamlOrWsFedExternalDomainFederation",
            display_name="Contoso",
            issuer_uri="https://contoso.com/issuer",
            metadata_exchange_uri="https://contoso.com/metadata",
            passive_sign_in_uri="https://contoso.com/signin",
            preferred_authentication_protocol=sdk.enum("AuthenticationProtocol", "Saml"),
            signing_certificate="MIID",
            domains=[sdk.new("ExternalDomainName", id="contoso.com")],
        )
    )
    one = federations.by_identity_provider_base_id(made.id)
    assert type(await one.get()).__name__ == "SamlOrWsFedExternalDomainFederation"
    await one.patch(sdk.new("SamlOrWsFedExternalDomainFederation", display_name="C"))
    assert [each.display_name for each in (await federations.get()).value] == ["C"]
    await one.delete()
    assert ids(await federations.get()) == []
