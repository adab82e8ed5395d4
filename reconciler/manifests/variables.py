"""Variables: `${var.NAME}` in the strings of a document becomes what the tenant or the command line says.

`$${var.NAME}` stands for the text `${var.NAME}` itself. What a variable brings is not looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.manifests.documents import Document, in_order
from reconciler.manifests.words import did_you_mean, listed, quoted
from reconciler.model.problems import Problem
from reconciler.model.resources import Path

_VARIABLE = re.compile(r"(\$?)\$\{var\.([^{}]*)(\}?)")


def substituted(document: Document, variables: Mapping[str, str]) -> tuple[Document, tuple[Problem, ...]]:
    """The document with the variables of its `metadata` and `spec` put in, and what could not be."""
    if not document.variable:
        return document, ()
    found = _Substitution(document, variables)
    data = {name: found.value(item, (name,)) for name, item in document.data.items() if name in ("metadata", "spec")}
    if not found.changed:
        return document, ()
    return replace(document, data={**document.data, **data}), in_order(found.problems)


@dataclass(slots=True)
class _Substitution:
    document: Document
    variables: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    changed: bool = False

    def value(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return self._text(value, path) if "${var." in value else value
        if isinstance(value, dict):
            return {name: self.value(item, (*path, name)) for name, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, (*path, at)) for at, item in enumerate(value)]
        return value

    def _text(self, text: str, path: Path) -> str:
        self.changed = True
        return _VARIABLE.sub(lambda match: self._variable(match, path), text)

    def _variable(self, match: re.Match[str], path: Path) -> str:
        escaped, name, closed = match.groups()
        if escaped:
            return match.group()[1:]
        if closed and name in self.variables:
            return self.variables[name]
        message = f"no variable {quoted(name)}" if closed else "a variable that is not closed"
        self.problems.append(Problem(message, self._fix(name, closed), self.document.spans.nearest(path)))
        return match.group()

    def _fix(self, name: str, closed: str) -> str:
        if not closed:
            return "write ${var.NAME}"
        if not self.variables:
            return f"give it a value under the tenant's variables, or with --var {name}=VALUE"
        return did_you_mean(name, self.variables, f"known: {listed(sorted(self.variables), 'and')}")
