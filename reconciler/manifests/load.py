"""YAML text to documents: plain data, positions, and every fault of the text with its place.

The one door to the YAML library. Events are composed here and not by a loader of the library: that gives positions at
the price of plain loading, refuses tags and duplicate keys, and bounds nesting and aliases.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from reconciler.manifests.documents import Document, Loaded, Place
from reconciler.manifests.files import shown
from reconciler.manifests.scalars import scalar
from reconciler.manifests.words import quoted
from reconciler.model.addresses import Span
from reconciler.model.problems import Problem

DEEPEST = 64
MOST_NODES = 100_000

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SCALAR: Any = yaml.ScalarEvent
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ASCII = b"\t\n\r" + bytes(range(0x20, 0x7F))
_FIXES = {
    "alias": "put a value that begins with '*' in quotes",
    "anchor": "put a value that begins with '&' in quotes",
    "cannot start any token": "put the value in quotes; indent with spaces, not tabs",
    "mapping values": "put a value that contains ': ' in quotes, or correct the indentation",
    "escape character": "write a backslash twice, or use single quotes",
    "directive": "remove the line that begins with '%'",
    "document start": "write '---' before a second document, or correct the indentation",
    "block mapping": "line the keys of a mapping up under each other",
    "block collection": "line the '-' of a list up under each other",
    "quoted scalar": "close the quote",
    "flow": "close the bracket",
    "simple key": "a key needs ': ' after it",
}

Value = tuple[Any, Place]
Events = Callable[[], Any]


def load_file(path: Path, root: Path | None = None) -> Loaded:
    """The documents of a file. `root` is the folder that the file's name is shown relative to."""
    name = shown(path, root or Path.cwd())
    start = Span(name, 1, 1)
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or "not a file name"
        return Loaded(problems=(Problem(f"cannot read the file: {reason}", "check the path", start),))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = raw[: fault.start].decode("utf-8-sig", "replace")
        problem = Problem("the file is not UTF-8 text", "save it as UTF-8", _place_after(name, before))
        return Loaded(problems=(problem,))
    return load_text(text, name, path.parent)


def load_text(text: str, file: str = "<text>", folder: Path = Path()) -> Loaded:
    """The documents of a text. After a fault of syntax, reading goes on at the next `---`."""
    if hidden := _unprintable(text):
        message = f"the character U+{ord(hidden.group()):04X} is not allowed in YAML"
        span = _place_after(file, text[: hidden.start()])
        return Loaded(problems=(Problem(message, "remove it, or write it as an escape in double quotes", span),))
    composer = _Composer(file, folder, variable="${" in text or "\\" in text)  # which an escape may stand for
    stopped = composer.run(text)
    lines = text.splitlines(keepends=True) if stopped else []
    while stopped is not None:
        composer.line = next((at for at in range(stopped, len(lines)) if lines[at].startswith("---")), len(lines))
        stopped = composer.run("".join(lines[composer.line :]))
    return Loaded(tuple(composer.documents), tuple(composer.problems))


def _unprintable(text: str) -> re.Match[str] | None:
    """The first character that YAML does not allow. Most files are ASCII, and checked at once."""
    if text.isascii() and not text.encode("ascii").translate(None, _ASCII):
        return None
    return _UNPRINTABLE.search(text)


def _place_after(file: str, before: str) -> Span:
    lines = (before + "^").splitlines()
    return Span(file, len(lines), len(lines[-1]))


@dataclass(slots=True)
class _Anchored:
    value: Value
    nodes: int


@dataclass(slots=True)
class _Composer:
    """Composes documents; `line` is how many lines of the file come before what the parser was given."""

    file: str
    folder: Path
    variable: bool
    line: int = 0
    documents: list[Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, _Anchored] = field(default_factory=dict)
    nodes: int = 0

    def run(self, text: str) -> int | None:
        """Compose everything. The line (counted from 0) after which to look for more, if the parser gave up."""
        try:
            events = _LOADER(text).get_event
            while event := events():
                if type(event) is yaml.DocumentStartEvent:
                    self._document(events)
        except yaml.YAMLError as fault:
            return self._syntax(fault)
        except _TooMuchError as stop:
            return stop.line + self.line + 1
        return None

    def _document(self, events: Events) -> None:
        self.anchors, self.nodes = {}, 0
        before = len(self.problems)
        data, place = self._value(events(), events, 0)
        if data is not None:
            sound = len(self.problems) == before
            self.documents.append(Document(self.file, data, place, self.folder, sound, self.variable))

    def _value(self, event: Any, events: Events, depth: int) -> Value:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event)
        nodes = self.nodes
        self.nodes = nodes + 1
        if kind is _SCALAR and event.tag is None and event.anchor is None:
            return self._scalar(event)
        if event.tag is not None:
            self._problem(event, "a tag ('!') is not allowed", "remove the tag, or put the whole value in quotes")
        if kind is _SCALAR:
            value = self._scalar(event)
        elif depth == DEEPEST:
            self._give_up(event, f"nested more than {DEEPEST} deep")
        elif kind is yaml.MappingStartEvent:
            value = self._mapping(event, events, depth + 1)
        else:
            value = self._list(event, events, depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(value, self.nodes - nodes)
        return value

    def _scalar(self, event: Any) -> Value:
        mark = event.start_mark
        line, column = mark.line + self.line + 1, mark.column + 1
        data = scalar(event.value) if event.implicit[0] else event.value
        return data, (line, column, line, column, None)

    def _list(self, event: Any, events: Events, depth: int) -> Value:
        items, places = [], []
        while type(child := events()) is not yaml.SequenceEndEvent:
            data, place = self._value(child, events, depth)
            items.append(data)
            places.append(place)
        return items, self._place(event, places)

    def _mapping(self, event: Any, events: Events, depth: int) -> Value:
        """A mapping. Scalars, which are nearly all of it, are composed without a call for each of them."""
        members: dict[str, Any] = {}
        places: dict[str, Place] = {}
        first = self.line + 1
        name: Any
        while type(key := events()) is not yaml.MappingEndEvent:
            if type(key) is _SCALAR and key.tag is None and key.anchor is None:
                self.nodes += 1
                name = scalar(key.value) if key.implicit[0] else key.value
                line, column = key.start_mark.line + first, key.start_mark.column + 1
            else:
                name, (line, column, *_) = self._value(key, events, depth)
            value = events()
            if type(value) is _SCALAR and value.tag is None and value.anchor is None:
                self.nodes += 1
                data = scalar(value.value) if value.implicit[0] else value.value
                place = value.start_mark.line + first, value.start_mark.column + 1, line, column, None
            else:
                data, whole = self._value(value, events, depth)
                place = whole[0], whole[1], line, column, whole[4]
            if (type(name) is str and name not in members and name != "<<") or self._is_key(key, name, places):
                members[name], places[name] = data, place
        return members, self._place(event, places)

    def _is_key(self, event: Any, name: Any, taken: dict[str, Place]) -> bool:
        """Whether a key can be kept; says why if not."""
        if type(name) is not str:
            self._problem(event, "a key must be text", "put the key in quotes")
        elif name == "<<" and type(event) is _SCALAR and event.implicit[0]:
            self._problem(event, "merge keys ('<<') are not allowed", "write the keys out")
        elif name in taken:
            first = Span(self.file, *taken[name][2:4])
            message = f"duplicate key {quoted(name)}, first written at {first}"
            self._problem(event, message, "remove one of the two")
        else:
            return True
        return False

    def _alias(self, event: Any) -> Value:
        found = self.anchors.get(event.anchor)
        if found is None:
            # The name is not repeated: an unquoted password that begins with '*' looks like an alias.
            self._problem(event, "an alias to something that is not defined before it", _FIXES["alias"])
            return None, self._place(event, None)
        self.nodes += found.nodes
        if self.nodes > MOST_NODES:
            self._give_up(event, f"aliases expand to more than {MOST_NODES:,} values")
        return found.value[0], self._place(event, found.value[1][4])

    def _place(self, event: Any, children: Any) -> Place:
        mark = event.start_mark
        line, column = mark.line + self.line + 1, mark.column + 1
        return line, column, line, column, children

    def _problem(self, event: Any, message: str, fix: str) -> None:
        place = self._place(event, None)
        self.problems.append(Problem(message, fix, Span(self.file, place[0], place[1])))

    def _give_up(self, event: Any, message: str) -> None:
        self._problem(event, message, "simplify the document")
        raise _TooMuchError(event.start_mark.line)

    def _syntax(self, fault: yaml.YAMLError) -> int:
        """Say what the parser found wrong; the line after which to look for the next document."""
        mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
        line, column = (mark.line, mark.column) if mark else (0, 0)
        words = [getattr(fault, name, None) for name in ("problem", "context")]
        message = ", ".join(str(word) for word in words if word) or "cannot be read"
        fix = next((fix for part, fix in _FIXES.items() if part in message), "correct the YAML")
        self.problems.append(Problem(f"not YAML: {message}", fix, Span(self.file, self.line + line + 1, column + 1)))
        return self.line + max(line + bool(column), 1)


class _TooMuchError(Exception):
    """A document is nested too deeply, or its aliases expand to too much."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
