"""User flows of Azure AD B2C tenants.

Graph docs: b2cIdentityUserFlow (beta only). The id is the name with `B2C_1_` put before it unless it has it; type and
version never change, and which versions a type has is told nowhere. Only the two language properties can be updated.
Languages are shut until language customization is on; they are made, enabled and disabled by PUT, and those that were
added can be deleted (Graph docs: Create userFlowLanguageConfiguration).
"""

from reconciler.kinds._flows import FLOWS, attachments, languages
from reconciler.model.kinds import Kind, Property, Version

KIND = Kind(
    name="B2cUserFlow",
    collection="identity/b2cUserFlows",
    permissions=FLOWS,
    key="id",
    prefix="B2C_1_",
    twin="IdentityUserFlow",
    version=Version.BETA,
    clouds=frozenset({"global"}),
    tenants=frozenset({"b2c"}),
    lacking=("not an Azure AD B2C directory", "AccessDenied_NonB2CTenantNotAllowed"),
    properties=(
        Property("userFlowType", required=True, immutable=True, folded=True),
        Property("userFlowTypeVersion", required=True, immutable=True),
        Property("isLanguageCustomizationEnabled"),
        Property("defaultLanguageTag", folded=True),
    ),
    links=attachments(Version.BETA, providers_seeded=False),
    parts=(languages(Version.BETA, switch="isLanguageCustomizationEnabled"),),
)
