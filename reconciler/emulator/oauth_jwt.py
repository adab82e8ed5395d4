"""JSON web tokens of the tenant's sign-in: made, read, and checked against a public key.

Sources: RFC 7515 (signatures, `x5t`, `x5t#S256`), RFC 7517 (keys), RFC 7518 (RS256, PS256).
"""

import base64
import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_DOOMSDAY = 253402300799  # seconds since the epoch: the last second of the year 9999
_PADDINGS: dict[str, padding.AsymmetricPadding] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
}


class SigningKey:
    """An RSA key that signs tokens; ``kid`` names it in their headers."""

    def __init__(self) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self._private.public_key().public_numbers()
        self._modulus, self._exponent = _number(numbers.n), _number(numbers.e)
        self.kid = encoded(hashlib.sha256(self._modulus.encode()).digest())[:24]

    @property
    def public(self) -> rsa.RSAPublicKey:
        """What checks its signatures."""
        return self._private.public_key()

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as a JSON object."""
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": self._modulus, "e": self._exponent}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token with these claims."""
        header = {"typ": "JWT", "alg": "RS256", "kid": self.kid}
        text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{encoded(self._private.sign(text.encode(), _PADDINGS['RS256'], hashes.SHA256()))}"


@functools.cache
def key_of(name: str) -> SigningKey:
    """The key of the tenant or of an issuer of federated tokens; made once a process, because making one is slow."""
    assert name
    return SigningKey()


@dataclass(frozen=True)
class Token:
    """A token that was read, and not checked yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    text: bytes
    signature: bytes

    def signed_by(self, key: rsa.RSAPublicKey) -> bool:
        """Whether the signature is that key's, by one of the two algorithms that Entra takes."""
        chosen = _PADDINGS.get(str(self.header.get("alg")))
        if chosen is None:
            return False
        try:
            key.verify(self.signature, self.text, chosen, hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def seconds(self, claim: str) -> float | None:
        """A time claim in seconds since the epoch, if it is one."""
        value = self.claims.get(claim)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        return float(value) if 0 <= value <= _DOOMSDAY else None

    @property
    def audiences(self) -> frozenset[str]:
        """Whom it is for: one, or several as a cluster writes them."""
        told = self.claims.get("aud")
        return frozenset(each for each in (told if isinstance(told, list) else [told]) if isinstance(each, str))


def read(text: str) -> Token:
    """The parts of a token. ValueError if it is none."""
    parts = text.split(".")
    if len(parts) != 3:
        raise ValueError("not three parts")
    try:
        header, claims = (json.loads(decoded(part)) for part in parts[:2])
    except RecursionError:
        raise ValueError("bottomless") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("not JSON objects")  # noqa: TRY004 - one kind of fault for whatever is no token
    return Token(header, claims, ".".join(parts[:2]).encode(), decoded(parts[2]))


def encoded(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64 for URLs, padded or not. ValueError if it is none."""
    return base64.urlsafe_b64decode(text.rstrip("=").encode() + b"=" * (-len(text.rstrip("=")) % 4))


def _number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))
