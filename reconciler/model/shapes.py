"""Graph's JSON in one shape, and when two values mean the same.

What varies without meaning is gone afterwards: annotations, nulls, the wrapper around a single entity, 1.0 for 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.model.kinds import Property
from reconciler.model.values import Value

_TYPE = "@odata.type"
_NAMESPACE = "microsoft.graph."


def tree(body: Mapping[str, Any]) -> dict[str, Value]:
    """A JSON object without annotations and nulls, its `@odata.type` as `type`.

    >>> tree({"@odata.type": "#microsoft.graph.x", "a": None, "b": 1.0, "b@odata.context": "…"})
    {'type': 'x', 'b': 1}
    """
    plain = {name: _plain(value) for name, value in body.items() if "@" not in name and value is not None}
    declared = body.get(_TYPE)
    return {"type": type_name(declared), **plain} if isinstance(declared, str) else plain


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
        return [_item(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and known is not None and known.folded:
        spelled = {name.casefold(): told for name, told in known.reads_as.items()}
        return spelled.get(value.casefold(), value).casefold()
    return value


def scoped(live: Value, wanted: Value) -> Value:
    """A live list whose items have only the members that the wanted ones have: ownership is per key there too."""
    if not isinstance(live, list | tuple) or not isinstance(wanted, list | tuple) or len(live) != len(wanted):
        return live
    return [
        {name: have.get(name) for name in want} if isinstance(have, Mapping) and isinstance(want, Mapping) else have
        for have, want in zip(live, wanted, strict=True)
    ]


def same(wanted: Value, live: Value, known: Property | None) -> bool:
    """Whether a live value says what is wanted of it."""
    return bool(canonical(wanted, known) == canonical(scoped(live, wanted), known))


def _item(value: Value) -> Value:
    if isinstance(value, Mapping):
        return {name: canonical(item, None) for name, item in value.items() if canonical(item, None) is not None}
    return canonical(value, None)


def _plain(value: Any) -> Value:
    if isinstance(value, dict):
        return tree(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
