"""Sign-in of a person: a code to enter in a browser, on this device or another, and a cache so that once is enough.

Sources: Microsoft identity platform docs: device authorization grant; msal-python docs: PublicClientApplication;
msal-extensions docs: encrypted persistence (Windows data protection, macOS keychain, Linux libsecret).
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reconciler.model.errors import SignInError
from reconciler.msgraph.auth_msal import msal
from reconciler.msgraph.caches import cache_folder
from reconciler.msgraph.errors import clean

NOBODY = (
    "run it at a terminal; where nobody sits, use workload-identity, managed-identity, client-certificate or"
    " client-secret as 'auth.method'"
)
NOT_KEPT = "this sign-in is kept in memory only, for this run: this machine offers no encrypted store (%s)"
_ASK_ANEW = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})

log = logging.getLogger(__name__)


class PersonAsker:
    """Asks a person, through `tell`, unless the cache still has what renews an earlier sign-in.

    `tell` hears the one message that a person must read; None where nobody would read it.
    """

    def __init__(
        self,
        client: str,
        authority: str,
        scope: str,
        http: Any,
        *,
        tell: Callable[[str], None] | None,
        environ: Mapping[str, str],
    ) -> None:
        self._client = client
        self._authority = authority
        self._scope = scope
        self._http = http
        self._tell = tell
        self._environ = environ
        self._app: Any = None
        self._stopped = threading.Event()

    def ask(self, *, fresh: bool) -> dict[str, Any]:
        """A token: from the cache or by what renews it, else by asking. Raises SignInError where nobody can be."""
        if self._app is None:
            self._app = msal().PublicClientApplication(
                self._client,
                authority=self._authority,
                instance_discovery=False,
                http_client=self._http,
                token_cache=self._cache(),
            )
        known = self._renewed(fresh)
        return known if known is not None else self._asked()

    def stop(self) -> None:
        """End the wait for the person."""
        self._stopped.set()

    def _renewed(self, fresh: bool) -> dict[str, Any] | None:
        """The answer without a person; None when only a person can help."""
        for account in self._app.get_accounts():
            answer: dict[str, Any] | None = self._app.acquire_token_silent_with_error(
                [self._scope], account=account, force_refresh=fresh
            )
            if answer and answer.get("error") not in _ASK_ANEW:
                return answer
        return None

    def _asked(self) -> dict[str, Any]:
        if self._tell is None:
            raise SignInError(
                "no token: device-code needs a person at a terminal, and nobody can be told the code", NOBODY
            )
        flow: dict[str, Any] = self._app.initiate_device_flow(scopes=[self._scope])
        if "user_code" not in flow:
            return flow
        self._tell(clean(flow.get("message") or f"Open {flow.get('verification_uri')} and enter {flow['user_code']}"))
        answer: dict[str, Any] = self._app.acquire_token_by_device_flow(flow, exit_condition=self._is_over)
        return answer

    def _is_over(self, flow: Mapping[str, Any]) -> bool:
        return self._stopped.is_set() or float(flow.get("expires_at", 0)) < time.time()

    def _cache(self) -> Any:
        """Encrypted and kept where the platform can do that, else msal's own in memory: never plain text on a disk.

        In CI (`CI` is set) nothing is kept: the machine is shared and forgotten.
        """
        if self._environ.get("CI"):
            return None
        name = hashlib.sha256(f"{self._authority} {self._client}".encode()).hexdigest()[:16]
        try:
            return _kept(cache_folder(self._environ) / f"sign-in-{name}.bin")
        except Exception as error:  # each platform's own: no library, no session bus, a locked keychain
            log.debug("no encrypted store: %s", error)
            if self._tell is not None:
                self._tell(NOT_KEPT % clean(str(error).strip().partition("\n")[0], 120))
            return None


def _kept(path: Path) -> Any:
    """A cache in an encrypted store. Raises whatever the platform raises when it has none, or cannot open it."""
    import msal_extensions  # type: ignore[import-untyped]
    from msal_extensions.persistence import PersistenceNotFound  # type: ignore[import-untyped]

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = msal_extensions.build_encrypted_persistence(str(path))
    with contextlib.suppress(PersistenceNotFound):
        store.load()
    return msal_extensions.PersistedTokenCache(store)
