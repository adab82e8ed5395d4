"""User flow attributes: what a sign-up page can ask for.

Graph docs: identityUserFlowAttribute; only the description can be updated. A custom attribute's id,
`extension_<app id>_<name>`, is known only after it was made and differs from tenant to tenant. Creating several at once
hangs (hashicorp/terraform-provider-azuread issue 1131), so writes go one at a time. While self-service sign-up is off,
listing them fails with AADB2C99039 (seen on a live workforce tenant, August 2026).
"""

from reconciler.model.kinds import BuiltIn, Gate, Kind, Permissions, Property

KIND = Kind(
    name="UserFlowAttribute",
    collection="identity/userFlowAttributes",
    permissions=Permissions(
        read="IdentityUserFlow.Read.All",
        write="IdentityUserFlow.ReadWrite.All",
        roles=("External ID User Flow Attribute Administrator",),
    ),
    serial=True,
    clouds=frozenset({"global", "china"}),
    id_pattern=r"extension_[0-9a-f]{32}_.+",
    built_in=BuiltIn("userFlowAttributeType", ("builtIn", "required")),
    gate=Gate("AuthenticationFlowsPolicy", "selfServiceSignUp.isEnabled", code="AADB2C99039"),
    well_known=(
        "city",
        "country",
        "displayName",
        "email",
        "emailReadonly",
        "givenName",
        "jobTitle",
        "postalCode",
        "state",
        "streetAddress",
        "surname",
    ),
    properties=(
        Property("displayName", required=True, immutable=True),
        Property("description"),
        Property("dataType", required=True, immutable=True, folded=True),
    ),
)
