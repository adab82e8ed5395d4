"""What a token says of itself, and what is not a token."""

from __future__ import annotations

import asyncio
import base64

import pytest

from reconciler.model.secrets import Secret
from reconciler.msgraph.auth import StaticToken
from reconciler.msgraph.tokens import claims_of, decode
from tests.app.unsigned import APP, TENANT, jwt


def test_an_application_of_its_own_has_roles() -> None:
    """`roles` are its permissions; ids, audience and end are told."""
    found = decode(
        jwt(roles=["A.Read.All"], idtyp="app", tid=TENANT, aud="https://graph.microsoft.com", appid=APP, exp=9)
    )
    assert found is not None
    assert (found.permissions, found.app_only) == (frozenset({"A.Read.All"}), True)
    assert (found.tenant, found.audience, found.application, found.ends) == (
        TENANT,
        "https://graph.microsoft.com",
        APP,
        9,
    )


def test_a_person_has_scopes_and_perhaps_roles_of_entra() -> None:
    """`scp` counts, `roles` beside it does not; no `wids` is not the same as none of them."""
    found = decode(jwt(scp="A.Read.All B.ReadWrite.All", roles=["Mine"], azp=APP))
    assert found is not None
    assert (found.permissions, found.app_only, found.roles) == (
        frozenset({"A.Read.All", "B.ReadWrite.All"}),
        False,
        None,
    )
    assert found.application == APP
    shown = decode(jwt(scp="x", wids=["r", 1]))
    assert shown is not None
    assert shown.roles == frozenset({"r"})


@pytest.mark.parametrize(
    "text", ["", "opaque", "a.b", "a.b.c", "bm8.bm8.bm8", "W10.W10.", "é.é.é", "..", "e30." + "W1td." * 2]
)
def test_any_other_text_is_no_web_token(text: str) -> None:
    """It is left unread; nothing fails."""
    assert decode(text) is None


@pytest.mark.parametrize("deep", ["[" * 200_000, '{"a":' * 200_000])
def test_a_payload_that_never_ends_is_no_web_token(deep: str) -> None:
    """Nor does one fail that is nested beyond measure."""
    payload = base64.urlsafe_b64encode(deep.encode()).decode().rstrip("=")
    assert decode(f"e30.{payload}.") is None


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": -1},
        {"exp": 1e400},
        {"exp": float("nan")},
        {"roles": "A", "aud": ["x"], "tid": 7, "wids": "y", "scp": ["z"]},
        {},
    ],
)
def test_claims_of_another_form_say_nothing(claims: dict[str, object]) -> None:
    """Each is as if it were not there."""
    found = decode(jwt(**claims))
    assert found is not None
    assert (found.ends, found.permissions, found.audience, found.tenant, found.roles) == (
        None,
        frozenset(),
        "",
        "",
        None,
    )


def test_what_a_token_says_is_safe_to_print() -> None:
    """Line breaks and escapes are taken out, and what is too long is cut."""
    found = decode(jwt(tid="a\n\x1b[31mb", aud="x" * 5000))
    assert found is not None
    assert found.tenant == "a b"
    assert len(found.audience) == 200


def test_the_token_of_a_source_is_read() -> None:
    """The source gives it; nobody else sees it."""
    found = asyncio.run(claims_of(StaticToken(Secret(jwt(roles=["A"]), "here"))))
    assert found is not None
    assert found.permissions == frozenset({"A"})
