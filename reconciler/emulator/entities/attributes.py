"""User flow attributes: the built-in ones every tenant has, and custom ones named after the extensions app."""

import re

from reconciler.emulator.call import Call
from reconciler.emulator.entities.policies import needs_self_service_sign_up
from reconciler.emulator.errors import invalid, invalid_field
from reconciler.emulator.schema import EntitySet, EntityType, Enum, Hooks, Prop
from reconciler.emulator.store import Doc

ATTRIBUTES = "identity/userFlowAttributes"

_BUILT_IN = {
    "city": ("City", "The city in which the user is located."),
    "country": ("Country/Region", "The country/region in which the user is located."),
    "displayName": ("Display Name", "Display Name of the User."),
    "email": ("Email Address", "Email address of the user."),
    "emailReadonly": ("Email Address (read only)", "Verified email address of the user, not editable."),
    "givenName": ("Given Name", "The user's given name (also known as first name)."),
    "jobTitle": ("Job Title", "The user's job title."),
    "postalCode": ("Postal Code", "The postal code of the user's address."),
    "state": ("State/Province", "The state or province in user's address."),
    "streetAddress": ("Street Address", "The street address where the user is located."),
    "surname": ("Surname", "The user's surname (also known as family name or last name)."),
}


def built_in_attributes() -> list[Doc]:
    """The attributes of a fresh tenant; ids in lower camel case as newer Graph docs and tenants show them."""
    return [
        {
            "id": identifier,
            "displayName": name,
            "description": description,
            "userFlowAttributeType": "builtIn",
            "dataType": "string",
        }
        for identifier, (name, description) in _BUILT_IN.items()
    ]


def _identify(call: Call, doc: Doc) -> str:
    """``extension_<app id of the extensions app>_<name without spaces>``: known only once it exists.

    Graph docs: identityUserFlowAttribute. That other punctuation is dropped as well is a choice.
    """
    name = re.sub(r"[^A-Za-z0-9_]", "", doc["displayName"])
    if not name:
        raise invalid_field("displayName")
    return f"extension_{call.profile.extensions_app_id}_{name}"


def _fill(_call: Call, doc: Doc) -> Doc:
    return {**doc, "userFlowAttributeType": "custom"}


def _removable(doc: Doc) -> None:
    if doc["userFlowAttributeType"] != "custom":
        raise invalid(f"The built-in attribute '{doc['id']}' cannot be deleted.")


def _expanded_type(doc: Doc) -> str:
    """Spelled as in the samples of Graph docs: List userAttributeAssignments."""
    kind = "Custom" if doc["userFlowAttributeType"] == "custom" else "BuiltIn"
    return f"#Microsoft.Graph.{kind}UserFlowAttribute"


# Only the description of an attribute can change, and only three data types can be made although more exist.
# Graph docs: Update identityUserFlowAttribute, Create userFlowAttribute.
USER_FLOW_ATTRIBUTES = EntitySet(
    "userFlowAttributes",
    types=(
        EntityType(
            "identityUserFlowAttribute",
            (
                Prop("id", writes="never"),
                Prop("displayName", required=True, writes="once"),
                Prop("description"),
                Prop("userFlowAttributeType", Enum(("builtIn", "custom", "required")), writes="never"),
                Prop("dataType", Enum(("string", "boolean", "int64")), required=True, writes="once"),
            ),
            identify=_identify,
        ),
    ),
    unique=("displayName",),
    filterable=frozenset({"id", "displayName", "userFlowAttributeType", "dataType"}),
    location=True,
    context="userFlowAttributes",
    address=ATTRIBUTES,
    clouds=frozenset({"global", "china"}),
    expanded_type=_expanded_type,
    hooks=Hooks(gate=needs_self_service_sign_up, fill=_fill, removable=_removable),
)
