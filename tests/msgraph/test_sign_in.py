"""Sign-in: tokens, how they are replaced, and what is said when there is none."""

from __future__ import annotations

import asyncio
import base64
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
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

from reconciler.model.errors import LostAnswerError, SignInError, UsageError
from reconciler.model.live import Need, Present, Unknown
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Write
from reconciler.msgraph import Connection, StaticToken, TokenSource, sign_in
from reconciler.msgraph.auth import MsalToken
from reconciler.msgraph.certificates import credential_of
from reconciler.msgraph.errors import Veil
from reconciler.msgraph.explanations import SIGN_IN, sign_in_fix
from tests.msgraph.support import ROOT, TOKEN, Server, no, ok

SECRET = "client-s3cret"
LOGIN: dict[str, Any] = {"tenant": "contoso.onmicrosoft.com", "client": "1111"}


class FakeApp:
    """An msal application that gives one token after another, or an error."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.scopes: list[list[str]] = []

    def acquire_token_for_client(self, scopes: list[str]) -> dict[str, Any]:
        self.scopes.append(scopes)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def source(app: FakeApp, now: Callable[[], float] = lambda: 0.0) -> MsalToken:
    return MsalToken(lambda: app, f"{ROOT}/.default", Veil((SECRET,)), now)


def token(name: str, expires_in: int = 3600) -> dict[str, Any]:
    return {"access_token": name, "expires_in": expires_in}


def get(found: TokenSource, rejected: str = "") -> str:
    return asyncio.run(found.token(rejected))


def test_a_given_token_is_sent_as_it_is() -> None:
    """A token from a file may end in a line break; it is sent without."""
    server = Server(ok())
    server.run(lambda graph: graph.read([Need("x")]), auth=StaticToken(Secret(f"{TOKEN}\n")))
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("text", ["", " \n", "Bearer abc", "ab\ncd", "täken", "a\x00b"])
def test_a_token_that_is_none_is_refused_unseen(text: str) -> None:
    """A wrong paste is told before it is sent, without repeating it."""
    with pytest.raises(SignInError, match="the token from file t is not a token") as caught:
        get(StaticToken(Secret(text, "file t")))
    assert "'Bearer'" in caught.value.fix


def test_a_token_that_is_not_set_names_its_variable() -> None:
    """The fix is to set the variable."""
    server = Server(ok())
    for talk in (
        lambda graph: graph.read([Need("x"), Need("y")]),
        lambda graph: graph.write(Write("POST", "x", body={})),
    ):
        with pytest.raises(SignInError, match="environment variable T has no value") as caught:
            server.run(talk, auth=StaticToken(Secret(None, "environment variable T")))
        assert caught.value.fix == "set environment variable T"
    assert server.seen == []


def test_a_given_token_that_is_refused_is_refused() -> None:
    """There is no other one, so a 401 is final and says what to do."""
    server = Server(no(401, "InvalidAuthenticationToken", "Access token has expired."))
    (answer,) = server.run(lambda graph: graph.read([Need("x")])).values()
    assert isinstance(answer, Unknown)
    assert "sign in again" in answer.reason
    assert len(server.seen) == 1


def test_a_token_is_obtained_once_for_many_requests() -> None:
    """Sign-in is asked when the first request is sent, and not again."""
    app = FakeApp(token("t1"), token("t2"))
    server = Server(ok())
    server.run(lambda graph: graph.read([Need(str(n)) for n in range(100)]), auth=source(app))
    assert app.scopes == [[f"{ROOT}/.default"]]
    assert {each.headers["authorization"] for each in server.seen} == {"Bearer t1"}


def test_a_token_is_replaced_before_it_ends() -> None:
    """Five minutes before its end, or at half its life if that is short, a new one is obtained."""
    now = [0.0]
    found = source(FakeApp(token("t1"), token("t2", 100), token("t3")), lambda: now[0])
    seen = []
    for now[0] in (0.0, 3299.0, 3301.0, 3350.0, 3352.0):
        seen.append(get(found))
    assert seen == ["t1", "t1", "t2", "t2", "t3"]


def test_a_refused_token_is_replaced_once() -> None:
    """A token revoked in the middle of a run is replaced; a fresh one refused too is not about the token."""
    app = FakeApp(token("t1"), token("t2"), token("t3"))
    statuses = {"Bearer t1": 401, "Bearer t2": 200}
    server = Server(lambda request: ok({}, statuses[request.headers["authorization"]]))
    found = source(app)
    assert server.run(lambda graph: graph.read([Need("x")]), auth=found) == {Need("x"): Present({})}
    assert len(app.scopes) == 2
    assert get(found, rejected="t2") == "t2"
    assert get(found, rejected="t1") == "t2"


def test_a_create_refused_for_its_token_is_sent_again() -> None:
    """A 401 did nothing, so even a create may be repeated with a new token."""
    app = FakeApp(token("t1"), token("t2"))
    server = Server(no(401), ok({"id": "x"}, 201))
    assert server.run(lambda graph: graph.write(Write("POST", "x", body={})), auth=source(app)).status == 201


@pytest.mark.parametrize("mark", [each.mark for each in SIGN_IN])
def test_known_sign_in_faults_name_the_setting(mark: str) -> None:
    """Each error of the sign-in service that people meet says which setting to change."""
    answer = {
        "error": "invalid_client",
        "error_description": f"{mark}: Words with {SECRET}.\r\nTrace ID: x",
        "error_codes": [int(mark.removeprefix("AADSTS"))],
        "correlation_id": "c-1",
    }
    with pytest.raises(SignInError) as caught:
        get(source(FakeApp(answer)))
    assert caught.value.code == mark
    assert caught.value.request_id == "c-1"
    assert caught.value.fix == sign_in_fix(f"{mark}: x") != sign_in_fix("")
    assert str(caught.value).startswith(f"no token: {mark}: Words with (secret). Trace ID")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": "invalid_scope"}, "no token: invalid_scope"),
        ({}, "no token: no reason given"),
        (ConnectionError(f"cannot reach {SECRET}"), "no token: cannot reach (secret)"),
        (ValueError(), "no token: ValueError"),
        (SignInError("as it is"), "as it is"),
    ],
)
def test_other_sign_in_faults_are_told(answer: dict[str, Any] | Exception, words: str) -> None:
    """A sign-in service that is away, or answers oddly, is a sign-in fault with the general advice."""
    with pytest.raises(SignInError) as caught:
        get(source(FakeApp(answer)))
    assert str(caught.value) == words


def test_what_signs_in_shows_nothing_of_it() -> None:
    """Printing a connection, a source of tokens or an error shows neither token nor secret."""
    app = FakeApp(token(TOKEN), {"error": "x", "error_description": f"{SECRET}"})
    found = source(app)
    assert get(found) == TOKEN
    with pytest.raises(SignInError) as caught:
        get(found, rejected=TOKEN)
    shown = repr([found, StaticToken(Secret(TOKEN)), Connection(ROOT, found), caught.value, vars(caught.value)])
    assert TOKEN not in shown
    assert SECRET not in shown
    assert caught.value.__cause__ is None


def test_a_broken_request_does_not_print_its_token() -> None:
    """A transport that repeats a header in its words does not get it printed, not even in a traceback."""
    server = Server(httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}'"))
    with pytest.raises(LostAnswerError, match=r"Illegal header value b'Bearer \(secret\)'") as caught:
        server.run(lambda graph: graph.write(Write("POST", "x", body={})))
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_an_auth_of_ones_own_is_used() -> None:
    """Anything that httpx takes as auth signs requests too."""
    server = Server(ok())
    server.run(lambda graph: graph.read([Need("x")]), auth=httpx.BasicAuth("a", "b"))
    assert server.seen[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("method", "given", "words"),
    [
        ("magic", {}, "no method 'magic'"),
        ("token", {}, "'token' needs 'token'"),
        ("client-secret", {}, "needs 'tenantId'"),
        ("client-secret", {"tenant": "t"}, "needs 'clientId'"),
        ("client-secret", LOGIN, "needs 'clientSecret'"),
        ("client-certificate", LOGIN, "needs 'certificate'"),
    ],
)
def test_settings_that_lack_something_say_what(method: str, given: dict[str, Any], words: str) -> None:
    """Before anybody signs in, a missing setting is named, and so are the methods there are."""
    with pytest.raises(UsageError, match=words) as caught:
        sign_in(method, root=ROOT, **given)
    assert caught.value.fix


class FakeMsal:
    """The part of msal that is used, noting what it is told."""

    def __init__(self) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []

    def ConfidentialClientApplication(self, client: str, **options: Any) -> FakeApp:  # noqa: N802 - msal's name
        self.made.append((client, options))
        return FakeApp(token("t1"))


@pytest.fixture
def msal(monkeypatch: pytest.MonkeyPatch) -> FakeMsal:
    fake = FakeMsal()
    monkeypatch.setitem(sys.modules, "msal", fake)
    return fake


def test_a_client_secret_signs_in_at_the_clouds_authority(msal: FakeMsal) -> None:
    """The authority follows from the cloud and the tenant."""
    found = sign_in("client-secret", root="https://graph.microsoft.us", secret=Secret(SECRET), **LOGIN)
    assert get(found) == "t1"
    expected = {
        "client_credential": SECRET,
        "authority": "https://login.microsoftonline.us/contoso.onmicrosoft.com",
        "instance_discovery": None,
    }
    assert msal.made == [("1111", expected)]


def test_a_named_authority_is_not_looked_up_at_microsoft(msal: FakeMsal) -> None:
    """A private authority works where Microsoft's cannot be reached."""
    get(sign_in("client-secret", root=ROOT, secret=Secret(SECRET), authority="https://login.example", **LOGIN))
    assert msal.made[0][1]["authority"] == "https://login.example/contoso.onmicrosoft.com"
    assert msal.made[0][1]["instance_discovery"] is False


def test_a_client_secret_that_is_not_set_is_told() -> None:
    """Signing in without the secret names its source."""
    with pytest.raises(SignInError, match="clientSecret from environment variable S has no value"):
        get(sign_in("client-secret", root=ROOT, secret=Secret(None, "environment variable S"), **LOGIN))


@pytest.mark.enable_socket
def test_msal_itself_takes_what_we_give_it(monkeypatch: pytest.MonkeyPatch, pem: bytes, tmp_path: Path) -> None:
    """The real library makes an application of a secret and of a certificate, and fails to reach anybody here."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    file = tmp_path / "c.pem"
    file.write_bytes(pem)
    for method, given in (("client-secret", Secret(SECRET)), ("client-certificate", None)):
        found = sign_in(method, root=ROOT, secret=given, certificate=file, **LOGIN)
        with pytest.raises(SignInError, match="no token: ") as caught:
            get(found)
        assert SECRET not in str(caught.value)
        assert "HTTPS_PROXY" in caught.value.fix


Key = rsa.RSAPrivateKey


@pytest.fixture(scope="module")
def key() -> Key:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: Key, days: int = 30) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "reconciler")])
    end = datetime.now(UTC) + timedelta(days=days)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(end - timedelta(days=60)).not_valid_after(end)
    return builder.sign(key, hashes.SHA256())


def private(key: Key, password: bytes = b"") -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


@pytest.fixture(scope="module")
def pem(key: Key) -> bytes:
    return private(key) + certificate(key).public_bytes(Encoding.PEM)


def pfx(key: Key, password: bytes = b"") -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"c", key, certificate(key), None, lock)


def test_a_certificate_signs_in_whatever_holds_it(msal: FakeMsal, key: Key, pem: bytes, tmp_path: Path) -> None:
    """PEM and PFX, locked or not, in a file or a variable, are the same certificate to sign in with."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    chain = certificate(other).public_bytes(Encoding.PEM) + certificate(key).public_bytes(Encoding.PEM)
    forms = {
        "plain.pem": (pem, None),
        "locked.pem": (private(key, b"pw") + chain, Secret("pw")),
        "plain.pfx": (pfx(key), None),
        "locked.pfx": (pfx(key, b"pw"), Secret("pw")),
    }
    for name, (material, passphrase) in forms.items():
        (tmp_path / name).write_bytes(material)
        text = material.decode() if b"BEGIN" in material else base64.b64encode(material).decode()
        for held in (tmp_path / name, Secret(text)):
            assert get(sign_in("client-certificate", root=ROOT, certificate=held, secret=passphrase, **LOGIN)) == "t1"
    credentials = [options["client_credential"] for _, options in msal.made]
    assert len(credentials) == 8
    assert {len(each["thumbprint"]) for each in credentials} == {40}
    assert {each["private_key"] for each in credentials} == {private(key).decode()}
    assert all("BEGIN CERTIFICATE" in each["public_certificate"] for each in credentials)


def test_a_certificate_that_cannot_be_used_says_why(key: Key, pem: bytes, tmp_path: Path) -> None:
    """Missing, locked, without its key, of another key, expired: each is told, and none repeats the material."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    bare = pkcs12.serialize_key_and_certificates(b"c", None, certificate(key), None, NoEncryption())
    cases: list[tuple[Any, Secret | None, str]] = [
        (tmp_path / "none.pem", None, "none.pem cannot be read: No such file"),
        (Secret(None, "environment variable C"), None, "environment variable C has no value"),
        (None, None, "from its source has no value"),
        (Secret("%"), None, "neither PEM nor base64|cannot be read"),
        (Secret("abc"), None, "neither PEM nor base64"),
        (Secret(private(key, b"pw").decode()), None, "cannot be read"),
        (Secret(base64.b64encode(pfx(key, b"pw")).decode()), Secret("no"), "cannot be read"),
        (Secret(base64.b64encode(bare).decode()), None, "lacks the private key"),
        (
            Secret((private(other) + certificate(key).public_bytes(Encoding.PEM)).decode()),
            None,
            "belongs to the private",
        ),
        (Secret((private(key) + certificate(key, -1).public_bytes(Encoding.PEM)).decode()), None, "expired on"),
        (Secret("-----BEGIN PRIVATE KEY-----\nAAAA"), None, "cannot be read"),
    ]
    for material, passphrase, words in cases:
        with pytest.raises(SignInError, match=words) as caught:
            credential_of(material, passphrase)
        assert caught.value.fix
        assert "AAAA" not in str(caught.value)
    assert credential_of(Secret(pem.decode()), Secret("not needed"))["thumbprint"]
