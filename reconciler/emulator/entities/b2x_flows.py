"""User flows of workforce tenants: self-service sign-up for guests."""

from reconciler.emulator import values
from reconciler.emulator.call import DONE, Call, Place, Reply, key_address
from reconciler.emulator.entities.assignments import default_assignments
from reconciler.emulator.entities.b2c_flows import USER_FLOWS, USER_FLOWS_ADDRESS
from reconciler.emulator.entities.flow_parts import (
    ATTACHED_PROPS,
    IDENTITY_PROPS,
    NAVIGATIONS,
    furnish,
    prefixed,
)
from reconciler.emulator.entities.languages import LANGUAGES
from reconciler.emulator.errors import no_route, service_problem
from reconciler.emulator.links import duplicate, target
from reconciler.emulator.schema import Contained, EntitySet, EntityType, Hooks
from reconciler.emulator.store import Doc

FLOWS = "identity/b2xUserFlows"
PREFIX = "B2X_1_"


def _fill(_call: Call, doc: Doc) -> Doc:
    """Only sign-up-or-sign-in flows of version 1 exist; others fail as unsupported versions of old did."""
    if doc["userFlowType"] != "signUpOrSignIn" or doc["userFlowTypeVersion"] != 1:
        raise service_problem()
    return doc


def _created(call: Call, place: Place, _doc: Doc, accepted: Doc) -> None:
    """A fresh flow is not empty: it collects attributes and lets people in through Entra ID."""
    furnish(call, place, accepted, ("AADSignup-OAUTH",), default_assignments())


def _adopt(call: Call) -> Reply:
    """Add a user flow that exists: 204. Graph docs: Add userFlow (beta), a page nothing else confirms.

    Neither the API's metadata nor its permissions know the path, so it leads nowhere unless the profile says so.
    The flow is named by ``id`` or ``@odata.id`` and keeps its id, which is a choice.
    """
    if not call.profile.adopts_user_flows or call.version != "beta":
        raise no_route(f"{call.root}/{call.path}")
    flow = target(call, USER_FLOWS, values.reference(call.body, "id"))
    if call.state.get(FLOWS, flow["id"]) is not None:
        raise duplicate(call, f"An object whose 'id' is '{flow['id']}' already exists.")
    kept = {name: flow[name] for name in ("id", "userFlowType", "userFlowTypeVersion")}
    origin = key_address(USER_FLOWS_ADDRESS, flow["id"])
    call.state.put(FLOWS, {**kept, "apiConnectorConfiguration": {}, "@ref": origin})
    return DONE


# There is no update: the permission tables of Graph docs list none for this path.
B2X_USER_FLOWS = EntitySet(
    "b2xUserFlows",
    types=(
        EntityType(
            "b2xIdentityUserFlow",
            (*IDENTITY_PROPS, *ATTACHED_PROPS),
            identify=lambda _call, doc: prefixed(PREFIX, doc["id"]),
        ),
    ),
    allows=frozenset({"list", "create", "get", "delete"}),
    navigations=(*NAVIGATIONS, Contained("languages", LANGUAGES)),
    location=True,
    add=_adopt,
    address=FLOWS,
    clouds=frozenset({"global", "china"}),
    hooks=Hooks(fill=_fill, created=_created),
)
