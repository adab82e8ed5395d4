"""Self-service sign-up flows of a workforce tenant.

Graph docs: b2xIdentityUserFlow. The id is the name with `B2X_1_` put before it; type and version are always
`signUpOrSignIn` and 1 and never change; the flow itself has no update, only its attachments do. A new flow is not
empty: it comes with attribute assignments and the Entra sign-up provider (Microsoft365DSC reads them back before it
adds its own). Languages are Microsoft's and all there: only their pages can be overridden. US Government clouds have
no such flows.

An application is linked by a listener of its own (Graph docs: Create onSignUpStart listener, beta), which names the
flow; the path is documented and has permissions, but is in no metadata of beta any more. A flow can be added by
reference (Graph docs: Add userFlow, beta), a page that neither metadata nor permissions confirm.
"""

from reconciler.kinds._flows import FLOWS, attachments, languages
from reconciler.model.kinds import Kind, Link, Listener, Permissions, Property, Read, Shape, Version

_EVENTS = "identity/events/onSignupStart"

KIND = Kind(
    name="B2xUserFlow",
    collection="identity/b2xUserFlows",
    permissions=FLOWS,
    key="id",
    prefix="B2X_1_",
    clouds=frozenset({"global", "china"}),
    tenants=frozenset({"workforce"}),
    properties=(
        Property("userFlowType", required=True, default="signUpOrSignIn", immutable=True, folded=True),
        Property("userFlowTypeVersion", required=True, default=1, immutable=True),
    ),
    links=(
        Link(
            key="userFlow",
            target="IdentityUserFlow",
            shape=Shape.ADOPTION,
            path="",
            read=Read(""),
            version=Version.BETA,
            type_name="#Microsoft.Cpim.Api.DataModels.b2xIdentityUserFlow",
            body={"apiConnectorConfiguration": {"@odata.type": "microsoft.graph.userFlowApiConnectorConfiguration"}},
            prefix="B2C_1_",
            exclusive=True,
            unproven="leave userFlow out, and apply creates the flow instead",
        ),
        *attachments(Version.V1, providers_seeded=True),
        Link(
            key="applications",
            target="Application",
            shape=Shape.LISTENERS,
            path=_EVENTS,
            read=Read(f"{_EVENTS}?$expand=microsoft.graph.invokeUserFlowListener/userFlow", Version.BETA, shared=True),
            version=Version.BETA,
            type_name="invokeUserFlowListener",
            listener=Listener(owner="userFlow.id", targets="sourceFilter.includeApplications"),
            body={"priority": 101},
            foreign=True,
            exclusive=True,
            permissions=Permissions("Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"),
            unproven="linking applications may be gone from the service: link them in the portal, and leave"
            " applications out",
        ),
    ),
    parts=(languages(Version.V1),),
)
