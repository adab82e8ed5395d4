"""Places in the URL space that need nothing of each other: counts, operations, contents, single policies."""

from collections.abc import Callable

from reconciler.emulator import listing, values
from reconciler.emulator.call import DONE, Call, Place, Reply
from reconciler.emulator.errors import invalid, missing, no_route, not_allowed
from reconciler.emulator.schema import EntitySet, Operation, Singleton
from reconciler.emulator.showing import document, documents, filtered_view, storage
from reconciler.emulator.store import Doc


class Node:
    """A place; a step that leads nowhere is a 404, a method it does not have a 405."""

    def __init__(self, call: Call, place: Place):
        self.call = call
        self.place = place

    def step(self, segment: str) -> "Node":  # noqa: ARG002 - here no segment leads anywhere
        """The place one path segment further; GraphError 404 if there is none."""
        raise no_route(f"{self.call.root}/{self.call.path}") from None

    def get(self) -> Reply:
        """Answer GET."""
        raise not_allowed()

    def post(self) -> Reply:
        """Answer POST."""
        raise not_allowed()

    def put(self) -> Reply:
        """Answer PUT."""
        raise not_allowed()

    def patch(self) -> Reply:
        """Answer PATCH."""
        raise not_allowed()

    def delete(self) -> Reply:
        """Answer DELETE."""
        raise not_allowed()


class Count(Node):
    """``$count``: the number of documents that ``$filter`` keeps, as plain text."""

    def __init__(self, call: Call, entities: EntitySet, place: Place, docs: list[Doc]):
        super().__init__(call, place)
        self._entities = entities
        self._docs = docs

    def get(self) -> Reply:
        """The count."""
        seen = filtered_view(self.call, self._entities, self.place)
        return Reply(200, str(len(listing.narrow(self.call, self._docs, self._entities.filterable, seen))))


class Bound(Node):
    """A function or action bound to a set or to an entity."""

    def __init__(self, call: Call, place: Place, operation: Operation, doc: Doc):
        super().__init__(call, place)
        self._operation = operation
        self._doc = doc

    def get(self) -> Reply:
        """Run a function."""
        return self._run("GET")

    def post(self) -> Reply:
        """Run an action."""
        return self._run("POST")

    def _run(self, method: str) -> Reply:
        if method != self._operation.method:
            raise not_allowed()
        return self._operation.run(self.call, self.place, self._doc)


class Addition(Node):
    """``$ref`` of a set to which entities can be added that exist elsewhere."""

    def __init__(self, call: Call, place: Place, add: Callable[[Call], Reply]):
        super().__init__(call, place)
        self._add = add

    def post(self) -> Reply:
        """Add one."""
        return self._add(self.call)


class Content(Node):
    """``$value`` of a stream entity: a JSON document, read and, where allowed, replaced or dropped."""

    def __init__(self, call: Call, entities: EntitySet, place: Place, key: str):
        super().__init__(call, place)
        self._entities = entities
        self._key = key

    def get(self) -> Reply:
        """The content."""
        doc = document(self.call, self._entities, self.place, self._key)
        if doc is None:
            raise missing(self._key)
        return Reply(200, doc["content"])

    def put(self) -> Reply:
        """Replace the content; only known keys can have any."""
        self._refuse_unless_stored()
        known = {key.lower(): key for key in self._entities.keys}
        if self._key.lower() not in known:
            raise missing(self._key)
        if not isinstance(self.call.body, dict):
            raise invalid("The content must be a JSON object.")
        doc = {"id": known[self._key.lower()], "content": self.call.body}
        self.call.state.put(storage(self._entities, self.place), doc)
        return DONE

    def delete(self) -> Reply:
        """Drop the content."""
        self._refuse_unless_stored()
        if document(self.call, self._entities, self.place, self._key) is None:
            raise missing(self._key)
        self.call.state.delete(storage(self._entities, self.place), self._key)
        return DONE

    def _refuse_unless_stored(self) -> None:
        if "store" not in self._entities.allows:
            raise not_allowed()


class Policy(Node):
    """A singleton: always there, read and updated."""

    def __init__(self, call: Call, parent: Place, singleton: Singleton):
        super().__init__(call, parent.under(singleton.name))
        self._singleton = singleton
        self._collection = parent.address
        if singleton.gate is not None:
            singleton.gate(call, self.place)

    def _doc(self) -> Doc:
        stored = self.call.state.get(self._collection, self._singleton.name)
        return stored or self._singleton.initial(self.call.profile)

    def get(self) -> Reply:
        """The singleton."""
        what = self._singleton.context or f"{self.place.address}/$entity"
        context = {"@odata.context": self.call.context(what)}
        return Reply(200, {**context, **values.show(self._singleton.shape, self._doc(), self.call.version)})

    def patch(self) -> Reply:
        """Change it."""
        change = values.accept(self._singleton.shape, self.call.body, creating=False)
        self.call.state.put(self._collection, {**self._doc(), **change})
        return DONE


def every(call: Call, entities: EntitySet, place: Place) -> Count:
    """The count of a whole set."""
    return Count(call, entities, place, documents(call, entities, place))
