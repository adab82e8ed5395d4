"""What makes text safe and pleasant on a terminal: escapes, shortened values, colours, counted nouns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from reconciler.model.addresses import Address, IdOf
from reconciler.model.secrets import MASK, Secret
from reconciler.model.values import Value

LONGEST_VALUE = 100
LONGEST_NAME = 200
LONGEST_SENTENCE = 1000

NOTHING = "(none)"
_CONTEXT = 16  # characters shown on either side of where two long values part
_LOOKS_LIKE_MORE = re.compile(
    r"""\s|.*\s$|[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|(null|true|false|~)$|["'{\[(]|.*(→|…|, |: )""",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours for a terminal, or none."""

    on: bool = False

    def bold(self, text: str) -> str:
        """What stands out: names of objects, headings."""
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        """What can be skipped: places in files, ids."""
        return self._paint("2", text)

    def good(self, text: str) -> str:
        """What is added, or went well."""
        return self._paint("32", text)

    def bad(self, text: str) -> str:
        """What is removed, or went wrong."""
        return self._paint("31", text)

    def changed(self, text: str) -> str:
        """What becomes something else, or wants attention."""
        return self._paint("33", text)

    def sent(self, text: str) -> str:
        """What is uploaded."""
        return self._paint("36", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and text else text


def escaped(text: str) -> str:
    r"""The text with everything invisible spelled out: controls, bidi marks, odd spaces, half surrogates.

    >>> escaped("a\x1b[2Jb\u202e\n")
    'a\\x1b[2Jb\\u202e\\n'
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def shortened(text: str, limit: int) -> str:
    """The text with its middle left out where it is longer than the limit.

    >>> shortened("abcdefghij", 5)
    'abc…j'
    """
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 3
    return f"{text[: limit - 1 - tail]}…{text[-tail:] if tail else ''}"


def name(text: str) -> str:
    """A name from a manifest or a tenant, safe to print."""
    return escaped(shortened(text, LONGEST_NAME))


def sentence(text: str) -> str:
    """A message that may quote a manifest or a tenant, safe to print."""
    return escaped(shortened(text, LONGEST_SENTENCE))


def value(found: Value) -> str:
    """A value on one line: strings bare where that is unambiguous, nothing as `(none)`, secrets as `(secret)`."""
    return escaped(shortened(_spelled(found), LONGEST_VALUE))


def pair(before: Value, after: Value) -> tuple[str, str]:
    """Both sides of a change, each on one line; where both are long, the part in which they differ."""
    old, new = _spelled(before), _spelled(after)
    if max(len(old), len(new)) > LONGEST_VALUE:
        head = max(0, _shared(old, new) - _CONTEXT)
        tail = max(0, _shared(old[:head:-1], new[:head:-1]) - _CONTEXT)
        old, new = _cut(old, head, tail), _cut(new, head, tail)
    return escaped(shortened(old, LONGEST_VALUE)), escaped(shortened(new, LONGEST_VALUE))


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "file"), counted(2, "file"), counted(0, "entry", "entries")
    ('1 file', '2 files', '0 entries')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def _spelled(found: Value) -> str:
    match found:
        case None:
            return NOTHING
        case Secret():
            return MASK
        case bool():
            return "true" if found else "false"
        case str():
            return _string(found)
        case IdOf():
            return found.address.name
        case Address():
            return found.name
        case Mapping():
            return "{" + ", ".join(f"{_spelled(key)}: {_spelled(item)}" for key, item in found.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_spelled(item) for item in found) + "]"
        case _:
            return str(found)


def _string(text: str) -> str:
    """Bare where that can be nothing else; in quotes a backslash is doubled: an escape is told from its likeness."""
    if text and text.isprintable() and not _LOOKS_LIKE_MORE.match(text):
        return text
    return '"' + escaped(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(one, other, strict=False)))


def _cut(text: str, head: int, tail: int) -> str:
    kept = text[head : len(text) - tail]
    return f"{'…' if head else ''}{kept}{'…' if tail else ''}"
