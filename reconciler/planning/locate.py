"""What the references in manifests mean: objects that are there or will be, by id or by any of their names."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kind, Link
from reconciler.model.problems import Problem
from reconciler.model.resources import Entry, Resource
from reconciler.model.values import Tree
from reconciler.planning.match import spelled
from reconciler.planning.situation import Situation


@dataclass(frozen=True, slots=True)
class Located:
    """What a reference means: an address, else why it means nothing, else why nobody can say."""

    address: Address
    problem: Problem | None = None
    unknown: str = ""


class Locator:
    """Turns the targets that manifests name into addresses of objects that are or will be there."""

    def __init__(self, situation: Situation) -> None:
        self._wanted = situation.wanted
        self._selected = frozenset(resource.address for resource in situation.selected)
        self._kinds = situation.kinds
        self._matches = situation.matches
        self._snapshot = situation.snapshot
        self.ids: dict[Address, str] = {}

    def locate(self, entry: Entry, owner: Resource, link: Link) -> Located:
        """What one wanted attachment points at. What is no kind of ours is told by its name, whose case is its own."""
        if entry.target.kind not in self._kinds:
            address = Address(entry.target.kind, entry.target.name.casefold())
            self.ids[address] = entry.target.name
            return Located(address)
        declared = self._wanted.get(entry.target)
        if declared is not None:
            return self._declared(entry, owner, declared)
        found = self._live(entry, owner)
        return self._unfit(entry, owner, link, found) or found

    def _unfit(self, entry: Entry, owner: Resource, link: Link, found: Located) -> Located | None:
        """A live target of another type than the link takes."""
        wanted = link.takes.get(str(owner.properties.get("type", "")))
        there = self.known(found.address).get("type") if wanted and not (found.problem or found.unknown) else None
        if wanted is None or there is None or str(there).casefold() == wanted.casefold():
            return None
        message = f"'{entry.target.name}' is of the type {there}, and {link.key} takes {wanted}"
        return self._wrong(entry, owner, message, "refer to one of that type")

    def known(self, address: Address) -> Tree:
        """What is known of an object: what its manifest says, else what the tenant does."""
        if address in self._wanted:
            live = self._matches.live.get(address)
            return {**(live.properties if live else {}), **self._wanted[address].properties}
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
        declared = {address.name for address in self._wanted if address.kind == target.kind}
        there = {address.name for (kind, _), address in self._matches.names.items() if kind == target.kind}
        close = get_close_matches(target.name, sorted(declared | there), n=1)
        advice = f"declare it (kind {target.kind}), or refer to a live one by its id or display name"
        return f"did you mean '{close[0]}'?" if close else advice

    @staticmethod
    def _wrong(entry: Entry, owner: Resource, message: str, fix: str) -> Located:
        return Located(entry.target, Problem(message, fix, entry.span, owner.address))
