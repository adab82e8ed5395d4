"""A plan in the making: every manifest taken in, with what is to be done, what is wrong, refused or unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kind, Link, Shape
from reconciler.model.live import LiveEntry, LiveObject
from reconciler.model.plans import AnyAction, Attach, Delete, Detach, Difference, Expiry, Refusal, Unreadable
from reconciler.model.problems import Problem
from reconciler.model.resources import Resource
from reconciler.planning import documents, mentions, objects
from reconciler.planning.certificates import expiries, renewals
from reconciler.planning.links import LinkDiff, live_entries
from reconciler.planning.locate import Located, Locator
from reconciler.planning.order import depth
from reconciler.planning.situation import Situation

_UNREAD = "it was not read"


@dataclass(slots=True)
class Draft:
    """A plan in the making: what to do, what is wrong, refused or unknown. `fixed` is drift that no update can mend;
    `blocked` says of which objects nothing can be planned, and why."""

    situation: Situation
    actions: list[AnyAction] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unknown: list[Unreadable] = field(default_factory=list)
    fixed: list[Difference] = field(default_factory=list)
    certificates: list[Expiry] = field(default_factory=list)
    ids: dict[Address, str] = field(default_factory=dict)
    blocked: dict[Address, str] = field(init=False)
    locator: Locator = field(init=False)

    def __post_init__(self) -> None:
        self.blocked = dict(self.situation.matches.blocked)
        seen = replace(self.situation, matches=replace(self.situation.matches, blocked=self.blocked))
        self.locator = Locator(seen)

    def fill(self) -> None:
        """Take in every manifest: those of objects that are pointed at before those that point, of a kind by name."""
        kinds, matches = self.situation.kinds, self.situation.matches
        for resource in sorted(
            self.situation.selected, key=lambda each: (depth(kinds, each.address.kind), each.address)
        ):
            self._take(resource, matches.live.get(resource.address))
        self._prune()
        self._say_gaps()
        self.ids |= {address: live.id for address, live in matches.live.items()} | self.locator.ids

    def _take(self, resource: Resource, live: LiveObject | None) -> None:
        if reason := self.blocked.get(resource.address):
            if not any(fault.about == resource.address for fault in self.situation.matches.problems):
                self.unknown.append(Unreadable(resource.address, reason))
        elif resource.present:
            self._converge(resource, live)
        elif live is not None:
            self._delete(resource.address, live, resource)

    def _converge(self, resource: Resource, live: LiveObject | None) -> None:
        links = self._links(resource, live)
        if links is None:
            return
        kind = self.situation.kind(resource)
        if fault := documents.shut(resource, kind, live):
            self.problems.append(fault)
            return
        if live is not None:
            links = [diff for diff in links if not self._ignores(resource, diff.link.name, diff.link.key)]
        declared = resource
        if kind.mentions:
            live = replace(live, properties=mentions.named(kind, live.properties, self._namer(links))) if live else None
            found = {diff.link.name: diff.found for diff in links}
            resource = mentions.located(resource, kind, live.properties if live else None, found)
        if live is not None:
            self._update(resource, declared, live, links)
        elif not any(diff.link.shape is Shape.ADOPTION for diff in links) and not self._create(resource, links):
            return
        for diff in links:
            self._attach(diff, kind, live)
        mine = [path for path in resource.documents if live is None or not self._ignores(resource, ".".join(path))]
        kept = {path: resource.documents[path] for path in mine}
        self.actions += documents.uploads(replace(resource, documents=kept), kind, live)

    def _ignores(self, resource: Resource, *paths: str) -> bool:
        """Whether something of an object is somebody else's business, by any of its names."""
        return any(self.situation.options.ignores(resource.address, path) for path in paths)

    def _namer(self, links: list[LinkDiff]) -> Callable[[Link, str], Address]:
        """What tells the address of something that a live object mentions: as its links name it, where they do."""
        attached = {
            (diff.link.name, entry.id.casefold()): address for diff in links for address, entry in diff.there.items()
        }

        def called(link: Link, id: str) -> Address:
            known = attached.get((link.name, id.casefold()))
            address = known or self.situation.matches.called(self.situation.kinds[link.target], id)
            self.ids.setdefault(address, id)
            return address

        return called

    def _attach(self, diff: LinkDiff, kind: Kind, live: LiveObject | None) -> None:
        actions = diff.actions()
        if actions and live is not None and self.situation.is_built_in(live) and not kind.singleton:
            self.refusals.append(objects.untouchable(diff.owner.address, diff.link.name, live))
            return
        for action in actions:
            if isinstance(action, Attach) and diff.link.shape is Shape.HANDLER:
                body = objects.calling(self.situation, diff.owner, live, diff.link, action.target)
                self.actions.append(replace(action, body=body))
            elif isinstance(action, Attach) and diff.link.shape is Shape.ADOPTION:
                self.actions.append(replace(action, body=objects.adopting(kind, diff.owner, diff.link, action.target)))
            elif isinstance(action, Detach) and diff.link.fixed and live is not None:
                self._cannot_shrink(diff, action)
            else:
                self.actions.append(action)

    def _cannot_shrink(self, diff: LinkDiff, action: Detach) -> None:
        address, link, name = diff.owner.address, diff.link.name, action.target.name
        reason = f"'{name}' cannot be taken out of {link}: Graph documents no operation that does"
        self.refusals.append(Refusal("notReplaceable", address, reason, f"keep it in {link}, or remove it by hand"))
        self.fixed.append(Difference(address, "extra", link=link, target=name, source=action.source))

    def _create(self, resource: Resource, links: list[LinkDiff]) -> bool:
        made = objects.creation(resource, self.situation, links)
        if isinstance(made, Problem):
            self.problems.append(made)
            return False
        self.actions.append(made)
        return True

    def _update(self, resource: Resource, declared: Resource, live: LiveObject, links: list[LinkDiff]) -> None:
        """Mend what differs; `declared` is the resource as the manifest has it, without what follows from that."""
        kind, graphs = self.situation.kind(resource), self.situation.is_built_in(live)
        found = objects.differing(resource, live, self.situation)
        stuck = objects.fixed(found, live, self.situation)
        self.refusals += (objects.irreplaceable(resource.address, change, kind, graphs) for change in stuck)
        for change in found if stuck else ():
            where = resource.where(change.path)
            self.fixed.append(Difference(resource.address, "changed", (change,), source=where))
        if found and not stuck:
            action = objects.update(resource, live, found, self.situation, links)
            implied = mentions.implied(declared, kind, found)
            self.actions.append(replace(action, implied=implied, emptied=mentions.emptied(declared, kind, implied)))
        self.actions += renewals(resource, kind, live, self.situation)
        self.certificates += expiries(kind, resource.address, live)

    def _links(self, resource: Resource, live: LiveObject | None) -> list[LinkDiff] | None:
        """The declared links with their targets found; None when one of them stands on something unknown or wrong."""
        found: list[LinkDiff] = []
        places: list[Located] = []
        kind = self.situation.kind(resource)
        for link in kind.links:
            if link.name not in resource.links or (link.shape is Shape.ADOPTION and live is not None):
                continue
            located = [(self.locator.locate(entry, resource, link), entry) for entry in resource.links[link.name]]
            places += [place for place, _ in located]
            gap = self.situation.snapshot.gaps.get((resource.address.kind, link.name), "")
            if gap or (live is not None and link.name not in live.links):
                places.append(Located(resource.address, unknown=f"{link.name}: {gap or _UNREAD}"))
                continue
            wanted = {place.address: entry for place, entry in located}
            there = self._there(link, live)
            new = [address for address in wanted if kind.mentions or not there or address not in there]
            targets = {address: self.locator.known(address) for address in new}
            written = {entry.target: place.address for place, entry in located}
            found.append(LinkDiff(resource, link, wanted, there, targets, written))
        self.problems += [place.problem for place in places if place.problem]
        own = [place.unknown for place in places if place.unknown and place.address == resource.address]
        if gaps := own or [f"it refers to {place.unknown}" for place in places if place.unknown]:
            self.blocked[resource.address] = gaps[0]
            self.unknown.append(Unreadable(resource.address, self.blocked[resource.address]))
        return None if any(place.problem or place.unknown for place in places) else found

    def _there(self, link: Link, live: LiveObject | None) -> dict[Address, LiveEntry] | None:
        if live is None:
            return None
        entries = live_entries(link, self.situation.kinds, self.situation.matches, live.links[link.name])
        self.ids |= {address: entry.id for address, entry in entries.items()}
        return entries

    def _prune(self) -> None:
        for name in sorted(self.situation.pruned):
            for live in self.situation.snapshot.of(name):
                address = self.situation.called(live)
                if self.situation.is_free(live) and self.situation.options.selects(address):
                    self._delete(address, live, None)

    def _say_gaps(self) -> None:
        """What was to be pruned or listed as unmanaged and could not be read, where no manifest says so already."""
        asked = set(self.situation.kinds) if self.situation.options.unmanaged_all else self.situation.pruned
        for name in sorted(asked - self.situation.declared):
            gap = self.situation.snapshot.unknown.get(name)
            if gap is not None and not self.situation.kinds[name].is_lacking(gap.status, gap.reason):
                self.unknown.append(Unreadable(Address(name, "*"), gap.reason))

    def _let_go(self, address: Address, live: LiveObject, resource: Resource | None) -> list[AnyAction]:
        """Listeners elsewhere that would go on naming an object after it is gone."""
        found: list[AnyAction] = []
        for link in self.situation.kinds[live.kind].links:
            if link.shape is Shape.LISTENERS and link.name in live.links:
                source = resource.span if resource else None
                targets = self._there(link, live) or {}
                found += [Detach(address=address, link=link.name, target=each, source=source) for each in targets]
        return found

    def _delete(self, address: Address, live: LiveObject, resource: Resource | None) -> None:
        if self.situation.is_built_in(live):
            reason = f"'{live.id}' was made by Graph and cannot be deleted"
            self.refusals.append(Refusal("builtIn", address, reason, "remove ensure: absent"))
            return
        if (twin := self.situation.twin(live)) is not None:
            reason = f"it is the same object as {twin.address}, which is declared"
            self.refusals.append(Refusal("inUse", address, reason, "take one of the two manifests out"))
            return
        self.ids[address] = live.id
        self.actions += self._let_go(address, live, resource)
        self.actions.append(Delete(address=address, source=resource.span if resource else None))
