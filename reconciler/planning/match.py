"""Which manifest stands for which live object, what everything is called, and what references mean."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.model.addresses import Address
from reconciler.model.identity import Index, is_built_in, label
from reconciler.model.kinds import Kind, Kinds, folded
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.problems import Problem
from reconciler.model.resources import Resource

LiveKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found: `live` for each manifest that has an object, `blocked` for what cannot be planned and why.

    `names` maps a kind and a case-folded Graph id to the address by which plans speak of that object. `claimed` are
    the live objects that any manifest may mean, even where it is not clear which.
    """

    live: Mapping[Address, LiveObject]
    blocked: Mapping[Address, str]
    problems: tuple[Problem, ...]
    names: Mapping[LiveKey, Address]
    indexes: Mapping[str, Index]
    claimed: frozenset[LiveKey] = frozenset()

    def called(self, kind: Kind, id: str, label: str = "") -> Address:
        """The address of a live object; one that was never listed goes by its label, else by its id."""
        known = self.names.get((kind.name, id.casefold()))
        return known or Address(kind.name, spelled(kind, label or kind.bare(id)))


def spelled(kind: Kind, name: str) -> str:
    """The name in Graph's spelling where it is one that every tenant has."""
    return folded(kind.well_known).get(name.casefold(), name)


def match(resources: Iterable[Resource], kinds: Kinds, snapshot: Snapshot) -> Matches:
    """Pair every manifest with its live object, where its kind was listed."""
    indexes = {name: Index(kinds[name], objects) for name, objects in snapshot.objects.items()}
    live: dict[Address, LiveObject] = {}
    blocked: dict[Address, str] = {}
    problems: list[Problem] = []
    claimed: set[LiveKey] = set()
    for resource in resources:
        if gap := snapshot.unknown.get(resource.address.kind):
            blocked[resource.address] = gap.reason
            continue
        index = indexes.get(resource.address.kind)
        found = index.candidates(resource) if index else ()
        claimed |= {(each.kind, each.id) for each in found}
        if fault := _fault(resource, found):
            problems.append(fault)
            blocked[resource.address] = fault.message
        elif found and found[0].unknown:
            blocked[resource.address] = found[0].unknown
        if len(found) == 1:
            live[resource.address] = found[0]
    problems += _twice(live, resources)
    return Matches(live, blocked, tuple(problems), _names(live, kinds, snapshot), indexes, frozenset(claimed))


def _fault(resource: Resource, found: tuple[LiveObject, ...]) -> Problem | None:
    address = resource.address
    if len(found) > 1:
        ids = " and ".join(sorted(live.id for live in found))
        message = f"{len(found)} live objects answer to the name '{address.name}': {ids}"
        return Problem(message, "pin one of them with metadata.id", resource.span, address)
    if resource.pin and not found and resource.present:
        message = f"no live {address.kind} has the pinned id '{resource.pin}'"
        return Problem(message, "correct metadata.id, or remove it to have the object created", resource.span, address)
    return None


def _twice(live: Mapping[Address, LiveObject], resources: Iterable[Resource]) -> list[Problem]:
    """A live object belongs to one manifest."""
    owners: dict[LiveKey, list[Resource]] = defaultdict(list)
    for resource in resources:
        if found := live.get(resource.address):
            owners[found.kind, found.id].append(resource)
    return [
        Problem(
            f"{second.address} and {first.address} ({first.span}) both mean the live object '{id}'",
            "keep one of the two, or pin each to its own object with metadata.id",
            second.span,
            second.address,
        )
        for (_, id), (first, *others) in owners.items()
        for second in others
    ]


def _names(live: Mapping[Address, LiveObject], kinds: Kinds, snapshot: Snapshot) -> dict[LiveKey, Address]:
    managed = {(found.kind, found.id.casefold()): address for address, found in live.items()}
    taken = {address.kind: Counter[str]() for address in managed.values()}
    for address in managed.values():
        taken[address.kind][address.name] += 1
    names = dict(managed)
    for name, objects in snapshot.objects.items():
        kind, used = kinds[name], taken.get(name, Counter())
        free = [found for found in objects if (name, found.id.casefold()) not in managed]
        used = used + Counter(label(kind, found) for found in free)
        for found in free:
            called = label(kind, found)
            name_of = spelled(kind, called) if is_built_in(kind, found) else called
            names[name, found.id.casefold()] = Address(name, name_of if used[called] == 1 else found.id)
    return names
