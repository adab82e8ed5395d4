"""Which live object a name means: by id, else by display name, else by what a tenant has one of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from reconciler.model.kinds import Kind, Link
from reconciler.model.live import LiveObject
from reconciler.model.resources import Resource
from reconciler.model.values import Tree, get

Found = tuple[LiveObject, ...]


def label(kind: Kind, live: LiveObject) -> str:
    """What people would call a live object."""
    return named(kind, live.id, live.properties)


def named(kind: Kind, id: str, properties: Tree) -> str:
    """What people would call the object of an id: Graph's own ids are readable where Graph made the object."""
    if kind.singleton:
        return kind.name
    if kind.key == "id" or (kind.built_in is not None and kind.built_in.holds(properties)):
        return kind.bare(id)
    return str(get(properties, kind.key) or id)


def is_built_in(kind: Kind, live: LiveObject) -> bool:
    """Whether Graph made the object: it can be adopted and referred to, never created or deleted."""
    return kind.singleton or (kind.built_in is not None and kind.built_in.holds(live.properties))


def may_use(kind: Kind, link: Link, live: LiveObject) -> bool:
    """Whether a live object can have something attached to a link that is its own business: what Graph made follows
    from another object, and a type that takes nothing has nothing."""
    own = kind.type_property
    if not kind.singleton and is_built_in(kind, live):
        return False
    return own is None or not link.takes or str(get(live.properties, own.path)) in link.takes


class Index:
    """The live objects of one kind, findable by every name that people may use for them."""

    def __init__(self, kind: Kind, objects: Iterable[LiveObject]) -> None:
        self._kind = kind
        self._all = tuple(objects)
        self._ids: dict[str, list[LiveObject]] = defaultdict(list)
        self._names: dict[str, list[LiveObject]] = defaultdict(list)
        self._unique: dict[tuple[str, str], list[LiveObject]] = defaultdict(list)
        for live in self._all:
            self._ids[kind.bare(live.id).casefold()].append(live)
            self._names[str(get(live.properties, kind.key) or "")].append(live)
            for path in kind.also:
                self._unique[path, str(live.properties.get(path) or "").casefold()].append(live)

    def candidates(self, resource: Resource) -> Found:
        """The live objects a manifest means: none, one, or several that answer to one name.

        A pinned id decides alone. Otherwise the display name that is wanted comes before the manifest's own name.
        """
        if self._kind.singleton:
            return self._all
        if resource.pin:
            return self.identified(resource.pin)
        names = (str(resource.properties.get(self._kind.key) or resource.address.name), resource.address.name)
        found = self.named(names[0]) or self.named(names[1]) or self._adopted(resource) or self._alike(resource)
        return found or self._unnamed(resource)

    def named(self, name: str) -> Found:
        """The live objects that a name means: the one of that id (any case), else those of that display name."""
        return self.identified(name) or tuple(self._names.get(name, ()))

    def identified(self, name: str) -> Found:
        """The live object whose id is the name, with or without Graph's prefix, in any case."""
        return tuple(self._ids.get(self._kind.bare(name).casefold(), ()))

    def _adopted(self, resource: Resource) -> Found:
        """The object that an adoption has made of its target: it keeps the target's id."""
        link = self._kind.adoption
        entries = resource.links.get(link.name, ()) if link else ()
        prefix = link.prefix if link else ""
        found = (self.identified(each.target.name) or self.identified(prefix + each.target.name) for each in entries)
        return next((objects for objects in found if objects), ())

    def _unnamed(self, resource: Resource) -> Found:
        """Objects whose name Graph does not show, of the type and with the targets that are wanted."""
        kind = self._kind
        if not kind.nameless or kind.nameless not in resource.links:
            return ()
        link, own = kind.link(kind.nameless), str(resource.properties.get("type") or "").casefold()
        wanted = {entry.target.name.casefold() for entry in resource.links[link.name]}
        free = (live for live in self._all if not get(live.properties, kind.key) and not is_built_in(kind, live))
        alike = (live for live in free if str(live.properties.get("type") or "").casefold() == own)
        return tuple(live for live in alike if wanted and wanted == _targets(link, live))

    def _alike(self, resource: Resource) -> Found:
        for path in self._kind.also:
            wanted = str(resource.properties.get(path) or "").casefold()
            if wanted and (found := self._unique.get((path, wanted))):
                return tuple(found)
        return ()


def _targets(link: Link, live: LiveObject) -> set[str]:
    items = get(live.properties, link.within) or ()
    return {str(item.get(link.member)).casefold() for item in items if isinstance(item, Mapping)}
