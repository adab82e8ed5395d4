"""One block of text for each object: what happens to it, or in what it differs, its links nested below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from reconciler.model.addresses import Address, Span
from reconciler.model.plans import DEFAULTS, AnyAction, Attach, Change, Create, Difference, Reorder, Step, verb_of
from reconciler.model.values import leaves
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
        own = [verb_of(action) for action in actions if not link_of(action)]
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
        note = ", ".join(
            [_STATES[own[0].state], *filter(None, [_DIRECTIONS[own[0].direction]])] if own else ["differs"]
        )
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
    verb, link, target = verb_of(action), link_of(action), getattr(action, "target", None)
    if not link:
        told = _told(action)
        yield from (f"{_DETAIL}{line}" for line in told or map(_before_and_after, action.changes))
    elif isinstance(action, Reorder):
        yield _link(verb, link, f"in the order {_names(action.order)}", palette, _earlier(action.changes))
    else:
        told = _told(action)
        short = sum(map(len, told)) <= terminal.LONGEST_VALUE
        changes = () if told else action.changes
        yield from _nested(verb, link, _target(target.name if target else ""), changes, palette, told if short else ())
        yield from (f"{_DETAIL}    {line}" for line in (() if short else told))


def _told(action: AnyAction) -> list[str]:
    """What something new says about itself: its members, which have no value before this one."""
    if not isinstance(action, Create | Attach) or any(change.before is not None for change in action.changes):
        return []
    if isinstance(action, Attach) and "@odata.type" in action.body:  # a request's, which says nothing to people
        return []
    members = [(change.path, change.after) for change in action.changes] or leaves(action.body)
    return [f"{terminal.name(path)}: {terminal.value(value)}" for path, value in members]


def link_of(action: AnyAction) -> str:
    """The link that an action is about; empty where it is about the object itself."""
    return str(getattr(action, "link", ""))


def _difference(found: Difference, palette: Palette) -> Lines:
    """The parts of what differs; what is missing as a whole has none that need telling."""
    changes = found.changes if found.state == "changed" else ()
    if not found.link:
        yield from (f"{_DETAIL}{_before_and_after(change)}" for change in changes)
        return
    words = ([] if changes else [_STATES[found.state]]) + ([_DIRECTIONS[found.direction]] if found.direction else [])
    notes = [f"({', '.join(words)})"] if words else []
    yield from _nested(found.state, found.link, _target(found.target), changes, palette, notes)


def _nested(
    word: str, link: str, words: str, changes: tuple[Change, ...], palette: Palette, notes: Sequence[str]
) -> Lines:
    """The line of a link; a slot that changes hands is one line, an entry's members are lines of their own."""
    if len(changes) == 1 and changes[0].path == link:
        before, after = terminal.pair(changes[0].before, changes[0].after)
        yield _link("changed", link, f"{before} → {after}", palette, ", ".join(notes))
        return
    yield _link(word, link, words, palette, ", ".join(notes))
    yield from (f"{_DETAIL}    {_before_and_after(change)}" for change in changes)


def _link(word: str, link: str, words: str, palette: Palette, note: str) -> str:
    aside = f"  {palette.dim(note)}" if note else ""
    return f"{_DETAIL}{symbol(word, palette)} {terminal.name(link)}{f': {words}' if words else ''}{aside}"


def _earlier(changes: tuple[Change, ...]) -> str:
    """The order there was, where there was one."""
    before = changes[0].before if changes else None
    return f"(was {', '.join(terminal.value(each) for each in before)})" if before else ""


def _before_and_after(change: Change) -> str:
    before, after = terminal.pair(change.before, change.after)
    return f"{terminal.name(change.path)}: {before} → {after}"


def _target(name: str) -> str:
    return _DEFAULTS if name == DEFAULTS else terminal.name(name)


def _names(order: tuple[Address, ...]) -> str:
    return ", ".join(terminal.name(entry.name) for entry in order)
