"""References inside lists: names in what is wanted, ids in what is there, and both as the addresses they mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.model.addresses import Address, IdOf
from reconciler.model.kinds import Kind, Link, Mentions
from reconciler.model.plans import Change
from reconciler.model.resources import Resource
from reconciler.model.values import MISSING, Tree, Value, get, mapped, put, reached
from reconciler.planning.bodies import copied


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about a link's targets: `places` maps what manifests call them to their addresses, `targets`
    has those addresses in order, with what is known of each; `leaving` are attached and not wanted."""

    places: Mapping[Address, Address]
    targets: Mapping[Address, Tree]
    leaving: frozenset[Address] = frozenset()


def named(kind: Kind, properties: Tree, called: Callable[[Link, str], Address]) -> Tree:
    """Live properties with every id replaced by the address of what it means."""
    found = copied(properties)
    for known, mentions in kind.mentions:
        value = get(found, known.path)
        if value is not None:
            put(found, known.path, mapped(value, mentions.steps, _namer(kind.link(mentions.link), called)))
    return found


def _namer(link: Link, called: Callable[[Link, str], Address]) -> Callable[[Value], Value]:
    return lambda id: IdOf(called(link, str(id.get("id") if isinstance(id, Mapping) else id)))


def located(resource: Resource, kind: Kind, live: Tree | None, links: Mapping[str, Found]) -> Resource:
    """The resource with its names replaced by what they mean, and with what new items take from their targets.

    Where only the link is declared, the list of a new object is made from it, and a list that is there loses what is
    detached and nothing else: it is not managed. `live` has its own ids replaced already; it is None for a new object.
    """
    properties = copied(resource.properties)
    for known, mentions in kind.mentions:
        found = links.get(mentions.link)
        if found is None:
            continue
        there = get(live or {}, known.path)
        value = get(properties, known.path, MISSING)
        if value is MISSING:
            value = _made(mentions, found.targets) if live is None else _trimmed(mentions, there, found.leaving)
            if value is None or value == there:
                continue
        value = mapped(value, mentions.steps, _finder(found.places))
        old = [item.get(mentions.member) for item in reached(there, mentions.steps[:-1]) if isinstance(item, Mapping)]
        put(properties, known.path, mapped(value, mentions.steps[:-1], _filler(mentions, old, found.targets)))
    return replace(resource, properties=properties)


def implied(declared: Resource, kind: Kind, found: Iterable[Change]) -> tuple[str, ...]:
    """The changes of lists that the manifest itself does not have."""
    lists = {known.path for known, _ in kind.mentions if get(declared.properties, known.path, MISSING) is MISSING}
    return tuple(change.path for change in found if change.path in lists)


def emptied(declared: Resource, kind: Kind, paths: Collection[str]) -> str:
    """The link that loses everything when these lists are changed; nothing where each keeps something."""
    links = (mentions.link for known, mentions in kind.mentions if known.path in paths)
    return next((link for link in links if not declared.links.get(link)), "")


def _finder(places: Mapping[Address, Address]) -> Callable[[Value], Value]:
    return lambda written: IdOf(places.get(written.address, written.address))


def _filler(mentions: Mentions, old: Collection[Value], targets: Mapping[Address, Tree]) -> Callable[[Value], Value]:
    """Completes an item that is not there yet."""

    def fill(item: Value) -> Value:
        if item[mentions.member] in old:
            return item
        target = targets.get(item[mentions.member].address, {})
        borrowed = {member: get(target, path) for member, path in mentions.borrows.items()}
        given = {member: value for member, value in borrowed.items() if value is not None}
        return {**mentions.fills, **given, **item}

    return fill


def _made(mentions: Mentions, targets: Collection[Address]) -> Value:
    """A list that has an item for every target, nested as the steps say."""
    if not targets:
        return None
    value: Value = [{mentions.member: IdOf(target)} for target in targets]
    for step in reversed(mentions.steps[:-2]):
        value = [value] if step == "*" else {step: value}
    return value


def _trimmed(mentions: Mentions, value: Value, leaving: Collection[Address]) -> Value:
    """The list without the items that mention what is leaving."""

    def keep(items: Value) -> Value:
        named = (item for item in items if isinstance(item, Mapping))
        return [item for item in named if getattr(item.get(mentions.member), "address", None) not in leaving]

    return mapped(value, mentions.steps[:-2], keep)
