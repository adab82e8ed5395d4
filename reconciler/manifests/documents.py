"""One YAML document: plain data, and beside it the position of every key and value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeAlias

from reconciler.model.addresses import Span
from reconciler.model.problems import Problem
from reconciler.model.resources import Path

Place: TypeAlias = tuple[int, int, int, int, Any]
"""Line and column of a value, line and column of its key, and the places inside it (a dict, a list or None).

Tuples and not spans: a document has dozens of places and seldom a reason to show one.
"""


@dataclass(frozen=True, slots=True)
class Spans(Mapping[Path, Span]):
    """The spans of everything below a place, by path: those of the values, or those of the keys.

    A list item has no key of its own; its value stands in for it.
    """

    file: str
    root: Place
    of_keys: bool = False

    def __getitem__(self, path: Path) -> Span:
        found = self.root
        for step in path:
            try:
                found = found[4][step]
            except (IndexError, TypeError):
                raise KeyError(path) from None
        return Span(self.file, *(found[2:4] if self.of_keys else found[:2]))

    def __iter__(self) -> Iterator[Path]:
        return _paths(self.root, ())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def below(self, *path: str) -> Spans:
        """The spans of what is below a path, relative to it; none at all where nothing is."""
        found = self.root
        for step in path:
            found = (found[4] or {}).get(step, (*found[:4], None))
        return Spans(self.file, found, self.of_keys)

    def nearest(self, path: Path) -> Span:
        """The span at a path, or of its nearest ancestor that was written."""
        found = self.root
        for step in path:
            try:
                found = found[4][step]
            except (LookupError, TypeError):
                break
        return Span(self.file, *(found[2:4] if self.of_keys else found[:2]))


def _paths(place: Place, path: Path) -> Iterator[Path]:
    children = place[4] or ()
    steps = children.items() if isinstance(children, dict) else enumerate(children)
    for step, child in steps:
        yield (*path, step)
        yield from _paths(child, (*path, step))


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document. `sound` is false when the loader had to leave something out of its data; `variable` is false
    when there can be no variable in it.

    `folder` is where the file is: what a manifest names by a relative path is looked for there.
    """

    file: str
    data: Any
    place: Place
    folder: FilePath = field(default_factory=FilePath)
    sound: bool = True
    variable: bool = True

    @property
    def span(self) -> Span:
        """Where the document starts."""
        return Span(self.file, *self.place[:2])

    @property
    def spans(self) -> Spans:
        """The span of every value."""
        return Spans(self.file, self.place)

    @property
    def key_spans(self) -> Spans:
        """The span of every key."""
        return Spans(self.file, self.place, of_keys=True)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read from files: the documents that could be read, and what was wrong with the rest."""

    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()


def in_order(problems: Mapping[Problem, None] | list[Problem]) -> tuple[Problem, ...]:
    """The problems by place, each once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.sort_key, problem.fix)))
