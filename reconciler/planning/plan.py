"""From what is wanted and what is there to a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kinds, Link
from reconciler.model.live import LiveEntry, LiveObject, Snapshot
from reconciler.model.plans import AnyAction, Delete, Difference, Plan, Refusal, Unmanaged, Unreadable
from reconciler.model.problems import Problem
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Resource
from reconciler.planning import objects
from reconciler.planning.digest import digest_of
from reconciler.planning.drift import differences
from reconciler.planning.gates import behind, explained
from reconciler.planning.guards import guard
from reconciler.planning.links import LinkDiff, live_entries
from reconciler.planning.locate import Located, Locator
from reconciler.planning.match import match
from reconciler.planning.options import Options
from reconciler.planning.order import depth, ordered
from reconciler.planning.situation import Situation


def make_plan(
    resources: Iterable[Resource], kinds: Kinds, snapshot: Snapshot, receipts: Receipts, options: Options
) -> Plan:
    """The plan that makes the tenant what the selected manifests say, and everything that stands in its way."""
    wanted = {resource.address: resource for resource in sorted(resources, key=lambda each: each.address)}
    selected = tuple(resource for resource in wanted.values() if options.selects(resource.address))
    matches = match(wanted.values(), kinds, snapshot)
    situation = Situation(wanted, selected, kinds, snapshot, matches, receipts, options)
    draft = Draft(situation)
    draft.fill()
    steps, cycle = ordered(draft.actions, kinds)
    opening = behind(draft.actions, kinds)
    refusals = [*draft.refusals, *guard(draft.actions, situation), *cycle]
    problems = [fault for fault in matches.problems if fault.about is None or options.selects(fault.about)]
    unknown = sorted(draft.unknown, key=lambda gap: gap.address)
    return Plan(
        steps=steps,
        ids=draft.ids,
        unmanaged=_unmanaged(situation, draft.actions),
        unknown=tuple(explained(gap, opening, kinds, snapshot) for gap in unknown),
        problems=tuple(sorted([*problems, *draft.problems], key=lambda fault: fault.sort_key)),
        refusals=tuple(sorted(refusals, key=lambda refusal: (refusal.object, refusal.guard, refusal.reason))),
        differences=differences(steps, draft.fixed, situation),
        digest=digest_of(steps),
    )


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
        if live is not None:
            self._update(resource, live)
        elif not self._create(resource):
            return
        for diff in links:
            if live is None or not self.situation.options.ignores(resource.address, diff.link.name):
                self.actions += diff.actions()

    def _create(self, resource: Resource) -> bool:
        made = objects.creation(resource, self.situation)
        if isinstance(made, Problem):
            self.problems.append(made)
            return False
        self.actions.append(made)
        return True

    def _update(self, resource: Resource, live: LiveObject) -> None:
        found = objects.differing(resource, live, self.situation)
        stuck = objects.fixed(found, live, self.situation)
        for change in stuck:
            self.refusals.append(objects.irreplaceable(resource.address, change, self.situation.is_built_in(live)))
            where = resource.where(change.path)
            self.fixed.append(Difference(resource.address, "changed", (change,), source=where))
        if found and not stuck:
            self.actions.append(objects.update(resource, live, found, self.situation))

    def _links(self, resource: Resource, live: LiveObject | None) -> list[LinkDiff] | None:
        """The declared links with their targets found; None when one of them stands on something unknown or wrong."""
        found: list[LinkDiff] = []
        places: list[Located] = []
        for link in self.situation.kind(resource).links:
            if link.name in resource.links:
                located = [(self.locator.locate(entry, resource), entry) for entry in resource.links[link.name]]
                places += [place for place, _ in located]
                wanted = {place.address: entry for place, entry in located}
                targets = {address: self.locator.known(address) for address in wanted}
                found.append(LinkDiff(resource, link, wanted, self._there(link, live), targets))
        self.problems += [place.problem for place in places if place.problem]
        if gaps := [place.unknown for place in places if place.unknown]:
            self.blocked[resource.address] = f"it refers to {gaps[0]}"
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
            if gap := self.situation.snapshot.unknown.get(name):
                self.unknown.append(Unreadable(Address(name, "*"), gap.reason))

    def _delete(self, address: Address, live: LiveObject, resource: Resource | None) -> None:
        if self.situation.is_built_in(live):
            reason = f"'{live.id}' was made by Graph and cannot be deleted"
            self.refusals.append(Refusal("builtIn", address, reason, "remove ensure: absent"))
            return
        self.ids[address] = live.id
        self.actions.append(Delete(address=address, source=resource.span if resource else None))


def _unmanaged(situation: Situation, actions: Iterable[AnyAction]) -> tuple[Unmanaged, ...]:
    """What nobody manages, of the kinds that manifests declare; what Graph made is nobody's to manage."""
    names = situation.snapshot.objects if situation.options.unmanaged_all else situation.declared
    owned = {(live.kind, live.id) for live in situation.matches.live.values()}
    doomed = {action.address for action in actions if isinstance(action, Delete)}
    free = [
        Unmanaged(situation.called(live), live.id)
        for name in sorted(names)
        for live in situation.snapshot.of(name)
        if (live.kind, live.id) not in owned and not situation.is_built_in(live)
    ]
    return tuple(sorted((each for each in free if each.address not in doomed), key=lambda each: each.address))
