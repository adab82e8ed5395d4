"""User flows as the first beta had them: retired, kept for what still answers.

Graph docs: identityUserFlow; the metadata says that it stops returning data in January 2022. In a tenant that is no
B2C one Graph refuses it. There is no update.
"""

from reconciler.kinds._flows import FLOWS
from reconciler.model.kinds import Kind, Property, Version

KIND = Kind(
    name="IdentityUserFlow",
    collection="identity/userFlows",
    permissions=FLOWS,
    key="id",
    prefix="B2C_1_",
    twin="B2cUserFlow",
    version=Version.BETA,
    clouds=frozenset({"global"}),
    lacking=("not an Azure AD B2C directory", "AccessDenied_NonB2CTenantNotAllowed", "No HTTP resource was found"),
    unproven="identity/userFlows is retired: declare a B2cUserFlow (B2C tenants) or a B2xUserFlow instead",
    properties=(
        Property("userFlowType", required=True, immutable=True, folded=True),
        Property("userFlowTypeVersion", required=True, immutable=True),
    ),
)
