"""Authentication event listeners that stand by themselves, and custom authentication extensions."""

from typing import Any

import pytest

from reconciler.emulator import Profile
from tests.emulator.embedded import GOOGLE, Graph, message
from tests.emulator.external import APP, EXTENSIONS, FLOWS, LISTENERS, LOADS, MINIMAL, extension, ref


@pytest.fixture
def graph() -> Graph:
    return Graph(profile=Profile(kind="external"))


def listener(identifier: str) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.onTokenIssuanceStartListener",
        "conditions": {"applications": {"includeApplications": [{"appId": APP}]}},
        "handler": {
            "@odata.type": "#microsoft.graph.onTokenIssuanceStartCustomExtensionHandler",
            "customExtension": {"id": identifier},
        },
    }


def test_a_listener_calls_an_extension_for_some_applications() -> None:
    """In any kind of tenant; a create shows the links, a read also what is behind them."""
    graph = Graph()
    one, two = (graph.tenant.create(EXTENSIONS, extension("onTokenIssuanceStart")) for _ in range(2))
    made = graph.post(LISTENERS, listener(one))
    assert made.status_code == 201
    assert made.json()["conditions"]["applications"]["includeApplications"] == [{"appId": APP}]
    assert made.json()["handler"]["customExtension"] == {"id": one}
    path = f"{LISTENERS}/{made.json()['id']}"
    assert graph.get(path).json()["handler"]["customExtension"]["displayName"] == "onTokenIssuanceStart"
    assert "in use" in message(graph.delete(f"{EXTENSIONS}/{one}"))
    change = {"@odata.type": listener(two)["@odata.type"], "conditions": {"applications": {"includeApplications": []}}}
    assert graph.patch(path, change).status_code == 204
    assert graph.get(path).json()["conditions"]["applications"]["includeApplications"] == []
    apps = f"{path}/conditions/applications/includeApplications"
    assert graph.post(apps, {"appId": APP}).status_code == 201
    assert (
        len(graph.value(f"{LISTENERS}?$filter=conditions/applications/includeApplications/any(a:a/appId eq '{APP}')"))
        == 1
    )
    casts = "microsoft.graph.onTokenIssuanceStartListener/handler/graph.onTokenIssuanceStartCustomExtensionHandler"
    assert graph.put(f"{path}/{casts}/customExtension/$ref", ref(f"{EXTENSIONS}/{two}")).status_code == 204
    assert graph.delete(f"{EXTENSIONS}/{one}").status_code == 204
    assert graph.delete(path).status_code == 204
    assert graph.get(apps).status_code == 404


def test_a_listener_for_attribute_collection_answers_sparsely() -> None:
    """What it is linked to is not in the answer to a create."""
    graph = Graph()
    start = graph.tenant.create(EXTENSIONS, extension())
    kind = "#microsoft.graph.onAttributeCollectionStart"
    handler = {"@odata.type": f"{kind}CustomExtensionHandler", "customExtension": {"id": start}}
    body = {**listener(start), "@odata.type": f"{kind}Listener", "handler": handler, "priority": 400}
    made = graph.post(LISTENERS, body, version="beta").json()
    assert made["conditions"] == {"applications": {"includeAllApplications": False}}
    assert made["handler"] == {"@odata.type": handler["@odata.type"], "configuration": None}
    assert (made["priority"], made["authenticationEventsFlowId"]) == (400, None)
    assert "priority" not in graph.get(f"{LISTENERS}/{made['id']}").json()


def test_listeners_of_other_types() -> None:
    """Providers and attributes are linked, providers against fraud are kept as written."""
    graph = Graph(profile=Profile(kind="external"))
    methods = {**MINIMAL["onAuthenticationMethodLoadStart"]}
    body = {"@odata.type": "#microsoft.graph.onAuthenticationMethodLoadStartListener", "handler": methods}
    path = f"{LISTENERS}/{graph.tenant.create(LISTENERS, body)}"
    graph.tenant.create("identity/identityProviders", GOOGLE)
    providers = f"{path}/microsoft.graph.onAuthenticationMethodLoadStartListener/handler/{LOADS.rpartition('/')[2]}"
    graph.post(f"{providers}/identityProviders/$ref", ref("identityProviders/Google-OAUTH"))
    assert graph.ids(f"{providers}/identityProviders") == ["EmailPassword-OAUTH", "Google-OAUTH"]
    update = {**body, "handler": {**methods, "identityProviders": [{"id": "Google-OAUTH"}]}}
    assert graph.patch(path, update).status_code == 204
    assert graph.ids(f"{providers}/identityProviders") == ["Google-OAUTH"]
    arkose = {"@odata.type": "#microsoft.graph.arkoseFraudProtectionProvider", "id": "6fedd01b"}
    sign_up = {
        "@odata.type": "#microsoft.graph.fraudProtectionProviderConfiguration",
        "fraudProtectionProvider": arkose,
    }
    kind = "#microsoft.graph.onFraudProtectionLoadStart"
    fraud = {"@odata.type": f"{kind}ExternalUsersAuthHandler", "signUp": sign_up}
    made = graph.post(LISTENERS, {"@odata.type": f"{kind}Listener", "handler": fraud}).json()
    assert made["handler"]["signUp"]["fraudProtectionProvider"]["id"] == "6fedd01b"
    assert graph.post(LISTENERS, {**listener("x"), "priority": 1001}).status_code == 400
    everywhere = {"conditions": {"applications": {"includeAllApplications": True}}, "handler": None}
    assert graph.post(LISTENERS, {**listener("x"), **everywhere}).status_code == 400
    assert graph.post(LISTENERS, listener("x")).status_code == 400
    without = graph.tenant.create(LISTENERS, {"@odata.type": f"{kind}Listener"})
    assert graph.get(f"{LISTENERS}/{without}").json()["handler"] is None


@pytest.mark.parametrize(
    "event", ["onTokenIssuanceStart", "onOtpSend", "onPasswordSubmit", "onVerifiedIdClaimValidation"]
)
def test_an_extension_is_made_read_changed_and_deleted(graph: Graph, event: str) -> None:
    """Of every type, with everything it has; unset members are null."""
    made = graph.post(EXTENSIONS, extension(event))
    assert made.status_code == 201
    body = made.json()
    assert body["clientConfiguration"] is body["behaviorOnError"] is body["description"] is None
    assert ("claimsForTokenConfiguration" in body) == (event == "onTokenIssuanceStart")
    path = f"{EXTENSIONS}/{body['id']}"
    client = {"timeoutInMilliseconds": 2000, "maximumRetries": 0}
    on_error = {"@odata.type": "microsoft.graph.fallbackToMicrosoftProviderOnError"}
    change = {"@odata.type": body["@odata.type"], "clientConfiguration": client, "behaviorOnError": on_error}
    assert graph.patch(path, change).status_code == 204
    assert graph.get(path).json()["clientConfiguration"] == client
    for wrong in ({"timeoutInMilliseconds": 100}, {"maximumRetries": 2}):
        refused = {**change, "clientConfiguration": {**client, **wrong}}
        assert graph.patch(path, refused).status_code == 400
    assert graph.patch(path, {"description": "x"}).status_code == 400
    assert graph.ids(f"{EXTENSIONS}?$filter=isOf('microsoft.graph.{event}CustomExtension')") == [body["id"]]
    assert graph.ids(f"{EXTENSIONS}?$filter=isOf('microsoft.graph.otherCustomExtension')") == []
    assert graph.delete(path).status_code == 204


def test_a_logic_app_can_be_called(graph: Graph) -> None:
    """The other sort of endpoint."""
    names = dict.fromkeys(("subscriptionId", "resourceGroupName", "logicAppWorkflowName"), "x")
    endpoint = {"@odata.type": "#microsoft.graph.logicAppTriggerEndpointConfiguration", **names}
    body = {**extension(), "endpointConfiguration": endpoint}
    made = graph.post(EXTENSIONS, body).json()
    assert made["endpointConfiguration"] == {**endpoint, "url": None}
    checked = graph.post(f"{EXTENSIONS}/{made['id']}/validateAuthenticationConfiguration", None)
    assert checked.json()["errors"] == []


def test_the_sign_in_of_an_extension_is_validated(graph: Graph) -> None:
    """Of a saved one and of one in the body."""
    saved = graph.tenant.create(EXTENSIONS, extension())
    assert graph.post(f"{EXTENSIONS}/{saved}/validateAuthenticationConfiguration", None).json()["errors"] == []
    body = {name: extension()[name] for name in ("endpointConfiguration", "authenticationConfiguration")}
    for resource, code in (("api://x", "IncorrectResourceIdFormat"), (f"api://x.com/{APP}", "DomainNameDoesNotMatch")):
        body["authenticationConfiguration"] = {**body["authenticationConfiguration"], "resourceId": resource}
        answer = graph.post(f"{EXTENSIONS}/validateAuthenticationConfiguration", body)
        assert (answer.status_code, [each["code"] for each in answer.json()["errors"]]) == (200, [code])
    body["authenticationConfiguration"] = {"@odata.type": "#microsoft.graph.azureAdPopTokenAuthentication"}
    assert graph.post(f"{EXTENSIONS}/validateAuthenticationConfiguration", body).json()["warnings"] == []


def test_a_government_cloud_knows_token_issuance_only() -> None:
    """The other types of extension and listener are not in its metadata."""
    graph = Graph(profile=Profile(cloud="usgov"))
    assert graph.post(EXTENSIONS, extension()).status_code == 400
    assert graph.post(EXTENSIONS, extension("onTokenIssuanceStart")).status_code == 201
    assert graph.get(FLOWS).status_code == 404
    made = graph.post(EXTENSIONS, {**extension("onTokenIssuanceStart"), "displayName": "Other"}).json()
    assert "behaviorOnError" not in made
    on_error = {"@odata.type": "microsoft.graph.fallbackToMicrosoftProviderOnError"}
    change = {"@odata.type": made["@odata.type"], "behaviorOnError": on_error}
    assert "'behaviorOnError'" in message(graph.patch(f"{EXTENSIONS}/{made['id']}", change))
    called = listener(made["id"])
    assert "displayName" not in graph.post(LISTENERS, called).json()
    assert "'displayName'" in message(graph.post(LISTENERS, {**called, "displayName": "L"}))
    refused = {**called["handler"], "configuration": {"behaviorOnError": on_error}}
    assert "'behaviorOnError'" in message(graph.post(LISTENERS, {**called, "handler": refused}))
    assert graph.post(LISTENERS, {"@odata.type": "#microsoft.graph.onEmailOtpSendListener"}).status_code == 400


def test_parts_of_a_listener_are_read_by_themselves(graph: Graph) -> None:
    """Conditions and handler, through casts too; a handler that is not there has no content."""
    called = graph.tenant.create(EXTENSIONS, extension("onTokenIssuanceStart"))
    path = f"{LISTENERS}/{graph.tenant.create(LISTENERS, listener(called))}"
    assert graph.get(f"{path}/conditions/applications").json()["includeApplications"] == [{"appId": APP}]
    for way in (
        "handler",
        "graph.onTokenIssuanceStartListener/handler/graph.onTokenIssuanceStartCustomExtensionHandler",
    ):
        answer = graph.get(f"{path}/{way}?$select=displayName")
        assert answer.json()["customExtension"]["id"] == called
        assert "@odata.context" in answer.json()
    bare = graph.tenant.create(LISTENERS, {"@odata.type": "#microsoft.graph.onUserCreateStartListener"})
    assert graph.get(f"{LISTENERS}/{bare}/handler").status_code == 204
    assert graph.patch(f"{path}/handler", {}).status_code == 405


def test_a_listener_to_phones_is_of_beta(graph: Graph) -> None:
    """v1.0 neither makes nor sees it."""
    kind = "#microsoft.graph.onPhoneMethodLoadStart"
    options = {"smsOptions": {"excludeRegions": [44]}}
    body = {"@odata.type": f"{kind}Listener", "handler": {"@odata.type": f"{kind}ExternalUsersAuthHandler", **options}}
    assert graph.post(LISTENERS, body).status_code == 400
    made = graph.post(LISTENERS, body, version="beta")
    assert made.json()["handler"]["smsOptions"]["excludeRegions"] == [44]
    path = f"{LISTENERS}/{made.json()['id']}"
    assert (graph.get(path).status_code, graph.get(path, version="beta").status_code) == (404, 200)
