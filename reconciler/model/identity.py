"""Which live object a name means: by id, else by display name, else by what a tenant has one of."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.kinds import Kind
from reconciler.model.live import LiveObject
from reconciler.model.resources import Resource
from reconciler.model.values import get


def label(kind: Kind, live: LiveObject) -> str:
    """What people would call a live object: Graph's own ids are readable where Graph made the object."""
    if kind.singleton:
        return kind.name
    if kind.key == "id" or is_built_in(kind, live):
        return kind.bare(live.id)
    return str(get(live.properties, kind.key) or live.id)


def is_built_in(kind: Kind, live: LiveObject) -> bool:
    """Whether Graph made the object: it can be adopted and referred to, never created or deleted."""
    return kind.singleton or (kind.built_in is not None and kind.built_in.holds(live.properties))


def candidates(kind: Kind, objects: Iterable[LiveObject], resource: Resource) -> tuple[LiveObject, ...]:
    """The live objects a manifest means: none, one, or several that answer to one name."""
    pool = tuple(objects)
    if kind.singleton:
        return pool
    if resource.pin:
        return by_id(kind, pool, resource.pin)
    names = dict.fromkeys([str(resource.properties.get(kind.key) or resource.address.name), resource.address.name])
    for name in names:
        if found := named(kind, pool, name):
            return found
    return by_unique(kind, pool, resource)


def named(kind: Kind, pool: tuple[LiveObject, ...], name: str) -> tuple[LiveObject, ...]:
    """The live objects that a name means: the one of that id (any case), else those of that display name."""
    return by_id(kind, pool, name) or tuple(live for live in pool if get(live.properties, kind.key) == name)


def by_id(kind: Kind, pool: tuple[LiveObject, ...], name: str) -> tuple[LiveObject, ...]:
    """The live object whose id is the name, with or without Graph's prefix, in any case."""
    wanted = kind.bare(name).casefold()
    return tuple(live for live in pool if kind.bare(live.id).casefold() == wanted)


def by_unique(kind: Kind, pool: tuple[LiveObject, ...], resource: Resource) -> tuple[LiveObject, ...]:
    """The live objects that share a property of which a tenant has one each, such as a social provider's type."""
    for path in kind.also:
        wanted = str(resource.properties.get(path) or "").casefold()
        found = tuple(live for live in pool if str(live.properties.get(path) or "").casefold() == wanted)
        if wanted and found:
            return found
    return ()
