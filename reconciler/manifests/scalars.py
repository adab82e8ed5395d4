"""What a plain YAML scalar means: the core schema of YAML 1.2, less its surprises.

Only `true` and `false` are Booleans and only `null`, `~` and nothing are null (each also as `True` and `TRUE`, `Null`
and `NULL`). Integers may be decimal, `0o17` or `0xff`. Text stays text where a number would not come back as it was
written or has no place in JSON: with leading zeros (`0123`), infinite, not a number, or of more than 100 characters.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(["null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_NUMERIC = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def scalar(text: str) -> Scalar:
    """The value of a plain scalar.

    >>> [scalar(text) for text in ("true", "yes", "0123", "12:30:45", "8", "1.50", "~")]
    [True, 'yes', '0123', '12:30:45', 8, 1.5, None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC and len(text) <= 100:
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
