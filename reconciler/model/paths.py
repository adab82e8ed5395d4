"""Where things are in Graph: paths below a service root, ids quoted, and what is to be read there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from reconciler.model.kinds import Kind, Link, Order, Part, Shape
from reconciler.model.live import Need
from reconciler.model.resources import PartPath
from reconciler.model.values import Tree, get

_SINGLE = (Shape.SLOT, Shape.HANDLER, Shape.ADOPTION)
_MEMBER = re.compile(r"\{([\w.]+)\}")
CONTENT = "$value"


def quoted(id: str) -> str:
    """An id as one segment of a path, whatever is in it."""
    return quote(id, safe="")


def listing_path(kind: Kind) -> str:
    """The path of a kind's collection; of a singleton its own."""
    return f"{kind.collection}/{kind.cast}" if kind.cast else kind.collection


def object_path(kind: Kind, id: str) -> str:
    """The path of an object; of a singleton its own."""
    return kind.collection if kind.singleton else f"{listing_path(kind)}/{quoted(id)}"


def inner_path(kind: Kind, id: str) -> str:
    """The path that sub-resources of an object begin with."""
    return f"{kind.collection}/{quoted(id)}/{kind.cast}" if kind.cast else object_path(kind, id)


def collection_need(kind: Kind) -> Need:
    """The listing of a kind, or the one object of a singleton."""
    return Need(listing_path(kind), kind.version, collection=not kind.singleton)


def object_need(kind: Kind, id: str) -> Need:
    """One object by its id."""
    return Need(object_path(kind, id), kind.version)


def link_need(kind: Kind, id: str, link: Link, properties: Tree | None = None) -> Need:
    """What is attached to a link of an object; `properties` are the object's, where the path depends on them."""
    path = link.read.path
    if "{" in path:
        path = _MEMBER.sub(lambda found: quoted(str(get(properties or {}, found[1], ""))), path)
    whole = path if link.read.shared else f"{inner_path(kind, id)}/{path}"
    return Need(whole, link.read.version, collection=link.shape not in _SINGLE)


def order_need(kind: Kind, id: str, order: Order) -> Need:
    """The order of the entries of an object's link."""
    return Need(f"{inner_path(kind, id)}/{order.read.path}", order.read.version)


def link_needs(kind: Kind, id: str, link: Link, properties: Tree | None = None) -> tuple[Need, ...]:
    """Everything that tells the state of a link and is not told by the object itself."""
    if link.shape is Shape.ADOPTION or shown(link, properties or {}) is not None:
        return ()
    order = (order_need(kind, id, link.order),) if link.order else ()
    return (link_need(kind, id, link, properties), *order)


def shown(link: Link, properties: Tree) -> list[Mapping[str, Any]] | None:
    """What an object itself tells of a link; None where it does not.

    Whether Graph shows what is linked without being asked to differs from answer to answer, so that a list that is
    empty or missing tells nothing. A handler that is not there calls nothing.
    """
    if not link.within:
        return None
    found = get(properties, link.within)
    if link.shape is not Shape.HANDLER:
        return found if isinstance(found, list) and found else None
    if get(properties, link.within.rpartition(".")[0]) is None:
        return []
    return [found] if isinstance(found, Mapping) and found.get("id") else None


def demand(kind: Kind, link: Link | None = None, *, writing: bool = False) -> str:
    """What Graph wants of who asks for it: `reading identity/apiConnectors takes APIConnectors.ReadWrite.All`."""
    guarded = kind.guarded(link)
    what = f"{link.name} of {listing_path(kind)}" if link else listing_path(kind)
    return f"writing {what} takes {guarded.write}" if writing else f"reading {what} takes {guarded.read}"


def part_at(kind: Kind, path: PartPath) -> Part:
    """The part that a path leads to. Raises KeyError when the kind has none."""
    *above, name = path[::2]
    parts = part_at(kind, path[:-2]).parts if above else kind.parts
    for part in parts:
        if part.name == name:
            return part
    raise KeyError(name)


def part_path(kind: Kind, path: PartPath) -> str:
    """Where a thing inside an object is, below the object."""
    inner = "/".join(quoted(step) for step in path)
    return f"{inner}/{CONTENT}" if part_at(kind, path).content else inner


def part_need(kind: Kind, id: str, path: PartPath) -> Need:
    """A document by itself, or the listing in which an entity stands."""
    part = part_at(kind, path)
    inner = part_path(kind, path) if part.content else "/".join(quoted(step) for step in path[:-1])
    return Need(f"{inner_path(kind, id)}/{inner}", part.version, collection=not part.content)


def reference_path(kind: Kind, path: PartPath) -> str:
    """Where Graph's own document is that one takes the place of, below the object; empty where there is none."""
    part = part_at(kind, path)
    inner = "/".join(quoted(step) for step in (*path[:-2], part.reference, path[-1]))
    return f"{inner}/{CONTENT}" if part.reference else ""
