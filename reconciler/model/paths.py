"""Where things are in Graph: paths below a service root, ids quoted, and what is to be read there."""

from __future__ import annotations

from urllib.parse import quote

from reconciler.model.kinds import Kind, Link, Order
from reconciler.model.live import Need


def quoted(id: str) -> str:
    """An id as one segment of a path, whatever is in it."""
    return quote(id, safe="")


def object_path(kind: Kind, id: str) -> str:
    """The path of an object; of a singleton its own."""
    return kind.collection if kind.singleton else f"{kind.collection}/{quoted(id)}"


def collection_need(kind: Kind) -> Need:
    """The listing of a kind, or the one object of a singleton."""
    return Need(kind.collection, kind.version, collection=not kind.singleton)


def object_need(kind: Kind, id: str) -> Need:
    """One object by its id."""
    return Need(object_path(kind, id), kind.version)


def link_need(kind: Kind, id: str, link: Link) -> Need:
    """What is attached to a link of an object."""
    return Need(f"{object_path(kind, id)}/{link.read.path}", link.read.version, collection=not link.slotted)


def order_need(kind: Kind, id: str, order: Order) -> Need:
    """The order of the entries of an object's link."""
    return Need(f"{object_path(kind, id)}/{order.read.path}", order.read.version)


def link_needs(kind: Kind, id: str, link: Link) -> tuple[Need, ...]:
    """Everything that tells the state of a link."""
    order = (order_need(kind, id, link.order),) if link.order else ()
    return (link_need(kind, id, link), *order)
