"""What stands beside user flows: the link from an application to one, and federation with other organisations."""

from typing import Any

import pytest

from tests.emulator.embedded import FLOW, Graph, error, message

EVENTS = "identity/events/onSignupStart"
APP = "1fc41a76-3050-4529-8095-9af8897cf63d"
LISTENER: dict[str, Any] = {
    "@odata.type": "#Microsoft.Graph.InvokeUserFlowListener",
    "priority": 101,
    "sourceFilter": {"includeApplications": [APP]},
    "userFlow": {"id": "b2x_1_Partner"},
}
FEDERATIONS = "directory/federationConfigurations"
CAST = "microsoft.graph.samlOrWsFedExternalDomainFederation"
FEDERATION: dict[str, Any] = {
    "@odata.type": CAST,
    "displayName": "Contoso",
    "issuerUri": "https://contoso.com/issuerUri",
    "metadataExchangeUri": "https://contoso.com/metadata",
    "passiveSignInUri": "https://contoso.com/signin",
    "preferredAuthenticationProtocol": "wsfed",
    "domains": [{"@odata.type": "microsoft.graph.externalDomainName", "id": "contoso.com"}],
    "signingCertificate": "MIIDADCCAeigAwIBAgIQEX41y8r6",
}


class Beta(Graph):
    """A tenant spoken to in beta."""

    def send(self, method: str, path: str, body: Any = None, version: str = "beta", **options: Any) -> Any:
        return super().send(method, path, body, version, **options)


@pytest.fixture
def beta() -> Beta:
    graph = Beta()
    graph.flow()
    return graph


def test_an_application_is_linked_to_a_flow(beta: Beta) -> None:
    """The flow is seen only where it is expanded, whichever cast is in the way."""
    made = beta.post(EVENTS, LISTENER)
    assert made.status_code == 201
    path = f"{EVENTS}/{made.json()['id']}"
    assert beta.get(path).json() == {
        "@odata.context": "https://graph.embedded/beta/$metadata#identity/events/onSignupStart/$entity",
        "@odata.type": "#microsoft.graph.invokeUserFlowListener",
        "id": made.json()["id"],
        "priority": 101,
        "sourceFilter": {"includeApplications": [APP]},
    }
    for cast in ("microsoft.graph.invokeUserFlowListener/", "microsoft.graph.invokeUserFlowAction/", ""):
        (listed,) = beta.value(f"{EVENTS}?$expand={cast}userFlow")
        assert (listed["userFlow"]["id"], listed["userFlow"]["userFlowTypeVersion"]) == ("B2X_1_Partner", 1)
    assert beta.get(f"{path}/userFlow").json()["id"] == "B2X_1_Partner"
    assert "in use" in message(beta.delete(FLOW))
    assert beta.delete(path).status_code == 204
    assert beta.delete(FLOW).status_code == 204


def test_a_link_is_changed_and_replaced(beta: Beta) -> None:
    """PATCH changes some of it, PUT all."""
    path = f"{EVENTS}/{beta.post(EVENTS, LISTENER).json()['id']}"
    beta.post("identity/b2xUserFlows", {"id": "Other", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1})
    assert beta.patch(path, {"priority": 5}).status_code == 204
    assert beta.get(path).json()["priority"] == 5
    assert beta.put(path, {**LISTENER, "userFlow": {"id": "B2X_1_Other"}}).status_code == 204
    shown = beta.get(f"{path}?$expand=userFlow").json()
    assert (shown["priority"], shown["userFlow"]["id"]) == (101, "B2X_1_Other")
    assert beta.put(path, {"priority": 1}).status_code == 400
    assert beta.put(f"{EVENTS}/none", LISTENER).status_code == 404


def test_an_application_is_linked_once(beta: Beta) -> None:
    """A second link and a link to nothing are refused, on create as on update."""
    beta.post(EVENTS, LISTENER)
    assert "another user flow" in message(beta.post(EVENTS, LISTENER))
    other = beta.post(EVENTS, {**LISTENER, "sourceFilter": {"includeApplications": []}}).json()["id"]
    assert beta.patch(f"{EVENTS}/{other}", {"sourceFilter": LISTENER["sourceFilter"]}).status_code == 400
    assert error(beta.post(EVENTS, {**LISTENER, "userFlow": {"id": "none"}})) == (400, "BadRequest")
    assert len(beta.value(EVENTS)) == 2


def test_the_link_may_be_gone_from_the_service(beta: Beta) -> None:
    """It never was in v1.0, and the profile can say that it is no more."""
    assert error(beta.get(EVENTS, version="v1.0")) == (404, "UnknownError")
    beta.tenant.change_profile({"signup_events": False})
    assert error(beta.get(EVENTS)) == (404, "UnknownError")
    assert error(beta.get("identity/events")) == (404, "UnknownError")


def test_a_federation_has_domains(graph: Graph) -> None:
    """Made inline or one by one; paths may have a cast after the collection or the entity."""
    made = graph.post(f"{FEDERATIONS}/{CAST}", FEDERATION)
    assert made.status_code == 201
    assert made.json()["preferredAuthenticationProtocol"] == "wsFed"
    assert "domains" not in made.json()
    path = f"{FEDERATIONS}/{made.json()['id']}"
    assert graph.value(FEDERATIONS) == graph.value(f"{FEDERATIONS}/graph.samlOrWsFedExternalDomainFederation")
    domains = f"{path}/{CAST}/domains"
    assert graph.value(domains) == [{"id": "contoso.com"}]
    assert graph.post(domains, {"id": "contoso.de"}).status_code == 201
    assert graph.get(f"{path}?$expand=domains").json()["domains"] == [{"id": "contoso.com"}, {"id": "contoso.de"}]
    assert graph.patch(f"{path}/{CAST}", {"displayName": "C"}).status_code == 204
    assert graph.get(f"{path}/{CAST}").json()["displayName"] == "C"
    again = {**FEDERATION, "domains": [{"id": "CONTOSO.com"}]}
    assert "already has a federation" in message(graph.post(FEDERATIONS, again))
    assert graph.post(FEDERATIONS, {**again, "domains": [{"id": "contoso"}]}).status_code == 400
    assert graph.delete(f"{domains}/contoso.de").status_code == 204
    assert graph.delete(f"{path}/{CAST}").status_code == 204
    assert graph.post(FEDERATIONS, again).status_code == 201


@pytest.mark.parametrize(
    "form",
    ["{root}/{key}", "{root}/{key}/{cast}", "{root}/{cast}/{key}", "{root}('{key}')/{cast}", "{root}/{short}/{key}"],
)
def test_a_federation_has_many_addresses(graph: Graph, form: str) -> None:
    """Without a cast, or with one before or after the id: it is read, changed, has domains, and goes."""
    key = graph.tenant.create(FEDERATIONS, FEDERATION)
    path = form.format(root=FEDERATIONS, key=key, cast=CAST, short="graph.samlOrWsFedExternalDomainFederation")
    assert graph.patch(path, {"displayName": "C"}).status_code == 204
    assert graph.get(path).json()["displayName"] == "C"
    assert graph.get(f"{path}/domains/contoso.com").json()["id"] == "contoso.com"
    assert graph.delete(f"{path}/domains('contoso.com')").status_code == 204
    assert graph.get(f"{path}/domains/$count").text == "0"
    assert graph.delete(path).status_code == 204
    assert error(graph.get(path)) == (404, "Request_ResourceNotFound")
