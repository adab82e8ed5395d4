"""What a read of a link says: which targets are attached, and in what an entry differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.kinds import Link, Property, Shape
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
    return {
        name: value
        for name, value in wanted.items()
        if _plain(value, properties.get(name)) != _plain(item.get(name), properties.get(name))
    }


def _items(link: Link, body: Any) -> Iterable[Mapping[str, Any]]:
    if not link.slotted:
        return [item for item in body if isinstance(item, Mapping)]
    slot = unwrapped(body).get(link.member)
    return [slot] if isinstance(slot, Mapping) else []


def unwrapped(body: Any) -> Mapping[str, Any]:
    """A single entity, which some of Graph's answers wrap in `{"value": {…}}`; nothing where it is no object."""
    inner = body.get("value") if isinstance(body, Mapping) else {}
    return inner if isinstance(inner, Mapping) else body


def _target_id(link: Link, item: Mapping[str, Any]) -> str:
    target = item.get(link.member) if link.shape is Shape.ENTRIES else item
    return str((target or item).get("id") or "")


def _plain(value: Value, known: Property | None) -> Value:
    """The value as it is compared: an empty list, a null and nothing are one, and so are a folded word's spellings."""
    if isinstance(value, list | tuple):
        return [_plain(item, None) for item in value] or None
    if isinstance(value, Mapping):
        return {name: _plain(item, None) for name, item in value.items() if not name.startswith("@")}
    if known and isinstance(value, str):
        value = known.reads_as.get(value, value)
        return value.casefold() if known.folded else value
    return value
