"""One block of text for each object: what happens to it, or in what it differs, its links nested below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from reconciler.model.addresses import Address, Span
from reconciler.model.plans import DEFAULTS, AnyAction, Change, Create, Difference, Step, verb_of
from reconciler.model.values import Tree, leaves
from reconciler.reports import terminal
from reconciler.reports.terminal import Palette

Lines = Iterator[str]

_SYMBOLS = {
    "create": "+",
    "attach": "+",
    "update": "~",
    "reorder": "~",
    "delete": "-",
    "detach": "-",
    "upload": "^",
    "missing": "+",
    "changed": "~",
    "extra": "-",
}
_STATES = {"missing": "missing", "changed": "differs", "extra": "should not be there"}
_DIRECTIONS = {
    "repository": "the manifest was changed",
    "tenant": "the tenant was changed",
    "both": "manifest and tenant were changed",
    None: "",
}
_DEFAULTS = "whatever Graph puts into a new flow and the manifest does not list"
_DETAIL = "      "

_T = TypeVar("_T", Step, Difference)


def steps(found: Iterable[Step], palette: Palette) -> Lines:
    """A block for each object with steps, in the order in which they are first touched."""
    for address, group in _grouped(found, lambda step: step.action.address):
        actions = [step.action for step in group]
        own = [verb_of(action) for action in actions if not getattr(action, "link", "")]
        source = next((action.source for action in actions if action.source), None)
        yield _title(own[0] if own else "update", address, source, palette)
        for action in actions:
            yield from _action(action, palette)
        yield ""


def differences(found: Iterable[Difference], palette: Palette) -> Lines:
    """A block for each object that differs, in the order given."""
    for address, group in _grouped(found, lambda difference: difference.address):
        own = [difference for difference in group if not difference.link]
        source = next((difference.source for difference in group if difference.source), None)
        note = f"{_STATES[own[0].state]}{_why(own[0])}" if own else _STATES["changed"]
        yield _title(own[0].state if own else "changed", address, source, palette, note)
        for difference in group:
            yield from _difference(difference, palette)
        yield ""


def _grouped(found: Iterable[_T], address_of: Callable[[_T], Address]) -> Iterable[tuple[Address, list[_T]]]:
    groups: dict[Address, list[_T]] = {}
    for item in found:
        groups.setdefault(address_of(item), []).append(item)
    return groups.items()


def _title(word: str, address: Address, source: Span | None, palette: Palette, note: str = "") -> str:
    heading = f"{terminal.name(address.kind)}/{terminal.name(address.name)}"
    place = f"  {palette.dim(terminal.name(f'{source.file}:{source.line}'))}" if source else ""
    return f"  {symbol(word, palette)} {palette.bold(heading)}{f'  {note}' if note else ''}{place}"


def symbol(word: str, palette: Palette) -> str:
    """The sign for a verb or a state, in its colour."""
    sign = _SYMBOLS[word]
    paint = {"+": palette.good, "-": palette.bad, "~": palette.changed, "^": palette.sent}[sign]
    return paint(sign)


def _action(action: AnyAction, palette: Palette) -> Lines:
    link, target = getattr(action, "link", ""), getattr(action, "target", None)
    if not link:
        yield from (f"{_DETAIL}{line}" for line in _members(action))
        return
    order = getattr(action, "order", ())
    words = f"in the order {_names(order)}" if order else _target(target.name if target else "")
    yield from _nested(
        verb_of(action), link, words, action.changes, palette, _said(getattr(action, "body", {}), action)
    )


def _difference(found: Difference, palette: Palette) -> Lines:
    if not found.link:
        yield from (f"{_DETAIL}{_before_and_after(change)}" for change in found.changes)
        return
    note = f"({_STATES[found.state]}{_why(found)})"
    yield from _nested(found.state, found.link, _target(found.target), found.changes, palette, note)


def _nested(word: str, link: str, words: str, changes: tuple[Change, ...], palette: Palette, note: str) -> Lines:
    """The line of a link; a slot that changes hands is one line, an entry's members are lines of their own."""
    replaced = len(changes) == 1 and changes[0].path == link
    sign = symbol("changed" if replaced and word in ("attach", "missing") else word, palette)
    aside = f"  {palette.dim(note)}" if note else ""
    if replaced:
        yield f"{_DETAIL}{sign} {_before_and_after(changes[0])}{aside}"
        return
    yield f"{_DETAIL}{sign} {terminal.name(link)}{f': {words}' if words else ''}{aside}"
    yield from (f"{_DETAIL}    {_before_and_after(change)}" for change in changes)


def _members(action: AnyAction) -> Lines:
    if isinstance(action, Create) and not action.changes:
        yield from (f"{terminal.name(path)}: {terminal.value(value)}" for path, value in leaves(action.body))
    yield from (_before_and_after(change) for change in action.changes)


def _said(body: Tree, action: AnyAction) -> str:
    """What a new entry says about itself, on the line of its attachment; an update says it as changes."""
    told = () if action.changes else leaves(body)
    return ", ".join(f"{terminal.name(path)}: {terminal.value(value)}" for path, value in told)


def _before_and_after(change: Change) -> str:
    before, after = terminal.pair(change.before, change.after)
    return f"{terminal.name(change.path)}: {before} → {after}"


def _target(name: str) -> str:
    return _DEFAULTS if name == DEFAULTS else terminal.name(name)


def _names(order: tuple[Address, ...]) -> str:
    return ", ".join(terminal.name(entry.name) for entry in order)


def _why(found: Difference) -> str:
    return f", {_DIRECTIONS[found.direction]}" if found.direction else ""
