"""Graph's JSON in one shape, and when two values mean the same.

What varies without meaning is gone afterwards: annotations, nulls, the wrapper around a single entity, 1.0 for 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.model.kinds import Kind, Link, Property
from reconciler.model.live import Unknown
from reconciler.model.values import Tree, Value, get, reached

_TYPE = "@odata.type"
_NAMESPACE = "microsoft.graph."


def tree(body: Mapping[str, Any]) -> dict[str, Value]:
    """A JSON object without annotations and nulls, its `@odata.type` as `type`.

    >>> tree({"@odata.type": "#microsoft.graph.x", "a": None, "b": 1.0, "b@odata.context": "…"})
    {'type': 'x', 'b': 1}
    """
    told = {name: plain(value) for name, value in body.items() if "@" not in name and value is not None}
    declared = body.get(_TYPE)
    return {"type": type_name(declared), **told} if isinstance(declared, str) else told


def type_name(declared: str) -> str:
    """An `@odata.type` without its namespace, whose case and leading `#` vary in Graph's answers.

    >>> type_name("#Microsoft.Graph.BuiltInUserFlowAttribute")
    'BuiltInUserFlowAttribute'
    """
    bare = declared.removeprefix("#")
    return bare[len(_NAMESPACE) :] if bare.casefold().startswith(_NAMESPACE) else bare


def unwrapped(body: Any) -> Any:
    """A single entity, which some of Graph's answers wrap in `{"value": {…}}` (Graph docs: Get
    authenticationEventsFlow, Get userFlowLanguageConfiguration)."""
    inner = body.get("value") if isinstance(body, Mapping) else None
    return inner if isinstance(inner, Mapping) else body


def canonical(value: Value, known: Property | None) -> Value:
    """The value as it is compared: null, an empty list and nothing are one; case counts only where Graph keeps it."""
    if value is None or (isinstance(value, list | tuple) and not value):
        return None
    if isinstance(value, list | tuple):
        return [_item(item, known) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and known is not None and known.folded:
        spelled = {name.casefold(): told for name, told in known.reads_as.items()}
        return spelled.get(value.casefold(), value).casefold()
    return value


def scoped(live: Value, wanted: Value) -> Value:
    """A live list whose items have only the members that the wanted ones have: ownership is per key there too."""
    if isinstance(live, list | tuple) and isinstance(wanted, list | tuple) and len(live) == len(wanted):
        return [_scoped_item(have, want) for have, want in zip(live, wanted, strict=True)]
    return live


def is_none(link: Link, gap: Unknown) -> bool:
    """Whether that is how Graph says that nothing is attached."""
    return link.read.none != 0 and gap.status == link.read.none and gap.code not in link.read.fails


def is_asked_for(kind: Kind, link: Link, properties: Tree) -> bool:
    """Whether an object's own lists mention targets of a link: then the link cannot have none."""
    mine = [(known, mentions) for known, mentions in kind.mentions if mentions.link == link.name]
    return any(reached(get(properties, known.path), mentions.steps[:-1]) for known, mentions in mine)


def listeners(link: Link, items: Iterable[Tree], owner: str) -> list[Tree]:
    """The objects of another collection that tie this owner to targets of the link."""
    assert link.listener is not None
    path = link.listener.owner
    return [item for item in items if str(get(item, path, "")).casefold() == owner.casefold()]


def listened(link: Link, items: Iterable[Tree], owner: str) -> list[str]:
    """The targets that listeners tie this owner to, each once."""
    assert link.listener is not None
    found = (get(item, link.listener.targets) or () for item in listeners(link, items, owner))
    return list(dict.fromkeys(str(name) for names in found for name in names))


def same(wanted: Value, live: Value, known: Property | None) -> bool:
    """Whether a live value says what is wanted of it."""
    return bool(canonical(wanted, known) == canonical(scoped(live, wanted), known))


def entries_of(items: Iterable[Tree], keys: tuple[str, ...]) -> dict[str, Tree]:
    """The items of a list that is a set, by what tells them apart.

    >>> entries_of([{"ElementType": "UxElement", "StringId": "x", "Value": "y"}], ("ElementType", "StringId"))
    {'UxElement x': {'ElementType': 'UxElement', 'StringId': 'x', 'Value': 'y'}}
    """
    return {" ".join(str(item[key]) for key in keys if item.get(key) is not None): item for item in items}


def same_document(wanted: Tree, live: Tree, keys: tuple[str, ...]) -> bool:
    """Whether a document that is there says what is wanted of it; the order of its lists means nothing."""
    return all(_same_set(value, live.get(name) or (), keys) for name, value in wanted.items())


def _same_set(wanted: Iterable[Tree], live: Iterable[Tree], keys: tuple[str, ...]) -> bool:
    want, have = entries_of(wanted, keys), entries_of(live, keys)
    return want.keys() == have.keys() and all(same([want[key]], [have[key]], None) for key in want)


def _scoped_item(have: Value, want: Value) -> Value:
    if not isinstance(have, Mapping) or not isinstance(want, Mapping):
        return have
    return {name: scoped(have.get(name), value) for name, value in want.items()}


def _item(value: Value, known: Property | None) -> Value:
    if not isinstance(value, Mapping):
        return [_item(item, known) for item in value] if isinstance(value, list | tuple) else canonical(value, None)
    told = {name: _member(name, item, known) for name, item in value.items()}
    return {name: item for name, item in told.items() if item is not None}


def _member(name: str, value: Value, known: Property | None) -> Value:
    if isinstance(value, list | tuple):
        return [_item(item, known) for item in value] or None
    if isinstance(value, Mapping):
        return _item(value, known)
    found = canonical(value, None)
    return found.casefold() if known is not None and name in known.folds and isinstance(found, str) else found


def plain(value: Any) -> Value:
    """A JSON value without annotations and nulls in it."""
    if isinstance(value, dict):
        return tree(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
