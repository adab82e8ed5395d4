"""The sign-in service of the tenant, asked by hand: what it checks, and in which words it refuses."""

import asyncio
import hashlib
import json
import time
import uuid
from typing import Any

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from reconciler.emulator import (
    AppSecret,
    EmbeddedTransport,
    FederatedCredential,
    ManagedIdentity,
    Pipeline,
    Profile,
    RegisteredApp,
    SignInSettings,
    create_app,
)
from reconciler.emulator.oauth_jwt import encoded, key_of
from reconciler.emulator.oauth_settings import TOKEN_EXCHANGE
from tests.msgraph.sign_in_place import Credentials, certificate_of

HOST = "https://login.embedded"
GRAPH = "https://graph.microsoft.com"
DOMAIN = "contoso.onmicrosoft.com"
TOKEN_URL = f"{HOST}/{DOMAIN}/oauth2/v2.0/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ISSUER = "https://issuer.example"


class Desk:
    """A tenant with a sign-in service, and what it answers; ``now`` is its clock."""

    def __init__(self, credentials: Credentials, **changes: Any) -> None:
        self.now = time.time()
        short = certificate_of(credentials.other, days=1).public_bytes(Encoding.PEM).decode()
        curve = certificate_of(ec.generate_private_key(ec.SECP256R1())).public_bytes(Encoding.PEM).decode()
        app = RegisteredApp(
            "app",
            secrets=(AppSecret("right"), AppSecret("old", expires=self.now - 1)),
            certificates=(curve, short, credentials.public.decode()),
            federated=(FederatedCredential(ISSUER, "sub"),),
            roles=("Role.One", "IdentityUserFlow.Read.All"),
        )
        settings: dict[str, Any] = {
            "apps": (
                app,
                RegisteredApp("person", scopes=("Scope.One", "IdentityUserFlow.Read.All"), public_client=True),
                RegisteredApp("bare"),
            ),
            "identities": (ManagedIdentity("only"),),
            "pipelines": (Pipeline(ISSUER, "sub", "job"), Pipeline(ISSUER, "sub", "job", "connection")),
            **changes,
        }
        self.short, self.curve = short, curve
        self.app = create_app(token="fixed", clock=lambda: self.now, sign_in=SignInSettings(**settings))
        assert self.app.sign_in is not None
        self.service = self.app.sign_in

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def conversation() -> httpx.Response:
            async with httpx.AsyncClient(transport=EmbeddedTransport(self.app)) as client:
                return await client.request(method, f"{HOST}/{path.lstrip('/')}", **options)

        return asyncio.run(conversation())

    def token(self, tenant: str = DOMAIN, **form: str) -> httpx.Response:
        usual = {"client_id": "app", "grant_type": "client_credentials", "scope": f"{GRAPH}/.default"}
        fields = {name: value for name, value in {**usual, **form}.items() if value}
        return self.send("POST", f"{tenant}/oauth2/v2.0/token", data=fields)

    def asserted(self, assertion: str, **form: str) -> httpx.Response:
        return self.token(client_assertion=assertion, client_assertion_type=JWT_BEARER, **form)

    def graph(self, token: str) -> int:
        return self.send("GET", "v1.0/identity/b2xUserFlows", headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture(scope="module")
def credentials() -> Credentials:
    return Credentials()


@pytest.fixture
def desk(credentials: Credentials) -> Desk:
    return Desk(credentials)


def assertion(
    key: Any, pem: bytes | str, *, algorithm: str = "PS256", old: bool = False, drop: str = "", **changes: Any
) -> str:
    """A client assertion by another library than the product's and the tenant's."""
    der = x509.load_pem_x509_certificate(pem if isinstance(pem, bytes) else pem.encode()).public_bytes(Encoding.DER)
    headers = (
        {"x5t": encoded(hashlib.sha1(der).digest())} if old else {"x5t#S256": encoded(hashlib.sha256(der).digest())}
    )
    now = time.time()
    usual = {"iss": "app", "sub": "app", "aud": TOKEN_URL, "jti": str(uuid.uuid4()), "nbf": now, "exp": now + 600}
    claims = {name: value for name, value in {**usual, **changes}.items() if name != drop}
    return jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def code(answer: httpx.Response) -> tuple[int, str, int]:
    """Status, OAuth error and AADSTS code; the shape of every refusal is checked on the way."""
    body = answer.json()
    assert set(body) == {
        *("error", "error_description", "error_codes", "timestamp"),
        *("trace_id", "correlation_id", "error_uri"),
    }
    (number,) = body["error_codes"]
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert body["correlation_id"] in body["error_description"]
    return answer.status_code, body["error"], number


def test_discovery_leads_to_everything(desk: Desk) -> None:
    """By domain and by id; the endpoints lead back to this server, and the keys check its tokens elsewhere."""
    for name in (DOMAIN, Profile().tenant_id, DOMAIN.upper()):
        found = desk.send("GET", f"{name}/v2.0/.well-known/openid-configuration").json()
        assert found["token_endpoint"] == f"{HOST}/{Profile().tenant_id}/oauth2/v2.0/token"
    (key,) = desk.send("GET", found["jwks_uri"].removeprefix(HOST)).json()["keys"]
    token = desk.token(client_secret="right").json()["access_token"]
    said = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS256"], audience=GRAPH)
    assert said["roles"] == ["Role.One", "IdentityUserFlow.Read.All"]
    assert said["iss"] == f"https://sts.windows.net/{Profile().tenant_id}/"
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]


def test_another_tenant_is_not_found(desk: Desk) -> None:
    """Wherever it is asked for."""
    assert code(desk.send("GET", "other/v2.0/.well-known/openid-configuration")) == (400, "invalid_tenant", 90002)
    assert code(desk.send("GET", "other/discovery/v2.0/keys")) == (400, "invalid_tenant", 90002)
    assert code(desk.token("other", client_secret="right")) == (400, "invalid_request", 90002)
    answer = desk.send("POST", "other/oauth2/v2.0/devicecode", data={"client_id": "person"})
    assert code(answer) == (400, "invalid_request", 90002)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"client_id": ""}, (400, "invalid_request", 900144)),
        ({"client_id": "other", "client_secret": "right"}, (400, "unauthorized_client", 700016)),
        ({}, (401, "invalid_client", 7000218)),
        ({"client_secret": "wrong"}, (401, "invalid_client", 7000215)),
        ({"client_secret": "old"}, (401, "invalid_client", 7000222)),
        ({"client_secret": "right", "scope": ""}, (400, "invalid_request", 900144)),
        ({"client_secret": "right", "scope": f"{GRAPH}/User.Read"}, (400, "invalid_scope", 1002012)),
        ({"client_secret": "right", "scope": "https://graph.microsoft.us/.default"}, (400, "invalid_resource", 500011)),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", 70003)),
        ({"grant_type": ""}, (400, "unsupported_grant_type", 70003)),
        ({"grant_type": DEVICE}, (401, "invalid_client", 7000218)),
        ({"grant_type": "refresh_token", "client_id": "person"}, (400, "invalid_request", 900144)),
        (
            {"grant_type": "refresh_token", "client_id": "person", "refresh_token": "no"},
            (400, "invalid_grant", 700082),
        ),
        ({"grant_type": DEVICE, "client_id": "person", "device_code": "x"}, (400, "bad_verification_code", 70018)),
        ({"client_assertion": "x"}, (401, "invalid_client", 50027)),
        ({"client_assertion": "x", "client_assertion_type": JWT_BEARER}, (401, "invalid_client", 50027)),
        (
            {"client_assertion": f"{encoded(b'[' * 9000)}.e30.x", "client_assertion_type": JWT_BEARER},
            (401, "invalid_client", 50027),
        ),
        ({"client_assertion": "e30.W10.x", "client_assertion_type": JWT_BEARER}, (401, "invalid_client", 50027)),
    ],
)
def test_what_is_missing_or_wrong_has_its_code(
    desk: Desk, form: dict[str, str], expected: tuple[int, str, int]
) -> None:
    """Each refusal has Entra's status, word and number."""
    assert code(desk.token(**form)) == expected
    assert desk.service.granted == 0


def test_a_body_that_is_no_form_is_refused(desk: Desk) -> None:
    """JSON, bytes that are no text, and more than anybody needs."""
    path = f"{DOMAIN}/oauth2/v2.0/token"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    cases: tuple[dict[str, Any], ...] = (
        {"json": {}},
        {"content": b"\xff\xfe", "headers": kind},
        {"content": b"a" * 70_000, "headers": kind},
    )
    for options in cases:
        assert code(desk.send("POST", path, **options)) == (400, "invalid_request", 90004)
    assert code(desk.send("POST", path)) == (400, "invalid_request", 900144)


def test_the_correlation_id_is_the_clients(desk: Desk) -> None:
    """So that both sides' logs can be put together."""
    answer = desk.send("POST", f"{DOMAIN}/oauth2/v2.0/token", headers={"client-request-id": "mine"})
    assert answer.json()["correlation_id"] == "mine"


@pytest.mark.parametrize(("algorithm", "old"), [("PS256", False), ("RS256", True), ("RS256", False)])
def test_an_assertion_signed_with_the_certificate_is_taken(
    desk: Desk, credentials: Credentials, algorithm: str, old: bool
) -> None:
    """In both algorithms, and by both thumbprints; the endpoint may be named by the tenant's id too."""
    proof = assertion(credentials.key, credentials.public, algorithm=algorithm, old=old)
    assert desk.asserted(proof).status_code == 200
    by_id = assertion(credentials.key, credentials.public, aud=TOKEN_URL.replace(DOMAIN, Profile().tenant_id))
    assert desk.asserted(by_id).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aud": "https://login.microsoftonline.com/x/oauth2/v2.0/token"}, 700023),
        ({"exp": 1}, 700024),
        ({"exp": "soon"}, 700024),
        ({"exp": 10**400}, 700024),
        ({"exp": float("nan")}, 700024),
        ({"aud": [["x"], None]}, 700023),
        ({"nbf": 9e9, "exp": 9e9 + 1}, 700024),
        ({"drop": "jti"}, 50027),
        ({"drop": "exp"}, 700024),
        ({"sub": "other"}, 700021),
        ({"iss": "other"}, 700021),
        ({"algorithm": "RS512"}, 700027),
    ],
)
def test_an_assertion_is_checked_to_its_last_claim(
    desk: Desk, credentials: Credentials, changes: dict[str, Any], expected: int
) -> None:
    """Audience, time, id, subject, issuer and algorithm."""
    answer = desk.asserted(assertion(credentials.key, credentials.public, **changes))
    assert code(answer) == (401, "invalid_client", expected)


def test_an_assertion_needs_the_certificates_own_key(desk: Desk, credentials: Credentials) -> None:
    """An unknown thumbprint, another key, a key of another sort, a certificate that has ended since."""
    stranger = certificate_of(credentials.other, days=9).public_bytes(Encoding.PEM)
    cases = (
        (assertion(credentials.other, stranger), "The key was not found., Thumbprint"),
        (assertion(credentials.other, credentials.public), "does not match the certificate"),
        (assertion(credentials.key, desk.curve), "not an RSA key"),
    )
    for proof, words in cases:
        answer = desk.asserted(proof)
        assert code(answer) == (401, "invalid_client", 700027)
        assert words in answer.json()["error_description"]
    desk.now += 2 * 86400
    answer = desk.asserted(assertion(credentials.other, desk.short, exp=desk.now + 60))
    assert "The key used is expired" in answer.json()["error_description"]


def test_an_assertion_comes_once_where_that_is_wanted(credentials: Credentials) -> None:
    """Entra is not known to mind; the tenant can be told to."""
    for single, expected in ((False, [200, 200]), (True, [200, 401])):
        desk = Desk(credentials, single_use=single)
        proof = assertion(credentials.key, credentials.public)
        assert [desk.asserted(proof).status_code for _ in range(2)] == expected


def test_a_federated_token_needs_a_credential(desk: Desk) -> None:
    """An app with none is told of all three, one with others of what differs."""
    token = desk.service.federated(ISSUER, "sub")
    assert desk.asserted(token).status_code == 200
    several = key_of(ISSUER).sign({"iss": ISSUER, "sub": "sub", "aud": ["x", TOKEN_EXCHANGE], "exp": desk.now + 60})
    assert desk.asserted(several).status_code == 200
    assert code(desk.asserted(token, client_id="bare")) == (400, "invalid_request", 70021)
    assert code(desk.asserted(desk.service.federated(ISSUER, "SUB"))) == (400, "invalid_request", 7002138)
    assert code(desk.asserted(desk.service.federated(ISSUER, "sub", "x"))) == (400, "invalid_request", 700212)


def test_graph_takes_its_own_tokens_only(desk: Desk) -> None:
    """The fixed token and those that were issued here; not one of another key, changed, ended, or revoked."""
    token = desk.token(client_secret="right").json()["access_token"]
    head, body, signature = token.split(".")
    changed = encoded(json.dumps({**json.loads(jwt.utils.base64url_decode(body)), "appid": "admin"}).encode())
    forged = desk.service.federated(ISSUER, "sub", GRAPH)
    nobody = encoded(b'{"alg": "none"}')
    bad = (f"{head}.{changed}.{signature}", forged, f"{nobody}.{body}.", "a.b.c", "e30.e30", token[:-4])
    assert [desk.graph(each) for each in ("fixed", token)] == [200, 200]
    assert [desk.graph(each) for each in bad] == [401] * len(bad)
    desk.service.revoke()
    assert desk.graph(token) == 401
    fresh = desk.token(client_secret="right").json()["access_token"]
    assert desk.graph(fresh) == 200
    desk.now += 3600
    assert desk.graph(fresh) == 401


def test_a_token_lets_its_bearer_do_what_it_permits(desk: Desk) -> None:
    """Any of the permissions that a page names will do; reading what is attached to a flow takes one to write."""

    def tried(method: str, path: str, *roles: str) -> int:
        issued = desk.service.issue(GRAPH, "app", {"roles": list(roles)})
        headers = {"Authorization": f"Bearer {issued['access_token']}"}
        return desk.send(method, path, headers=headers).status_code

    flows, readable, writable = (
        "v1.0/identity/b2xUserFlows",
        "IdentityUserFlow.Read.All",
        "IdentityUserFlow.ReadWrite.All",
    )
    assert [tried("GET", flows, each) for each in (readable, writable, "Other")] == [200, 200, 403]
    assert [tried("POST", flows, each) for each in (readable, writable)] == [403, 400]
    for path in (f"{flows}/x/identityProviders", f"{flows}('x')/apiConnectorConfiguration"):
        assert [tried("GET", path, each) for each in (readable, writable)] == [403, 404]
    trial = "v1.0/identity/customAuthenticationExtensions/validateAuthenticationConfiguration"
    assert tried("POST", trial, "CustomAuthenticationExtension.Read.All") == 400
    assert tried("GET", "v1.0/identity/elsewhere") == 404


def test_a_device_code_goes_its_way(desk: Desk) -> None:
    """Pending, approved, used up; what it left renews the sign-in, and is the app's alone."""
    form = {"client_id": "person", "scope": f"{GRAPH}/.default openid profile offline_access"}
    begun = desk.send("POST", f"{DOMAIN}/oauth2/v2.0/devicecode", data=form).json()
    assert (begun["expires_in"], begun["interval"]) == (900, 5)
    assert begun["user_code"] in begun["message"]
    poll = {"grant_type": DEVICE, "client_id": "person", "device_code": begun["device_code"]}
    assert code(desk.token(**poll)) == (400, "authorization_pending", 70016)
    desk.service.grants.decide(begun["user_code"], "approved", pending=1)
    assert code(desk.token(**poll)) == (400, "authorization_pending", 70016)
    answer = desk.token(**poll).json()
    assert desk.graph(answer["access_token"]) == 200
    assert code(desk.token(**poll)) == (400, "bad_verification_code", 70018)
    renew = {"grant_type": "refresh_token", "client_id": "person", "refresh_token": answer["refresh_token"]}
    assert desk.token(**renew).json()["access_token"] != answer["access_token"]
    desk.service.grants.forget()
    assert code(desk.token(**renew)) == (400, "invalid_grant", 700082)


@pytest.mark.parametrize(("verdict", "number"), [("declined", 65004), (None, 70019)])
def test_a_device_code_may_lead_nowhere(desk: Desk, verdict: Any, number: int) -> None:
    """Declined, or left alone for a quarter of an hour."""
    form = {"client_id": "person", "scope": f"{GRAPH}/.default"}
    begun = desk.send("POST", f"{DOMAIN}/oauth2/v2.0/devicecode", data=form).json()
    if verdict:
        desk.service.grants.decide(begun["user_code"], verdict)
    else:
        desk.now += 900
    poll = {"grant_type": DEVICE, "client_id": "person", "device_code": begun["device_code"]}
    assert code(desk.token(**poll))[2] == number
    with pytest.raises(KeyError):
        desk.service.grants.decide("nobody's", "approved")


@pytest.mark.parametrize(
    ("query", "headers", "status", "words"),
    [
        ("api-version=2018-02-01&resource=GRAPH", {"Metadata": "true"}, 200, "only"),
        ("api-version=2018-02-01&resource=GRAPH&client_id=ONLY", {"Metadata": "true"}, 200, "only"),
        ("api-version=2018-02-01&resource=GRAPH&client_id=x", {"Metadata": "true"}, 400, "Identity not found"),
        ("api-version=2018-02-01&resource=https://x.example", {"Metadata": "true"}, 400, "AADSTS500011"),
        ("api-version=2018-02-01&resource=GRAPH", {}, 400, "metadata header"),
        (
            "api-version=2018-02-01&resource=GRAPH",
            {"Metadata": "true", "X-Forwarded-For": "1"},
            400,
            "metadata header",
        ),
        ("api-version=1&resource=GRAPH", {"Metadata": "true"}, 400, "query variable"),
        ("api-version=2018-02-01", {"Metadata": "true"}, 400, "query variable"),
    ],
)
def test_the_metadata_service_gives_the_machines_identity(
    desk: Desk, query: str, headers: dict[str, str], status: int, words: str
) -> None:
    """To this machine only: a request that was passed on is refused."""
    path = f"metadata/identity/oauth2/token?{query.replace('GRAPH', GRAPH)}"
    answer = desk.send("GET", path, headers=headers)
    assert answer.status_code == status
    assert words in answer.text


@pytest.mark.parametrize(
    ("query", "header", "status", "words"),
    [
        ("resource=GRAPH", "identity-header", 200, "only"),
        ("resource=GRAPH", "wrong", 401, "X-IDENTITY-HEADER"),
        ("resource=GRAPH&client_id=x", "identity-header", 400, "No User Assigned"),
        ("resource=https://x.example", "identity-header", 500, "unexpected error"),
    ],
)
def test_app_service_gives_its_apps_an_identity(desk: Desk, query: str, header: str, status: int, words: str) -> None:
    """To those who have its header."""
    path = f"msi/token?api-version=2019-08-01&{query.replace('GRAPH', GRAPH)}"
    answer = desk.send("GET", path, headers={"X-IDENTITY-HEADER": header})
    assert answer.status_code == status
    assert words in answer.text


def test_several_identities_have_to_be_told_apart(credentials: Credentials) -> None:
    """Without a system-assigned one, none of two is chosen."""
    desk = Desk(credentials, identities=(ManagedIdentity("one"), ManagedIdentity("two")))
    path = f"metadata/identity/oauth2/token?api-version=2018-02-01&resource={GRAPH}"
    assert desk.send("GET", path, headers={"Metadata": "true"}).status_code == 400


def test_pipelines_get_tokens_of_their_own_issuer(desk: Desk) -> None:
    """GitHub's has the audience that was asked for, Azure DevOps' a fixed one; both only for the job's own token."""
    job = {"Authorization": "Bearer job"}
    token = desk.send("GET", "oidc/github?audience=x", headers=job).json()["value"]
    assert jwt.decode(token, options={"verify_signature": False})["aud"] == "x"
    path = "oidc/azure-devops?serviceConnectionId=connection"
    found = desk.send("POST", f"{path}&api-version=7.1", headers=job).json()["oidcToken"]
    assert jwt.decode(found, options={"verify_signature": False})["aud"] == "api://AzureADTokenExchange"
    assert desk.send("POST", path, headers=job).status_code == 400
    assert desk.send("POST", "oidc/azure-devops?api-version=7.1&serviceConnectionId=x", headers=job).status_code == 401
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Basic job"}):
        assert desk.send("GET", "oidc/github", headers=headers).status_code == 401


def test_a_tenant_without_a_sign_in_service_has_none(desk: Desk) -> None:
    """Its Graph answers such paths as it answers any that lead nowhere, and takes no signed token."""
    token = desk.token(client_secret="right").json()["access_token"]
    desk.app.sign_in = None
    assert "error_codes" not in desk.token(client_secret="right").json()
    assert desk.graph(token) == 401
    assert create_app().sign_in is None
