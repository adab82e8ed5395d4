"""Sign-in in the course of a run, and on the way through a company's network."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import EmbeddedTransport
from reconciler.model.errors import SignInError, UsageError
from reconciler.model.live import Need, Present
from reconciler.model.secrets import Secret
from reconciler.msgraph import Connection, TokenSource, connect
from reconciler.msgraph.auth_federation import Federation
from reconciler.msgraph.auth_http import SignInHttp
from reconciler.msgraph.clouds import CLOUDS
from tests.msgraph.sign_in_place import ROOT, SECRET, Credentials, Place, canned, claims, get

FLOWS = Need("identity/b2xUserFlows")


def by_secret(place: Place, **told: Any) -> TokenSource:
    return place.source("client-secret", **{"secret": Secret(SECRET), **told})


def read(place: Place, source: TokenSource, *between: Any) -> list[Any]:
    """What Graph answers in one run, with something done between the questions."""

    async def conversation() -> list[Any]:
        connection = Connection("http://localhost", source, None)
        async with connect(connection, transport=EmbeddedTransport(place.app)) as graph:
            answers = [(await graph.read([FLOWS]))[FLOWS]]
            for each in between:
                each()
                answers.append((await graph.read([FLOWS]))[FLOWS])
            return answers

    return asyncio.run(conversation())


def test_a_token_that_ends_during_a_run_is_replaced(place: Place) -> None:
    """Before it ends, so that Graph never sees an old one."""
    now = [0.0]

    def later() -> None:
        now[0] += 3400.0
        place.clock.ahead += 3400.0

    answers = read(place, by_secret(place, now=lambda: now[0]), later, later)
    assert all(isinstance(each, Present) for each in answers)
    assert place.service.granted == 3
    assert [each["status"] for each in place.app.tenant.requests()][-3:] == [200, 200, 200]


def test_a_token_that_graph_refuses_is_replaced_once(place: Place) -> None:
    """Revoked in the middle of a run: one 401, one new token, and the answer."""
    answers = read(place, by_secret(place), place.service.revoke)
    assert all(isinstance(each, Present) for each in answers)
    assert place.service.granted == 2
    assert [each["status"] for each in place.app.tenant.requests()][-3:] == [200, 401, 200]


def test_a_certificate_serves_for_many_tokens(place: Place, credentials: Credentials) -> None:
    """Each new token has an assertion of its own, even for a service that takes none twice."""
    place.change(single_use=True)
    source = place.source("client-certificate", certificate=Secret(credentials.pem().decode()))
    first = get(source)
    assert get(source, rejected=first) != first


def test_a_short_outage_does_not_end_a_run(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """While the token is still good it serves on, and it is tried again; when it ends, the error is told."""
    now = [0.0]
    source = by_secret(place, now=lambda: now[0])
    first = get(source)
    place.change(apps=())
    now[0] = 3400.0
    with caplog.at_level(logging.WARNING, "reconciler"):
        assert get(source) == first
        assert get(source) == first
    assert len(caplog.records) == 1
    assert "good for 169 s more" in caplog.text
    now[0] = 3440.0
    place.clear(Credentials())
    assert get(source) != first
    now[0] += 3590.0
    place.change(apps=())
    with pytest.raises(SignInError, match="AADSTS700016"):
        get(source)


def test_a_private_authority_of_certificates_is_named_by_the_environment(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without it the sign-in service is not trusted, and the fix is the variable; a wrong path is told as one."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(SignInError, match="CERTIFICATE_VERIFY_FAILED") as caught:
        get(by_secret(place))
    assert "SSL_CERT_FILE" in caught.value.fix
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(SignInError, match=r"SSL_CERT_FILE \(.*none.pem\) cannot be read: No such file"):
        get(by_secret(place))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_proxy_leads_to_the_clouds_own_authority(place: Place, monkeypatch: pytest.MonkeyPatch, cloud: str) -> None:
    """Nobody but the authority of the cloud is asked, through the proxy of the environment."""
    with canned((403, "text/plain", "no")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(SignInError, match="no token: login") as caught:
            get(by_secret(place, root=CLOUDS[cloud].root, authority=""))
    assert "HTTPS_PROXY" in caught.value.fix
    host = CLOUDS[cloud].authority.removeprefix("https://")
    assert {asked for asked, _ in proxy.asked} == {f"CONNECT {host}:443"}


def test_this_machine_is_never_asked_through_a_proxy(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with Graph."""
    with canned((403, "text/plain", "no")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert claims(get(by_secret(place)))["aud"] == ROOT
    assert proxy.asked == []


def test_a_web_page_in_place_of_an_answer_is_told(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    """A proxy that wants a sign-in of its own is named, and its page is not printed."""
    with canned((200, "text/html; charset=utf-8", "<html><title>Guest wifi</title></html>")) as server:
        environ = {"ACTIONS_ID_TOKEN_REQUEST_URL": server.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
        with pytest.raises(SignInError, match=r"127\.0\.0\.1 answered 200 with a web page"):
            get(place.source("workload-identity", environ=environ))
    assert capfd.readouterr().err == ""


def test_an_authority_without_tls_is_refused(place: Place) -> None:
    """A secret does not travel unencrypted, and msal would not send it."""
    for authority, words in (("http://login.example", "unencrypted"), ("http://127.0.0.1:1", "not an https URL")):
        with pytest.raises(UsageError, match=words):
            by_secret(place, authority=authority)


def test_nobody_answers_where_nobody_is(place: Place) -> None:
    """The host is named, and the network is the fix."""
    with pytest.raises(SignInError, match=r"no token: 127\.0\.0\.1: no connection") as caught:
        get(by_secret(place, authority="https://127.0.0.1:9"))
    assert "HTTPS_PROXY" in caught.value.fix


def test_an_address_that_is_none_is_told() -> None:
    """Whoever named it: nothing is sent."""
    with pytest.raises(SignInError, match="an address that is none"):
        SignInHttp().get("https://a:b")


def test_a_service_that_is_down_may_say_nothing(place: Place) -> None:
    """Its status is told all the same."""
    with canned((502, "text/plain", "")) as server:
        environ = {"ACTIONS_ID_TOKEN_REQUEST_URL": server.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
        with pytest.raises(SignInError, match="answered 502: no reason given"):
            get(place.source("workload-identity", environ=environ))
    assert len(server.asked) == 2


def test_a_redirect_is_not_followed(place: Place) -> None:
    """A token that asks for tokens goes to the address of the environment and nowhere else."""
    with canned((200, "application/json", '{"oidcToken": "x"}')) as other, canned((307, "", other.url)) as server:
        environ = {"SYSTEM_OIDCREQUESTURI": server.url, "SYSTEM_ACCESSTOKEN": "t"}
        source = place.source("workload-identity", federation=Federation(service_connection="1"), environ=environ)
        with pytest.raises(SignInError, match=r"gave no federated token \(HTTP 307\)"):
            get(source)
    ((_, headers),) = server.asked
    assert other.asked == []
    assert (headers["authorization"], headers["x-tfs-fedauthredirect"]) == ("Bearer t", "Suppress")


@pytest.mark.usefixtures("place")
def test_what_is_near_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The metadata service of a machine is no affair of a proxy, whatever its address is."""
    with canned((200, "text/plain", "")) as proxy, canned((200, "text/plain", "")) as near:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        address = near.url.replace("127.0.0.1", "127.1")  # the same, in a spelling that is not known to be local
        SignInHttp(near=True).get(address)
        assert (len(near.asked), len(proxy.asked)) == (1, 0)
        SignInHttp().get(address)
        assert (len(near.asked), len(proxy.asked)) == (1, 1)
