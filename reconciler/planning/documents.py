"""What is inside an object under names of its own and written whole: languages, and the documents of their pages."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.kinds import Kind, Part
from reconciler.model.live import LiveObject
from reconciler.model.paths import part_at, part_path, reference_path
from reconciler.model.plans import AnyAction, Change, Clear, Upload
from reconciler.model.problems import Problem
from reconciler.model.resources import PartPath, Resource
from reconciler.model.shapes import entries_of
from reconciler.model.values import Tree, Value, get, leaves
from reconciler.planning.diff import changes


def uploads(resource: Resource, kind: Kind, live: LiveObject | None) -> list[AnyAction]:
    """What makes the declared parts as they are wanted: outer ones first, and cleared last."""
    paths = sorted(resource.documents, key=lambda path: (resource.documents[path] is None, len(path), path))
    there = live.documents if live is not None else {}
    paths = [path for path in paths if resource.documents[path] != {} or _is_lacking(kind, path, live)]
    found = (
        _converged(resource, kind, path, there.get(path), hidden=_is_hidden(resource, kind, path, live))
        for path in paths
    )
    return [action for actions in found for action in actions]


def shut(resource: Resource, kind: Kind, live: LiveObject | None) -> Problem | None:
    """Why Graph would take none of the declared parts: the object's switch for them is off and stays off."""
    for path, wanted in resource.documents.items():
        switch = part_at(kind, path[:2]).switch
        now = get(live.properties, switch) if live is not None and switch else None
        if switch and wanted is not None and get(resource.properties, switch, now) is not True:
            message = f"Graph takes no {path[0]} while {switch} is not on"
            return Problem(message, f"add {switch}: true", resource.where(".".join(path)), resource.address)
    return None


def _converged(
    resource: Resource, kind: Kind, path: PartPath, live: Tree | None, *, hidden: bool
) -> Iterable[AnyAction]:
    """What makes one part as it is wanted. What Graph hides until a switch is on is dropped in any case: if it is not
    there, that was what was wanted."""
    wanted, part, name = resource.documents[path], part_at(kind, path), ".".join(path)
    source, where = resource.where(name), part_path(kind, path)
    if wanted is None:
        if hidden or (live is not None and not _is_blank(part, live)):
            yield Clear(
                address=resource.address,
                link=name,
                path=where,
                version=part.version,
                advice=part.lasting,
                source=source,
            )
        return
    found = _changes(part, wanted, live)
    if found or (live is None and part.made):
        body = wanted if part.content else {"id": path[-1], **wanted}
        yield Upload(
            address=resource.address,
            link=name,
            path=where,
            version=part.version,
            body=body,
            keys=part.keys,
            reference=reference_path(kind, path),
            new=live is None,
            changes=found,
            source=source,
        )


def _is_hidden(resource: Resource, kind: Kind, path: PartPath, live: LiveObject | None) -> bool:
    """Whether an object that is there does not show the part before its switch is on, which this plan turns on."""
    switch = part_at(kind, path[:2]).switch
    turned = bool(switch) and get(resource.properties, switch) is True
    return live is not None and turned and get(live.properties, switch) is not True


def _is_lacking(kind: Kind, path: PartPath, live: LiveObject | None) -> bool:
    """Whether it is known that an object has no such part, of which nothing is wanted but to be there."""
    switch = part_at(kind, path).switch
    if live is None or (switch and get(live.properties, switch) is not True):
        return False
    return live.documents.get(path) is None


def _is_blank(part: Part, live: Tree) -> bool:
    """Whether a document says nothing of its own: Graph may keep it empty when it is dropped, or show its own texts."""
    lists = [value for value in live.values() if isinstance(value, list)]
    return part.content and not any(item.get(part.mark) is True for items in lists for item in items)


def _changes(part: Part, wanted: Tree, live: Tree | None) -> tuple[Change, ...]:
    if live is None:
        return tuple(Change(path, None, value) for path, value in _told(part, wanted))
    if not part.content:
        return changes(wanted, live, {})
    found: list[Change] = []
    for name, value in wanted.items():
        found += _list_changes(name, value, live.get(name) or (), part.keys)
    return tuple(found)


def _list_changes(name: str, items: Iterable[Tree], there: Iterable[Tree], keys: tuple[str, ...]) -> Iterable[Change]:
    wanted, live = entries_of(items, keys), entries_of(there, keys)
    for key in sorted({*wanted, *live}):
        want, have = wanted.get(key), live.get(key)
        if want is None or have is None:
            yield Change(f"{name}.{key}", _said(have, keys), _said(want, keys))
        else:
            yield from (
                Change(f"{name}.{key}.{each.path}", each.before, each.after) for each in changes(want, have, {})
            )


def _told(part: Part, wanted: Tree) -> Iterable[tuple[str, Value]]:
    if not part.content:
        return leaves(wanted)
    sets = ((name, entries_of(value, part.keys)) for name, value in wanted.items())
    return ((f"{name}.{key}", _said(entry, part.keys)) for name, entries in sets for key, entry in entries.items())


def _said(entry: Tree | None, keys: tuple[str, ...]) -> Value:
    """What an item says beside that which tells it apart."""
    return {name: value for name, value in entry.items() if name not in keys} if entry is not None else None
