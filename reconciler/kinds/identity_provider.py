"""Identity providers: who people may sign up with.

Graph docs: identityProviderBase and its subtypes. Built-in providers exist in every tenant of their sort and can be
neither created nor deleted. A social provider's id follows from its type (`Google-OAUTH`), of which a tenant has one.
The client secret is answered masked, with a varying number of asterisks. `@odata.type` is wanted on every write.
"""

from reconciler.model.kinds import BuiltIn, Kind, Permissions, Property

_SOCIAL = ("socialIdentityProvider",)

KIND = Kind(
    name="IdentityProvider",
    collection="identity/identityProviders",
    permissions=Permissions(read="IdentityProvider.Read.All", write="IdentityProvider.ReadWrite.All"),
    also=("identityProviderType",),
    typed_updates=True,
    built_in=BuiltIn("type", ("builtInIdentityProvider",)),
    well_known=("AADSignup-OAUTH", "MSASignup-OAUTH", "EmailOtpSignup-OAUTH", "EmailPassword-OAUTH"),
    properties=(
        Property("type", required=True, immutable=True, odata_type=True, folded=True),
        Property("displayName", required=True),
        Property("identityProviderType", required=True, immutable=True, folded=True),
        Property("clientId", of=_SOCIAL, required=True),
        Property("clientSecret", of=_SOCIAL, required=True, secret=True),
    ),
)
