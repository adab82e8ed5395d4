"""How faults are worded: quoting, listing, and the nearest known word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "null": "nothing (null)",
    "integer": "a whole number",
    "number": "a number",
}
_LONGEST = 60


def quoted(text: object) -> str:
    """The text in quotes, on one line, shortened, and with everything invisible escaped.

    >>> print(quoted("a" * 80)[-5:], quoted("tab\\there"))
    aaa…' 'tab\\there'
    """
    whole = str(text)
    shown = whole if len(whole) <= _LONGEST else whole[:_LONGEST] + "…"
    return f"'{plain(shown)}'"


def plain(text: object) -> str:
    """The text on one line, with everything invisible escaped."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in str(text))


def listed(words: Iterable[object], last: str = "or") -> str:
    """The words in quotes, as a person would list them.

    >>> listed(["a", "b", "c"])
    "'a', 'b' or 'c'"
    """
    *first, final = [str(word) if isinstance(word, int) else quoted(word) for word in words]
    return f"{', '.join(first)} {last} {final}" if first else final


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, whatever its case."""
    folded = {name.casefold(): name for name in sorted(known, reverse=True)}
    found = difflib.get_close_matches(str(word)[:100].casefold(), list(folded), n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def did_you_mean(word: object, known: Iterable[str], otherwise: str = "") -> str:
    """The fix for a word that is not known."""
    meant = nearest(word, known)
    return f"did you mean {quoted(meant)}?" if meant else otherwise


def type_of(value: Any) -> str:
    """What a value is, in a person's words."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list | str):
        return {dict: "a mapping", list: "a list", str: "a string"}[type(value)]
    return f"'{str(value).lower()}'" if isinstance(value, bool) else "a number"


def types(names: str | list[str]) -> str:
    """What a JSON Schema type asks for, in a person's words."""
    return " or ".join(_TYPES[name] for name in ([names] if isinstance(names, str) else names))
