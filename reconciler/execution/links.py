"""What a read of a link says: which targets are attached, and in what an entry differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.kinds import Link, Shape
from reconciler.model.shapes import same, tree, unwrapped
from reconciler.model.values import Tree, Value


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment as Graph answered it: the target's id in Graph's spelling, and the item."""

    id: str
    item: Mapping[str, Any]


def attached(link: Link, body: Any) -> dict[str, Attached]:
    """What is attached, by the target's id in lower case, in Graph's order."""
    found = (Attached(_target_id(link, item), item) for item in _items(link, body))
    return {each.id.casefold(): each for each in found if each.id}


def differing(link: Link, wanted: Tree, item: Mapping[str, Any]) -> dict[str, Value]:
    """The wanted members of an entry that Graph holds otherwise."""
    properties = {known.path: known for known in link.properties}
    live = tree(item)
    return {name: value for name, value in wanted.items() if not same(value, live.get(name), properties.get(name))}


def _items(link: Link, body: Any) -> Iterable[Mapping[str, Any]]:
    if not link.slotted:
        return [item for item in body if isinstance(item, Mapping)]
    entity = unwrapped(body)
    slot = entity.get(link.member) if isinstance(entity, Mapping) else None
    return [slot] if isinstance(slot, Mapping) else []


def _target_id(link: Link, item: Mapping[str, Any]) -> str:
    target = item.get(link.member) if link.shape is Shape.ENTRIES else item
    return str((target or item).get("id") or "")
