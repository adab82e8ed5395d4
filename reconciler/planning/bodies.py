"""Request bodies of creates and updates: what Graph wants to see, secrets still secret."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from reconciler.model.kinds import Kind, Property
from reconciler.model.plans import Change
from reconciler.model.resources import Resource
from reconciler.model.shapes import canonical
from reconciler.model.values import MISSING, Tree, Value, get, put

_TYPE = "@odata.type"


def completed(declared: Tree, properties: Iterable[Property]) -> dict[str, Value]:
    """Everything declared, and what Graph demands where the manifest is silent."""
    whole = copied(declared)
    for known in properties:
        if get(whole, known.path, MISSING) is not MISSING:
            continue
        if known.default is not None:
            put(whole, known.path, list(known.default) if isinstance(known.default, tuple) else known.default)
        elif (name := known.by_type.get(str(declared.get("type")))) is not None:
            put(whole, known.path, name)
    return whole


def create_body(kind: Kind, resource: Resource, properties: Tree) -> dict[str, Value]:
    """The body that makes an object with these properties; a flow is made under its bare name."""
    named: dict[str, Value] = {"id": kind.bare(resource.address.name)} if kind.key == "id" else {}
    own = {_TYPE: odata_type(kind.type_name)} if kind.type_name else {}
    return {**own, **named, **typed(kind, properties)}


def update_body(kind: Kind, wanted: Tree, live: Tree, changes: Iterable[Change]) -> dict[str, Value]:
    """The changed members, each with the whole it belongs to where Graph replaces wholes."""
    body: dict[str, Value] = {}
    for path in sorted({covering(kind, change.path) for change in changes}):
        known = kind.member(path)
        value = get(wanted, path)
        put(body, path, overlaid(kind, known, value, get(live, path)) if known and known.whole else value)
    return patched(kind, body, wanted, live) if body else body


def patched(kind: Kind, body: Tree, wanted: Tree, live: Tree) -> dict[str, Value]:
    """A body for PATCH, with every `@odata.type` that Graph wants to see in one."""
    shaped = typed(kind, body)
    declared = kind.type_property
    name = kind.type_name or (declared and (get(wanted, declared.path) or get(live, declared.path)))
    return {_TYPE: odata_type(name), **shaped} if kind.typed_updates and name else shaped


def overlaid(kind: Kind, known: Property, wanted: Value, live: Value) -> Value:
    """What is wanted of a whole, and of what nobody mentions that which is there: Graph would take it away."""
    kept = _kept(kind, known.path, live)
    items = dict(_keyed(kept, known.keyed))
    if isinstance(wanted, Mapping) and isinstance(kept, Mapping):
        declared = kind.member(f"{known.path}.type")
        ours, theirs = (canonical(each.get("type"), declared) for each in (wanted, kept))
        return wanted if ours is not None and ours != theirs else _over(wanted, kept, known.keyed, items)
    return _over(wanted, kept, known.keyed, items)


def _keyed(value: Value, key: str) -> Iterator[tuple[Hashable, Value]]:
    """Every item inside that has the key, wherever it stands."""
    if isinstance(value, Mapping):
        if key in value and isinstance(value[key], Hashable):
            yield value[key], value
        for inner in value.values():
            yield from _keyed(inner, key)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _keyed(item, key)


def _kept(kind: Kind, path: str, live: Value) -> Value:
    """What is there, without that which Graph only shows or never does, its types in Graph's words again."""
    if isinstance(live, list | tuple):
        return [_kept(kind, f"{path}.*", item) for item in live]
    if not isinstance(live, Mapping):
        return live
    hidden = {each.path for each in kind.properties if each.secret or each.read_only}
    told = {each.path for each in kind.properties if each.odata_type}
    kept = {name: value for name, value in live.items() if f"{path}.{name}" not in hidden}
    if isinstance(name := kept.get("type"), str) and f"{path}.type" not in told:
        del kept["type"]
        kept = {_TYPE: odata_type(name), **kept}
    return {name: _kept(kind, f"{path}.{name}", value) for name, value in kept.items()}


def _over(wanted: Value, live: Value, key: str, items: Mapping[Hashable, Value]) -> Value:
    """What is wanted over what is there: an item with the key is the live one of that key, else that in its place."""
    if isinstance(wanted, Mapping):
        have = items.get(wanted[key], {}) if key and key in wanted else live
        if not isinstance(have, Mapping):
            return wanted
        return {**have, **{name: _over(value, have.get(name), key, items) for name, value in wanted.items()}}
    if isinstance(wanted, list | tuple):
        there = list(live) if isinstance(live, list | tuple) else []
        places = [there[place] if place < len(there) else None for place in range(len(wanted))]
        return [_over(item, have, key, items) for item, have in zip(wanted, places, strict=True)]
    return wanted


def covering(kind: Kind, path: str) -> str:
    """The path that must be sent for a member to change."""
    steps = path.split(".")
    parents = (".".join(steps[:length]) for length in range(1, len(steps)))
    wholes = (parent for parent in parents if (known := kind.member(parent)) is not None and known.whole)
    return next(wholes, path)


def applicable(kind: Kind, properties: Tree) -> tuple[Property, ...]:
    """The properties that an object of this type has."""
    declared = kind.type_property
    own = get(properties, declared.path) if declared is not None else None
    return tuple(known for known in kind.properties if not known.of or own in known.of)


def missing(kind: Kind, properties: Tree) -> tuple[str, ...]:
    """What Graph demands on create and the manifest does not say."""
    return tuple(
        known.path
        for known in applicable(kind, properties)
        if known.required and known.default is None and get(properties, known.path, MISSING) in (None, MISSING)
    )


def typed(kind: Kind, properties: Tree) -> dict[str, Value]:
    """The properties with each `type` that stands for an `@odata.type` in Graph's words, and those it always wants."""
    shaped = copied(properties)
    for known in kind.properties:
        *parents, last = known.path.split(".")
        if known.type_name and isinstance(value := get(shaped, known.path), dict):
            _annotate(value, known.type_name)
        around: Any = get(shaped, ".".join(parents)) if parents else shaped
        if known.odata_type and isinstance(around, dict) and last in around:
            _annotate(around, around.pop(last))
    return shaped


def _annotate(value: dict[str, Value], name: str) -> None:
    rest = {key: said for key, said in value.items() if key != _TYPE}
    value.clear()
    value |= {_TYPE: odata_type(name), **rest}


def odata_type(name: str) -> str:
    """The type's name as Graph spells it."""
    return f"#microsoft.graph.{name}"


def copied(tree: Tree) -> dict[str, Value]:
    """A tree that can be changed without changing the first; lists and leaves are shared."""
    return {name: copied(value) if hasattr(value, "items") else value for name, value in tree.items()}
