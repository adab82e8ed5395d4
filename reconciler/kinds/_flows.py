"""What user flows of workforce and B2C tenants have in common: providers, connectors, assignments, pages.

Graph docs: b2xIdentityUserFlow, b2cIdentityUserFlow. Providers are attached by `POST …/userFlowIdentityProviders/$ref`
in beta; the documented PATCH answers 400 (microsoft-graph-docs issue 12446). Connectors show only when expanded. An
assignment without a label of its own gets the attribute's, as in the documented example (Graph docs: Create
userAttributeAssignments). Reading providers and connectors of a flow takes the permission to write (Graph docs:
permissions reference). A page's override is a document of its own at `$value`; Graph's own texts are the default
pages beside it (Graph docs: userFlowLanguagePage).
"""

from reconciler.model.kinds import Link, Order, Part, Permissions, Property, Read, Shape, Version

_READ, _WRITE = "IdentityUserFlow.Read.All", "IdentityUserFlow.ReadWrite.All"
FLOWS = Permissions(_READ, _WRITE, roles=("External ID User Flow Administrator",))
_ATTACHED = Permissions(_WRITE, _WRITE, roles=FLOWS.roles)


def attachments(version: Version, *, providers_seeded: bool) -> tuple[Link, ...]:
    """The links of a flow that is kept in this version of Graph."""
    return (
        Link(
            key="identityProviders",
            target="IdentityProvider",
            shape=Shape.SET,
            path="userFlowIdentityProviders",
            read=Read("userFlowIdentityProviders", Version.BETA),
            version=Version.BETA,
            seeded=providers_seeded,
            expand="identityProviders",
            permissions=_ATTACHED,
        ),
        _slot("postFederationSignup", version),
        _slot("postAttributeCollection", version),
        _assignments(version),
    )


def _slot(step: str, version: Version) -> Link:
    return Link(
        key=f"apiConnectorConfiguration.{step}",
        target="ApiConnector",
        shape=Shape.SLOT,
        path=f"apiConnectorConfiguration/{step}",
        read=Read("apiConnectorConfiguration?$expand=postFederationSignup,postAttributeCollection", version),
        version=version,
        member=step,
        permissions=_ATTACHED,
    )


def _assignments(version: Version) -> Link:
    return Link(
        key="userAttributeAssignments",
        target="UserFlowAttribute",
        shape=Shape.ENTRIES,
        path="userAttributeAssignments",
        read=Read("userAttributeAssignments?$expand=userAttribute", version),
        version=version,
        member="userAttribute",
        order=Order(
            Read("userAttributeAssignments/getOrder", version),
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
    )


def languages(version: Version, *, switch: str = "") -> Part:
    """The languages of a flow and the pages in them; with a `switch`, only where that property is on."""
    pages = Part(
        "overridesPages",
        version,
        content=True,
        keys=("ElementType", "ElementId", "StringId"),
        reference="defaultPages",
        mark="Override",
    )
    lasting = "Graph's own languages cannot be deleted: write isEnabled: false"
    return Part("languages", version, switch=switch, lasting=lasting, made=bool(switch), parts=(pages,))
