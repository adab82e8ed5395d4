"""References between entities: finding what one points at, and keeping it."""

from reconciler.emulator.call import Call, Place, key_address
from reconciler.emulator.errors import GraphError, invalid, missing
from reconciler.emulator.schema import EntitySet
from reconciler.emulator.store import Doc


def target(call: Call, entities: EntitySet, identifier: str) -> Doc:
    """The entity a reference names, compared without case.

    A reference to nothing is a 400: Graph documents only that it fails.
    """
    doc = call.state.get(entities.address or "", identifier)
    if doc is None:
        raise invalid(f"The referenced resource '{identifier}' does not exist in '{entities.address}'.")
    return doc


def attach(call: Call, place: Place, entities: EntitySet, identifier: str) -> Doc:
    """Add a link to a collection of links and return its target; one that is there already is a duplicate."""
    doc = target(call, entities, identifier)
    if call.state.get(place.address, doc["id"]) is not None:
        raise duplicate(call, f"A reference to '{doc['id']}' already exists.")
    _put(call, place, entities, doc, doc["id"])
    return doc


def fill_slot(call: Call, place: Place, entities: EntitySet, slot: str, identifier: str) -> None:
    """Make a single-valued navigation point at an entity."""
    _put(call, place, entities, target(call, entities, identifier), slot)


def detach(call: Call, place: Place, identifier: str) -> None:
    """Remove a link from a collection of links; 404 if there is none."""
    if call.state.get(place.address, identifier) is None:
        raise missing(identifier)
    call.state.delete(place.address, identifier)


def linked(call: Call, place: Place, entities: EntitySet) -> list[Doc]:
    """The entities a collection of links points at, in the order they were added."""
    found = (call.state.get(entities.address or "", link["to"]) for link in call.state.all(place.address))
    return [doc for doc in found if doc is not None]


def in_slot(call: Call, place: Place, entities: EntitySet, slot: str) -> Doc | None:
    """The entity a single-valued navigation points at, or None."""
    link = call.state.get(place.address, slot)
    return None if link is None else call.state.get(entities.address or "", link["to"])


def duplicate(call: Call, message: str) -> GraphError:
    """The refusal of a second object of the same name, with the status the profile chooses."""
    return GraphError(call.profile.duplicate_status, "Conflict", message)


def _put(call: Call, place: Place, entities: EntitySet, doc: Doc, identifier: str) -> None:
    reference = key_address(entities.address or "", doc["id"])
    call.state.put(place.address, {"id": identifier, "to": doc["id"], "@ref": reference})
