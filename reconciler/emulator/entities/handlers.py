"""What happens at an event of sign-in or sign-up, and for which applications: shared by flows and listeners."""

from functools import partial

from reconciler.emulator.call import Call, Place, key_address
from reconciler.emulator.entities.extensions import CLIENT, CUSTOM_AUTHENTICATION_EXTENSIONS, ON_ERROR
from reconciler.emulator.errors import GraphError, invalid
from reconciler.emulator.links import in_slot, target
from reconciler.emulator.options import Options
from reconciler.emulator.schema import (
    BOOLEAN,
    STRING,
    Complex,
    Contained,
    EntitySet,
    EntityType,
    Enum,
    Hooks,
    Many,
    Part,
    Prop,
    Reference,
    Shape,
    Slot,
)
from reconciler.emulator.showing import show_target
from reconciler.emulator.store import Doc

OPTION = Shape("authenticationAttributeCollectionOptionConfiguration", (Prop("label"), Prop("value")))
INPUT = Shape(
    "authenticationAttributeCollectionInputConfiguration",
    (
        Prop("attribute", required=True),
        Prop("label", required=True),
        Prop("inputType", Enum(("text", "radioSingleSelect", "checkboxMultiSelect", "boolean")), required=True),
        Prop("defaultValue"),
        Prop("hidden", BOOLEAN, default=False),
        Prop("editable", BOOLEAN, default=True),
        Prop("writeToDirectory", BOOLEAN, default=True),
        Prop("required", BOOLEAN, default=False),
        Prop("validationRegEx"),
        Prop("options", Many(Complex((OPTION,))), default=[]),
    ),
)
VIEW = Shape(
    "authenticationAttributeCollectionPageViewConfiguration",
    (Prop("title"), Prop("description"), Prop("inputs", Many(Complex((INPUT,))), default=[])),
)
PAGE = Shape(
    "authenticationAttributeCollectionPage",
    (Prop("customStringsFileId"), Prop("views", Many(Complex((VIEW,))), default=[])),
)
INTERACTIVE = Shape(
    "onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp", (Prop("isSignUpAllowed", BOOLEAN, required=True),)
)
METHODS = Shape(
    "onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp", (Prop("identityProviders", Many(Reference())),)
)
# The members after the page's are undocumented, but in samples of Graph docs.
COLLECTION = Shape(
    "onAttributeCollectionExternalUsersSelfServiceSignUp",
    (
        Prop("accessPackages", Many(STRING), default=[]),
        Prop("attributeCollectionPage", Complex((PAGE,))),
        Prop("attributes", Many(Reference())),
    ),
)
USER = Shape("onUserCreateStartExternalUsersSelfServiceSignUp", (Prop("userTypeToCreate", Enum(("member", "guest"))),))
_CLIENT = Prop("clientConfiguration", Complex((CLIENT,)))
OVERWRITE = Shape("customExtensionOverwriteConfiguration", (Prop("behaviorOnError", ON_ERROR), _CLIENT))
OVERWRITE_OF_GOVERNMENT = Shape(OVERWRITE.name, (_CLIENT,))


def extension_handler(name: str, *extra: Prop, overwrite: Shape = OVERWRITE) -> Shape:
    """A handler that calls a custom extension."""
    configuration = Prop("configuration", Complex((overwrite,)))
    return Shape(f"{name}CustomExtensionHandler", (configuration, *extra, Prop("customExtension", Reference())))


START = extension_handler("onAttributeCollectionStart")
SUBMIT = extension_handler("onAttributeCollectionSubmit")

APPLICATIONS = Shape(
    "authenticationConditionsApplications",
    (
        Prop("includeAllApplications", BOOLEAN, default=False),
        Prop("includeApplications", Many(Reference("appId"))),
    ),
)
CONDITIONS = Shape(
    "authenticationConditions",
    (Prop("applications", Complex((APPLICATIONS,)), default={"includeAllApplications": False}),),
)
ALL_CONDITIONS = Prop("conditions", Complex((CONDITIONS,)), default={"applications": {"includeAllApplications": False}})
_APPLICATION = EntityType(
    "authenticationConditionApplication",
    (Prop("appId", required=True, writes="once"),),
    identify=lambda _call, doc: str(doc["appId"]),
)
INCLUDED = EntitySet(
    "includeApplications", types=(_APPLICATION,), allows=frozenset({"list", "create", "get", "delete"})
)


def _linked_to(doc: Doc) -> str:
    return key_address("applications of user flows", doc["id"].lower())


def _only_one(call: Call, _place: Place, doc: Doc, _accepted: Doc) -> None:
    """An application belongs to one user flow only. Graph docs: authenticationEventsFlow."""
    if len(call.state.referring(_linked_to(doc))) > 1:
        raise invalid(f"The application '{doc['id']}' is already linked to another user flow.")


INCLUDED_ONCE = EntitySet(
    "includeApplications",
    types=(_APPLICATION,),
    allows=frozenset({"list", "create", "get", "delete"}),
    refers=_linked_to,
    hooks=Hooks(created=_only_one),
)


def conditions(included: EntitySet) -> Part:
    """The way to the applications of a flow or listener."""
    return Part("conditions", (Part("applications", (Contained("includeApplications", included),)),))


def _included_at(place: Place) -> Place:
    return place.under("conditions").under("applications").under("includeApplications")


def include(call: Call, place: Place, accepted: Doc, included: EntitySet) -> None:
    """Make the applications in a written body those of the flow or listener at a place; none given, none changed."""
    wanted = ((accepted.get("conditions") or {}).get("applications") or {}).get("includeApplications")
    if wanted is None:
        return
    at = _included_at(place)
    for doc in call.state.all(at.address):
        call.state.delete(at.address, doc["id"])
    for identifier in dict.fromkeys(wanted):
        doc = {"id": identifier, "appId": identifier}
        call.state.put(at.address, doc if included.refers is None else {**doc, "@ref": included.refers(doc)})
        if included.hooks.created is not None:
            included.hooks.created(call, at.entity(identifier), doc, {})


def with_applications(call: Call, place: Place, shown: Doc) -> Doc:
    """The shown conditions with the applications in them, and where these are."""
    at = _included_at(place)
    inside = {
        **shown["conditions"]["applications"],
        "includeApplications@odata.context": call.context(at.address),
        "includeApplications": [{"appId": doc["appId"]} for doc in call.state.all(at.address)],
    }
    return {**shown, "conditions": {"applications": inside}}


def belongs_to_flow(listener: Doc) -> GraphError:
    """The refusal to change a flow's listener by itself; a choice, Graph documents nothing."""
    return invalid(f"The listener '{listener['id']}' belongs to a user flow and cannot be changed by itself.")


def fits(handler: str, extension: Doc) -> None:
    """Refuse an extension made for another event than the handler of that type; its name says which it is."""
    name = (
        handler.removeprefix("#microsoft.graph.").removesuffix("Handler").replace("PasswordMigration", "PasswordSubmit")
    )
    if extension["@odata.type"] != f"#microsoft.graph.{name}":
        raise invalid(f"The custom extension '{extension['id']}' is not a '{name}'.")


def call_extension(call: Call, holder: Place, handler: Doc, identifier: str) -> None:
    """Make a written handler call an extension."""
    extension = target(call, CUSTOM_AUTHENTICATION_EXTENSIONS, identifier)
    fits(handler["@odata.type"], extension)
    reference = key_address(CUSTOM_AUTHENTICATION_EXTENSIONS.address or "", extension["id"])
    call.state.put(holder.address, {"id": "customExtension", "to": extension["id"], "@ref": reference})


def called_extension(call: Call, holder: Place) -> Doc | None:
    """The extension that a handler calls, as it is shown."""
    found = in_slot(call, holder, CUSTOM_AUTHENTICATION_EXTENSIONS, "customExtension")
    return None if found is None else show_target(call, CUSTOM_AUTHENTICATION_EXTENSIONS, found, Options())


def _prepare(part: str, collection: str, shape: Shape | None, call: Call, owner: Doc, extension: Doc) -> None:
    """A handler that is not there yet is made with its extension, a choice: only the permission tables know this."""
    if owner.get("authenticationEventsFlowId") is not None:
        raise belongs_to_flow(owner)
    handler = owner[part] or {"@odata.type": shape.annotation if shape is not None else "", "configuration": None}
    fits(handler["@odata.type"], extension)
    if owner[part] is None:
        call.state.put(collection, {**owner, part: handler})


def extension_slot(part: str, collection: str, shape: Shape | None = None) -> Slot:
    """The navigation from the handler in ``part`` of an entity of a collection to its extension."""
    return Slot("customExtension", CUSTOM_AUTHENTICATION_EXTENSIONS, prepare=partial(_prepare, part, collection, shape))


def none_assigned() -> GraphError:
    """A 400 for listing attributes where there are none. Graph docs: List attributes of onAttributeCollection."""
    return invalid("No attribute is assigned to the user flow.")
