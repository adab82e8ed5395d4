"""Sign-in: tokens, how they are replaced, and what is said when there is none."""

from __future__ import annotations

import asyncio
import base64
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12

from reconciler.model.errors import LostAnswerError, SignInError, UsageError
from reconciler.model.live import Need, Present, Unknown
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Write
from reconciler.msgraph import Connection, Login, StaticToken, TokenSource, sign_in
from reconciler.msgraph.auth_msal import MsalToken
from reconciler.msgraph.certificates import credential_of
from reconciler.msgraph.errors import Veil
from reconciler.msgraph.explanations import SIGN_IN, sign_in_fix
from tests.msgraph.sign_in_place import Credentials, certificate_of, private
from tests.msgraph.support import ROOT, TOKEN, Server, no, ok

SECRET = "client-s3cret"
LOGIN: dict[str, Any] = {"tenant": "contoso.onmicrosoft.com", "client": "1111"}


class Scripted:
    """Somebody to ask who gives one token after another, or an error."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[bool] = []

    def ask(self, *, fresh: bool) -> dict[str, Any]:
        self.asked.append(fresh)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stop(self) -> None:
        """Nobody waits here."""


def source(asked: Scripted, now: Callable[[], float] = lambda: 0.0) -> MsalToken:
    return MsalToken(asked, Veil((SECRET,)), now)


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
    app = Scripted(token("t1"), token("t2"))
    server = Server(ok())
    server.run(lambda graph: graph.read([Need(str(n)) for n in range(100)]), auth=source(app))
    assert app.asked == [False]
    assert {each.headers["authorization"] for each in server.seen} == {"Bearer t1"}


def test_a_token_is_replaced_before_it_ends() -> None:
    """Five minutes before its end, or at half its life if that is short, a new one is obtained."""
    now = [0.0]
    found = source(Scripted(token("t1"), token("t2", 100), token("t3")), lambda: now[0])
    seen = []
    for now[0] in (0.0, 3299.0, 3301.0, 3350.0, 3352.0):
        seen.append(get(found))
    assert seen == ["t1", "t1", "t2", "t2", "t3"]


def test_a_refused_token_is_replaced_once() -> None:
    """A token revoked in the middle of a run is replaced; a fresh one refused too is not about the token."""
    app = Scripted(token("t1"), token("t2"), token("t3"))
    statuses = {"Bearer t1": 401, "Bearer t2": 200}
    server = Server(lambda request: ok({}, statuses[request.headers["authorization"]]))
    found = source(app)
    assert server.run(lambda graph: graph.read([Need("x")]), auth=found) == {Need("x"): Present({})}
    assert app.asked == [False, True]
    assert get(found, rejected="t2") == "t2"
    assert get(found, rejected="t1") == "t2"


def test_a_create_refused_for_its_token_is_sent_again() -> None:
    """A 401 did nothing, so even a create may be repeated with a new token."""
    app = Scripted(token("t1"), token("t2"))
    server = Server(no(401), ok({"id": "x"}, 201))
    assert server.run(lambda graph: graph.write(Write("POST", "x", body={})), auth=source(app)).status == 201


@pytest.mark.parametrize("mark", [each.mark for each in SIGN_IN])
def test_known_sign_in_faults_name_the_setting(mark: str) -> None:
    """Each error of the sign-in service that people meet says which setting to change."""
    code = mark if mark.startswith("AADSTS") else ""
    answer = {
        "error": "invalid_client",
        "error_description": f"{mark}: Words with {SECRET}.\r\nTrace ID: x",
        "error_codes": [int(code.removeprefix("AADSTS"))] if code else [],
        "correlation_id": "c-1",
    }
    with pytest.raises(SignInError) as caught:
        get(source(Scripted(answer)))
    assert caught.value.code == (code or "invalid_client")
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
        get(source(Scripted(answer)))
    assert str(caught.value) == words


def test_what_signs_in_shows_nothing_of_it() -> None:
    """Printing a connection, a source of tokens or an error shows neither token nor secret."""
    app = Scripted(token(TOKEN), {"error": "x", "error_description": f"{SECRET}"})
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
        ("workload-identity", {"client": "1"}, "needs 'tenantId'"),
        ("device-code", {"tenant": "t"}, "needs 'clientId'"),
    ],
)
def test_settings_that_lack_something_say_what(method: str, given: dict[str, Any], words: str) -> None:
    """Before anybody signs in, a missing setting is named, and so are the methods there are."""
    with pytest.raises(UsageError, match=words) as caught:
        sign_in(method, Login(ROOT, **given))
    assert caught.value.fix


def test_a_client_secret_that_is_not_set_is_told() -> None:
    """Signing in without the secret names its source."""
    with pytest.raises(SignInError, match="clientSecret from environment variable S has no value"):
        get(sign_in("client-secret", Login(ROOT, secret=Secret(None, "environment variable S"), **LOGIN)))


def test_a_certificate_that_cannot_be_used_says_why(credentials: Credentials, tmp_path: Path) -> None:
    """Missing, locked, without its key, of another key, expired: each is told, and none repeats the material."""
    key, public = credentials.key, credentials.public
    bare = pkcs12.serialize_key_and_certificates(b"c", None, certificate_of(key), None, NoEncryption())
    cases: list[tuple[Any, Secret | None, str]] = [
        (tmp_path / "none.pem", None, "none.pem cannot be read: No such file"),
        (Secret(None, "environment variable C"), None, "environment variable C has no value"),
        (None, None, "from its source has no value"),
        (Secret("%"), None, "neither PEM nor base64|cannot be read"),
        (Secret("abc"), None, "neither PEM nor base64"),
        (Secret(private(key, b"pw").decode()), None, "cannot be read"),
        (Secret(base64.b64encode(credentials.pfx(b"pw")).decode()), Secret("no"), "cannot be read"),
        (Secret(base64.b64encode(bare).decode()), None, "lacks the private key"),
        (
            Secret((private(credentials.other) + public).decode()),
            None,
            "belongs to the private",
        ),
        (Secret((private(key) + certificate_of(key, -1).public_bytes(Encoding.PEM)).decode()), None, "expired on"),
        (Secret("-----BEGIN PRIVATE KEY-----\nAAAA"), None, "cannot be read"),
    ]
    for material, passphrase, words in cases:
        with pytest.raises(SignInError, match=words) as caught:
            credential_of(material, passphrase)
        assert caught.value.fix
        assert "AAAA" not in str(caught.value)
    assert (
        credential_of(Secret(credentials.pem().decode()), Secret("not needed"))["public_certificate"] == public.decode()
    )
