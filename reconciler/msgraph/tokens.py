"""What an access token says of itself: read, never checked, and told to nobody but its owner.

Microsoft identity platform docs: access token claims reference. An app's own permissions stand in `roles`, delegated
ones in `scp`; `wids` are the ids of the person's Entra roles. Graph's tokens are not made for clients to read, so that
one which cannot be read is no fault.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from reconciler.msgraph.auth import TokenSource
from reconciler.msgraph.errors import clean

LATEST = 253_402_300_799  # the last second of the year 9999, after which no calendar here goes on
_SHOWN = 200  # characters of a claim that is shown


@dataclass(frozen=True, slots=True)
class Claims:
    """What is known of a token: whose it is, for what and until when (Unix time).

    `permissions` are those of the application where it signed in by itself (`app_only`), else the delegated ones;
    `roles` are the ids of the person's Entra roles, None where the token does not tell.
    """

    permissions: frozenset[str]
    app_only: bool
    application: str = ""
    tenant: str = ""
    audience: str = ""
    ends: int | None = None
    roles: frozenset[str] | None = None


async def claims_of(source: TokenSource) -> Claims | None:
    """What the token of a source says; None where it cannot be read. Raises SignInError when there is none."""
    return decode(await source.token())


def decode(token: str) -> Claims | None:
    """The claims of a JSON web token; None for any other text."""
    parts = token.split(".")
    if len(parts) != 3 or _json(parts[0]) is None or (said := _json(parts[1])) is None:
        return None
    scopes = said.get("scp")
    delegated = isinstance(scopes, str) and bool(scopes)
    wids = said.get("wids")
    return Claims(
        permissions=frozenset(str(scopes).split()) if delegated else _words(said.get("roles")),
        app_only=said.get("idtyp") == "app" or not delegated,
        application=_text(said, "appid") or _text(said, "azp"),
        tenant=_text(said, "tid"),
        audience=_text(said, "aud"),
        ends=_moment(said.get("exp")),
        roles=_words(wids) if isinstance(wids, list) else None,
    )


def _json(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _words(value: object) -> frozenset[str]:
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return clean(value, _SHOWN) if isinstance(value, str) else ""


def _moment(value: object) -> int | None:
    """A NumericDate as whole seconds. RFC 7519: 2."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LATEST:
        return None
    return int(value)
