"""A key and a certificate for this machine's own address: sign-in wants TLS."""

import errno
import ipaddress
import os
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

_LIFE = timedelta(days=365)


def prepare(path: Path) -> None:
    """Have a PEM file with a key and a certificate there, made if absent, for its owner alone.

    The certificate is its own authority: who trusts the file (``SSL_CERT_FILE``) trusts the server. OSError that names
    the file if it cannot be made, holds something else, or has expired.
    """
    try:
        if not path.exists():
            _make(path)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
    except ssl.SSLError:
        raise OSError(errno.EINVAL, "no key with its certificate is in it", str(path)) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    if (end := _end(path)) < datetime.now(UTC):
        raise OSError(errno.EINVAL, f"its certificate ended on {end:%Y-%m-%d}: remove it", str(path))


def _make(path: Path) -> None:
    """There is the whole file or none."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_material())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _end(path: Path) -> datetime:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


def _material() -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "reconciler emulator")])
    now = datetime.now(UTC)
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    signs = dict.fromkeys(("content_commitment", "data_encipherment", "key_agreement", "crl_sign"), False)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_encipherment=True,
        key_cert_sign=True,
        encipher_only=False,
        decipher_only=False,
        **signs,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
