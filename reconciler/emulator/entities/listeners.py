"""Authentication event listeners: free-standing ones, and those that belong to a user flow and follow from it."""

import uuid
from dataclasses import replace
from urllib.parse import unquote

from reconciler.emulator.call import Call, Place
from reconciler.emulator.entities.attributes import USER_FLOW_ATTRIBUTES
from reconciler.emulator.entities.events_flows import EVENTS_FLOWS, flow_place, whole_handler
from reconciler.emulator.entities.extensions import GLOBAL, GOVERNMENT
from reconciler.emulator.entities.handlers import (
    ALL_CONDITIONS,
    COLLECTION,
    INCLUDED,
    INTERACTIVE,
    METHODS,
    OVERWRITE_OF_GOVERNMENT,
    START,
    SUBMIT,
    USER,
    belongs_to_flow,
    call_extension,
    conditions,
    extension_handler,
    extension_slot,
    include,
    none_assigned,
    with_applications,
)
from reconciler.emulator.entities.providers import IDENTITY_PROVIDERS
from reconciler.emulator.errors import invalid
from reconciler.emulator.links import attach
from reconciler.emulator.schema import (
    BETA,
    BOOLEAN,
    INTEGER,
    V1,
    Complex,
    EntitySet,
    EntityType,
    Hooks,
    Links,
    Many,
    Part,
    Prop,
    Shape,
)
from reconciler.emulator.store import Doc

LISTENERS = "identity/authenticationEventListeners"
MAX_LISTENERS = 249  # Entra docs: service limits

_FRAUD_PROVIDERS = tuple(
    Shape(name, (Prop("id"), Prop("displayName")))
    for name in ("arkoseFraudProtectionProvider", "humanSecurityFraudProtectionProvider")
)
_FRAUD_SIGN_UP = Shape(
    "fraudProtectionProviderConfiguration",
    (
        Prop("isContinueOnProviderErrorEnabled", BOOLEAN, default=False),
        Prop("fraudProtectionProvider", Complex(_FRAUD_PROVIDERS), required=True),
    ),
)
_FRAUD = Shape("onFraudProtectionLoadStartExternalUsersAuthHandler", (Prop("signUp", Complex((_FRAUD_SIGN_UP,))),))
_PHONE_OPTIONS = Shape(
    "phoneOptions",
    tuple(Prop(name, Many(INTEGER)) for name in ("defaultRegions", "excludeRegions", "includeAdditionalRegions")),
)
_PHONE = Shape(
    "onPhoneMethodLoadStartExternalUsersAuthHandler",
    tuple(Prop(name, Complex((_PHONE_OPTIONS,))) for name in ("smsOptions", "voiceOptions")),
)

# The types of v1.0's metadata and, last, the one that only beta has, each with the handler it has.
_HANDLERS = {
    "onTokenIssuanceStart": extension_handler("onTokenIssuanceStart"),
    "onInteractiveAuthFlowStart": INTERACTIVE,
    "onAuthenticationMethodLoadStart": METHODS,
    "onAttributeCollection": COLLECTION,
    "onAttributeCollectionStart": START,
    "onAttributeCollectionSubmit": SUBMIT,
    "onUserCreateStart": USER,
    "onEmailOtpSend": extension_handler("onOtpSend"),
    "onFraudProtectionLoadStart": _FRAUD,
    "onPasswordSubmit": extension_handler("onPasswordMigration", Prop("migrationPropertyId")),
    "onVerifiedIdClaimValidation": extension_handler("onVerifiedIdClaimValidation"),
    "onPhoneMethodLoadStart": _PHONE,
}
_ID, _NAME = Prop("id", writes="never"), Prop("displayName")


def _props(handler: Shape) -> tuple[Prop, ...]:
    return (
        Prop("priority", INTEGER, default=500, versions=BETA),
        Prop("authenticationEventsFlowId", writes="never"),
        ALL_CONDITIONS,
        Prop("handler", Complex((handler,), typed=True)),
    )


def _type(event: str, handler: Shape) -> EntityType:
    versions = BETA if handler is _PHONE else V1
    props = (_ID, _NAME, *_props(handler))
    return EntityType(f"{event}Listener", props, states_type=True, clouds=GLOBAL, versions=versions)


# US Government clouds have only listeners to token issuance: without a name, and nothing said about errors.
_OF_GOVERNMENT = EntityType(
    "onTokenIssuanceStartListener",
    (_ID, *_props(extension_handler("onTokenIssuanceStart", overwrite=OVERWRITE_OF_GOVERNMENT))),
    states_type=True,
    clouds=GOVERNMENT,
)


def _check(doc: Doc) -> Doc:
    """Graph docs: Create authenticationEventListener (beta)."""
    if not 0 <= doc["priority"] <= 1000:
        raise invalid("The 'priority' must be between 0 and 1000.")
    everywhere = doc["conditions"]["applications"]["includeAllApplications"]
    if everywhere and doc["@odata.type"] == "#microsoft.graph.onTokenIssuanceStartListener":
        raise invalid("'includeAllApplications' must be false for token issuance.")
    return doc


def _link(call: Call, place: Place, _doc: Doc, written: Doc) -> None:
    include(call, place, written, INCLUDED)
    handler, at = written.get("handler") or {}, place.under("handler")
    if handler.get("customExtension") is not None:
        call_extension(call, at, handler, handler["customExtension"])
    for name, entities in (("identityProviders", IDENTITY_PROVIDERS), ("attributes", USER_FLOW_ATTRIBUTES)):
        if handler.get(name) is None:
            continue
        for each in call.state.all(at.under(name).address):
            call.state.delete(at.under(name).address, each["id"])
        for identifier in handler[name]:
            attach(call, at.under(name), entities, identifier)


def _of_flows(call: Call) -> list[Doc]:
    """One listener per event that a flow handles. Graph docs: authenticationEventsFlow resource type."""
    return [
        {
            "id": str(uuid.uuid5(uuid.UUID(flow["id"]), event)),
            "@odata.type": f"#microsoft.graph.{event}Listener",
            "priority": flow["priority"],
            "authenticationEventsFlowId": flow["id"],
            "conditions": flow["conditions"],
            "handler": flow[event],
        }
        for flow in call.state.all(EVENTS_FLOWS)
        for event in _HANDLERS
        if flow.get(event) is not None
    ]


def _apart(call: Call, place: Place) -> None:
    """What is inside a flow's listener is reached through the flow, not from here."""
    identifier = unquote(place.path.split("/")[2])
    for doc in _of_flows(call):
        if doc["id"] == identifier.lower():
            _free(doc)


def _free(doc: Doc) -> None:
    """Those of a flow are changed through the flow."""
    if doc.get("authenticationEventsFlowId") is not None:
        raise belongs_to_flow(doc)


def _attached(_call: Call, listener: Doc, _target: Doc) -> None:
    _free(listener)


def _whole(call: Call, place: Place, doc: Doc, shown: Doc, created: bool) -> Doc:
    """Reads show what is linked; so does a create, except for attribute collection.

    Graph docs: Create authenticationEventListener, where only an extension's id is shown.
    """
    flow = doc.get("authenticationEventsFlowId")
    event = doc["@odata.type"].removeprefix("#microsoft.graph.").removesuffix("Listener")
    if created and event.startswith("onAttributeCollection"):
        return shown
    home, part = (place, "handler") if flow is None else (flow_place(flow), event)
    handler = whole_handler(call, home, part, shown["handler"])
    if created and handler is not None and handler.get("customExtension") is not None:
        handler = {**handler, "customExtension": {"id": handler["customExtension"]["id"]}}
    return {**with_applications(call, home, shown), "handler": handler}


AUTHENTICATION_EVENT_LISTENERS = EntitySet(
    "authenticationEventListeners",
    types=(*(_type(event, handler) for event, handler in _HANDLERS.items()), _OF_GOVERNMENT),
    navigations=(
        conditions(replace(INCLUDED, hooks=Hooks(gate=_apart))),
        Part(
            "handler",
            (
                extension_slot("handler", LISTENERS),
                Links("identityProviders", IDENTITY_PROVIDERS, stored="identityProviders", attached=_attached),
                Links("attributes", USER_FLOW_ATTRIBUTES, stored="attributes", attached=_attached, empty=none_assigned),
            ),
        ),
    ),
    derived=_of_flows,
    filterable=frozenset(
        {
            *("id", "displayName", "authenticationEventsFlowId"),
            "conditions/applications/includeApplications/any",
            "handler/customExtension/id",
        }
    ),
    limit=MAX_LISTENERS,
    address=LISTENERS,
    clouds=GLOBAL | GOVERNMENT,
    hooks=Hooks(
        fill=lambda _call, doc: _check(doc),
        created=_link,
        merge=lambda doc, change: _check({**doc, **change}),
        changed=_link,
        changeable=_free,
        removable=_free,
        whole=_whole,
    ),
)
