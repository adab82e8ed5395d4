"""A JSON Schema as one quick yes or no: the common case of a manifest without a fault costs almost nothing.

A no is put into words elsewhere, by a complete validator; a keyword that is not known here is therefore a no.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from reconciler.manifests.schemas import Schema, flat_schema

Check: TypeAlias = Callable[[Any], bool]

_ANNOTATIONS = ("$schema", "$comment", "$defs", "title", "description", "default", "examples", "writeOnly")
_OURS = ("contentEncoding", "errorMessage", "doNotSuggest")
_READ_BY_OTHERS = ("additionalProperties", "properties", "required", "minContains", "maxContains", "then", "else")
_SILENT = frozenset([*_ANNOTATIONS, *_OURS, *_READ_BY_OTHERS])
_TYPES: dict[str, frozenset[type]] = {
    "object": frozenset([dict]),
    "array": frozenset([list]),
    "string": frozenset([str]),
    "boolean": frozenset([bool]),
    "null": frozenset([type(None)]),
    "integer": frozenset([int]),
    "number": frozenset([int, float]),
}


@cache
def accepts(name: str) -> Check:
    """The check of a kind's schema, or of `Project`, for text in which no variable is left."""
    return check_of(flat_schema(name))


def check_of(schema: Schema) -> Check:
    """The check of a schema that has no references."""
    if isinstance(schema, bool):
        return _yes if schema else _no
    checks = [_KEYWORDS.get(key, _unknown)(value, schema) for key, value in schema.items() if key not in _SILENT]
    if not schema.keys().isdisjoint(("properties", "required", "additionalProperties")):
        checks.append(_members(schema))
    return _all(checks)


def _yes(_: Any) -> bool:
    return True


def _no(_: Any) -> bool:
    return False


def _all(checks: list[Check]) -> Check:
    if len(checks) < 2:
        return checks[0] if checks else _yes
    first, *rest = checks
    others = _all(rest)
    return lambda value: first(value) and others(value)


def _unknown(_: Any, __: Schema) -> Check:
    return _no


def _type(names: Any, _: Schema) -> Check:
    allowed = frozenset().union(*(_TYPES[name] for name in ([names] if isinstance(names, str) else names)))
    return lambda value: type(value) in allowed


def _enum(values: list[Any], _: Schema) -> Check:
    allowed = frozenset((type(value), value) for value in values)
    return lambda value: type(value) in _SCALARS and (type(value), value) in allowed


_SCALARS = frozenset([str, int, float, bool, type(None)])


def _members(schema: Schema) -> Check:
    known = {name: check_of(inner) for name, inner in schema.get("properties", {}).items()}
    other = check_of(schema.get("additionalProperties", True))
    required = tuple(schema.get("required", ()))

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return True
        for name in required:
            if name not in value:
                return False
        for name, item in value.items():  # noqa: SIM110 -- a generator would cost as much as the checks
            if not known.get(name, other)(item):
                return False
        return True

    return check


def _items(schema: Schema, _: Schema) -> Check:
    check = check_of(schema)
    return lambda value: type(value) is not list or all(map(check, value))


def _contains(schema: Schema, around: Schema) -> Check:
    check = check_of(schema)
    least, most = around.get("minContains", 1), around.get("maxContains", float("inf"))
    return lambda value: type(value) is not list or least <= sum(map(check, value)) <= most


def _pattern(pattern: str, _: Schema) -> Check:
    search = re.compile(pattern).search
    return lambda value: type(value) is not str or search(value) is not None


def _size(
    kind: type[str | list[Any] | dict[str, Any]], fits: Callable[[int, int], bool]
) -> Callable[[Any, Schema], Check]:
    def keyword(limit: Any, _: Schema) -> Check:
        return lambda value: type(value) is not kind or fits(len(value), limit)

    return keyword


def _amount(fits: Callable[[float, float], bool]) -> Callable[[Any, Schema], Check]:
    def keyword(limit: Any, _: Schema) -> Check:
        return lambda value: type(value) not in (int, float) or fits(value, limit)

    return keyword


def _if(condition: Schema, around: Schema) -> Check:
    holds = check_of(condition)
    then, otherwise = check_of(around.get("then", True)), check_of(around.get("else", True))
    return lambda value: then(value) if holds(value) else otherwise(value)


def _any_of(schemas: list[Schema], _: Schema) -> Check:
    checks = [check_of(schema) for schema in schemas]
    return lambda value: any(check(value) for check in checks)


def _not(schema: Schema, _: Schema) -> Check:
    check = check_of(schema)
    return lambda value: not check(value)


def _names(schema: Schema, _: Schema) -> Check:
    check = check_of(schema)
    return lambda value: type(value) is not dict or all(map(check, value))


def _at_most(found: float, limit: float) -> bool:
    return found <= limit


def _at_least(found: float, limit: float) -> bool:
    return found >= limit


_KEYWORDS: dict[str, Callable[[Any, Schema], Check]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value, around: _enum([value], around),
    "items": _items,
    "contains": _contains,
    "pattern": _pattern,
    "minLength": _size(str, _at_least),
    "maxLength": _size(str, _at_most),
    "maxItems": _size(list, _at_most),
    "minProperties": _size(dict, _at_least),
    "maxProperties": _size(dict, _at_most),
    "minimum": _amount(_at_least),
    "maximum": _amount(_at_most),
    "propertyNames": _names,
    "allOf": lambda schemas, _: _all([check_of(schema) for schema in schemas]),
    "anyOf": _any_of,
    "not": _not,
    "if": _if,
}
