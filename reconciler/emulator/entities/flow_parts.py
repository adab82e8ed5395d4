"""What user flows of every family have in common: their name, their kinds, what is inside a fresh one."""

import re
from collections.abc import Iterable

from reconciler.emulator.call import Call, Place
from reconciler.emulator.entities.assignments import USER_ATTRIBUTE_ASSIGNMENTS
from reconciler.emulator.entities.connectors import API_CONNECTORS
from reconciler.emulator.entities.legacy_providers import legacy_view
from reconciler.emulator.entities.providers import IDENTITY_PROVIDERS, PROVIDERS
from reconciler.emulator.errors import invalid_field
from reconciler.emulator.links import attach, fill_slot, target
from reconciler.emulator.schema import (
    BETA,
    NUMBER,
    Complex,
    Contained,
    Enum,
    Holder,
    Links,
    Many,
    Navigation,
    Prop,
    Reference,
    Shape,
    Slot,
)
from reconciler.emulator.store import Doc

# An unknown type is blamed on the flow as a whole, as a public report quotes the service.
USER_FLOW_TYPES = Enum(
    ("signUp", "signIn", "signUpOrSignIn", "passwordReset", "profileUpdate", "resourceOwner"), blamed="identityUserFlow"
)
STEPS = ("postFederationSignup", "postAttributeCollection")
CONNECTOR_STEPS = Shape("userFlowApiConnectorConfiguration", tuple(Prop(step, Reference()) for step in STEPS))

IDENTITY_PROPS = (
    Prop("id", required=True, writes="once"),
    Prop("userFlowType", USER_FLOW_TYPES, required=True, writes="once"),
    Prop("userFlowTypeVersion", NUMBER, required=True, writes="once"),
)
ATTACHED_PROPS = (
    Prop("apiConnectorConfiguration", Complex((CONNECTOR_STEPS,)), writes="once", default={}),
    Prop("identityProviders", Many(Reference()), writes="once", default=[]),
)
NAVIGATIONS: tuple[Navigation, ...] = (
    Links("identityProviders", IDENTITY_PROVIDERS, stored="userFlowIdentityProviders", view=legacy_view),
    Links(
        "userFlowIdentityProviders",
        IDENTITY_PROVIDERS,
        stored="userFlowIdentityProviders",
        context="Collection(microsoft.graph.identityProviderBase)",
    ),
    Contained("userAttributeAssignments", USER_ATTRIBUTE_ASSIGNMENTS),
    Holder(
        "apiConnectorConfiguration",
        (
            *(Slot(step, API_CONNECTORS) for step in STEPS),
            Slot("preTokenIssuance", API_CONNECTORS, versions=BETA),
        ),
    ),
)


def prefixed(prefix: str, name: str) -> str:
    """A flow's id: the service puts its prefix before the name. Graph docs: Create b2xIdentityUserFlow.

    A prefix that is already there is kept, as Graph docs say of b2cIdentityUserFlow.
    """
    bare = name[len(prefix) :] if name.lower().startswith(prefix.lower()) else name
    if not re.fullmatch(r"[A-Za-z0-9_-]+", bare):
        raise invalid_field("id")
    return prefix + bare


def furnish(call: Call, place: Place, accepted: Doc, providers: Iterable[str], assignments: Iterable[Doc]) -> None:
    """Fill a fresh flow: with what it has of itself and with what the client asked for."""
    attached = place.under("userFlowIdentityProviders")
    for identifier in providers:
        if call.state.get(PROVIDERS, identifier):
            attach(call, attached, IDENTITY_PROVIDERS, identifier)
    for identifier in accepted["identityProviders"]:
        if call.state.get(attached.address, target(call, IDENTITY_PROVIDERS, identifier)["id"]) is None:
            attach(call, attached, IDENTITY_PROVIDERS, identifier)
    for assignment in assignments:
        call.state.put(place.under("userAttributeAssignments").address, assignment)
    steps = place.under("apiConnectorConfiguration")
    for step, identifier in accepted["apiConnectorConfiguration"].items():
        if identifier is not None:
            fill_slot(call, steps, API_CONNECTORS, step, identifier)
