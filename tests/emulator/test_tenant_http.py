"""How the tenant answers over HTTP, whatever is asked of it."""

from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.embedded import GOOGLE, NEW_FLOW, Graph, error, message

JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def test_without_the_token_nothing_is_told(graph: Graph) -> None:
    """A missing or wrong token is a 401, and it is recorded."""
    for written in ("", "Bearer wrong", "Bearer höh".encode(), "Basic the-token"):
        answer = graph.get("identity/b2xUserFlows", headers={"Authorization": written})
        assert error(answer) == (401, "InvalidAuthenticationToken")
        assert "Bearer" in answer.headers["www-authenticate"]
    assert [each["status"] for each in graph.tenant.requests()] == [401] * 4


def test_answers_carry_the_headers_of_graph(graph: Graph) -> None:
    """Request ids, date, OData version and content type are as in Graph."""
    answer = graph.get("identity/b2xUserFlows", headers={"client-request-id": "my-own"})
    assert answer.headers["content-type"] == JSON
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["date"] == "Tue, 04 Aug 2026 12:00:00 GMT"
    assert answer.headers["client-request-id"] == "my-own"
    assert answer.headers["request-id"] not in ("", "my-own")


def test_a_refusal_has_an_envelope_with_the_request_ids(graph: Graph) -> None:
    """The error object names the request so that support could find it."""
    answer = graph.get("identity/apiConnectors/none")
    inner = answer.json()["error"]["innerError"]
    assert error(answer) == (404, "Request_ResourceNotFound")
    assert inner["request-id"] == answer.headers["request-id"] == inner["client-request-id"]
    assert inner["date"] == "2026-08-04T12:00:00"


@pytest.mark.parametrize(
    "path",
    [
        "identity",
        "nothing",
        "identity/nothing",
        "identity/identityProviders/graph.socialIdentityProvider",
        "identity/apiConnectors/$ref",
        "identity/identityProviders/AADSignup-OAUTH/nothing",
        "identity/identityProviders/AADSignup-OAUTH/microsoft.graph.socialIdentityProvider",
    ],
)
def test_paths_that_lead_nowhere_say_so_as_graph_does(graph: Graph, path: str) -> None:
    """An unknown path is 404 UnknownError with JSON inside the message."""
    answer = graph.get(path)
    assert error(answer) == (404, "UnknownError")
    assert message(answer).startswith('{"message": "No HTTP resource was found that matches the request')


@pytest.mark.parametrize(
    "path",
    [
        "identity/identityProviders/AADSignup-OAUTH",
        "IDENTITY/identityproviders/aadsignup-oauth/",
        "identity/identityProviders('AADSignup-OAUTH')",
        "identity/identityProviders(id='AADSignup-OAUTH')",
        "identity/identityProviders/AADSignup%2DOAUTH",
        "identity/identityProviders/AADSignup-OAUTH/microsoft.graph.builtInIdentityProvider",
        "identity/identityProviders/AADSignup-OAUTH/graph.builtInIdentityProvider",
    ],
)
def test_one_entity_has_many_spellings(graph: Graph, path: str) -> None:
    """Case, key syntax, percent-encoding and casts all lead to the same entity."""
    assert graph.get(path).json()["id"] == "AADSignup-OAUTH"


def test_both_versions_answer_and_no_other(graph: Graph) -> None:
    """v1.0 and beta serve the tenant, each with its own context; v2.0 is refused."""
    for version in ("v1.0", "beta"):
        context = graph.get("identity/apiConnectors", version=version).json()["@odata.context"]
        assert context == f"https://graph.embedded/{version}/$metadata#identity/apiConnectors"
    assert error(graph.get("identity/apiConnectors", version="v2.0")) == (400, "BadRequest")


@pytest.mark.parametrize("method", ["PATCH", "PUT", "OPTIONS", "TRACE"])
def test_methods_that_do_not_exist_are_405(graph: Graph, method: str) -> None:
    """A method a collection does not have is refused as not allowed."""
    assert error(graph.send(method, "identity/apiConnectors", {})) == (405, "Request_BadRequest")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "identity/identityProviders/AADSignup-OAUTH"),
        ("PUT", "identity/identityProviders/AADSignup-OAUTH"),
        ("GET", "identity/b2xUserFlows/B2X_1_Partner/userAttributeAssignments/setOrder"),
        ("POST", "identity/b2xUserFlows/B2X_1_Partner/userAttributeAssignments/getOrder()"),
        ("DELETE", "policies/authenticationFlowsPolicy"),
        ("POST", "identity/b2xUserFlows/B2X_1_Partner/languages"),
        ("DELETE", "identity/b2xUserFlows/B2X_1_Partner/languages/en"),
        ("PATCH", "identity/b2xUserFlows/B2X_1_Partner/languages/en"),
        ("PATCH", "identity/b2xUserFlows/B2X_1_Partner"),
        ("PUT", "identityProviders/AADSignup-OAUTH"),
    ],
)
def test_what_graph_has_no_operation_for_is_405(graph: Graph, method: str, path: str) -> None:
    """A place that exists refuses the methods Graph does not give it."""
    graph.flow()
    assert error(graph.send(method, path, {})) == (405, "Request_BadRequest")


def test_nothing_has_an_etag(graph: Graph) -> None:
    """The last writer wins: no answer carries one, and a condition on one is passed over."""
    path = f"identity/userFlowAttributes/{graph.attribute()}"
    shown = graph.get(path)
    assert "ETag" not in shown.headers
    assert "@odata.etag" not in shown.json()
    stale = {"If-Match": 'W/"another"'}
    assert graph.patch(path, {"description": "new"}, headers=stale).status_code == 204
    assert graph.delete(path, headers=stale).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"id": NaN}',
        b'{"id": 1e999}',
        b'{"id": "\\ud800"}',
        b"[" * 100_000,
        b'{"userFlowTypeVersion": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_not_json_is_a_400(graph: Graph, body: bytes) -> None:
    """Broken, wrongly encoded, endless or bottomless bodies are refused politely."""
    headers = {"Content-Type": "application/json"}
    answer = graph.send("POST", "identity/b2xUserFlows", headers=headers, content=body)
    assert error(answer) == (400, "BadRequest")


@pytest.mark.parametrize("body", [[], "text", 1, None, True])
def test_a_body_that_is_no_object_is_a_400(graph: Graph, body: Any) -> None:
    """Where an object is wanted nothing else will do."""
    assert error(graph.post("identity/b2xUserFlows", body)) == (400, "BadRequest")
    assert error(graph.post("identity/identityProviders", body)) == (400, "BadRequest")


def test_a_body_that_is_too_large_is_a_413(graph: Graph) -> None:
    """Four megabytes are enough."""
    headers = {"Content-Type": "application/json"}
    answer = graph.send("POST", "identity/b2xUserFlows", headers=headers, content=b" " * (4 * 1024 * 1024 + 1))
    assert error(answer) == (413, "RequestEntityTooLarge")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("Application/JSON;odata.metadata=minimal", 201),
        ("", 400),
        ("text/plain", 415),
    ],
)
def test_writes_need_a_json_content_type(graph: Graph, content_type: str, status: int) -> None:
    """A write says that its body is JSON, in any of the ways there are to say it."""
    body = b'{"id": "Partner", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}'
    headers = {"Content-Type": content_type}
    assert graph.send("POST", "identity/b2xUserFlows", headers=headers, content=body).status_code == status


def test_a_failure_of_the_tenant_itself_keeps_its_traceback(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the emulator break, the client sees an error object and no more."""
    monkeypatch.setattr(graph.tenant, "wait", lambda: 1 / 0)
    answer = graph.get("identity/b2xUserFlows")
    assert error(answer) == (500, "InternalServerError")
    assert "ZeroDivision" not in answer.text


_PIECES = st.sampled_from(
    [
        *("identity", "b2xUserFlows", "B2X_1_Partner", "identityProviders", "Google-OAUTH", "$ref", "$count", "$value"),
        *("apiConnectorConfiguration", "postFederationSignup", "userAttributeAssignments", "email", "getOrder()"),
        *("setOrder", "languages", "en", "defaultPages", "overridesPages", "idpselections", "('x')", "''", "%00"),
        *("apiConnectors", "userFlowAttributes", "policies", "authenticationFlowsPolicy", "microsoft.graph.x"),
        *("userFlowIdentityProviders", "uploadClientCertificate", "availableProviderTypes()", "%ff", "userAttribute"),
    ]
)
_QUERIES = st.sampled_from(
    ["", "$top=1", "$filter=id eq 'x'", "$expand=a(b", "$select=id", "$skiptoken=?", "@id=x", "$x"]
)
_BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(NEW_FLOW) | st.just(GOOGLE),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "@odata.id", "@odata.type", "displayName", "order"]), inner)
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    pieces=st.lists(_PIECES, max_size=6),
    query=_QUERIES,
    body=_BODIES,
)
def test_no_request_breaks_the_tenant(method: str, pieces: list[str], query: str, body: Any) -> None:
    """Whatever is sent, the answer is a success or a refusal with an envelope."""
    graph = Graph()
    graph.flow()
    answer: httpx.Response = graph.send(method, f"{'/'.join(pieces)}?{query}", body)
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) == {"code", "message", "innerError"}
    graph.tenant.close()
