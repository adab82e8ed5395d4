"""The attributes a user flow collects, and their order."""

from reconciler.emulator.call import DONE, Call, Place, Reply, key_address
from reconciler.emulator.entities.attributes import ATTRIBUTES, USER_FLOW_ATTRIBUTES
from reconciler.emulator.errors import invalid
from reconciler.emulator.schema import (
    BOOLEAN,
    STRING,
    Complex,
    EntitySet,
    EntityType,
    Enum,
    Hooks,
    Many,
    Operation,
    Pointer,
    Prop,
    Reference,
    Shape,
)
from reconciler.emulator.store import Doc
from reconciler.emulator.values import accept

VALUE = Shape(
    "userAttributeValuesItem",
    (Prop("name"), Prop("value"), Prop("isDefault", BOOLEAN, default=False)),
)
INPUT_TYPES = Enum(
    ("textBox", "dateTimeDropdown", "radioSingleSelect", "dropdownSingleSelect", "emailBox", "checkboxMultiSelect")
)
ORDER = Shape("assignmentOrder", (Prop("order", Many(STRING), required=True),))
SET_ORDER = Shape("setOrder", (Prop("newAssignmentOrder", Complex((ORDER,)), required=True),))


def default_assignments() -> list[Doc]:
    """What a fresh flow collects.

    Public tooling finds ``emailReadonly`` in every new flow; that the display name is there too is a choice.
    """
    return [
        _default("emailReadonly", "Email Address", "emailBox"),
        _default("displayName", "Display Name", "textBox"),
    ]


def _default(identifier: str, name: str, kind: str) -> Doc:
    return {
        "id": identifier,
        "isOptional": False,
        "requiresVerification": False,
        "userInputType": kind,
        "displayName": name,
        "userAttributeValues": [],
        "@ref": key_address(ATTRIBUTES, identifier),
    }


def _identify(call: Call, doc: Doc) -> str:
    """An assignment has the id of its attribute. Graph docs: identityUserFlowAttributeAssignment."""
    attribute = call.state.get(ATTRIBUTES, doc["userAttribute"])
    if attribute is None:
        raise invalid(f"The user flow attribute '{doc['userAttribute']}' does not exist.")
    return str(attribute["id"])


def _fill(call: Call, doc: Doc) -> Doc:
    if doc["displayName"] is not None:
        return doc
    attribute = call.state.get(ATTRIBUTES, doc["userAttribute"]) or {}
    return {**doc, "displayName": attribute.get("displayName")}


def _get_order(call: Call, place: Place, _doc: Doc) -> Reply:
    order = [each["id"] for each in call.state.all(place.address)]
    return Reply(200, {"@odata.context": call.context("microsoft.graph.assignmentOrder"), "order": order})


def _set_order(call: Call, place: Place, _doc: Doc) -> Reply:
    """Take a whole new order; a partial one or one with strangers is refused, which is a choice."""
    wanted = accept(SET_ORDER, call.body, creating=True)["newAssignmentOrder"]["order"]
    present = [each["id"] for each in call.state.all(place.address)]
    if sorted(each.lower() for each in wanted) != sorted(each.lower() for each in present):
        raise invalid("The new order must name every assigned attribute exactly once.")
    call.state.reorder(place.address, wanted)
    return DONE


# An update answers 204: the text of Graph docs says 200, their example 204. The attribute cannot be exchanged.
USER_ATTRIBUTE_ASSIGNMENTS = EntitySet(
    "userAttributeAssignments",
    types=(
        EntityType(
            "identityUserFlowAttributeAssignment",
            (
                Prop("id", writes="never"),
                Prop("isOptional", BOOLEAN, default=False),
                Prop("requiresVerification", BOOLEAN, default=False),
                Prop("userInputType", INPUT_TYPES, required=True),
                Prop("displayName"),
                Prop("userAttributeValues", Many(Complex((VALUE,))), default=[]),
                Prop("userAttribute", Reference(), required=True, writes="once"),
            ),
            identify=_identify,
        ),
    ),
    navigations=(Pointer("userAttribute", USER_FLOW_ATTRIBUTES),),
    set_operations=(Operation("getOrder", "GET", _get_order), Operation("setOrder", "POST", _set_order)),
    location=True,
    refers=lambda doc: key_address(ATTRIBUTES, doc["id"]),
    hooks=Hooks(fill=_fill),
)
