"""Custom authentication extensions: endpoints that are called while somebody signs in or up.

Graph docs: customAuthenticationExtension and its subtypes. `@odata.type` is wanted on every write. Whether an update
merges or replaces what is nested is not documented, so that it sends the whole. US Government clouds have those for
token issuance only. `validateAuthenticationConfiguration` tries out settings that are not saved.
"""

from reconciler.model.kinds import Kind, Permissions, Property

_TOKEN = "onTokenIssuanceStartCustomExtension"
_OTHERS = (
    "onAttributeCollectionStartCustomExtension",
    "onAttributeCollectionSubmitCustomExtension",
    "onOtpSendCustomExtension",
    "onPasswordSubmitCustomExtension",
    "onVerifiedIdClaimValidationCustomExtension",
)

KIND = Kind(
    name="CustomAuthenticationExtension",
    collection="identity/customAuthenticationExtensions",
    permissions=Permissions(
        read="CustomAuthenticationExtension.Read.All",
        write="CustomAuthenticationExtension.ReadWrite.All",
        roles=("Authentication Extensibility Administrator", "Application Administrator"),
    ),
    typed_updates=True,
    clouds=frozenset({"global", "usgov", "usgov-dod"}),
    type_clouds=dict.fromkeys(_OTHERS, frozenset({"global"})),
    tenants=frozenset({"workforce", "external"}),
    check=("validateAuthenticationConfiguration", ("endpointConfiguration", "authenticationConfiguration")),
    properties=(
        Property("type", required=True, immutable=True, odata_type=True, folded=True),
        Property("displayName", required=True),
        Property("description"),
        Property("endpointConfiguration", required=True, whole=True),
        Property("endpointConfiguration.type", odata_type=True, folded=True),
        Property("endpointConfiguration.url", read_only=True),
        Property("authenticationConfiguration", required=True, whole=True),
        Property("authenticationConfiguration.type", odata_type=True, folded=True),
        Property("clientConfiguration", whole=True),
        Property("behaviorOnError", whole=True),
        Property("behaviorOnError.type", odata_type=True, folded=True),
        Property("claimsForTokenConfiguration", of=(_TOKEN,), unordered=True, keyed="claimIdInApiResponse"),
    ),
)
