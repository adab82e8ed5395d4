"""The deprecated identityProviders: the same providers under other names."""

from typing import Any

import pytest

from reconciler.emulator import Profile
from tests.emulator.embedded import GOOGLE, Graph, error, message

OLD = "identityProviders"
NEW = "identity/identityProviders"
AMAZON = {"type": "Amazon", "name": "Login with Amazon", "clientId": "1", "clientSecret": "hush"}
CONNECT: dict[str, Any] = {
    "@odata.type": "microsoft.graph.openIdConnectProvider",
    "type": "OpenIDConnect",
    "name": "Contoso",
    "clientId": "1",
    "clientSecret": "hush",
    "claimsMapping": {"userId": "sub", "displayName": "name"},
    "domainHint": "contoso",
    "metadataUrl": "https://contoso.com/.well-known/openid-configuration",
    "responseMode": "form_post",
    "responseType": "code",
    "scope": "openid",
}


@pytest.fixture
def graph() -> Graph:
    return Graph(profile=Profile(kind="b2c"))


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_a_provider_is_made_read_changed_and_deleted(graph: Graph, version: str) -> None:
    """What is written here is seen in the collection that replaced it, and the secret stays masked."""
    made = graph.post(OLD, AMAZON, version=version)
    assert made.status_code == 201
    shown = {"id": "Amazon-OAUTH", **AMAZON, "clientSecret": "******"}
    assert {name: value for name, value in made.json().items() if name != "@odata.context"} == shown
    assert graph.get(f"{NEW}/Amazon-OAUTH").json()["displayName"] == "Login with Amazon"
    path = f"{OLD}/amazon-oauth"
    assert graph.patch(path, {"clientSecret": "other", "name": "Shop"}, version=version).status_code == 204
    assert graph.value(OLD, version=version) == [{**shown, "name": "Shop"}]
    assert graph.delete(path, version=version).status_code == 204
    assert graph.ids(NEW) == []


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"type": "Myspace"}, "'Myspace' is not available"),
        ({"type": None}, "'identityProviderType'"),
        ({"displayName": "x"}, "'displayName' does not exist"),
        ({"scope": "openid"}, "'scope' does not exist"),
        ({"@odata.type": "#microsoft.graph.socialIdentityProvider"}, "'#microsoft.graph.socialIdentityProvider'"),
        ({"@odata.type": CONNECT["@odata.type"]}, "'microsoft.graph.openIdConnectProvider'"),
        ({"clientSecret": "****"}, "'clientSecret' holds a masked secret"),
    ],
)
def test_a_provider_that_makes_no_sense_is_refused(graph: Graph, change: dict[str, Any], part: str) -> None:
    """The message names what is wrong."""
    answer = graph.post(OLD, {**AMAZON, **change})
    assert error(answer) == (400, "BadRequest")
    assert part in message(answer)


@pytest.mark.parametrize("name", ["type", "name", "clientId", "clientSecret"])
def test_a_new_provider_needs_all_it_has(graph: Graph, name: str) -> None:
    """The message names what is missing, as it is called here."""
    given = {each: value for each, value in AMAZON.items() if each != name}
    assert f"'{name}' is required" in message(graph.post(OLD, given))
    assert error(graph.post(OLD, [])) == (400, "BadRequest")


def test_what_cannot_change_is_refused(graph: Graph) -> None:
    """The type of a provider, and everything about one that is built in."""
    graph.post(OLD, AMAZON)
    assert graph.patch(f"{OLD}/Amazon-OAUTH", {"type": "Google"}).status_code == 400
    workforce = Graph()
    built_in = f"{OLD}/AADSignup-OAUTH"
    assert workforce.patch(built_in, {"name": "x"}).status_code == 400
    assert workforce.delete(built_in).status_code == 400
    workforce.tenant.create(NEW, GOOGLE)
    assert workforce.post(OLD, {**AMAZON, "type": "Google", "name": "x"}).status_code == 409


def test_an_open_id_connect_provider_is_of_beta(graph: Graph) -> None:
    """It shows its type and all it has; v1.0 does not see it."""
    made = graph.post(OLD, CONNECT, version="beta").json()
    assert made["id"].startswith("OIDC-V1-Contoso-")
    assert made["@odata.type"] == "#microsoft.graph.openIdConnectProvider"
    assert (made["type"], made["domainHint"], made["clientSecret"]) == ("OpenIDConnect", "contoso", "******")
    assert made["claimsMapping"]["userId"] == "sub"
    path = f"{OLD}/{made['id']}"
    assert graph.patch(path, {"responseType": "id_token", "scope": "email"}, version="beta").status_code == 204
    assert graph.get(path, version="beta").json()["scope"] == "email"
    assert graph.get(path).status_code == 404
    assert graph.value(OLD) == []
