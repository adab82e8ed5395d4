"""API connectors and the two ways they sign in: a name and password, or client certificates."""

import base64
import binascii

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import pkcs12

from reconciler.emulator.call import Call, Place, Reply
from reconciler.emulator.entities.policies import needs_self_service_sign_up
from reconciler.emulator.errors import invalid_field
from reconciler.emulator.schema import (
    BOOLEAN,
    INTEGER,
    Complex,
    EntitySet,
    EntityType,
    Hooks,
    Many,
    Operation,
    Prop,
    Shape,
)
from reconciler.emulator.store import Doc
from reconciler.emulator.values import accept, show

CONNECTORS = "identity/apiConnectors"
MAX_CONNECTORS = 20  # Azure AD B2C docs: service limits

BASIC = Shape("basicAuthentication", (Prop("username", required=True), Prop("password", required=True, secret=True)))
# The password must be sent even if the file has none. Graph docs: pkcs12Certificate resource type.
PKCS12 = Shape(
    "pkcs12Certificate",
    (Prop("pkcs12Value", required=True, secret=True), Prop("password", required=True, secret=True)),
)
CERTIFICATE = Shape(
    "pkcs12CertificateInformation",
    (
        Prop("thumbprint"),
        Prop("notAfter", INTEGER),
        Prop("notBefore", INTEGER),
        Prop("isActive", BOOLEAN),
    ),
)
CERTIFICATES = Shape(
    "clientCertificateAuthentication", (Prop("certificateList", Many(Complex((CERTIFICATE,)))),), writable=False
)


def _certificate(written: Doc) -> Doc:
    """What is kept of a PKCS #12 file: its certificate's thumbprint and validity in seconds since the epoch."""
    try:
        data = base64.b64decode(written["pkcs12Value"], validate=True)
        password = written["password"].encode() or None
        found = pkcs12.load_pkcs12(data, password).cert
    except (binascii.Error, ValueError) as error:
        raise invalid_field("pkcs12Value") from error
    if found is None:
        raise invalid_field("pkcs12Value")
    certificate = found.certificate
    return {
        "thumbprint": certificate.fingerprint(SHA1()).hex().upper(),  # as Graph shows it
        "notAfter": int(certificate.not_valid_after_utc.timestamp()),
        "notBefore": int(certificate.not_valid_before_utc.timestamp()),
    }


def _signing_in_with(certificates: list[Doc]) -> Doc:
    return {"@odata.type": CERTIFICATES.annotation, "certificateList": certificates}


def _keep(doc: Doc) -> Doc:
    """A PKCS #12 file turns into client certificates as it is written; nothing else changes."""
    written = doc["authenticationConfiguration"]
    if written["@odata.type"] != PKCS12.annotation:
        return doc
    return {**doc, "authenticationConfiguration": _signing_in_with([_certificate(written)])}


def _fill(_call: Call, doc: Doc) -> Doc:
    return _keep(doc)


def _merge(doc: Doc, change: Doc) -> Doc:
    """The sign-in is replaced as a whole. Graph docs: Update identityApiConnector."""
    return _keep({**doc, **change})


def _show(call: Call, doc: Doc) -> Doc:
    """Mark the active certificate: the one uploaded last among those valid now."""
    written = doc["authenticationConfiguration"]
    if written["@odata.type"] != CERTIFICATES.annotation:
        return doc
    listed = written["certificateList"]
    valid = [index for index, each in enumerate(listed) if each["notBefore"] <= call.now < each["notAfter"]]
    active = max(valid, default=None)
    marked = [{**each, "isActive": index == active} for index, each in enumerate(listed)]
    return {**doc, "authenticationConfiguration": _signing_in_with(marked)}


def _upload(call: Call, _place: Place, doc: Doc) -> Reply:
    """Add a certificate to those there are; the same one again moves to the end, which is a choice."""
    added = _certificate(accept(PKCS12, call.body, creating=True))
    earlier = doc["authenticationConfiguration"].get("certificateList", [])
    others = [each for each in earlier if each["thumbprint"] != added["thumbprint"]]
    doc = {**doc, "authenticationConfiguration": _signing_in_with([*others, added])}
    call.state.put(CONNECTORS, doc)
    context = {"@odata.context": call.context(f"{CONNECTORS}/$entity")}
    return Reply(200, {**context, **show(API_CONNECTORS.types[0], _show(call, doc), call.version)})


API_CONNECTORS = EntitySet(
    "apiConnectors",
    types=(
        EntityType(
            "identityApiConnector",
            (
                Prop("id", writes="never"),
                Prop("displayName", required=True),
                Prop("targetUrl", required=True),
                Prop("authenticationConfiguration", Complex((BASIC, PKCS12, CERTIFICATES)), required=True),
            ),
        ),
    ),
    entity_operations=(Operation("uploadClientCertificate", "POST", _upload),),
    filterable=frozenset({"displayName"}),
    limit=MAX_CONNECTORS,
    address=CONNECTORS,
    clouds=frozenset({"global", "china"}),
    hooks=Hooks(gate=needs_self_service_sign_up, fill=_fill, merge=_merge, show=_show),
)
