"""What a schema found wrong, in our own words: where it is, what was expected, what to do.

A schema may bring words of its own, in `errorMessage`: the first sentence says what is wrong, the rest what to do.
No word here repeats a value that might be a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from reconciler.manifests.accept import check_of
from reconciler.manifests.documents import Document, in_order
from reconciler.manifests.schemas import Schema
from reconciler.manifests.words import did_you_mean, listed, quoted, type_of, types
from reconciler.model.addresses import Span
from reconciler.model.problems import Problem
from reconciler.model.resources import Path

_MASK = re.compile(r"\*{3,}")
_SOURCE = "write {fromEnv: NAME} or {fromFile: PATH}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One keyword of a schema that a value does not satisfy; `of_key` says that it is the key's fault."""

    path: Path
    keyword: str
    wanted: Any
    schema: Schema
    found: Any
    of_key: bool = False


def explain(document: Document, faults: Iterable[Fault]) -> tuple[Problem, ...]:
    """The problems behind the faults, by place. Where a value has the wrong type, nothing else is said of it."""
    every = list(faults)
    mistyped = {fault.path for fault in every if fault.keyword == "type"}
    telling = (fault for fault in every if fault.keyword == "type" or fault.path not in mistyped)
    return in_order([problem for fault in telling for problem in _problems(document, fault)])


def is_mask(text: str) -> bool:
    """Whether a text is what Graph shows in the place of a secret."""
    return bool(_MASK.fullmatch(text))


def _problems(document: Document, fault: Fault) -> Iterable[Problem]:
    return _WORDS.get(fault.keyword, _own_words)(document, fault)


def _value(document: Document, fault: Fault) -> Span:
    return document.spans.nearest(fault.path)


def _key(document: Document, fault: Fault) -> Span:
    return document.key_spans.nearest(fault.path)


def _unknown(document: Document, fault: Fault) -> Iterable[Problem]:
    known = [name for name, inner in fault.schema.get("properties", {}).items() if not _hidden(inner)]
    for name in fault.found:
        if name not in fault.schema.get("properties", {}):
            otherwise = f"known here: {listed(known, 'and')}" if known else "nothing is known here: remove it"
            span = document.key_spans.nearest((*fault.path, name))
            yield Problem(f"unknown property {quoted(name)}", did_you_mean(name, known, otherwise), span)


def _hidden(schema: Schema) -> bool:
    return isinstance(schema, dict) and bool(schema.get("doNotSuggest"))


def _missing(document: Document, fault: Fault) -> Iterable[Problem]:
    for name in fault.wanted:
        if name not in fault.found:
            schema = fault.schema.get("properties", {}).get(name)
            examples = schema.get("examples", ()) if isinstance(schema, dict) else ()
            fix = f"add {name}" + "".join(f": {_flow(example)}" for example in examples[:1])
            yield Problem(f"{quoted(name)} is missing", fix, _key(document, fault))


def _flow(example: Any) -> str:
    """An example as it would be written on one line."""
    if isinstance(example, dict):
        return "{" + ", ".join(f"{name}: {_flow(item)}" for name, item in example.items()) + "}"
    if isinstance(example, list):
        return "[" + ", ".join(map(_flow, example)) + "]"
    return str(example) if isinstance(example, str) else json.dumps(example)


def _mistyped(document: Document, fault: Fault) -> Iterable[Problem]:
    span = _value(document, fault)
    if not fault.schema.get("writeOnly"):
        yield Problem(f"expected {types(fault.wanted)}, found {type_of(fault.found)}", _cure(fault), span)
    elif isinstance(fault.found, str) and is_mask(fault.found):
        yield Problem("this is what Graph shows in the place of a secret, not a secret", _SOURCE, span)
    elif isinstance(fault.found, str | int | float):
        yield Problem("a secret is never written here", _SOURCE, span)
    else:
        yield Problem(f"expected the source of a secret, found {type_of(fault.found)}", _SOURCE, span)


def _cure(fault: Fault) -> str:
    wanted = {fault.wanted} if isinstance(fault.wanted, str) else set(fault.wanted)
    if "string" in wanted and isinstance(fault.found, bool | int | float):
        return "put it in quotes"
    if fault.found is None:
        return "write a value, or remove the key: what is left out is not managed"
    return "".join(f"for example: {_flow(example)}" for example in fault.schema.get("examples", ())[:1])


def _unlisted(document: Document, fault: Fault) -> Iterable[Problem]:
    allowed = fault.wanted if fault.keyword == "enum" else [fault.wanted]
    shown = quoted(fault.found) if isinstance(fault.found, str) else type_of(fault.found)
    if isinstance(fault.found, int | float) and not isinstance(fault.found, bool):
        shown = str(fault.found)
    otherwise = "choose one of these" if len(allowed) > 1 else f"write {allowed[0]}"
    words = [word for word in allowed if isinstance(word, str) and isinstance(fault.found, str)]
    fix = did_you_mean(fault.found, words, otherwise)
    yield Problem(f"expected {listed(allowed)}, found {shown}", fix, _value(document, fault))


def _one_source(document: Document, fault: Fault) -> Iterable[Problem]:
    many = "two sources" if fault.keyword == "maxProperties" else "no source"
    yield Problem(f"a secret with {many}", _SOURCE, _value(document, fault))


def _too_many(document: Document, fault: Fault) -> Iterable[Problem]:
    """Said at the first item that is one too many."""
    matches = check_of(fault.schema["contains"])
    matching = [at for at, item in enumerate(fault.found) if matches(item)]
    span = document.spans.nearest((*fault.path, matching[fault.wanted]))
    yield _written(fault, span)


def _empty(document: Document, fault: Fault) -> Iterable[Problem]:
    message = "expected a value, found an empty string"
    yield Problem(message, "write a value, or remove the key", _value(document, fault))


def _limit(document: Document, fault: Fault) -> Iterable[Problem]:
    low = fault.keyword == "minimum"
    unit = " characters" if fault.keyword == "maxLength" else ""
    message = f"expected at {'least' if low else 'most'} {fault.wanted}{unit}"
    yield Problem(message, "raise it" if low else "shorten it" if unit else "lower it", _value(document, fault))


def _own_words(document: Document, fault: Fault) -> Iterable[Problem]:
    forbidden = fault.keyword == "not" and fault.wanted == {}
    yield _written(fault, _key(document, fault) if forbidden or fault.of_key else _value(document, fault))


def _written(fault: Fault, span: Span) -> Problem:
    message, _, fix = fault.schema.get("errorMessage", "this is not valid here").partition(". ")
    return Problem(message, fix[:1].lower() + fix[1:], span)


_WORDS: dict[str, Callable[[Document, Fault], Iterable[Problem]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _mistyped,
    "enum": _unlisted,
    "const": _unlisted,
    "minProperties": _one_source,
    "maxProperties": _one_source,
    "maxContains": _too_many,
    "minLength": _empty,
    "maxLength": _limit,
    "minimum": _limit,
    "maximum": _limit,
}
