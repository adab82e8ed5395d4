"""Which manifest stands for which live object, what everything is called, and what references mean."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from reconciler.model.addresses import Address
from reconciler.model.identity import Index, label
from reconciler.model.kinds import Kind, Kinds
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.problems import Problem
from reconciler.model.resources import Entry, Resource
from reconciler.model.values import Tree

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
    return next((known for known in kind.well_known if known.casefold() == name.casefold()), name)


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
            names[name, found.id.casefold()] = Address(name, called if used[called] == 1 else found.id)
    return names


@dataclass(frozen=True, slots=True)
class Located:
    """What a reference means: an address, else why it means nothing, else why nobody can say."""

    address: Address
    problem: Problem | None = None
    unknown: str = ""


class Locator:
    """Turns the targets that manifests name into addresses of objects that are or will be there."""

    def __init__(
        self,
        resources: Mapping[Address, Resource],
        kinds: Kinds,
        matches: Matches,
        snapshot: Snapshot,
        selected: set[Address],
    ) -> None:
        self._resources = resources
        self._kinds = kinds
        self._matches = matches
        self._snapshot = snapshot
        self._selected = selected
        self.ids: dict[Address, str] = {}

    def locate(self, entry: Entry, owner: Resource) -> Located:
        """What one wanted attachment points at."""
        declared = self._resources.get(entry.target)
        if declared is not None:
            return self._declared(entry, owner, declared)
        return self._live(entry, owner)

    def known(self, address: Address) -> Tree:
        """What is known of an object: what its manifest says, else what the tenant does."""
        if address in self._resources:
            live = self._matches.live.get(address)
            return {**(live.properties if live else {}), **self._resources[address].properties}
        index = self._matches.indexes.get(address.kind)
        found = index.identified(self.ids[address]) if index and address in self.ids else ()
        return found[0].properties if found else {}

    def _declared(self, entry: Entry, owner: Resource, declared: Resource) -> Located:
        address = declared.address
        if address in self._matches.blocked:
            return Located(address, unknown=f"{address}: {self._matches.blocked[address]}")
        if address not in self._matches.live and address not in self._selected:
            message = f"refers to {address}, which does not exist yet and is not selected"
            return self._wrong(entry, owner, message, f"add --select '{address}'")
        return Located(address)

    def _live(self, entry: Entry, owner: Resource) -> Located:
        target = entry.target
        kind = self._kinds[target.kind]
        if gap := self._snapshot.unknown.get(kind.name):
            return Located(target, unknown=f"'{target.name}', and no {kind.name} could be listed: {gap.reason}")
        if kind.name not in self._matches.indexes:
            return self._well_known(target, kind)
        found = self._matches.indexes[kind.name].named(target.name)
        if len(found) == 1:
            address = self._matches.called(kind, found[0].id)
            self.ids[address] = found[0].id
            return Located(address)
        if found:
            ids = " and ".join(sorted(live.id for live in found))
            return self._wrong(entry, owner, f"'{target.name}' is the name of several objects: {ids}", "refer by id")
        return self._wrong(entry, owner, f"no {kind.name} is called '{target.name}'", self._suggestion(target))

    def _well_known(self, target: Address, kind: Kind) -> Located:
        """An id that every tenant has, in Graph's spelling; whether this one does shows when it is read back."""
        address = Address(kind.name, spelled(kind, target.name))
        self.ids[address] = address.name
        return Located(address)

    def _suggestion(self, target: Address) -> str:
        declared = {address.name for address in self._resources if address.kind == target.kind}
        there = {address.name for (kind, _), address in self._matches.names.items() if kind == target.kind}
        close = get_close_matches(target.name, sorted(declared | there), n=1)
        advice = f"declare it (kind {target.kind}), or refer to a live one by its id or display name"
        return f"did you mean '{close[0]}'?" if close else advice

    @staticmethod
    def _wrong(entry: Entry, owner: Resource, message: str, fix: str) -> Located:
        return Located(entry.target, Problem(message, fix, entry.span, owner.address))
