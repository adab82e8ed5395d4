"""Enum values in Graph's spelling, whichever way they were written."""

from __future__ import annotations

from typing import Any

from reconciler.manifests.accept import check_of
from reconciler.manifests.schemas import Schema


def respelled(schema: Schema, value: Any) -> Any:
    """The value with every string that an enum of the schema has in another case put in the schema's.

    >>> respelled({"properties": {"a": {"enum": ["textBox"]}}}, {"a": "TextBox", "b": 1})
    {'a': 'textBox', 'b': 1}
    """
    if not isinstance(schema, dict):
        return value
    if isinstance(value, str):
        value = _in_enum(schema.get("enum", ()), value)
    elif isinstance(value, list):
        value = [respelled(schema.get("items"), item) for item in value]
    elif isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        value = {name: respelled(known.get(name, other), item) for name, item in value.items()}
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        value = respelled(part, value)
    if "if" in schema:
        branch = "then" if check_of(schema["if"])(value) else "else"
        value = respelled(schema.get(branch), value)
    return value


def _in_enum(allowed: Any, text: str) -> str:
    folded = text.casefold()
    return next((known for known in allowed if isinstance(known, str) and known.casefold() == folded), text)
