"""Which sign-in methods local accounts of an Azure AD B2C tenant have: one policy, read and patched.

Graph docs: b2cAuthenticationMethodsPolicy get and update (beta only). The permission to update it is not listed among
those to read it (Graph docs: permissions reference).
"""

from reconciler.model.kinds import Kind, Permissions, Property, Version

KIND = Kind(
    name="B2cAuthenticationMethodsPolicy",
    collection="policies/b2cAuthenticationMethodsPolicy",
    permissions=Permissions(read="Policy.Read.All", write="Policy.ReadWrite.AuthenticationMethod", write_reads=False),
    key="id",
    version=Version.BETA,
    singleton=True,
    tenants=frozenset({"b2c"}),
    lacking=("not an Azure AD B2C directory", "AccessDenied_NonB2CTenantNotAllowed"),
    properties=(
        Property("isEmailPasswordAuthenticationEnabled"),
        Property("isUserNameAuthenticationEnabled"),
        Property("isPhoneOneTimePasswordAuthenticationEnabled"),
    ),
)
