"""User flows of external tenants: what happens at each event of sign-up, with the inputs that are asked for."""

from typing import Any

from reconciler.emulator.call import Call, Place
from reconciler.emulator.entities.attributes import USER_FLOW_ATTRIBUTES
from reconciler.emulator.entities.handlers import (
    ALL_CONDITIONS,
    COLLECTION,
    INCLUDED_ONCE,
    INTERACTIVE,
    METHODS,
    START,
    SUBMIT,
    USER,
    call_extension,
    called_extension,
    conditions,
    extension_slot,
    include,
    none_assigned,
    with_applications,
)
from reconciler.emulator.entities.providers import IDENTITY_PROVIDERS
from reconciler.emulator.errors import GraphError, invalid, invalid_field
from reconciler.emulator.links import attach, linked
from reconciler.emulator.options import Options
from reconciler.emulator.schema import INTEGER, Complex, EntitySet, EntityType, Hooks, Links, Part, Prop
from reconciler.emulator.showing import show_target
from reconciler.emulator.store import Doc

EVENTS_FLOWS = "identity/authenticationEventsFlows"
COLLECTS, LOADS = "onAttributeCollection", "onAuthenticationMethodLoadStart"
EXTENDED = {"onAttributeCollectionStart": START, "onAttributeCollectionSubmit": SUBMIT}
_LISTS: dict[str, tuple[str, EntitySet]] = {
    LOADS: ("identityProviders", IDENTITY_PROVIDERS),
    COLLECTS: ("attributes", USER_FLOW_ATTRIBUTES),
}
# Whether the flow collected attributes from the first: only then can that be updated.
_FROM_THE_FIRST = "@collects"
_NAME_PATTERN = "^[a-zA-Z_][0-9a-zA-Z_ ]*[0-9a-zA-Z_]+$"


def flow_place(identifier: str) -> Place:
    """Where a flow is."""
    return Place(EVENTS_FLOWS, EVENTS_FLOWS).entity(identifier)


def _gate(call: Call, _place: Place) -> None:
    """Refuse without the feature, in the words observed on a live workforce tenant, August 2026."""
    if not call.profile.has_events_flows:
        feature = "requires feature: 'EnableMsGraphAuthenticationEventListener'"
        raise GraphError(
            403,
            "AADB2C",
            f"Unauthorized. Access to this Api {feature} for the tenant: '{call.profile.tenant_id}'.",
        )


def _fill(_call: Call, doc: Doc) -> Doc:
    if not doc[LOADS]["identityProviders"]:
        raise invalid("At least one identity provider is required in 'onAuthenticationMethodLoadStart'.")
    return {**doc, _FROM_THE_FIRST: doc[COLLECTS] is not None}


def _created(call: Call, place: Place, doc: Doc, accepted: Doc) -> None:
    _link(call, place, doc, accepted)


def _merge(doc: Doc, change: Doc) -> Doc:
    """A handler's members that are given replace those there are; the page's views are replaced as a whole.

    Graph docs: Update authenticationEventsFlow. That a flow which collected nothing at first can only be given
    attributes by reference is said there too.
    """
    if change.get(COLLECTS) is not None and not doc[_FROM_THE_FIRST]:
        raise invalid(f"'{COLLECTS}' can be updated only if it was set when the user flow was created.")
    merged = {**doc, **change}
    for name, value in change.items():
        if isinstance(value, dict) and isinstance(doc[name], dict):
            merged[name] = {**doc[name], **{key: each for key, each in value.items() if each is not None}}
    return merged


def _changed(call: Call, place: Place, doc: Doc, change: Doc) -> None:
    for part in (*_LISTS, *EXTENDED):
        if part in change and change[part] is None:
            call.state.delete_under(place.under(part).address)
    _link(call, place, doc, change)


def _link(call: Call, place: Place, doc: Doc, written: Doc) -> None:
    """Keep what a written flow refers to: applications, providers, attributes, extensions."""
    include(call, place, written, INCLUDED_ONCE)
    for part, (name, entities) in _LISTS.items():
        wanted = (written.get(part) or {}).get(name)
        at = place.under(part).under(name)
        if wanted is None:
            continue
        for each in call.state.all(at.address):
            call.state.delete(at.address, each["id"])
        for identifier in wanted:
            attach(call, at, entities, identifier)
    for part in EXTENDED:
        handler = written.get(part)
        if handler is not None and handler["customExtension"] is not None:
            call_extension(call, place.under(part), handler, handler["customExtension"])
    if written.get(COLLECTS) is not None:
        _match_inputs(call, place, doc)


def _match_inputs(call: Call, place: Place, doc: Doc) -> None:
    """An input needs its attribute, and an attribute whose input is left out is removed from the flow.

    Graph docs: Update authenticationEventsFlow, examples 2 and 3.
    """
    at = place.under(COLLECTS).under("attributes")
    asked = {each["attribute"].lower() for each in inputs(doc)}
    attached = {each["id"].lower() for each in call.state.all(at.address)}
    strangers = sorted(asked - attached)
    if strangers:
        raise invalid(f"The attribute '{strangers[0]}' of an input is not assigned to the user flow.")
    for identifier in attached - asked if asked else ():
        call.state.delete(at.address, identifier)


def inputs(doc: Doc) -> list[Doc]:
    """The inputs of a flow, in the order they are shown to users."""
    page = (doc[COLLECTS] or {}).get("attributeCollectionPage") or {}
    return [each for view in page.get("views") or () for each in view["inputs"]]


def _attached(call: Call, flow: Doc, attribute: Doc) -> None:
    """An attribute that is added gets an input with defaults. Graph docs: Add attribute to onAttributeCollection."""
    collection = flow[COLLECTS] or {"@odata.type": COLLECTION.annotation, "accessPackages": []}
    page: Doc = collection.get("attributeCollectionPage") or {"customStringsFileId": None, "views": []}
    first, *rest = page["views"] or [{"title": None, "description": None, "inputs": []}]
    added = [] if _asks(flow, attribute) else [_default_input(attribute)]
    views = [{**first, "inputs": [*first["inputs"], *added]}, *rest]
    collection = {**collection, "attributeCollectionPage": {**page, "views": views}}
    call.state.put(EVENTS_FLOWS, {**flow, COLLECTS: collection})


def _asks(flow: Doc, attribute: Doc) -> bool:
    return any(each["attribute"].lower() == attribute["id"].lower() for each in inputs(flow))


def _default_input(attribute: Doc) -> dict[str, Any]:
    """The patterns are those of samples in Graph docs."""
    kind, custom = attribute["dataType"], attribute["userFlowAttributeType"] == "custom"
    patterns = {"int64": "^[0-9]+$", "boolean": None}
    return {
        "attribute": attribute["id"],
        "label": attribute["displayName"],
        "inputType": "boolean" if kind == "boolean" else "text",
        "defaultValue": None,
        "hidden": False,
        "editable": True,
        "writeToDirectory": True,
        "required": False,
        "validationRegEx": patterns.get(kind, "^.*" if custom else _NAME_PATTERN),
        "options": [],
    }


def whole_flow(call: Call, place: Place, _doc: Doc, shown: Doc, created: bool) -> Doc:
    """Reads show everything; the answer to a create leaves out what is linked, as samples in Graph docs do.

    In those samples a flow that says nothing of users makes members: null when created, shown when read.
    """
    if created:
        return shown
    shown = with_applications(call, place, shown)
    if shown["onUserCreateStart"] is None:
        shown["onUserCreateStart"] = {"@odata.type": USER.annotation, "userTypeToCreate": "member"}
    return {**shown, **{part: whole_handler(call, place, part, shown[part]) for part in (*_LISTS, *EXTENDED)}}


def whole_handler(call: Call, place: Place, part: str, handler: Doc | None) -> Doc | None:
    """A handler at a part of a flow or listener with all that is linked to it."""
    if handler is None:
        return None
    added: Doc = {}
    for name, entities in _LISTS.values():
        docs = linked(call, place.under(part).under(name), entities)
        if docs or _expects(handler, name):
            added[name] = [show_target(call, entities, doc, Options()) for doc in docs]
    if handler["@odata.type"].endswith("CustomExtensionHandler"):
        added["customExtension"] = called_extension(call, place.under(part))
    return {**handler, **added}


def _expects(handler: Doc, name: str) -> bool:
    shapes = {METHODS.annotation: "identityProviders", COLLECTION.annotation: "attributes"}
    return shapes.get(handler["@odata.type"]) == name


def _check_name(call: Call, doc: Doc) -> Doc:
    if not doc["displayName"].strip():
        raise invalid_field("displayName")
    return _fill(call, doc)


# v1.0 has no priority in its metadata, but its pages list one and its samples show it.
AUTHENTICATION_EVENTS_FLOWS = EntitySet(
    "authenticationEventsFlows",
    types=(
        EntityType(
            "externalUsersSelfServiceSignUpEventsFlow",
            (
                Prop("id", writes="never"),
                Prop("displayName", required=True),
                Prop("description"),
                Prop("priority", INTEGER, default=500),
                ALL_CONDITIONS,
                Prop("onInteractiveAuthFlowStart", Complex((INTERACTIVE,), typed=True), required=True),
                Prop(LOADS, Complex((METHODS,), typed=True), required=True),
                Prop(COLLECTS, Complex((COLLECTION,), typed=True)),
                *(Prop(part, Complex((shape,), typed=True)) for part, shape in EXTENDED.items()),
                Prop("onUserCreateStart", Complex((USER,), typed=True)),
            ),
            states_type=True,
        ),
    ),
    navigations=(
        conditions(INCLUDED_ONCE),
        Part(LOADS, (Links("identityProviders", IDENTITY_PROVIDERS, stored="identityProviders"),)),
        Part(
            COLLECTS,
            (
                Links(
                    "attributes",
                    USER_FLOW_ATTRIBUTES,
                    stored="attributes",
                    context="Collection(microsoft.graph.identityUserFlowAttribute)",
                    attached=_attached,
                    empty=none_assigned,
                ),
            ),
        ),
        *(Part(part, (extension_slot(part, EVENTS_FLOWS, shape),)) for part, shape in EXTENDED.items()),
    ),
    unique=("displayName",),
    filterable=frozenset(
        {
            *("id", "displayName"),
            f"{LOADS}/identityProviders/any",
            f"{COLLECTS}/attributes/any",
            "conditions/applications/includeApplications/any",
        }
    ),
    typed=True,
    wrapped=True,
    address=EVENTS_FLOWS,
    clouds=frozenset({"global"}),
    hooks=Hooks(gate=_gate, fill=_check_name, created=_created, merge=_merge, changed=_changed, whole=whole_flow),
)
