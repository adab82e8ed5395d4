"""Collections of entities and single entities: create, list, read, update, delete, and on to what they contain."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from reconciler.emulator import listing, values
from reconciler.emulator.call import DONE, Call, Place, Reply, key_address
from reconciler.emulator.checks import (
    casts,
    check_type,
    is_cast,
    operation,
    refuse_duplicate,
    shapes_in,
)
from reconciler.emulator.errors import in_use, invalid, invalid_field, missing, not_allowed
from reconciler.emulator.nodes import Addition, Bound, Content, Node, every
from reconciler.emulator.options import Options
from reconciler.emulator.references import Holding, LinkCollection, Pointed, SlotNode
from reconciler.emulator.schema import Contained, EntitySet, EntityType, Holder, Links, Part, Pointer, Shape, Slot
from reconciler.emulator.showing import document, documents, filtered_view, navigation, present, selection, storage
from reconciler.emulator.store import Doc


class Collection(Node):
    """A set of entities."""

    def __init__(self, call: Call, place: Place, entities: EntitySet):
        super().__init__(call, place)
        self.entities = entities
        if entities.hooks.gate is not None:
            entities.hooks.gate(call, place)

    def step(self, segment: str) -> Node:
        """To the count, a bound operation or an entity; a cast of most collections leads nowhere.

        Observed on a live tenant, August 2026: cast collections answer 404.
        """
        if segment.lower() == "$count":
            return every(self.call, self.entities, self.place)
        bound = operation(self.entities.set_operations, segment)
        if bound is not None:
            return Bound(self.call, self.place, bound, {})
        if segment.lower() == "$ref" and self.entities.add is not None:
            return Addition(self.call, self.place, self.entities.add)
        if self.entities.cast and casts(self.entities.types, segment):
            return self
        if segment.startswith("$") or is_cast(segment):
            return super().step(segment)
        return Entity(self.call, self.place, self.entities, segment)

    def get(self) -> Reply:
        """One page of the set."""
        self._allow("list")
        what = self._context + selection(self.call.options)
        docs = documents(self.call, self.entities, self.place)
        seen = filtered_view(self.call, self.entities, self.place)
        return listing.page(self.call, docs, self._show, what, self.entities.filterable, seen)

    def post(self) -> Reply:
        """Create an entity: 201 with its body and, where Graph docs show one, its location."""
        self._allow("create")
        return self.made()

    def made(self) -> Reply:
        """Create an entity, whether or not POST may."""
        doc = self._create()
        place = self.place.entity(doc["id"])
        context = {"@odata.context": self.call.context(f"{self._context}/$entity")}
        location = place.address if self.entities.keys_location else place.path
        headers = {"Location": f"{self.call.root}/{location}"} if self.entities.location else {}
        shown = present(self.call, self.entities, place, doc, self.call.options, created=True)
        return Reply(201, {**context, **shown}, headers)

    def _create(self) -> Doc:
        body, translate = self.call.body, self.entities.translate
        body = body if translate is None else translate(self.call, body, None)
        entity = self._type(body)
        accepted = values.accept(entity, body, creating=True)
        if self.entities.shows_type:
            accepted["@odata.type"] = entity.annotation
        if self.entities.hooks.fill is not None:
            accepted = self.entities.hooks.fill(self.call, accepted)
        doc = values.stored(entity, {**accepted, "id": entity.identify(self.call, accepted)})
        if self.entities.refers is not None:
            doc["@ref"] = self.entities.refers(doc)
        self._refuse_crowding(doc)
        self.call.state.put(storage(self.entities, self.place), doc)
        if self.entities.hooks.created is not None:
            home = Place(storage(self.entities, self.place), self.place.path)
            self.entities.hooks.created(self.call, home.entity(doc["id"]), doc, accepted)
        return doc

    def _type(self, body: object) -> EntityType:
        if self.entities.shows_type:
            stated = body if isinstance(body, dict) else {}
            return values.choose(self.entities.offered(self.call), stated, self.entities.name)
        check_type(self.entities, body)
        return self.entities.types[0]

    def _refuse_crowding(self, doc: Doc) -> None:
        others = documents(self.call, self.entities, self.place)
        refuse_duplicate(self.call, self.entities, doc, others)
        if self.entities.limit is not None and len(others) >= self.entities.limit:
            raise invalid(f"A tenant cannot have more than {self.entities.limit} of '{self.entities.name}'.")

    def _show(self, doc: Doc) -> Doc:
        return present(self.call, self.entities, self.place.entity(doc["id"]), doc, self.call.options)

    def _allow(self, verb: str) -> None:
        if verb not in self.entities.allows:
            raise not_allowed()

    @property
    def _context(self) -> str:
        return self.entities.context or self.place.address


class PartNode(Node):
    """A complex property, read as such and on the way to the navigations inside it.

    ``shapes`` are those of the object that has it and ``read`` gives this object as it is shown.
    """

    def __init__(self, entity: "Entity", owner: Place, part: Part, shapes: tuple[Shape, ...], read: Callable[[], Doc]):
        super().__init__(entity.call, owner.under(part.name))
        self._entity = entity
        self._part = part
        self._shapes = shapes_in(shapes, part.name)
        self._read = read

    def step(self, segment: str) -> Node:
        """To a navigation; a cast to what the property is stays here."""
        if casts(self._shapes, segment):
            return self
        present_here = (each for each in self._part.navigations if self.call.version in each.versions)
        match next((each for each in present_here if each.name.lower() == segment.lower()), None):
            case Contained(name, entities):
                return Collection(self.call, self.place.under(name), entities)
            case Links() as found:
                return LinkCollection(self.call, self.place, found, self._entity.doc())
            case Slot() as found:
                return SlotNode(self.call, self.place, found, self._entity.doc(), self._entity.open)
            case Part() as found:
                return PartNode(self._entity, self.place, found, self._shapes, lambda: self._value() or {})
        return super().step(segment)

    def get(self) -> Reply:
        """The value, or 204 as OData says of one that is null."""
        value = self._value()
        context = {"@odata.context": self.call.context(self.place.address)}
        return DONE if value is None else Reply(200, {**context, **value})

    def _value(self) -> Doc | None:
        found: Doc | None = self._read()[self._part.name]
        return found


class Entity(Node):
    """One entity; ``place`` is its collection's until it is known to exist."""

    def __init__(self, call: Call, collection: Place, entities: EntitySet, key: str):
        super().__init__(call, collection)
        self._entities = entities
        self._key = key

    def step(self, segment: str) -> Node:
        """To a bound operation, the content, a navigation, or the entity itself through a cast."""
        if segment.lower() == "$value" and "content" in self._entities.allows:
            return Content(self.call, self._entities, self.place, self._key)
        doc = self.doc()
        bound = operation(self._entities.entity_operations, segment)
        if bound is not None:
            return Bound(self.call, self.place.entity(doc["id"]), bound, doc)
        if is_cast(segment):
            return self if casts((self._type(doc),), segment) else super().step(segment)
        return self._navigate(segment, doc)

    def _navigate(self, segment: str, doc: Doc) -> Node:
        place = self.place.entity(doc["id"])
        match navigation(self.call, self._entities, segment):
            case Contained(name, entities):
                return Collection(self.call, place.under(name), entities)
            case Links() as found:
                return LinkCollection(self.call, place, found, doc)
            case Part() as found:
                return PartNode(self, place, found, (self._type(doc),), partial(self._shown, doc, Options()))
            case Slot() as found:
                return SlotNode(self.call, place, found, doc, self.open)
            case Holder() as found:
                return Holding(self.call, place, found, self.open)
            case Pointer() as found:
                return Pointed(self.call, place, found, doc["id"])
        return super().step(segment)

    def open(self, entities: EntitySet, key: str) -> Node:
        """An entity of another set by its id."""
        home = Place(entities.address or "", entities.address or "")
        return Entity(self.call, home, entities, key)

    def get(self) -> Reply:
        """The entity."""
        self._allow("get")
        doc = self.doc()
        what = (self._entities.context or self.place.address) + selection(self.call.options)
        body = {"@odata.context": self.call.context(f"{what}/$entity"), **self._shown(doc, self.call.options)}
        wrapped = self._entities.wrapped and self.call.profile.wraps_entities
        return Reply(200, {"value": body} if wrapped else body)

    def _shown(self, doc: Doc, options: Options) -> Doc:
        return present(self.call, self._entities, self.place.entity(doc["id"]), doc, options)

    def patch(self) -> Reply:
        """Change some properties: 204, as the examples in Graph docs show throughout."""
        self._allow("update")
        doc, hooks, body = self.doc(), self._entities.hooks, self.call.body
        if hooks.changeable is not None:
            hooks.changeable(doc)
        entity = self._type(doc)
        body = body if self._entities.translate is None else self._entities.translate(self.call, body, doc)
        check_type(self._entities, body, entity)
        change = values.accept(entity, body, creating=False)
        merged = {**doc, **change} if hooks.merge is None or not change else hooks.merge(doc, change)
        self._keep(doc, values.stored(entity, merged))
        if hooks.changed is not None:
            hooks.changed(self.call, self.place.entity(doc["id"]), merged, change)
        return DONE

    def put(self) -> Reply:
        """Replace the entity, or make it under the key in the URL, where that is allowed."""
        doc = document(self.call, self._entities, self.place, self._key)
        if doc is None and "upsert" in self._entities.allows:
            return self._make()
        if not {"upsert", "replace"} & self._entities.allows:
            raise not_allowed()
        doc = self.doc()
        entity = self._type(doc)
        accepted = values.accept(entity, self._keyed(), creating=True)
        named = {prop.name for prop in entity.props if prop.writes != "never"}
        self._keep(doc, values.stored(entity, {**doc, **{name: accepted[name] for name in named}, "id": doc["id"]}))
        if self._entities.hooks.changed is not None:
            self._entities.hooks.changed(self.call, self.place.entity(doc["id"]), doc, accepted)
        return DONE

    def _make(self) -> Reply:
        call = replace(self.call, body={**self._keyed(), "id": self._key})
        return Collection(call, self.place, self._entities).made()

    def _keyed(self) -> Doc:
        """The body; an id in it must be the URL's. Graph docs: Create or update userFlowLanguageConfiguration."""
        body = self.call.body if isinstance(self.call.body, dict) else {}
        if str(body.get("id", self._key)).lower() != self._key.lower():
            raise invalid_field("id")
        return body

    def _keep(self, doc: Doc, merged: Doc) -> None:
        others = [each for each in documents(self.call, self._entities, self.place) if each["id"] != doc["id"]]
        refuse_duplicate(self.call, self._entities, merged, others)
        self.call.state.put(storage(self._entities, self.place), merged)

    def delete(self) -> Reply:
        """Remove the entity and all it contains, unless something refers to it."""
        self._allow("delete")
        doc = self.doc()
        if self._entities.hooks.removable is not None:
            self._entities.hooks.removable(doc)
        address = key_address(storage(self._entities, self.place), doc["id"])
        if self.call.state.referring(address):
            raise in_use(doc["id"])
        self.call.state.delete(storage(self._entities, self.place), doc["id"])
        self.call.state.delete_under(address)
        return DONE

    def _type(self, doc: Doc) -> EntityType:
        return self._entities.type_of(self.call, doc)

    def doc(self) -> Doc:
        """The entity as it is stored; GraphError 404 if there is none."""
        doc = document(self.call, self._entities, self.place, self._key)
        if doc is None:
            raise missing(self._key)
        return doc

    def _allow(self, verb: str) -> None:
        if verb not in self._entities.allows:
            raise not_allowed()
