"""A tenant under test: spoken to over HTTP in process, with a clock and a sleep that never wait."""

import asyncio
import base64
import datetime
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from reconciler.emulator import EmbeddedTransport, create_app

TOKEN = "the-token"
FLOW = "identity/b2xUserFlows/B2X_1_Partner"
NEW_FLOW = {"id": "Partner", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}
NOON = datetime.datetime(2026, 8, 4, 12, tzinfo=datetime.UTC).timestamp()


class Graph:
    """One tenant; ``now`` is its clock and ``slept`` the seconds it was made to wait."""

    def __init__(self, state: str = ":memory:", **options: Any):
        self.now = NOON
        self.slept: list[float] = []
        self.app = create_app(state, token=TOKEN, clock=lambda: self.now, sleep=self._sleep, **options)
        self.tenant = self.app.tenant

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def send(self, method: str, path: str, body: Any = None, version: str = "v1.0", **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}", **options.pop("headers", {})}
        url = path if path.startswith("https://") else f"https://graph.embedded/{version}/{path}"
        if body is not None:
            options["json"] = body
        return asyncio.run(self._send(method, url, headers, options))

    async def _send(self, method: str, url: str, headers: dict[str, str], options: dict[str, Any]) -> httpx.Response:
        async with httpx.AsyncClient(transport=EmbeddedTransport(self.app)) as client:
            return await client.request(method, url, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.send("PUT", path, body, **options)

    def patch(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return self.send("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.send("DELETE", path, **options)

    def control(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.send(method, f"https://graph.embedded/emulator/{path}", body, **options)

    def value(self, path: str, **options: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path, **options).json()["value"]
        return found

    def ids(self, path: str, **options: Any) -> list[str]:
        return [each["id"] for each in self.value(path, **options)]

    def flow(self) -> str:
        return self.tenant.create("identity/b2xUserFlows", NEW_FLOW)

    def attribute(self, name: str = "Hobby") -> str:
        return self.tenant.create("identity/userFlowAttributes", {"displayName": name, "dataType": "string"})

    def google(self) -> str:
        return self.tenant.create("identity/identityProviders", GOOGLE)

    def connector(self, name: str = "Approval") -> str:
        return self.tenant.create("identity/apiConnectors", {**CONNECTOR, "displayName": name})


GOOGLE = {
    "@odata.type": "#microsoft.graph.socialIdentityProvider",
    "displayName": "Login with Google",
    "identityProviderType": "Google",
    "clientId": "123",
    "clientSecret": "hush",
}
CONNECTOR = {
    "displayName": "Approval",
    "targetUrl": "https://approval.contoso.com/api",
    "authenticationConfiguration": {
        "@odata.type": "#microsoft.graph.basicAuthentication",
        "username": "graph",
        "password": "hush",
    },
}

NEW_ASSIGNMENT = {
    "isOptional": False,
    "requiresVerification": False,
    "userInputType": "TextBox",
    "displayName": "Your city",
    "userAttributeValues": [],
    "userAttribute": {"id": "City"},
}


def error(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


def message(response: httpx.Response) -> str:
    """What a refusal says."""
    text: str = response.json()["error"]["message"]
    return text


def pfx(password: str = "", days_from: int = -1, days_to: int = 30, *, bare: bool = False) -> str:
    """A PKCS #12 file in base64 whose certificate, unless it is bare, is valid for some days around NOON."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "graph")])
    noon = datetime.datetime.fromtimestamp(NOON, datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(noon + datetime.timedelta(days=days_from))
        .not_valid_after(noon + datetime.timedelta(days=days_to))
        .sign(key, hashes.SHA256())
    )
    sealed = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return base64.b64encode(
        pkcs12.serialize_key_and_certificates(b"graph", key, None if bare else certificate, None, sealed)
    ).decode()
