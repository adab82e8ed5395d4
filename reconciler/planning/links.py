"""The attachments of one object: attach, detach, update of an entry, reorder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kind, Kinds, Link
from reconciler.model.live import LiveEntry
from reconciler.model.plans import DEFAULTS, AnyAction, Attach, Change, Detach, Reorder, Update
from reconciler.model.resources import Entry, Resource
from reconciler.model.values import Tree, Value, get
from reconciler.planning.bodies import completed
from reconciler.planning.diff import by_path, changes
from reconciler.planning.match import Matches
from reconciler.planning.mentions import Found


@dataclass(frozen=True, slots=True)
class LinkDiff:
    """One link of one object: what the manifest lists, with every target's address, and what is there.

    `live` is None where the object is still to be created. `targets` are the properties of the objects that the
    manifest lists, as far as they are known, `written` says which of them the manifest's own names mean.
    """

    owner: Resource
    link: Link
    wanted: Mapping[Address, Entry]
    live: Mapping[Address, LiveEntry] | None
    targets: Mapping[Address, Tree] = field(default_factory=dict)
    written: Mapping[Address, Address] = field(default_factory=dict)

    @property
    def there(self) -> Mapping[Address, LiveEntry]:
        """What is attached; nothing to an object that is still to be created."""
        return self.live or {}

    @property
    def found(self) -> Found:
        """What was found out about the targets."""
        targets = {target: self.targets.get(target, {}) for target in self.wanted}
        return Found(self.written, targets, frozenset(self.there.keys() - targets.keys()))

    def actions(self) -> list[AnyAction]:
        """What makes the link as wanted, in the order in which a person would say it."""
        if self.link.slotted:
            return self._slot()
        there, known = self.there, by_path(self.link.properties)
        added = [self._attach(target, entry) for target, entry in self.wanted.items() if target not in there]
        kept = ((target, entry, there[target]) for target, entry in self.wanted.items() if target in there)
        found = ((target, entry, changes(entry.properties, live.properties, known)) for target, entry, live in kept)
        updated = [self._update(target, entry, changed) for target, entry, changed in found if changed]
        return [*added, *updated, *self._detaches(), *self._reorder(bool(added))]

    def _slot(self) -> list[AnyAction]:
        before = next(iter(self.there), None)
        after, entry = next(iter(self.wanted.items()), (None, None))
        if before == after:
            return []
        if after is None or entry is None:
            return [self._detach(target) for target in self.there]
        shown = (Change(self.link.name, before.name, after.name),) if before else ()
        return [Attach(address=self.owner.address, link=self.link.name, target=after, changes=shown, source=entry.span)]

    def _attach(self, target: Address, entry: Entry) -> Attach:
        body = {**self._borrowed(target), **completed(entry.properties, self.link.properties)}
        shown = tuple(Change(path, None, value) for path, value in sorted(entry.properties.items()))
        return Attach(
            address=self.owner.address,
            link=self.link.name,
            target=target,
            body=body,
            changes=shown,
            source=entry.span,
        )

    def _borrowed(self, target: Address) -> dict[str, Value]:
        """What an entry takes over from its target where it says nothing itself."""
        known = self.targets.get(target, {})
        borrowed = {each.path: get(known, each.from_target) for each in self.link.properties if each.from_target}
        return {path: value for path, value in borrowed.items() if value is not None}

    def _update(self, target: Address, entry: Entry, found: tuple[Change, ...]) -> Update:
        body: dict[str, Value] = {change.path: change.after for change in found}
        return Update(
            address=self.owner.address,
            link=self.link.name,
            target=target,
            body=body,
            changes=found,
            source=entry.span,
        )

    def _detaches(self) -> list[AnyAction]:
        if self.live is None:
            defaults = Address(self.link.target, DEFAULTS)
            return [self._detach(defaults, keep=tuple(self.wanted))] if self.link.seeded else []
        return [self._detach(target) for target in sorted(self.live) if target not in self.wanted]

    def _detach(self, target: Address, keep: tuple[Address, ...] = ()) -> Detach:
        return Detach(
            address=self.owner.address,
            link=self.link.name,
            target=target,
            keep=keep,
            source=self.owner.where(self.link.key),
        )

    def _reorder(self, added: bool) -> list[AnyAction]:
        """An order is set when it differs, and possibly when entries are added: where they land is not documented."""
        wanted = list(self.wanted)
        staying = [target for target in self.there if target in self.wanted]
        if self.link.order is None or len(wanted) < 2 or (not added and staying == wanted):
            return []
        before = [target.name for target in self.there] or None
        shown = (Change(self.link.name, before, [target.name for target in wanted]),)
        return [
            Reorder(
                address=self.owner.address,
                link=self.link.name,
                order=tuple(wanted),
                changes=shown,
                source=self.owner.where(self.link.key),
            )
        ]


def live_entries(link: Link, kinds: Kinds, matches: Matches, entries: Sequence[LiveEntry]) -> dict[Address, LiveEntry]:
    """The live attachments by what plans call their targets, in the live order."""
    if link.foreign:
        return {Address(link.target, entry.id.casefold()): entry for entry in entries}
    target: Kind = kinds[link.target]
    called = [matches.called(target, entry.id, entry.label) for entry in entries]
    times = Counter(called)
    return {
        address if times[address] == 1 else Address(target.name, entry.id): entry
        for address, entry in zip(called, entries, strict=True)
    }
