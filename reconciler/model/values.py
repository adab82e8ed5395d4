"""Nested JSON-like values and dotted paths into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from reconciler.model.addresses import Address, IdOf
from reconciler.model.secrets import Secret

Value: TypeAlias = Any
"""None, bool, int, float, str, Secret, IdOf, a list or tuple of values, or a mapping of names to values."""

Tree: TypeAlias = Mapping[str, Value]

MISSING = object()


def get(tree: Tree, path: str, default: Value = None) -> Value:
    """The value at a dotted path, or the default where any step of it is absent.

    >>> get({"a": {"b": 1}}, "a.b"), get({"a": None}, "a.b", "none")
    (1, 'none')
    """
    found: Value = tree
    for step in path.split("."):
        if not isinstance(found, (dict, Mapping)) or step not in found:  # a dict is recognised at once
            return default
        found = found[step]
    return found


def put(tree: dict[str, Value], path: str, value: Value) -> None:
    """Set the value at a dotted path, making the mappings on the way.

    >>> tree = {}; put(tree, "a.b", 1); tree
    {'a': {'b': 1}}
    """
    *parents, last = path.split(".")
    for step in parents:
        tree = tree.setdefault(step, {})
    tree[last] = value


def leaves(tree: Tree, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Every declared leaf with its dotted path; a list is a leaf, an empty mapping says nothing.

    >>> list(leaves({"a": {"b": 1, "c": {}}, "d": [2]}))
    [('a.b', 1), ('d', [2])]
    """
    for name, value in tree.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}.")
        else:
            yield path, value


def masked(value: Value) -> Value:
    """The value as it may be shown: every secret as `(secret)`, every other unknown leaf as text."""
    if isinstance(value, Mapping):
        return {name: masked(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def has_secret(value: Value) -> bool:
    """Whether a secret stands anywhere inside the value."""
    if isinstance(value, Mapping):
        return any(has_secret(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_secret(item) for item in value)
    return isinstance(value, Secret)


def mentioned(value: Value) -> Iterator[Address]:
    """Every object whose id stands anywhere inside the value."""
    if isinstance(value, IdOf):
        yield value.address
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from mentioned(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from mentioned(item)


def mapped(value: Value, steps: Sequence[str], change: Callable[[Value], Value]) -> Value:
    """A copy of the value with what the steps lead to changed: `*` is every item of a list, else a key.

    >>> mapped([{"a": 1}, {"b": 2}], ("*", "a"), str)
    [{'a': '1'}, {'b': 2}]
    """
    if not steps:
        return change(value)
    step, *rest = steps
    if step == "*":
        return [mapped(item, rest, change) for item in value] if isinstance(value, list | tuple) else value
    if not isinstance(value, Mapping) or step not in value:
        return value
    return {**value, step: mapped(value[step], rest, change)}


def reached(value: Value, steps: Sequence[str]) -> list[Value]:
    """Everything that the steps lead to; see `mapped`.

    >>> reached([{"a": [1, 2]}, {}], ("*", "a", "*"))
    [1, 2]
    """
    found: list[Value] = []
    mapped(value, steps, lambda item: found.append(item))
    return found
