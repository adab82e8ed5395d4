"""The JSON Schemas: where they are, as this tool checks with them, and as an editor is given them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

Schema: TypeAlias = Any
"""A decoded JSON Schema: a mapping, or true or false."""

_ENDING = ".schema.json"
_NO_KINDS = ("common", "manifest", "Project")
_VARIABLE = {"$ref": "common.schema.json#/$defs/variable"}


def folder() -> Path:
    """The folder of the schemas: inside the installed package, else at the top of the source tree."""
    package = Path(str(resources.files("reconciler")))
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


@cache
def load_schema(name: str) -> Schema:
    """The schema of a kind, or of `Project`, as its file says it. Raises FileNotFoundError when there is none."""
    return json.loads((folder() / f"{name}{_ENDING}").read_text("utf-8"))


def names() -> tuple[str, ...]:
    """The kinds that have a schema, in alphabetical order."""
    found = (path.name.removesuffix(_ENDING) for path in folder().glob(f"*{_ENDING}"))
    return tuple(sorted(name for name in found if name not in _NO_KINDS))


@cache
def flat_schema(name: str) -> Schema:
    """The schema without references, for text in which no variable is left.

    An alternative that lets an editor accept `${var.NAME}` is taken away, so that a fault is a fault of what was meant.
    """
    return _flat(load_schema(name), name)


def _flat(schema: Schema, name: str) -> Schema:
    if isinstance(schema, list):
        return [_flat(item, name) for item in schema]
    if not isinstance(schema, dict):
        return schema
    own = {key: _flat(value, name) for key, value in schema.items() if key not in ("$ref", "$defs")}
    if _VARIABLE in schema.get("anyOf", ()):
        (meant,) = (_flat(item, name) for item in schema["anyOf"] if item != _VARIABLE)
        own.pop("anyOf")
        own = {**meant, **own}
    if "$ref" in schema:
        file, _, pointer = schema["$ref"].partition("#")
        other = file.removesuffix(_ENDING) or name
        own = {**_flat(_at(load_schema(other), pointer), other), **own}
    return own


def _at(schema: Schema, pointer: str) -> Schema:
    for step in filter(None, pointer.split("/")):
        schema = schema[step]
    return schema


def combined(kinds: Iterable[str]) -> Schema:
    """One schema for manifests of any of these kinds."""
    known = list(kinds)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest",
        "description": "One object that should be in the tenant, of whichever kind.",
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {
                "title": "Kind",
                "description": "The kind of Graph object; it decides what else may be written.",
                "enum": known,
                "examples": known[:1],
            }
        },
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"{kind}{_ENDING}"},
            }
            for kind in known
        ],
    }


def schema_text(name: str | None) -> str:
    """The schema of a kind (of any kind, without a name) as one text that needs no other file."""
    root = combined(names()) if name is None else load_schema(name)
    parts: dict[str, Schema] = {}
    whole = _bundled(root, f"{name}{_ENDING}", parts)
    return json.dumps({**whole, "$defs": {file: parts[file] for file in sorted(parts)}}, indent=2) + "\n"


def _bundled(schema: Schema, file: str, parts: dict[str, Schema]) -> Schema:
    """The schema with every reference turned to a part of the same text."""
    if isinstance(schema, list):
        return [_bundled(item, file, parts) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _bundled(value, file, parts) for key, value in schema.items()}
    if "$ref" in schema:
        other, _, pointer = schema["$ref"].partition("#")
        other = other or file
        if other not in parts:
            parts[other] = {}
            part = _bundled(load_schema(other.removesuffix(_ENDING)), other, parts)
            parts[other] = {key: value for key, value in part.items() if key != "$schema"}
        result["$ref"] = f"#/$defs/{other}{pointer}"
    return result
