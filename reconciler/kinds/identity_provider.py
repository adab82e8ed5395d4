"""Identity providers: who people may sign up with.

Graph docs: identityProviderBase and its subtypes. Built-in providers exist in every tenant of their sort and can be
neither created nor deleted. A social provider's id follows from its type (`Google-OAUTH`), of which a tenant has one;
Apple's is always the same. The client secret is answered masked, with a varying number of asterisks. `@odata.type` is
wanted on every write. OpenID Connect providers of B2C tenants are a type of beta only. The metadata of US Government
clouds has no identity providers, although the pages' tables say so.
"""

from reconciler.model.kinds import BuiltIn, Kind, Permissions, Property

_SOCIAL = ("socialIdentityProvider",)
_APPLE = ("appleManagedIdentityProvider",)
_OIDC = ("oidcIdentityProvider",)
_OPEN_ID_CONNECT = ("openIdConnectIdentityProvider",)

KIND = Kind(
    name="IdentityProvider",
    collection="identity/identityProviders",
    permissions=Permissions(
        read="IdentityProvider.Read.All",
        write="IdentityProvider.ReadWrite.All",
        roles=("External Identity Provider Administrator",),
    ),
    also=("identityProviderType",),
    typed_updates=True,
    built_in=BuiltIn("type", ("builtInIdentityProvider",)),
    well_known=("AADSignup-OAUTH", "MSASignup-OAUTH", "EmailOtpSignup-OAUTH", "EmailPassword-OAUTH"),
    id_pattern=r".+-(OAUTH|OIDC)|OIDC-V1-.+",
    clouds=frozenset({"global", "china"}),
    beta_in=frozenset({"b2c"}),
    type_tenants={_OIDC[0]: frozenset({"external"}), _OPEN_ID_CONNECT[0]: frozenset({"b2c"})},
    offers=("availableProviderTypes", "identityProviderType"),
    properties=(
        Property("type", required=True, immutable=True, odata_type=True, folded=True),
        Property("displayName", required=True),
        Property(
            "identityProviderType",
            of=(*_SOCIAL, "builtInIdentityProvider"),
            required=True,
            immutable=True,
            folded=True,
        ),
        Property("clientId", of=(*_SOCIAL, *_OIDC, *_OPEN_ID_CONNECT), required=True),
        Property("clientSecret", of=_SOCIAL, required=True, secret=True),
        Property("developerId", of=_APPLE, required=True),
        Property("serviceId", of=_APPLE, required=True),
        Property("keyId", of=_APPLE, required=True),
        Property("certificateData", of=_APPLE, required=True, secret=True),
        Property("issuer", of=_OIDC, required=True),
        Property("wellKnownEndpoint", of=_OIDC),
        Property("responseType", of=(*_OIDC, *_OPEN_ID_CONNECT), required=True, folded=True),
        Property("scope", of=(*_OIDC, *_OPEN_ID_CONNECT), required=True),
        Property("clientAuthentication", of=_OIDC, required=True, whole=True),
        Property("clientAuthentication.type", of=_OIDC, odata_type=True, folded=True),
        Property("clientAuthentication.clientSecret", of=_OIDC, secret=True),
        Property("inboundClaimMapping", of=_OIDC, whole=True),
        Property("metadataUrl", of=_OPEN_ID_CONNECT, required=True),
        Property("responseMode", of=_OPEN_ID_CONNECT, required=True, folded=True),
        Property("claimsMapping", of=_OPEN_ID_CONNECT, whole=True),
        Property("domainHint", of=_OPEN_ID_CONNECT),
    ),
)
