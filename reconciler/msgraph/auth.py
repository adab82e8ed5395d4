"""Sign-in: where a token comes from, by the method of a project file, and how it travels with every request.

Sources: Microsoft identity platform docs: client credentials flow, workload identity federation, device authorization
grant, national clouds (authentication endpoints, scopes); Azure docs: managed identities.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import httpx

from reconciler.model.errors import SignInError, UsageError
from reconciler.model.secrets import Secret
from reconciler.msgraph.auth_device import PersonAsker
from reconciler.msgraph.auth_federation import Federation, audience_of, federated
from reconciler.msgraph.auth_http import SignInHttp
from reconciler.msgraph.auth_msal import AppAsker, Asker, IdentityAsker, MsalToken
from reconciler.msgraph.certificates import credential_of
from reconciler.msgraph.clouds import CLOUDS, authority_of
from reconciler.msgraph.errors import Veil

METHODS = ("token", "client-secret", "client-certificate", "workload-identity", "managed-identity", "device-code")
NO_FEDERATION = Federation()
AUTHORITY_HOST, TENANT, CLIENT = "AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_CLIENT_ID"  # what AKS tells a pod


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


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """What a project file and the environment say of one sign-in.

    `secret` is the token, the client secret, or the passphrase of the certificate; `certificate` is a PEM or PFX file,
    or a secret with PEM text or base64 PFX; `authority` overrides where to sign in, without a tenant. `tell` hears what
    a person at the terminal must read; `now` is in seconds.
    """

    root: str
    tenant: str = ""
    client: str = ""
    secret: Secret | None = None
    certificate: Path | Secret | None = None
    authority: str = ""
    federation: Federation = NO_FEDERATION
    environ: Mapping[str, str] = field(default_factory=dict)
    tell: Callable[[str], None] | None = None
    now: Callable[[], float] = time.monotonic

    @property
    def place(self) -> str:
        """The authority with its tenant. Raises UsageError for one that is no https URL: msal takes no other."""
        found = authority_of(self.root, self.authority)
        if not found.startswith("https://"):
            raise UsageError("auth: 'authority' is not an https URL", "serve it over https; on loopback too")
        return f"{found}/{self.tenant}"

    @property
    def scope(self) -> str:
        """Everything that was consented to beforehand, at the Graph of this cloud."""
        return f"{self.root}/.default"

    @property
    def veil(self) -> Veil:
        """What a server must not get printed by repeating it."""
        return Veil((self.secret.reveal(),) if self.secret is not None and self.secret.is_set else ())


def sign_in(method: str, login: Login) -> TokenSource:
    """The source of tokens for a method of a project file. Nothing is asked yet.

    Raises UsageError for a method that does not exist, and for settings it lacks.
    """
    if method not in METHODS:
        raise UsageError(f"auth: no method '{method}'", f"use one of {', '.join(METHODS)}")
    if method == "token":
        return StaticToken(_given(login.secret, method, "token"))
    return MsalToken(_ASKERS[method](login, method), login.veil, login.now)


def _by_secret(login: Login, method: str) -> Asker:
    _check_names(login, method)
    secret = _given(login.secret, method, "clientSecret")
    return _app(login, lambda: _value(secret, "clientSecret"))


def _by_certificate(login: Login, method: str) -> Asker:
    _check_names(login, method)
    certificate = _given(login.certificate, method, "certificate")
    return _app(login, lambda: credential_of(certificate, login.secret))


def _by_workload(login: Login, method: str) -> Asker:
    """The project file's word counts before that of the pod; no environment moves a known cloud's sign-in elsewhere."""
    environ = login.environ
    known = login.root in {cloud.root for cloud in CLOUDS.values()}
    login = replace(
        login,
        tenant=login.tenant or environ.get(TENANT, ""),
        client=login.client or environ.get(CLIENT, ""),
        authority=login.authority or ("" if known else environ.get(AUTHORITY_HOST, "")),
    )
    _check_names(login, method)
    fetch = federated(login.federation, audience_of(login.root), environ, SignInHttp)
    return _app(login, lambda: {"client_assertion": fetch})


def _by_identity(login: Login, method: str) -> Asker:  # noqa: ARG001 - it needs no setting
    return IdentityAsker(login.client, login.root, SignInHttp(near=True))


def _by_person(login: Login, method: str) -> Asker:
    _check_names(login, method)
    http = SignInHttp(veil=login.veil)
    return PersonAsker(login.client, login.place, login.scope, http, tell=login.tell, environ=login.environ)


_ASKERS: dict[str, Callable[[Login, str], Asker]] = {
    "client-secret": _by_secret,
    "client-certificate": _by_certificate,
    "workload-identity": _by_workload,
    "managed-identity": _by_identity,
    "device-code": _by_person,
}


def _app(login: Login, credential: Callable[[], Any]) -> Asker:
    return AppAsker(login.client, credential, login.place, login.scope, SignInHttp(veil=login.veil))


def _check_names(login: Login, method: str) -> None:
    _given(login.tenant or None, method, "tenantId")
    _given(login.client or None, method, "clientId")


def _given(value: Any, method: str, setting: str) -> Any:
    if value is None:
        raise UsageError(f"auth: method '{method}' needs '{setting}'", _where(setting))
    return value


def _where(setting: str) -> str:
    return f"add '{setting}' to the tenant" if setting == "tenantId" else f"add '{setting}' to the tenant's 'auth'"


def _value(secret: Secret | None, setting: str) -> str:
    if secret is None or not secret.is_set:
        source = (secret.source if secret else "") or setting
        raise SignInError(f"no token: the {setting} from {source} has no value", f"set {source}")
    return secret.reveal()
