"""Self-service sign-up flows of a workforce tenant.

Graph docs: b2xIdentityUserFlow. The id is the name with `B2X_1_` put before it; type and version are always
`signUpOrSignIn` and 1 and never change; the flow itself has no update, only its attachments do. A new flow is not
empty: it comes with attribute assignments and the Entra sign-up provider (Microsoft365DSC reads them back before it
adds its own). Providers are attached by `POST …/userFlowIdentityProviders/$ref` in beta; the documented PATCH answers
400 (microsoft-graph-docs issue 12446). Connectors show only when expanded. An assignment without a label of its own
gets the attribute's, as in the documented example (Graph docs: Create userAttributeAssignments).
"""

from reconciler.model.kinds import Kind, Link, Order, Permissions, Property, Read, Shape, Version

_CONNECTORS = Read("apiConnectorConfiguration?$expand=postFederationSignup,postAttributeCollection")


def _slot(step: str) -> Link:
    return Link(
        name=f"apiConnectorConfiguration.{step}",
        target="ApiConnector",
        shape=Shape.SLOT,
        path=f"apiConnectorConfiguration/{step}",
        read=_CONNECTORS,
        member=step,
    )


KIND = Kind(
    name="B2xUserFlow",
    collection="identity/b2xUserFlows",
    permissions=Permissions(read="IdentityUserFlow.Read.All", write="IdentityUserFlow.ReadWrite.All"),
    key="id",
    prefix="B2X_1_",
    properties=(
        Property("userFlowType", required=True, default="signUpOrSignIn", immutable=True, folded=True),
        Property("userFlowTypeVersion", required=True, default=1, immutable=True),
    ),
    links=(
        Link(
            name="identityProviders",
            target="IdentityProvider",
            shape=Shape.SET,
            path="userFlowIdentityProviders",
            read=Read("userFlowIdentityProviders", Version.BETA),
            version=Version.BETA,
            seeded=True,
        ),
        _slot("postFederationSignup"),
        _slot("postAttributeCollection"),
        Link(
            name="userAttributeAssignments",
            target="UserFlowAttribute",
            shape=Shape.ENTRIES,
            path="userAttributeAssignments",
            read=Read("userAttributeAssignments?$expand=userAttribute"),
            member="userAttribute",
            order=Order(
                Read("userAttributeAssignments/getOrder"),
                write="userAttributeAssignments/setOrder",
            ),
            properties=(
                Property("displayName", from_target="displayName"),
                Property("isOptional", default=False),
                Property("requiresVerification", default=False),
                Property("userInputType", default="textBox", folded=True),
                Property("userAttributeValues", default=()),
            ),
            seeded=True,
        ),
    ),
)
