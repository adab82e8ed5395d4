"""How an application proves who it is: a secret, an assertion signed with its certificate, a token of another issuer.

Sources: Microsoft identity platform docs: client credentials flow, certificate credentials, workload identity
federation, error codes.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from hmac import compare_digest

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.emulator.oauth_errors import OAuthError, bad_assertion, no_match
from reconciler.emulator.oauth_jwt import Token, encoded, key_of, read
from reconciler.emulator.oauth_settings import RegisteredApp

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW = 300.0  # seconds by which clocks may differ


class Proof:
    """Checks what an application proves itself with. ``used`` are the ids of assertions that were seen before."""

    def __init__(self, audiences: frozenset[str], now: float, used: set[str] | None):
        self._audiences = audiences
        self._now = now
        self._used = used

    def check(self, app: RegisteredApp, form: Mapping[str, str]) -> None:
        """Refuse an application that does not prove who it is: OAuthError."""
        assertion, secret = form.get("client_assertion", ""), form.get("client_secret", "")
        if not assertion and not secret:
            words = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
            raise OAuthError("invalid_client", 7000218, words)
        if not assertion:
            self._check_secret(app, secret)
            return
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise bad_assertion(50027, "JWT token is invalid or malformed: client_assertion_type is not known.")
        try:
            token = read(assertion)
        except ValueError:
            raise bad_assertion(50027, "JWT token is invalid or malformed.") from None
        if token.claims.get("iss") == app.client_id or {"x5t", "x5t#S256"} & set(token.header):
            self._check_own(app, token)
        else:
            self._check_federated(app, token)

    def _check_secret(self, app: RegisteredApp, given: str) -> None:
        found = [each for each in app.secrets if compare_digest(each.value.encode(), given.encode())]
        if not found:
            raise OAuthError(
                "invalid_client",
                7000215,
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret"
                f" value, not the client secret ID, for a secret added to app '{app.client_id}'.",
            )
        if all(each.expires <= self._now for each in found):
            raise OAuthError(
                "invalid_client",
                7000222,
                f"The provided client secret keys for app '{app.client_id}' are expired. Visit the Azure portal to"
                " create new keys for your app.",
            )

    def _check_own(self, app: RegisteredApp, token: Token) -> None:
        """An assertion that the application signed itself: certificate, signature, subject, audience, time, id."""
        certificate = _registered(app, token)
        if not token.signed_by(_key(certificate)):
            raise _wrong_signature("The signature does not match the certificate")
        if certificate.not_valid_after_utc < datetime.fromtimestamp(self._now, UTC):
            raise _wrong_signature("The key used is expired")
        if token.claims.get("iss") != app.client_id or token.claims.get("sub") != app.client_id:
            raise bad_assertion(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
        if not token.audiences & self._audiences:
            raise bad_assertion(700023, "Client assertion audience claim does not match Realm issuer.")
        self._check_time(token)
        self._check_id(token)

    def _check_federated(self, app: RegisteredApp, token: Token) -> None:
        """A token of another issuer: a matching credential, the issuer's signature, time."""
        _check_match(app, token)
        if not token.signed_by(key_of(str(token.claims["iss"])).public):
            words = "External ID token from issuer failed signature verification."
            raise bad_assertion(50027, f"Invalid JWT token: {words}")
        self._check_time(token)

    def _check_time(self, token: Token) -> None:
        begins, ends = token.seconds("nbf") or 0.0, token.seconds("exp")
        if ends is None or not begins - SKEW <= self._now < ends:
            now, until = _told(self._now), _told(ends or 0.0)
            raise bad_assertion(
                700024,
                f"Client assertion is not within its valid time range. Current time: {now}, assertion valid from"
                f" {_told(begins)}, expiry time of assertion {until}.",
            )

    def _check_id(self, token: Token) -> None:
        identifier = token.claims.get("jti")
        if not isinstance(identifier, str) or not identifier:
            raise bad_assertion(50027, "JWT token is invalid or malformed: it has no 'jti'.")
        if self._used is not None:
            if identifier in self._used:
                raise _wrong_signature("The assertion has been used before")
            self._used.add(identifier)


def _registered(app: RegisteredApp, token: Token) -> x509.Certificate:
    """The certificate that the header names by SHA-256 or, as older clients do, by SHA-1."""
    named = str(token.header.get("x5t#S256") or token.header.get("x5t") or "").rstrip("=")
    for pem in app.certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        der = certificate.public_bytes(serialization.Encoding.DER)
        if named in (encoded(hashlib.sha256(der).digest()), encoded(hashlib.sha1(der, usedforsecurity=False).digest())):
            return certificate
    raise _wrong_signature(f"The key was not found., Thumbprint of key used by client: '{named}'")


def _key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise _wrong_signature("The key is not an RSA key")
    return key


def _check_match(app: RegisteredApp, token: Token) -> None:
    issuer, subject = (str(token.claims.get(name, "")) for name in ("iss", "sub"))
    audience = ", ".join(sorted(token.audiences))
    if not app.federated:
        words = f"Assertion Issuer: '{issuer}'. Assertion Subject: '{subject}'. Assertion Audience: '{audience}'."
        raise no_match(70021, f"presented assertion. {words}")
    same_issuer = [each for each in app.federated if each.issuer == issuer]
    if not same_issuer:
        raise no_match(700211, f"presented assertion issuer '{issuer}'.")
    same_subject = [each for each in same_issuer if each.subject == subject]
    if not same_subject and any(each.subject.casefold() == subject.casefold() for each in same_issuer):
        words = "The subject matches with case-insensitive comparison, but not with case-sensitive comparison."
        raise no_match(7002138, f"presented assertion subject '{subject}'. {words}")
    if not same_subject:
        raise no_match(700213, f"presented assertion subject '{subject}'.")
    if not {each.audience for each in same_subject} & token.audiences:
        raise no_match(700212, f"presented assertion audience '{audience}'.")


def _wrong_signature(reason: str) -> OAuthError:
    return bad_assertion(700027, f"Client assertion failed signature validation. [Reason - {reason}.]")


def _told(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
