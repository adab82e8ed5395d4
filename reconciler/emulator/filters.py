"""The part of OData's ``$filter`` that these collections document or are asked for in practice."""

import re
from collections.abc import Callable
from typing import Any

from reconciler.emulator.errors import invalid
from reconciler.emulator.schema import NAMESPACES

Test = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<word>[A-Za-z_][\w./]*)|(?P<mark>[(),:]))"""
)
_LITERALS: dict[str, Any] = {"true": True, "false": False, "null": None}
_DEPTH = 50


def compile_filter(text: str, allowed: frozenset[str]) -> Test:
    """A test for documents from ``$filter``, with eq, ne, and, or, not, startswith, isof, any and parentheses.

    A path may have casts in it, which are passed over. Text is compared without case, as Graph does. GraphError
    400 for anything else or a property not allowed.
    """
    parser = _Parser(_tokens(text), {name.lower(): name for name in allowed})
    test = parser.disjunction(0)
    parser.expect_end()
    return test


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise invalid(f"Syntax error at position {at} in '{text}'.", "BadRequest")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over tokens; each method returns a test for what it read."""

    def __init__(self, tokens: list[tuple[str, str]], allowed: dict[str, str]):
        self._tokens = tokens
        self._at = 0
        self._allowed = allowed

    def disjunction(self, depth: int) -> Test:
        tests = [self._conjunction(depth)]
        while self._skip("or"):
            tests.append(self._conjunction(depth))
        return lambda doc: any(test(doc) for test in tests)

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise self._error()

    def _conjunction(self, depth: int) -> Test:
        tests = [self._negation(depth)]
        while self._skip("and"):
            tests.append(self._negation(depth))
        return lambda doc: all(test(doc) for test in tests)

    def _negation(self, depth: int) -> Test:
        if depth > _DEPTH:
            raise invalid("The filter is nested too deeply.")
        if self._skip("not"):
            test = self._negation(depth + 1)
            return lambda doc: not test(doc)
        if self._skip("("):
            test = self.disjunction(depth + 1)
            self._expect(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        if self._skip("startswith"):
            return self._prefix()
        if self._skip("isof"):
            return self._type()
        if (self._peek() or "").endswith("/any"):
            return self._any()
        name = self._property()
        negated = self._peek() == "ne"
        if not (self._skip("eq") or self._skip("ne")):
            raise self._error()
        wanted = self._literal()
        return lambda doc: (_fold(_reach(doc, name)) == wanted) is not negated

    def _type(self) -> Test:
        self._expect("(")
        wanted = self._literal()
        self._expect(")")
        if not isinstance(wanted, str):
            raise self._error()
        return lambda doc: str(doc.get("@odata.type", "")).lower().removeprefix("#") == wanted.removeprefix("#")

    def _any(self) -> Test:
        """``path/any(x:x/name eq 'value')``, as Graph docs filter user flows by what is linked to them."""
        path = self._property().removesuffix("/any")
        self._expect("(")
        variable = self._next()[1]
        self._expect(":")
        owner, _, name = self._next()[1].partition("/")
        self._expect("eq")
        wanted = self._literal()
        self._expect(")")
        if owner != variable:
            raise self._error()
        return lambda doc: any(_fold(item.get(name)) == wanted for item in _reach(doc, path) or ())

    def _prefix(self) -> Test:
        self._expect("(")
        name = self._property()
        self._expect(",")
        prefix = self._literal()
        self._expect(")")
        if not isinstance(prefix, str):
            raise self._error()
        return lambda doc: str(_fold(_reach(doc, name)) or "").startswith(prefix)

    def _property(self) -> str:
        kind, text = self._next()
        if kind != "word":
            raise self._error()
        text = "/".join(part for part in text.split("/") if not part.lower().startswith(NAMESPACES))
        if text.lower() not in self._allowed:
            raise invalid(f"The property '{text}' cannot be used in the $filter query option.")
        return self._allowed[text.lower()]

    def _literal(self) -> Any:
        kind, text = self._next()
        if kind == "text":
            return _fold(text[1:-1].replace("''", "'"))
        if kind == "number":
            return float(text)
        if kind == "word" and text.lower() in _LITERALS:
            return _LITERALS[text.lower()]
        raise self._error()

    def _peek(self) -> str | None:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        return text.lower() if kind in ("word", "mark") else None

    def _skip(self, text: str) -> bool:
        if self._peek() != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._skip(text):
            raise self._error()

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._error()
        self._at += 1
        return self._tokens[self._at - 1]

    def _error(self) -> Exception:
        return invalid("Invalid filter clause: the expression is not supported.")


def _reach(doc: dict[str, Any], path: str) -> Any:
    found: Any = doc
    for name in path.split("/"):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
