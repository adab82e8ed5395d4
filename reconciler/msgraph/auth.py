"""Sign-in: where a token comes from, and how it travels with every request. `msal` is only known here.

Sources: Microsoft identity platform docs: client credentials flow, error codes (AADSTS). msal blocks, so it runs in a
thread; it is imported late, because most commands never sign in.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any, Protocol

import httpx

from reconciler.model.errors import SignInError, UsageError
from reconciler.model.secrets import Secret
from reconciler.msgraph.certificates import credential_of
from reconciler.msgraph.clouds import authority_of
from reconciler.msgraph.errors import Veil, clean
from reconciler.msgraph.explanations import sign_in_fix

METHODS = ("token", "client-secret", "client-certificate")
EARLY = 300.0  # seconds before its end at which a token is replaced


class TokenSource(Protocol):
    """Where tokens come from. More ways to sign in are more of these."""

    async def token(self, rejected: str = "") -> str:
        """A token that is good for the next minutes; `rejected` is one that Graph just answered 401 to.

        Raises SignInError when there is none. Gives the rejected one back when it has no better.
        """
        ...


class BearerAuth(httpx.Auth):
    """Puts a token on each request, and asks for another one once when Graph answers 401."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign the request; sign it again when the token was refused and there is another."""
        token = await self._source.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code != 401:
            return
        other = await self._source.token(rejected=token)
        if other != token:
            request.headers["Authorization"] = f"Bearer {other}"
            yield request


class StaticToken:
    """A token that somebody else obtained."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    async def token(self, rejected: str = "") -> str:  # noqa: ARG002 - there is no other one to give
        """The token. Raises SignInError when it is not set, or cannot be one."""
        token = _value(self._secret, "token").strip()
        if not token or not token.isascii() or any(not char.isprintable() or char == " " for char in token):
            source = self._secret.source or "its source"
            raise SignInError(
                f"the token from {source} is not a token: it is empty or holds blanks",
                "paste the access token alone, without 'Bearer' and without line breaks",
            )
        return token


Application = Callable[[], Any]
"""Makes an `msal.ConfidentialClientApplication`; called in a thread."""


class MsalToken:
    """A token for an app, through msal: obtained when first needed, kept in memory, replaced before it ends.

    `now` is in seconds. A token that Graph refuses is replaced once: the same answer to a fresh token is not about
    the token.
    """

    def __init__(
        self, application: Application, scope: str, veil: Veil, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = application
        self._scope = scope
        self._veil = veil
        self._now = now
        self._app: Any = None
        self._token = ""
        self._until = 0.0
        self._replaced = False
        self._turn = asyncio.Lock()

    async def token(self, rejected: str = "") -> str:
        """The token, a new one when the old one ends soon or was refused. Raises SignInError."""
        async with self._turn:
            refused = bool(rejected) and rejected == self._token and not self._replaced
            if refused or self._now() >= self._until:
                self._token, self._until = await asyncio.to_thread(self._acquire, refused)
                self._replaced = refused
            return self._token

    def _acquire(self, refused: bool) -> tuple[str, float]:
        began = self._now()
        answer = self._ask(refused)
        token = answer.get("access_token")
        if not isinstance(token, str):
            raise self._refusal(answer)
        life = float(answer.get("expires_in", 0))
        return token, began + life - min(EARLY, life / 2)

    def _ask(self, refused: bool) -> dict[str, Any]:
        try:
            if self._app is None or refused:
                self._app = self._make()  # a new application has forgotten the refused token
            answer: dict[str, Any] = self._app.acquire_token_for_client(scopes=[self._scope])
        except SignInError:
            raise
        except Exception as error:  # msal raises what requests, json and its own checks raise
            words = clean(self._veil.over(str(error))) or type(error).__name__
            raise SignInError(f"no token: {words}", sign_in_fix(words)) from None  # its frames hold the credential
        return answer

    def _refusal(self, answer: dict[str, Any]) -> SignInError:
        words = clean(self._veil.over(str(answer.get("error_description") or answer.get("error") or "no reason given")))
        codes = answer.get("error_codes") or []
        code = f"AADSTS{codes[0]}" if codes else clean(answer.get("error") or "")
        trace = clean(answer.get("correlation_id") or answer.get("trace_id") or "", 80)
        return SignInError(f"no token: {words}", sign_in_fix(words), code=code, request_id=trace)


def sign_in(
    method: str,
    *,
    root: str,
    tenant: str = "",
    client: str = "",
    secret: Secret | None = None,
    certificate: Path | Secret | None = None,
    authority: str = "",
) -> TokenSource:
    """The source of tokens for a method of a project file.

    `secret` is the token, the client secret, or the passphrase of the certificate; `certificate` is a PEM or PFX file,
    or a secret with PEM text or base64 PFX; `authority` overrides where to sign in. Nothing is asked yet. Raises
    UsageError for a method that does not exist, and for settings it lacks.
    """
    if method not in METHODS:
        raise UsageError(f"auth: no method '{method}'", f"use one of {', '.join(METHODS)}")
    if method == "token":
        return StaticToken(_given(secret, method, "token"))
    _given(tenant or None, method, "tenantId")
    _given(client or None, method, "clientId")
    if method == "client-secret":
        secret = _given(secret, method, "clientSecret")
    else:
        certificate = _given(certificate, method, "certificate")
    place = f"{authority_of(root, authority)}/{tenant}"
    words = (secret.reveal(),) if secret is not None and secret.is_set else ()

    def application() -> Any:
        credential: Any = _value(secret, "clientSecret") if method == "client-secret" else None
        return _application(place, client, credential or credential_of(certificate, secret), known=not authority)

    return MsalToken(application, f"{root}/.default", Veil(words))


def _application(authority: str, client: str, credential: Any, *, known: bool) -> Any:
    import msal  # type: ignore[import-untyped]

    return msal.ConfidentialClientApplication(
        client, client_credential=credential, authority=authority, instance_discovery=None if known else False
    )


def _given(value: Any, method: str, setting: str) -> Any:
    if value is None:
        raise UsageError(f"auth: method '{method}' needs '{setting}'", f"add '{setting}' to the tenant")
    return value


def _value(secret: Secret | None, setting: str) -> str:
    if secret is None or not secret.is_set:
        source = (secret.source if secret else "") or setting
        raise SignInError(f"no token: the {setting} from {source} has no value", f"set {source}")
    return secret.reveal()
