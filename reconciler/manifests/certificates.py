"""What is public of a certificate in a PFX: the only place that looks into one that is to be sent."""

from __future__ import annotations

import base64
import binascii

from reconciler.model.resources import PublicPart
from reconciler.model.secrets import Secret


def public_part(secret: Secret, password: object) -> PublicPart | str:
    """Thumbprint and validity of the certificate, or why it cannot be opened. Nothing of the secret is repeated."""
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import pkcs12

    words = password.reveal() if isinstance(password, Secret) and password.is_set else ""
    try:
        data = base64.b64decode("".join(secret.reveal().split()), validate=True)
        found = pkcs12.load_pkcs12(data, words.encode() or None).cert
    except (binascii.Error, ValueError, TypeError):
        return f"the certificate from {secret.source} cannot be opened: it is no PFX, or has another password"
    if found is None:
        return f"the PFX from {secret.source} holds no certificate"
    certificate = found.certificate
    return PublicPart(
        certificate.fingerprint(SHA1()).hex().upper(),  # how Graph names a certificate
        int(certificate.not_valid_before_utc.timestamp()),
        int(certificate.not_valid_after_utc.timestamp()),
    )
