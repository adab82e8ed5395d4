"""Tokens by msal: who is asked, when a token is replaced, and the words for a refusal. `msal` is only known here and in
its neighbour for device codes.

Sources: msal-python docs: ConfidentialClientApplication, ManagedIdentityClient; Microsoft identity platform docs: error
codes. msal blocks, so it runs in a thread; it is imported late, because most commands never sign in. Its instance
discovery is off: every authority is one of the clouds' own or was named by the project, and no other host needs to
vouch for it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from typing import Any, Protocol

from reconciler.model.errors import SignInError
from reconciler.msgraph.errors import Veil, clean
from reconciler.msgraph.explanations import sign_in_fix

EARLY = 300.0  # seconds before its end at which a token is replaced
LAST = 30.0  # seconds before its end at which a token that could not be replaced is given up
AGAIN = 30.0  # seconds until it is tried again to replace one
_REFUSAL = re.compile(r'AADSTS\d+: [^"\\]+')

log = logging.getLogger(__name__)


class Asker(Protocol):
    """Who is asked for a token, in a thread. An answer is a JSON object: with an `access_token`, or an `error`."""

    def ask(self, *, fresh: bool) -> dict[str, Any]:
        """A token, not from any cache when `fresh`. Raises SignInError, and whatever msal raises."""
        ...

    def stop(self) -> None:
        """Nobody waits any more: end what waits for a person."""
        ...


class MsalToken:
    """A token: obtained when first needed, kept in memory, replaced before it ends.

    `now` is in seconds. A token that Graph refuses is replaced once: the same answer to a fresh token is not about
    the token. One that cannot be replaced serves on while it is good, so that a short outage does not end a long run.
    """

    def __init__(self, asker: Asker, veil: Veil, now: Callable[[], float] = time.monotonic) -> None:
        self._asker = asker
        self._veil = veil
        self._now = now
        self._token = ""
        self._until = 0.0
        self._ends = 0.0
        self._replaced = False
        self._turn = asyncio.Lock()

    async def token(self, rejected: str = "") -> str:
        """The token, a new one when the old one ends soon or was refused. Raises SignInError."""
        async with self._turn:
            refused = bool(rejected) and rejected == self._token and not self._replaced
            if refused or self._now() >= self._until:
                await self._renew(refused)
            return self._token

    async def _renew(self, refused: bool) -> None:
        try:
            self._token, self._until, self._ends = await asyncio.to_thread(self._acquire)
            self._replaced = refused
        except asyncio.CancelledError:
            self._asker.stop()
            raise
        except SignInError as error:
            if refused or self._now() >= self._ends:
                raise
            self._until = self._now() + AGAIN
            log.warning("the token could not be renewed and is good for %d s more: %s", self._ends - self._now(), error)

    def _acquire(self) -> tuple[str, float, float]:
        """A token, when it is to be replaced, and when it is good for nothing; the same one twice would be no help."""
        began = self._now()
        answer = self._answer(fresh=bool(self._token))
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise self._refusal(answer)
        life = float(answer.get("expires_in", 0))
        return token, began + life - min(EARLY, life / 2), began + life - min(LAST, life / 2)

    def _answer(self, *, fresh: bool) -> dict[str, Any]:
        try:
            return self._asker.ask(fresh=fresh)
        except SignInError:
            raise
        except Exception as error:  # msal raises what its parts and its own checks raise
            words = self._told(_reason(error)) or type(error).__name__
            code = words.partition(":")[0] if _REFUSAL.match(words) else ""
            raise SignInError(
                f"no token: {words}", sign_in_fix(words), code=code
            ) from None  # frames hold the credential

    def _refusal(self, answer: dict[str, Any]) -> SignInError:
        words = self._told(str(answer.get("error_description") or answer.get("error") or "no reason given"))
        codes = answer.get("error_codes") or []
        code = f"AADSTS{codes[0]}" if codes else clean(answer.get("error") or "")
        trace = clean(answer.get("correlation_id") or answer.get("trace_id") or "", 80)
        return SignInError(f"no token: {words}", sign_in_fix(words), code=code, request_id=trace)

    def _told(self, words: str) -> str:
        return clean(self._veil.over(words))


def _reason(error: Exception) -> str:
    """Its words; Entra's own where msal only mentions them in passing, as it does for an unknown tenant."""
    found = _REFUSAL.search(f"{error} {error.__context__ or ''}")
    return found[0] if found else str(error)


class AppAsker:
    """Asks as an app: with a secret, a certificate, or a federated token that `credential` makes up when it is needed.

    The cache is msal's, in memory: the token of an app that has its credential at hand is not worth writing down.
    """

    def __init__(self, client: str, credential: Callable[[], Any], authority: str, scope: str, http: Any) -> None:
        self._client = client
        self._credential = credential
        self._authority = authority
        self._scope = scope
        self._http = http
        self._app: Any = None

    def ask(self, *, fresh: bool) -> dict[str, Any]:
        """A token; a new application has forgotten the one that was refused."""
        if self._app is None or fresh:
            self._app = msal().ConfidentialClientApplication(
                self._client,
                client_credential=self._credential(),
                authority=self._authority,
                instance_discovery=False,
                http_client=self._http,
            )
        answer: dict[str, Any] = self._app.acquire_token_for_client(scopes=[self._scope])
        return answer

    def stop(self) -> None:
        """It waits for nobody."""


class IdentityAsker:
    """Asks as a managed identity: the one with this client id, else the system-assigned one."""

    def __init__(self, client: str, resource: str, http: Any) -> None:
        self._client = client
        self._resource = resource
        self._http = http
        self._app: Any = None

    def ask(self, *, fresh: bool) -> dict[str, Any]:
        """A token for the API itself, without a scope: managed identities know none."""
        library = msal()
        if self._app is None or fresh:
            user, system = library.UserAssignedManagedIdentity, library.SystemAssignedManagedIdentity
            identity = user(client_id=self._client) if self._client else system()
            self._app = library.ManagedIdentityClient(identity, http_client=self._http)
        try:
            answer: dict[str, Any] = self._app.acquire_token_for_client(resource=self._resource)
        except SignInError as error:
            if error.status is not None:
                raise
            words = "this machine has no managed identity, or its endpoint cannot be reached"
            fix = (
                "run on an Azure VM, App Service, Functions, Container Apps or Arc with an identity assigned, or use"
                " another 'auth.method'"
            )
            raise SignInError(f"{error.message}; {words}", fix) from None
        return answer

    def stop(self) -> None:
        """It waits for nobody."""


def msal() -> Any:
    """The library. What it logs may hold a server's answer, so nobody prints it unasked."""
    import msal as library  # type: ignore[import-untyped]

    logger = logging.getLogger("msal")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    return library
