"""Request bodies of creates and updates: what Graph wants to see, secrets still secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.model.kinds import Kind, Property
from reconciler.model.plans import Change
from reconciler.model.resources import Resource
from reconciler.model.values import MISSING, Tree, Value, get, put


def completed(declared: Tree, properties: Iterable[Property]) -> dict[str, Value]:
    """Everything declared, and what Graph demands where the manifest is silent."""
    whole = copied(declared)
    for known in properties:
        if known.default is not None and get(whole, known.path, MISSING) is MISSING:
            put(whole, known.path, list(known.default) if isinstance(known.default, tuple) else known.default)
    return whole


def create_body(kind: Kind, resource: Resource, properties: Tree) -> dict[str, Value]:
    """The body that makes an object with these properties; a flow is made under its bare name."""
    named: dict[str, Value] = {"id": kind.bare(resource.address.name)} if kind.key == "id" else {}
    return {**named, **typed(kind, properties)}


def update_body(kind: Kind, wanted: Tree, changes: Iterable[Change]) -> dict[str, Value]:
    """The changed members, each with the whole it belongs to where Graph replaces wholes."""
    body: dict[str, Value] = {}
    shaped = typed(kind, wanted)
    for path in sorted({covering(kind, change.path) for change in changes}):
        put(body, path, get(shaped, path))
    declared = kind.type_property
    if kind.typed_updates and declared is not None and body and (name := get(wanted, declared.path)):
        body = {"@odata.type": odata_type(name), **body}
    return body


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
    """The properties with each `type` that stands for an `@odata.type` in Graph's words."""
    shaped = copied(properties)
    for known in kind.properties:
        *parents, last = known.path.split(".")
        around: Any = get(shaped, ".".join(parents)) if parents else shaped
        if known.odata_type and isinstance(around, dict) and last in around:
            name = around.pop(last)
            rest = dict(around)
            around.clear()
            around |= {"@odata.type": odata_type(name), **rest}
    return shaped


def odata_type(name: str) -> str:
    """The type's name as Graph spells it."""
    return f"#microsoft.graph.{name}"


def copied(tree: Tree) -> dict[str, Value]:
    """A tree that can be changed without changing the first; lists and leaves are shared."""
    return {name: copied(value) if hasattr(value, "items") else value for name, value in tree.items()}
