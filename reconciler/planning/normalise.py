"""Graph's answers to live objects in one shape, so that comparing them is `==`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.model.addresses import Address
from reconciler.model.identity import named
from reconciler.model.kinds import Kind, Kinds, Link, Shape
from reconciler.model.live import Absent, Answer, Answers, LiveEntry, LiveObject, Present, Snapshot, Unknown
from reconciler.model.paths import (
    collection_need,
    demand,
    link_need,
    link_needs,
    object_need,
    part_at,
    part_need,
    shown,
)
from reconciler.model.resources import PartPath
from reconciler.model.shapes import is_asked_for, is_none, listened, plain, tree, unwrapped
from reconciler.model.values import Tree

_BROKEN = "Graph answered in a shape that cannot be read"
_GONE = "404: gone while it was being read"


def listing(names: Iterable[str], kinds: Kinds, answers: Answers) -> Snapshot:
    """The objects of these kinds, without their links."""
    objects: dict[str, tuple[LiveObject, ...]] = {}
    unknown: dict[str, Unknown] = {}
    for name in names:
        found = _objects(kinds[name], answers[collection_need(kinds[name])])
        if isinstance(found, Unknown):
            unknown[name] = found
        else:
            objects[name] = found
    return Snapshot(objects, unknown)


def detailed(
    snapshot: Snapshot,
    kinds: Kinds,
    answers: Answers,
    made: Mapping[Address, str],
    documents: Mapping[tuple[str, str], Iterable[PartPath]] | None = None,
) -> Snapshot:
    """The snapshot with the links that were read, and with those objects made by us that the listings left out.

    `documents` are the parts that were asked for, by the kind and the id of their object.
    """
    objects = {}
    for name, listed in snapshot.objects.items():
        kind = kinds[name]
        shown = {live.id for live in listed}
        hidden = [address for address in sorted(made) if address.kind == name and made[address] not in shown]
        late = (_late(kind, address, made[address], answers) for address in hidden)
        everything = (*listed, *(live for live in late if live is not None))
        linked = (_with_links(kind, kinds, live, answers) for live in everything)
        asked = documents or {}
        told = (
            _with_documents(kind, live, asked[name, live.id], answers) if (name, live.id) in asked else live
            for live in linked
        )
        objects[name] = tuple(told)
    return Snapshot(objects, snapshot.unknown, dict(_gaps(kinds, answers)))


def _gaps(kinds: Kinds, answers: Answers) -> Iterator[tuple[tuple[str, str], str]]:
    """Why links could not be read that are kept apart from their objects."""
    for kind in kinds.values():
        for link in kind.links:
            answer = answers.get(link_need(kind, "", link)) if link.read.shared else None
            if isinstance(answer, Unknown):
                yield (kind.name, link.name), _explained(kind, link, answer)
            elif isinstance(answer, Absent):
                gap = Unknown(f"404: Graph has no {link.path}", status=404)
                yield (kind.name, link.name), _explained(kind, link, gap)


def _objects(kind: Kind, answer: Answer) -> tuple[LiveObject, ...] | Unknown:
    if isinstance(answer, Unknown):
        return replace(answer, reason=_explained(kind, None, answer))
    if isinstance(answer, Absent):
        gap = Unknown(f"404: Graph has no {kind.collection}", status=404)
        return replace(gap, reason=_explained(kind, None, gap))
    items = [unwrapped(answer.body)] if kind.singleton else answer.body
    if not all(isinstance(item, dict) and (kind.singleton or _is_id(item.get("id"))) for item in items):
        return Unknown(_BROKEN)
    return tuple({live.id: live for live in (_object(kind, item) for item in items)}.values())


def _is_id(value: Any) -> bool:
    """Whether it can be an id: text that can stand in a URL."""
    return isinstance(value, str) and value != "" and not any("\ud800" <= char <= "\udfff" for char in value)


def _object(kind: Kind, body: Mapping[str, Any]) -> LiveObject:
    return LiveObject(kind.name, str(body.get("id", kind.name)), tree(body))


def _late(kind: Kind, address: Address, id: str, answers: Answers) -> LiveObject | None:
    """An object that was made under that address and is in no listing yet. What cannot be read keeps its name."""
    named = {} if kind.key == "id" else {kind.key: address.name}
    answer = answers.get(object_need(kind, id))
    if isinstance(answer, Unknown):
        return LiveObject(kind.name, id, named, unknown=_explained(kind, None, answer))
    if not isinstance(answer, Present):
        return None
    body = unwrapped(answer.body)
    if not isinstance(body, dict) or not _is_id(body.get("id")):
        return LiveObject(kind.name, id, named, unknown=_BROKEN)
    return _object(kind, body)


def _with_links(kind: Kind, kinds: Kinds, live: LiveObject, answers: Answers) -> LiveObject:
    links: dict[str, tuple[LiveEntry, ...]] = {}
    unknown = live.unknown
    for link in kind.links:
        read = _read(kind, kinds.get(link.target), link, live, answers)
        if isinstance(read, Unknown) and not link.read.shared:
            unknown = unknown or f"{link.name}: {_explained(kind, link, read)}"
        elif read is not None and not isinstance(read, Unknown):
            links[link.name] = read
    return replace(live, links=links, unknown=unknown)


def _read(
    kind: Kind, target: Kind | None, link: Link, live: LiveObject, answers: Answers
) -> tuple[LiveEntry, ...] | Unknown | None:
    """What is attached: as the object itself tells it, else as it was answered; None where nobody asked."""
    told = shown(link, live.properties)
    if told is not None:
        return _parsed(target, link, live.id, [told[0] if link.slotted and told else told])
    found = [answers[need] for need in link_needs(kind, live.id, link, live.properties) if need in answers]
    if not found:
        return None
    gap = next((answer for answer in found if isinstance(answer, Unknown)), None)
    if gap is not None:
        return () if is_none(link, gap) and not is_asked_for(kind, link, live.properties) else gap
    if any(isinstance(answer, Absent) for answer in found):
        return () if link.shape is Shape.HANDLER else Unknown(_GONE, status=404)
    return _parsed(target, link, live.id, [answer.body for answer in found if isinstance(answer, Present)])


def _explained(kind: Kind, link: Link | None, gap: Unknown) -> str:
    """Why it could not be read: where Graph has no such path what to do instead, where it forbids what it wants."""
    unproven = link.unproven if link else kind.unproven
    if gap.status == 403 and not kind.is_lacking(gap.status, gap.reason):
        return f"{gap.reason}; {demand(kind, link)}"
    return f"{gap.reason}; {unproven}" if unproven and gap.status in (404, 405) else gap.reason


def _with_documents(kind: Kind, live: LiveObject, paths: Iterable[PartPath], answers: Answers) -> LiveObject:
    documents: dict[PartPath, Tree | None] = {}
    unknown = live.unknown
    for path in paths:
        answer = answers.get(part_need(kind, live.id, path), Absent())
        found = answer if isinstance(answer, Unknown) else _document(kind, path, answer)
        if isinstance(found, Unknown):
            unknown = unknown or f"{'.'.join(path)}: {_explained(kind, None, found)}"
        else:
            documents[path] = found
    return replace(live, documents=documents, unknown=unknown)


def _document(kind: Kind, path: PartPath, answer: Present | Absent) -> Tree | Unknown | None:
    """What stands there: a document itself, an entity as it is in the listing of its like."""
    if isinstance(answer, Absent):
        return None
    if part_at(kind, path).content:
        return tree(answer.body) if _is_document(answer.body) else Unknown(_BROKEN)
    name = path[-1].casefold()
    return next((tree(item) for item in answer.body if str(item.get("id", "")).casefold() == name), None)


def _is_document(body: Mapping[str, Any]) -> bool:
    """Whether every list of it holds objects, and every other member is plain."""
    lists = (value for value in body.values() if isinstance(value, list | dict))
    return all(isinstance(value, list) and all(isinstance(item, Mapping) for item in value) for value in lists)


def _parsed(target: Kind | None, link: Link, owner: str, bodies: list[Any]) -> tuple[LiveEntry, ...] | Unknown:
    try:
        match link.shape:
            case Shape.SLOT:
                return _slot(target, link, unwrapped(bodies[0]))
            case Shape.HANDLER:
                return (_entry(target, link, unwrapped(bodies[0])),) if bodies[0] else ()
            case Shape.LISTENERS:
                return tuple(LiveEntry(name) for name in listened(link, bodies[0], owner))
        entries = tuple(_entry(target, link, item) for item in bodies[0])
        return _ordered(entries, unwrapped(bodies[1])["order"]) if len(bodies) > 1 else entries
    except (KeyError, TypeError, AttributeError):
        return Unknown(_BROKEN)


def _slot(target: Kind | None, link: Link, body: Mapping[str, Any]) -> tuple[LiveEntry, ...]:
    expanded = body.get(link.member)
    return (LiveEntry(expanded["id"], _label(target, expanded)),) if expanded else ()


def _entry(target: Kind | None, link: Link, item: Mapping[str, Any]) -> LiveEntry:
    if link.shape is Shape.NAMES:
        return LiveEntry(str(item[link.member]))
    expanded = (item.get(link.member) if link.member and link.shape is Shape.ENTRIES else item) or {}
    id = str(expanded.get("id") or item["id"])
    name = _label(target, expanded) if len(expanded) > 1 else id
    said = ((known.path, item.get(known.path)) for known in link.properties)
    return LiveEntry(id, name, {path: plain(value) for path, value in said if value is not None})


def _label(target: Kind | None, item: Mapping[str, Any]) -> str:
    """What people call the target, from the little that tells it."""
    assert target is not None
    paths = (target.key, target.built_in.path if target.built_in else target.key, "@odata.type")
    return named(target, str(item["id"]), tree({name: item[name] for name in paths if name in item}))


def _ordered(entries: tuple[LiveEntry, ...], order: list[str]) -> tuple[LiveEntry, ...]:
    rank = {id.casefold(): position for position, id in enumerate(order)}
    return tuple(sorted(entries, key=lambda entry: rank.get(entry.id.casefold(), len(rank))))
