"""Which members differ between what is wanted and what is there: only declared ones are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deepdiff import DeepDiff

from reconciler.model.kinds import Property
from reconciler.model.plans import Change
from reconciler.model.secrets import Secret
from reconciler.model.shapes import canonical, scoped
from reconciler.model.values import Tree, Value, get, leaves

Properties = Mapping[str, Property]


def by_path(properties: Iterable[Property]) -> Properties:
    """Properties by their dotted path."""
    return {known.path: known for known in properties}


def changes(wanted: Tree, live: Tree, properties: Properties) -> tuple[Change, ...]:
    """The declared members that differ, sorted by path. Secrets are not compared: Graph never shows them.

    Null, an empty list and an absent member are the same thing; case counts only where Graph keeps it.
    """
    found: list[Change] = []
    for path, value in leaves(wanted):
        before = live.get(path) if "." not in path else get(live, path)
        if before == value or isinstance(value, Secret):  # most are just as they should be
            continue
        known = properties.get(path)
        have, want = _in_one_order(before, known), _in_one_order(value, known)
        if differs(canonical(scoped(have, want), known), canonical(want, known)):
            found.append(Change(path, before, value))
    return tuple(sorted(found, key=lambda change: change.path)) if found else ()


def _in_one_order(value: Value, known: Property | None) -> Value:
    """A list whose order means nothing, sorted by what tells its items apart."""
    if known is None or not known.unordered or not isinstance(value, list | tuple):
        return value
    return sorted(value, key=lambda item: str(item.get(known.keyed) if isinstance(item, Mapping) else item))


def differs(have: Value, want: Value) -> bool:
    """Whether two values differ anywhere: scalars at a glance, what is nested by the library made for it."""
    if have == want or not isinstance(have, list | Mapping) or not isinstance(want, list | Mapping):
        return bool(have != want)
    return bool(DeepDiff(have, want, threshold_to_diff_deeper=0))


def secrets(wanted: Tree) -> Iterator[tuple[str, Secret]]:
    """The declared secrets with their paths."""
    return ((path, value) for path, value in leaves(wanted) if isinstance(value, Secret))
