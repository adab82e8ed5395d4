"""User flows of workforce tenants: self-service sign-up for guests."""

import re

from reconciler.emulator.call import Call, Place
from reconciler.emulator.entities.assignments import USER_ATTRIBUTE_ASSIGNMENTS, default_assignments
from reconciler.emulator.entities.connectors import API_CONNECTORS
from reconciler.emulator.entities.languages import LANGUAGES
from reconciler.emulator.entities.providers import IDENTITY_PROVIDERS, PROVIDERS, legacy_view
from reconciler.emulator.errors import GraphError, invalid_field
from reconciler.emulator.links import attach, fill_slot, target
from reconciler.emulator.schema import (
    BETA,
    NUMBER,
    Complex,
    Contained,
    EntitySet,
    EntityType,
    Enum,
    Holder,
    Hooks,
    Links,
    Many,
    Prop,
    Reference,
    Shape,
    Slot,
)
from reconciler.emulator.store import Doc

FLOWS = "identity/b2xUserFlows"
PREFIX = "B2X_1_"
USER_FLOW_TYPES = Enum(("signUp", "signIn", "signUpOrSignIn", "passwordReset", "profileUpdate", "resourceOwner"))
STEPS = ("postFederationSignup", "postAttributeCollection")
CONNECTOR_STEPS = Shape("userFlowApiConnectorConfiguration", tuple(Prop(step, Reference()) for step in STEPS))


def _identify(_call: Call, doc: Doc) -> str:
    """The service puts its prefix before the name. Graph docs: Create b2xIdentityUserFlow.

    A prefix that is already there is kept, as Graph docs say of b2cIdentityUserFlow.
    """
    name = str(doc["id"])
    bare = name[len(PREFIX) :] if name.lower().startswith(PREFIX.lower()) else name
    if not re.fullmatch(r"[A-Za-z0-9_-]+", bare):
        raise invalid_field("id")
    return PREFIX + bare


def _fill(_call: Call, doc: Doc) -> Doc:
    """Only sign-up-or-sign-in flows of version 1 exist; others fail as unsupported versions of old did."""
    if doc["userFlowType"] != "signUpOrSignIn" or doc["userFlowTypeVersion"] != 1:
        raise GraphError(400, "AADB2C90063", "There is a problem with the service.")
    return doc


def _created(call: Call, place: Place, _doc: Doc, accepted: Doc) -> None:
    """A fresh flow is not empty: it collects attributes and lets people in through Entra ID."""
    providers = place.under("userFlowIdentityProviders")
    if call.state.get(PROVIDERS, "AADSignup-OAUTH"):
        attach(call, providers, IDENTITY_PROVIDERS, "AADSignup-OAUTH")
    for identifier in accepted["identityProviders"]:
        if call.state.get(providers.address, target(call, IDENTITY_PROVIDERS, identifier)["id"]) is None:
            attach(call, providers, IDENTITY_PROVIDERS, identifier)
    for assignment in default_assignments():
        call.state.put(place.under("userAttributeAssignments").address, assignment)
    steps = place.under("apiConnectorConfiguration")
    for step, identifier in accepted["apiConnectorConfiguration"].items():
        if identifier is not None:
            fill_slot(call, steps, API_CONNECTORS, step, identifier)


# There is no update: the permission tables of Graph docs list none for this path.
B2X_USER_FLOWS = EntitySet(
    "b2xUserFlows",
    types=(
        EntityType(
            "b2xIdentityUserFlow",
            (
                Prop("id", required=True, writes="once"),
                Prop("userFlowType", USER_FLOW_TYPES, required=True, writes="once"),
                Prop("userFlowTypeVersion", NUMBER, required=True, writes="once"),
                Prop("apiConnectorConfiguration", Complex((CONNECTOR_STEPS,)), writes="once", default={}),
                Prop("identityProviders", Many(Reference()), writes="once", default=[]),
            ),
            identify=_identify,
        ),
    ),
    allows=frozenset({"list", "create", "get", "delete"}),
    navigations=(
        Links("identityProviders", IDENTITY_PROVIDERS, stored="userFlowIdentityProviders", view=legacy_view),
        Links(
            "userFlowIdentityProviders",
            IDENTITY_PROVIDERS,
            stored="userFlowIdentityProviders",
            context="Collection(microsoft.graph.identityProviderBase)",
        ),
        Contained("userAttributeAssignments", USER_ATTRIBUTE_ASSIGNMENTS),
        Contained("languages", LANGUAGES),
        Holder(
            "apiConnectorConfiguration",
            (
                *(Slot(step, API_CONNECTORS) for step in STEPS),
                Slot("preTokenIssuance", API_CONNECTORS, versions=BETA),
            ),
        ),
    ),
    location=True,
    address=FLOWS,
    hooks=Hooks(fill=_fill, created=_created),
)
