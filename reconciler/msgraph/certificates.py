"""Certificates to sign in with: a PEM or PFX in the form msal wants."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.model.errors import SignInError
from reconciler.model.secrets import Secret

FIX = "use a PEM file with the private key and its certificate, or a PFX; its passphrase, if any, is 'password'"


def credential_of(certificate: Path | Secret | None, passphrase: Secret | None) -> dict[str, str]:
    """The `client_credential` of msal: private key and certificate, which msal names by its SHA-256 thumbprint.

    Raises SignInError for material that cannot be read, has no key or one of another sort than RSA, or has expired.
    Source: Microsoft identity platform docs: certificate credentials (PS256, `x5t#S256`).
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    material = _material(certificate)
    password = passphrase.reveal().encode() if passphrase is not None and passphrase.is_set else None
    try:
        key, public = _parsed(material, password)
    except (ValueError, TypeError) as error:  # neither repeats the material
        raise SignInError(f"the certificate cannot be read: {error}", FIX) from None
    if not isinstance(key, RSAPrivateKey):
        raise SignInError("the certificate's key is not an RSA key", "make one with RSA: Entra takes no other")
    if public.not_valid_after_utc < datetime.now(UTC):
        raise SignInError(
            f"the certificate expired on {public.not_valid_after_utc:%Y-%m-%d}", "renew it, and upload it to the app"
        )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {
        "private_key": pem.decode("ascii"),
        "public_certificate": public.public_bytes(serialization.Encoding.PEM).decode("ascii"),
    }


def _material(certificate: Path | Secret | None) -> bytes:
    """The bytes of the certificate: a file's, or a secret's PEM text or base64."""
    if isinstance(certificate, Path):
        try:
            return certificate.read_bytes()
        except OSError as error:
            raise SignInError(f"the certificate {certificate} cannot be read: {error.strerror}", FIX) from error
    if certificate is None or not certificate.is_set:
        source = (certificate.source if certificate else "") or "its source"
        raise SignInError(f"the certificate from {source} has no value", f"set {source}")
    text = certificate.reveal()
    if "-----BEGIN" in text:
        return text.encode()
    try:
        return base64.b64decode(text, validate=False)
    except binascii.Error:
        raise SignInError("the certificate is neither PEM nor base64", FIX) from None


def _parsed(material: bytes, password: bytes | None) -> tuple[Any, Any]:
    """The private key and its certificate. Raises ValueError or TypeError when there is none, or it stays locked."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
    from cryptography.x509 import load_pem_x509_certificates

    if b"-----BEGIN" not in material:
        key, public, _ = pkcs12.load_key_and_certificates(material, password)
        if key is None or public is None:
            raise ValueError("the PFX lacks the private key or the certificate")
        return key, public
    locked = b"ENCRYPTED" in material
    pem_key = load_pem_private_key(material, password if locked else None)
    own = [each for each in load_pem_x509_certificates(material) if each.public_key() == pem_key.public_key()]
    if not own:
        raise ValueError("no certificate in it belongs to the private key")
    return pem_key, own[0]
