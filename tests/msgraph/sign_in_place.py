"""What tests of sign-in share: keys and certificates, the service as they find it, a server that answers by script."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from reconciler.emulator import (
    App,
    AppSecret,
    FederatedCredential,
    ManagedIdentity,
    Pipeline,
    Profile,
    RegisteredApp,
    SignInSettings,
)
from reconciler.emulator.oauth import SignIn
from reconciler.msgraph import Login, TokenSource, sign_in

TOKEN = "the-fixed-token"
ROOT = "https://graph.microsoft.com"
TENANT = "contoso.onmicrosoft.com"
CLIENT = "11111111-2222-3333-4444-555555555555"
PUBLIC = "66666666-2222-3333-4444-555555555555"
IDENTITY = "77777777-2222-3333-4444-555555555555"
SECRET = "client-s3cret"
ROLES = ("IdentityUserFlow.ReadWrite.All",)
GITHUB = "https://token.actions.githubusercontent.com"
CLUSTER = "https://oidc.prod-aks.azure.com/0000"
DEVOPS = "https://login.microsoftonline.com/1111/v2.0"
CONNECTION = "22222222-3333-4444-5555-666666666666"
MAIN = "repo:contoso/flows:ref:refs/heads/main"
POD = "system:serviceaccount:flows:reconciler"
AMBIENT = (
    *("AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST", "CI"),
    *("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GITHUB_ACTIONS", "TF_BUILD"),
    *("SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
    *("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "MSI_ENDPOINT", "MSI_SECRET"),
    *("IMDS_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "SSL_CERT_DIR", "KUBERNETES_SERVICE_HOST"),
    *("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"),
)


class Clock:
    """Seconds since the epoch, and how far they were moved on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Credentials:
    """A key, its certificate in every form that people have, and a stranger's key and certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public = certificate_of(self.key).public_bytes(Encoding.PEM)

    def pem(self, password: bytes = b"") -> bytes:
        return private(self.key, password) + self.public

    def pfx(self, password: bytes = b"") -> bytes:
        public = x509.load_pem_x509_certificate(self.public)
        return pkcs12.serialize_key_and_certificates(b"c", self.key, public, None, lock(password))

    def stranger(self) -> bytes:
        return private(self.other) + certificate_of(self.other).public_bytes(Encoding.PEM)


@dataclass
class Place:
    """The service: its app, its address, the authority of its TLS certificate, its clock, its profile for a test."""

    app: App
    url: str
    certificate: Path
    clock: Clock

    def clear(self, credentials: Credentials) -> None:
        """Known apps, identities and pipelines; nothing issued, nothing approved, the clock right."""
        self.clock.ahead = 0.0
        registered = RegisteredApp(
            CLIENT,
            secrets=(AppSecret(SECRET), AppSecret("old-s3cret", expires=1.0)),
            certificates=(credentials.public.decode(),),
            federated=(
                FederatedCredential(GITHUB, MAIN),
                FederatedCredential(CLUSTER, POD),
                FederatedCredential(DEVOPS, "sc://contoso/flows/entra"),
            ),
            roles=ROLES,
        )
        person = RegisteredApp(PUBLIC, scopes=ROLES, public_client=True)
        settings = SignInSettings(
            apps=(registered, person),
            identities=(
                ManagedIdentity(IDENTITY, roles=ROLES),
                ManagedIdentity("the-machine", system_assigned=True, roles=ROLES),
            ),
            pipelines=(
                Pipeline(GITHUB, MAIN, "github-request"),
                Pipeline(DEVOPS, "sc://contoso/flows/entra", "devops-request", CONNECTION),
            ),
            interval=0,
        )
        self.app.sign_in = SignIn(Profile(), settings, self.clock)

    @property
    def service(self) -> SignIn:
        """The service itself, to look into and to change."""
        assert self.app.sign_in is not None
        return self.app.sign_in

    def change(self, **settings: Any) -> None:
        """Change its settings."""
        self.service.settings = replace(self.service.settings, **settings)

    def source(self, method: str, **told: Any) -> TokenSource:
        """How the product signs in here."""
        usual: dict[str, Any] = {"root": ROOT, "tenant": TENANT, "client": CLIENT, "authority": self.url}
        return sign_in(method, Login(**(usual | told)))


def get(source: TokenSource, rejected: str = "") -> str:
    """The token of a source."""
    return asyncio.run(source.token(rejected))


def claims(token: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def private(key: rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    """A key in PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock(password))


def lock(password: bytes) -> Any:
    """How a key is locked."""
    return BestAvailableEncryption(password) if password else NoEncryption()


def certificate_of(key: Any, days: float = 30, **extensions: x509.ExtensionType) -> x509.Certificate:
    """A certificate of its own key, that ends in so many days."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "reconciler")])
    end = datetime.now(UTC) + timedelta(days=days)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(end - timedelta(days=60)).not_valid_after(end)
    for extension in extensions.values():
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(key, hashes.SHA256())


@dataclass
class Canned:
    """A server on loopback that gives one answer after another, the last one for ever, and notes what it was asked."""

    url: str
    asked: list[tuple[str, dict[str, str]]]


@contextmanager
def canned(*answers: tuple[int, str, str]) -> Iterator[Canned]:
    """Serve answers: status, content type, body; the body of a redirect is where it leads."""
    left, asked = list(answers), list[tuple[str, dict[str, str]]]()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked.append((f"{self.command} {self.path}", {name.lower(): value for name, value in self.headers.items()}))
            status, kind, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status // 100 == 3:
                self.send_header("Location", body)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = do_CONNECT = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Canned(f"http://127.0.0.1:{httpd.server_port}", asked)
        finally:
            httpd.shutdown()
            thread.join(10)
