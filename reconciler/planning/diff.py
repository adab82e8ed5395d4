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
    declared = [(path, value) for path, value in leaves(wanted) if not isinstance(value, Secret)]
    want = {path: canonical(value, properties.get(path)) for path, value in declared}
    have = {path: canonical(scoped(get(live, path), value), properties.get(path)) for path, value in declared}
    if want == have:
        return ()
    shown = dict(declared)
    return tuple(Change(path, get(live, path), shown[path]) for path in sorted(differing(have, want)))


def differing(have: Mapping[str, Value], want: Mapping[str, Value]) -> set[str]:
    """The keys under which two flat mappings differ anywhere."""
    found = DeepDiff(have, want, view="tree", threshold_to_diff_deeper=0)
    return {str(item.path(output_format="list")[0]) for items in found.values() for item in items}


def secrets(wanted: Tree) -> Iterator[tuple[str, Secret]]:
    """The declared secrets with their paths."""
    return ((path, value) for path, value in leaves(wanted) if isinstance(value, Secret))
