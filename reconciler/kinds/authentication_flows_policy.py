"""The tenant's switch for self-service sign-up: one policy, read and patched, never created or deleted.

Graph docs: authenticationFlowsPolicy get and update; only `selfServiceSignUp.isEnabled` can change.
"""

from reconciler.model.kinds import Kind, Permissions, Property

KIND = Kind(
    name="AuthenticationFlowsPolicy",
    collection="policies/authenticationFlowsPolicy",
    permissions=Permissions(
        read="Policy.Read.All",
        write="Policy.ReadWrite.AuthenticationFlows",
        roles=("External ID User Flow Administrator",),
    ),
    key="id",
    singleton=True,
    clouds=frozenset({"global", "china"}),
    tenants=frozenset({"workforce"}),
    properties=(Property("selfServiceSignUp.isEnabled"),),
)
