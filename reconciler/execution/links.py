"""What a read of a link says: which targets are attached, and in what an entry differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.kinds import Link, Shape
from reconciler.model.shapes import listeners, same, tree, unwrapped
from reconciler.model.values import Tree, Value, get


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment as Graph answered it: the target's id in Graph's spelling, and the item."""

    id: str
    item: Mapping[str, Any]


def attached(link: Link, body: Any, owner: str = "") -> dict[str, Attached]:
    """What is attached to the owner of that id, by the target's id in lower case, in Graph's order."""
    found = (pair for item in _items(link, body, owner) for pair in _pairs(link, item))
    return {each.id.casefold(): each for each in found if each.id}


def differing(link: Link, wanted: Tree, item: Mapping[str, Any]) -> dict[str, Value]:
    """The wanted members of an entry that Graph holds otherwise."""
    properties = {known.path: known for known in link.properties}
    live = tree(item)
    return {name: value for name, value in wanted.items() if not same(value, live.get(name), properties.get(name))}


def _items(link: Link, body: Any, owner: str) -> Iterable[Mapping[str, Any]]:
    if link.shape is Shape.LISTENERS:
        return listeners(link, [item for item in body if isinstance(item, Mapping)], owner)
    if not link.slotted:
        return [item for item in body if isinstance(item, Mapping)]
    entity = unwrapped(body)
    if link.shape is Shape.HANDLER:
        return [entity] if isinstance(entity, Mapping) else []
    slot = entity.get(link.member) if isinstance(entity, Mapping) else None
    return [slot] if isinstance(slot, Mapping) else []


def _pairs(link: Link, item: Mapping[str, Any]) -> Iterable[Attached]:
    """What one item attaches: a listener may do so with several."""
    if link.listener is not None:
        return [Attached(str(name), item) for name in get(item, link.listener.targets) or ()]
    if link.shape is Shape.NAMES:
        return [Attached(str(item.get(link.member) or ""), item)]
    target = item.get(link.member) if link.shape is Shape.ENTRIES else item
    return [Attached(str((target or item).get("id") or ""), item)]
