"""Places that refer to entities elsewhere: collections of links, single slots, and their ``$ref``."""

from collections.abc import Callable

from reconciler.emulator import links, listing, values
from reconciler.emulator.call import DONE, Call, Place, Reply
from reconciler.emulator.errors import invalid, missing
from reconciler.emulator.nodes import Count, Node
from reconciler.emulator.schema import EntitySet, Holder, Links, Pointer, Slot
from reconciler.emulator.showing import expand_slots, links_of, selection, show_linked, show_target
from reconciler.emulator.store import Doc

_NOT_SUPPORTED = "The request is currently not supported on the targeted entity set"


class LinkCollection(Node):
    """A navigation to many entities; ``owner`` is the place of the entity that has it."""

    def __init__(self, call: Call, owner: Place, links: Links, doc: Doc):
        super().__init__(call, owner.under(links.name))
        self._owner = owner
        self.doc = doc
        self.links = links
        self.stored = owner.under(links.stored)

    def targets(self) -> list[Doc]:
        """The entities linked."""
        return links_of(self.call, self.links, self._owner)

    def step(self, segment: str) -> Node:
        """To the count, the references or one linked entity."""
        if segment.lower() == "$count":
            return Count(self.call, self.links.entities, self.place, self.targets())
        if segment.lower() == "$ref":
            return LinkReferences(self)
        return Linked(self, segment)

    def get(self) -> Reply:
        """The linked entities."""
        targets = self.targets()
        if not targets and self.links.empty is not None:
            raise self.links.empty()
        what = self.links.context or self.place.address + selection(self.call.options)
        show = self._show
        return listing.page(self.call, targets, show, what, self.links.entities.filterable)

    def _show(self, doc: Doc) -> Doc:
        return show_linked(self.call, self.links, doc, self.call.options)


class LinkReferences(Node):
    """``$ref`` of a collection of links: links are read, added, and removed by ``@id``."""

    def __init__(self, collection: LinkCollection):
        super().__init__(collection.call, collection.place)
        self._collection = collection

    def get(self) -> Reply:
        """The links."""
        urls = [{"@odata.id": _url(self.call, self._entities, doc)} for doc in self._collection.targets()]
        return Reply(200, {"@odata.context": self.call.context("Collection($ref)"), "value": urls})

    def post(self) -> Reply:
        """Add a link."""
        identifier = values.reference(self.call.body, "@odata.id")
        target = links.attach(self.call, self._collection.stored, self._entities, identifier)
        if self._collection.links.attached is not None:
            self._collection.links.attached(self.call, self._collection.doc, target)
        return DONE

    def patch(self) -> Reply:
        """Refused, although older Graph docs describe it; observed on live tenants."""
        raise invalid(_NOT_SUPPORTED)

    def delete(self) -> Reply:
        """Remove the link that ``@id`` names."""
        given = self.call.options.value("@id") or self.call.options.value("$id")
        if given is None:
            raise invalid("The reference to remove must be named by '@id'.")
        links.detach(self.call, self._collection.stored, values.reference({"@odata.id": given}, "@id"))
        return DONE

    @property
    def _entities(self) -> EntitySet:
        return self._collection.links.entities


class Linked(Node):
    """One linked entity."""

    def __init__(self, collection: LinkCollection, key: str):
        super().__init__(collection.call, collection.place.entity(key))
        self._collection = collection
        self._key = key

    def step(self, segment: str) -> Node:
        """To its reference only."""
        return LinkReference(self._collection, self._key) if segment.lower() == "$ref" else super().step(segment)

    def get(self) -> Reply:
        """The entity."""
        same = (doc for doc in self._collection.targets() if doc["id"].lower() == self._key.lower())
        doc = next(same, None)
        if doc is None:
            raise missing(self._key)
        context = {"@odata.context": self.call.context(f"{self._collection.place.address}/$entity")}
        return Reply(200, {**context, **show_linked(self.call, self._collection.links, doc, self.call.options)})


class LinkReference(Node):
    """``$ref`` of one linked entity: removes the link."""

    def __init__(self, collection: LinkCollection, key: str):
        super().__init__(collection.call, collection.place.entity(key))
        self._stored = collection.stored
        self._key = key

    def delete(self) -> Reply:
        """Remove the link."""
        links.detach(self.call, self._stored, self._key)
        return DONE


class Holding(Node):
    """A complex property made of slots; empty unless they are expanded. Graph docs: Create b2xIdentityUserFlow."""

    def __init__(self, call: Call, owner: Place, holder: Holder, opened: Callable[[EntitySet, str], Node]):
        super().__init__(call, owner.under(holder.name))
        self._holder = holder
        self._opened = opened

    def step(self, segment: str) -> Node:
        """To a slot."""
        for slot in self._holder.slots:
            if slot.name.lower() == segment.lower() and self.call.version in slot.versions:
                return SlotNode(self.call, self.place, slot, {}, self._opened)
        return super().step(segment)

    def get(self) -> Reply:
        """The expanded slots."""
        shown = expand_slots(self.call, self._holder, self.place)
        names = f"({','.join(f'{name}()' for name in shown)})" if shown else ""
        return Reply(200, {"@odata.context": self.call.context(self.place.address + names), **shown})


class SlotNode(Node):
    """A navigation to one entity or none."""

    def __init__(self, call: Call, holder: Place, slot: Slot, doc: Doc, opened: Callable[[EntitySet, str], Node]):
        super().__init__(call, holder.under(slot.name))
        self.holder = holder
        self.slot = slot
        self.doc = doc
        self._opened = opened

    def target(self) -> Doc | None:
        """The entity in the slot."""
        return links.in_slot(self.call, self.holder, self.slot.entities, self.slot.name)

    def step(self, segment: str) -> Node:
        """To the reference, or on from the entity in the slot."""
        if segment.lower() == "$ref":
            return SlotReference(self)
        doc = self.target()
        if doc is None:
            raise missing(self.place.path)
        return self._opened(self.slot.entities, doc["id"]).step(segment)

    def get(self) -> Reply:
        """The entity, or 204 as OData says of a navigation that is null."""
        doc = self.target()
        return DONE if doc is None else self._opened(self.slot.entities, doc["id"]).get()


class SlotReference(Node):
    """``$ref`` of a slot: read, set and cleared."""

    def __init__(self, slot: SlotNode):
        super().__init__(slot.call, slot.place)
        self._slot = slot

    def get(self) -> Reply:
        """The reference, or 204 if there is none."""
        doc = self._slot.target()
        if doc is None:
            return DONE
        url = _url(self.call, self._slot.slot.entities, doc)
        return Reply(200, {"@odata.context": self.call.context("$ref"), "@odata.id": url})

    def put(self) -> Reply:
        """Point at an entity, or at nothing with ``{}``. Graph docs: Update apiConnectorConfiguration."""
        slot = self._slot.slot
        if self.call.body in (None, {}):
            return self.delete()
        identifier = values.reference(self.call.body, "@odata.id")
        if slot.prepare is not None:
            slot.prepare(self.call, self._slot.doc, links.target(self.call, slot.entities, identifier))
        links.fill_slot(self.call, self._slot.holder, slot.entities, slot.name, identifier)
        return DONE

    def delete(self) -> Reply:
        """Point at nothing."""
        self.call.state.delete(self._slot.holder.address, self._slot.slot.name)
        return DONE


class Pointed(Node):
    """The entity that a fixed reference leads to."""

    def __init__(self, call: Call, owner: Place, pointer: Pointer, key: str):
        super().__init__(call, owner.under(pointer.name))
        self._pointer = pointer
        self._key = key

    def get(self) -> Reply:
        """The entity."""
        entities = self._pointer.entities
        doc = links.target(self.call, entities, self._key)
        context = {"@odata.context": self.call.context(f"{entities.context or entities.address}/$entity")}
        return Reply(200, {**context, **show_target(self.call, entities, doc, self.call.options)})


def _url(call: Call, entities: EntitySet, doc: Doc) -> str:
    home = Place(entities.address or "", entities.address or "")
    return f"{call.root}/{home.entity(doc['id']).path}"
