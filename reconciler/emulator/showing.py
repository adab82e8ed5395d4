"""How entities are shown: their properties, what ``$select`` leaves of them, what ``$expand`` adds."""

from collections.abc import Callable
from typing import Any

from reconciler.emulator import links, values
from reconciler.emulator.call import Call, Place
from reconciler.emulator.errors import invalid
from reconciler.emulator.options import Options
from reconciler.emulator.schema import NAMESPACES, Contained, EntitySet, Holder, Links, Navigation, Part, Pointer, Slot
from reconciler.emulator.store import Doc


def storage(entities: EntitySet, place: Place) -> str:
    """The collection under which a set's documents are stored."""
    return entities.address or place.address


def documents(call: Call, entities: EntitySet, place: Place) -> list[Doc]:
    """All documents of a set: the fixed ones, or what is stored in their stead, then the others."""
    stored = {doc["id"].lower(): doc for doc in call.state.all(storage(entities, place))}
    fixed = [stored.pop(doc["id"].lower(), dict(doc)) for doc in entities.fixed]
    derived = [] if entities.derived is None else entities.derived(call)
    return [doc for doc in (*fixed, *stored.values(), *derived) if call.version in entities.type_of(call, doc).versions]


def document(call: Call, entities: EntitySet, place: Place, key: str) -> Doc | None:
    """One document of a set by its id in any case, or None."""
    if entities.derived is not None:
        return next((doc for doc in documents(call, entities, place) if doc["id"].lower() == key.lower()), None)
    found = call.state.get(storage(entities, place), key)
    fixed = (dict(doc) for doc in entities.fixed if doc["id"].lower() == key.lower())
    found = found or next(fixed, None)
    return None if found is None or call.version not in entities.type_of(call, found).versions else found


def navigation(call: Call, entities: EntitySet, name: str) -> Navigation | None:
    """The navigation of that name, in any case, after any casts, and in the request's version."""
    steps = [step for step in name.split("/") if not step.lower().startswith(NAMESPACES)]
    name = steps[0] if steps else name
    present = (each for each in entities.navigations if call.version in each.versions)
    return next((each for each in present if each.name.lower() == name.lower()), None)


def filtered_view(call: Call, entities: EntitySet, place: Place) -> Callable[[Doc], Doc]:
    """A document of the set at a place as ``$filter`` sees it: with what ``whole`` adds."""
    whole = entities.hooks.whole
    return dict if whole is None else lambda doc: whole(call, place.entity(doc["id"]), doc, dict(doc), False)


def present(call: Call, entities: EntitySet, place: Place, doc: Doc, options: Options, *, created: bool = False) -> Doc:
    """An entity as an answer shows it; ``place`` is its own. GraphError 400 for a name it does not have."""
    if entities.view is not None:
        return entities.view(call, doc)
    if entities.hooks.show is not None:
        doc = entities.hooks.show(call, doc)
    entity = entities.type_of(call, doc)
    body = {"@odata.type": entity.annotation} if entities.shows_type else {}
    shown = values.show(entity, doc, call.version)
    if entities.hooks.whole is not None:
        shown = entities.hooks.whole(call, place, doc, shown, created)
    body.update(_select(shown, options, entities))
    for name, inner in options.expand:
        found = navigation(call, entities, name)
        if isinstance(found, Part):
            continue
        if found is None or isinstance(found, Holder):
            raise invalid(f"Could not find a navigation property named '{name}' on type '{entity.annotation[1:]}'.")
        body[found.name] = _expand(call, found, place, doc, inner)
    return body


def _select(body: Doc, options: Options, entities: EntitySet) -> Doc:
    if not options.select:
        return body
    wanted = {name.lower() for name in options.select}
    known = {prop.name.lower() for entity in entities.types for prop in entity.props}
    known |= {each.name.lower() for each in entities.navigations}
    unknown = [name for name in options.select if name.lower() not in known]
    if unknown:
        raise invalid(f"Could not find a property named '{unknown[0]}' on '{entities.name}'.")
    return {name: value for name, value in body.items() if name.lower() in wanted}


def _expand(call: Call, found: Navigation, place: Place, doc: Doc, options: Options) -> Any:
    match found:
        case Contained():
            under = place.under(found.name)
            each = documents(call, found.entities, under)
            return [present(call, found.entities, under.entity(one["id"]), one, options) for one in each]
        case Links():
            return [show_linked(call, found, one, options) for one in links_of(call, found, place)]
        case Pointer():
            return _pointed(call, found, doc, options)
        case Slot():
            filled = links.in_slot(call, place, found.entities, found.name)
            return None if filled is None else show_target(call, found.entities, filled, options)
    raise TypeError(found)


def links_of(call: Call, found: Links, place: Place) -> list[Doc]:
    """The entities a link navigation of the entity at a place leads to."""
    return [doc for doc in links.linked(call, place.under(found.stored), found.entities) if _known(call, found, doc)]


def _known(call: Call, found: Links, doc: Doc) -> bool:
    return call.version in found.entities.type_of(call, doc).versions


def show_linked(call: Call, found: Links, doc: Doc, options: Options) -> Doc:
    """A linked entity, in the shape its navigation gives it."""
    return show_target(call, found.entities, doc, options) if found.view is None else found.view(call, doc)


def show_target(call: Call, entities: EntitySet, doc: Doc, options: Options) -> Doc:
    """An entity that a reference leads to, shown as at home."""
    home = Place(entities.address or "", entities.address or "")
    return present(call, entities, home.entity(doc["id"]), doc, options)


def _pointed(call: Call, found: Pointer, doc: Doc, options: Options) -> Doc | None:
    target = call.state.get(found.entities.address or "", doc["id"])
    if target is None:
        return None
    shown = show_target(call, found.entities, target, options)
    spell = found.entities.expanded_type
    return shown if spell is None else {"@odata.type": spell(target), **shown}


def expand_slots(call: Call, holder: Holder, place: Place) -> Doc:
    """The slots that ``$expand`` names; an empty one is null, where Graph documents nothing."""
    present_slots = {slot.name.lower(): slot for slot in holder.slots if call.version in slot.versions}
    shown: Doc = {}
    for name, inner in call.options.expand:
        slot = present_slots.get(name.lower())
        if slot is None:
            raise invalid(f"Could not find a navigation property named '{name}' on '{holder.name}'.")
        shown[slot.name] = _expand(call, slot, place, {}, inner)
    return shown


def selection(options: Options) -> str:
    """What ``@odata.context`` says of ``$select`` and ``$expand``."""
    names = [*options.select, *(name for name, _ in options.expand)]
    return f"({','.join(names)})" if names else ""
