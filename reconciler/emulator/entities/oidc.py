"""The two sorts of OpenID Connect provider: one for external tenants, one (beta) for Azure AD B2C."""

from urllib.parse import urlsplit

from reconciler.emulator.errors import invalid
from reconciler.emulator.schema import Complex, Enum, Prop, Shape
from reconciler.emulator.store import Doc

OIDC = "#microsoft.graph.oidcIdentityProvider"
OPEN_ID_CONNECT = "#microsoft.graph.openIdConnectIdentityProvider"

_SECRET = Shape("oidcClientSecretAuthentication", (Prop("clientSecret", required=True, secret=True),))
_KEY = Shape("oidcPrivateJwtKeyClientAuthentication", ())
_ADDRESS = Shape(
    "oidcAddressInboundClaims",
    tuple(Prop(name) for name in ("street_address", "locality", "region", "postal_code", "country")),
)
_INBOUND = Shape(
    "oidcInboundClaimMappingOverride",
    (
        *(Prop(name) for name in ("sub", "name", "given_name", "family_name", "email", "email_verified")),
        *(Prop(name) for name in ("phone_number", "phone_number_verified")),
        Prop("address", Complex((_ADDRESS,))),
    ),
)
_CLAIMS = Shape(
    "claimsMapping", tuple(Prop(name) for name in ("userId", "displayName", "givenName", "surname", "email"))
)

# Graph docs: oidcIdentityProvider resource type, Create identityProvider (beta).
OIDC_PROPS = (
    Prop("displayName", required=True),
    Prop("clientId", required=True),
    Prop("issuer", required=True),
    Prop("wellKnownEndpoint"),
    Prop("responseType", Enum(("code", "id_token", "token")), required=True),
    Prop("scope", required=True),
    Prop("clientAuthentication", Complex((_SECRET, _KEY)), required=True),
    Prop("inboundClaimMapping", Complex((_INBOUND,))),
)

# Graph docs: openIdConnectIdentityProvider resource type (beta).
OPEN_ID_CONNECT_PROPS = (
    Prop("displayName", required=True),
    Prop("clientId", required=True),
    Prop("clientSecret", secret=True),
    Prop("claimsMapping", Complex((_CLAIMS,))),
    Prop("domainHint"),
    Prop("metadataUrl", required=True),
    Prop("responseMode", Enum(("form_post", "query")), required=True),
    Prop("responseType", Enum(("code", "id_token", "token")), required=True),
    Prop("scope", required=True),
)


def check_oidc(doc: Doc) -> None:
    """Refuse what the service could not work with; providers of other types pass.

    Graph docs: Create identityProvider (beta). The issuer is https without query or fragment, only ``code`` works,
    and ``code`` needs a secret.
    """
    if doc["@odata.type"] == OIDC:
        issuer = urlsplit(doc["issuer"])
        if issuer.scheme != "https" or not issuer.netloc or issuer.query or issuer.fragment:
            raise invalid("The 'issuer' must be an https URL without query and fragment.")
        if doc["responseType"] != "code":
            raise invalid(f"The response type '{doc['responseType']}' is not supported.")
    if doc["@odata.type"] == OPEN_ID_CONNECT and doc["responseType"] == "code" and not doc["clientSecret"]:
        raise invalid("The property 'clientSecret' is required for the response type 'code'.")
