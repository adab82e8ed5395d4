"""The link from an application to a user flow of a workforce tenant (beta): events/onSignupStart."""

from reconciler.emulator.call import Call, Place
from reconciler.emulator.entities.b2x_flows import B2X_USER_FLOWS
from reconciler.emulator.errors import invalid, no_route
from reconciler.emulator.links import fill_slot
from reconciler.emulator.schema import (
    BETA,
    INTEGER,
    STRING,
    Complex,
    EntitySet,
    EntityType,
    Hooks,
    Many,
    Prop,
    Reference,
    Shape,
    Slot,
)
from reconciler.emulator.store import Doc

SIGNUP_EVENTS = "identity/events/onSignupStart"

_SOURCE = Shape("authenticationSourceFilter", (Prop("includeApplications", Many(STRING), default=[]),))


def _gate(call: Call, _place: Place) -> None:
    """Documented and with permissions of its own, but not in beta's metadata: it may be gone from the service."""
    if not call.profile.signup_events:
        raise no_route(f"{call.root}/{call.path}")


def _link(call: Call, place: Place, doc: Doc, written: Doc) -> None:
    """Point at the flow, and refuse an application that has one already: an application belongs to one flow only."""
    if written.get("userFlow") is not None:
        fill_slot(call, place, B2X_USER_FLOWS, "userFlow", written["userFlow"])
    wanted = {each.lower() for each in (written.get("sourceFilter") or {}).get("includeApplications", ())}
    for other in call.state.all(SIGNUP_EVENTS):
        taken = {each.lower() for each in other["sourceFilter"]["includeApplications"]}
        if other["id"] != doc["id"] and taken & wanted:
            raise invalid(f"The application '{min(taken & wanted)}' is already linked to another user flow.")


# The flow is seen only where it is expanded. Graph docs: List onSignUpStart. That PUT answers 204 is a choice.
ON_SIGNUP_START = EntitySet(
    "onSignupStart",
    types=(
        EntityType(
            "invokeUserFlowListener",
            (
                Prop("id", writes="never"),
                Prop("priority", INTEGER, required=True),
                Prop("sourceFilter", Complex((_SOURCE,)), required=True),
                Prop("userFlow", Reference(), required=True),
            ),
        ),
    ),
    allows=frozenset({"list", "create", "get", "update", "replace", "delete"}),
    navigations=(Slot("userFlow", B2X_USER_FLOWS),),
    typed=True,
    address=SIGNUP_EVENTS,
    versions=BETA,
    clouds=frozenset({"global"}),
    hooks=Hooks(gate=_gate, created=_link, changed=_link),
)
