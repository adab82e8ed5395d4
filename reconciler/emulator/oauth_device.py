"""Sign-in on another device: codes that a person approves, declines or forgets; and what renews a sign-in later.

Source: Microsoft identity platform docs: device authorization grant (expected errors), refresh tokens.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reconciler.emulator.oauth_errors import OAuthError, missing

Verdict = Literal["approved", "declined"]
_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ23456789"


@dataclass
class Code:
    """A device code that waits for somebody; ``pending`` is how often it still says so after the approval."""

    client_id: str
    scope: str
    ends: float
    verdict: Verdict | None = None
    pending: int = 0


class Grants:
    """The device codes and refresh tokens of a tenant."""

    def __init__(self) -> None:
        self._codes: dict[str, Code] = {}
        self._by_word: dict[str, Code] = {}
        self._refresh: dict[str, tuple[str, str]] = {}
        self.polls = 0

    def begin(self, client_id: str, scope: str, page: str, life: int, interval: int, now: float) -> dict[str, Any]:
        """A new code; ``life`` and ``interval`` are in seconds."""
        word = "".join(secrets.choice(_LETTERS) for _ in range(9))
        device = secrets.token_urlsafe(32)
        self._codes[device] = self._by_word[word] = Code(client_id, scope, now + life)
        return {
            "user_code": word,
            "device_code": device,
            "verification_uri": page,
            "expires_in": life,
            "interval": interval,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code {word} to"
            " authenticate.",
        }

    def decide(self, user_code: str, verdict: Verdict, pending: int = 0) -> None:
        """What the person does with the code, after so many more answers that nobody has done anything yet.

        KeyError for a code that nobody was given.
        """
        code = self._by_word[user_code]
        code.verdict, code.pending = verdict, pending

    def redeem(self, form: Mapping[str, str], client_id: str, now: float) -> str:
        """The scope that was approved. OAuthError while it is not, and when it never will be."""
        self.polls += 1
        code = self._codes.get(form.get("device_code", ""))
        if code is None or code.client_id != client_id:
            words = "Invalid verification code due to User typing in wrong user code for device code flow."
            raise OAuthError("bad_verification_code", 70018, words)
        if now >= code.ends:
            raise OAuthError("expired_token", 70019, "Verification code expired.")
        if code.verdict is None or code.pending > 0:
            code.pending -= code.verdict is not None
            raise OAuthError("authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending.")
        if code.verdict == "declined":
            raise OAuthError("authorization_declined", 65004, "User declined to consent to access the app.")
        self._codes = {name: each for name, each in self._codes.items() if each is not code}
        return code.scope

    def remember(self, client_id: str, scope: str) -> str:
        """A refresh token, with which the same is had again without a person."""
        token = secrets.token_urlsafe(32)
        self._refresh[token] = (client_id, scope)
        return token

    def refresh(self, form: Mapping[str, str], client_id: str) -> str:
        """The scope of a refresh token. OAuthError for one that has ended, or is another application's."""
        token = form.get("refresh_token", "")
        if not token:
            raise missing("refresh_token")
        owner, scope = self._refresh.get(token, ("", ""))
        if owner != client_id:
            raise OAuthError("invalid_grant", 700082, "The refresh token has expired due to inactivity.")
        return scope

    def forget(self) -> None:
        """End every refresh token, as a changed password does."""
        self._refresh.clear()
