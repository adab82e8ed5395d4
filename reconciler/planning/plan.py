"""From what is wanted and what is there to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.model.addresses import Address
from reconciler.model.identity import is_built_in
from reconciler.model.kinds import Kinds
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plans import (
    AnyAction,
    Change,
    Create,
    Delete,
    Difference,
    Plan,
    Refusal,
    Unmanaged,
    Unreadable,
    Update,
)
from reconciler.model.problems import Problem
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Resource
from reconciler.model.values import Tree, get, leaves, put
from reconciler.planning import bodies
from reconciler.planning.diff import by_path, changes, secrets
from reconciler.planning.digest import digest_of
from reconciler.planning.drift import differences
from reconciler.planning.gates import behind, explained
from reconciler.planning.guards import guard
from reconciler.planning.links import LinkDiff, live_entries
from reconciler.planning.match import Locator, Matches, match
from reconciler.planning.needs import pruned_kinds
from reconciler.planning.options import Options
from reconciler.planning.order import depth, ordered


@dataclass(slots=True)
class _Draft:
    """A plan in the making. `fixed` is drift that no update can mend."""

    actions: list[AnyAction] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unknown: list[Unreadable] = field(default_factory=list)
    ids: dict[Address, str] = field(default_factory=dict)
    fixed: list[Difference] = field(default_factory=list)

    def fixed_for(self, address: Address) -> bool:
        """Whether the object differs in something that cannot change."""
        return any(difference.address == address for difference in self.fixed)


def make_plan(
    resources: Iterable[Resource], kinds: Kinds, snapshot: Snapshot, receipts: Receipts, options: Options
) -> Plan:
    """The plan that makes the tenant what the selected manifests say, and everything that stands in its way."""
    everything = {resource.address: resource for resource in sorted(resources, key=lambda each: each.address)}
    selected = [resource for resource in everything.values() if options.selects(resource.address)]
    matches = match(everything.values(), kinds, snapshot)
    planner = _Planner(everything, selected, kinds, snapshot, matches, receipts, options)
    draft = planner.draft()
    steps, cycle = ordered(draft.actions, kinds)
    refusals = [*draft.refusals, *guard(draft.actions, kinds, snapshot, matches, options, bool(everything)), *cycle]
    opening = behind(draft.actions, kinds)
    unknown = sorted(draft.unknown, key=lambda gap: gap.address)
    problems = [fault for fault in matches.problems if fault.about is None or options.selects(fault.about)]
    return Plan(
        steps=steps,
        ids=draft.ids,
        unmanaged=planner.unmanaged(draft),
        unknown=tuple(explained(gap, opening, kinds, snapshot) for gap in unknown),
        problems=tuple(sorted([*problems, *draft.problems], key=lambda fault: str(fault.sort_key))),
        refusals=tuple(sorted(refusals, key=lambda refusal: (refusal.object, refusal.guard, refusal.reason))),
        differences=differences(steps, draft.fixed, everything, matches, receipts),
        digest=digest_of(steps),
    )


class _Planner:
    """One pass over the selected manifests."""

    def __init__(
        self,
        everything: Mapping[Address, Resource],
        selected: list[Resource],
        kinds: Kinds,
        snapshot: Snapshot,
        matches: Matches,
        receipts: Receipts,
        options: Options,
    ) -> None:
        self._selected = selected
        self._kinds = kinds
        self._snapshot = snapshot
        self._matches = matches
        self._receipts = receipts
        self._options = options
        self._blocked = dict(matches.blocked)
        addresses = {resource.address for resource in selected}
        self._locator = Locator(everything, kinds, replace(matches, blocked=self._blocked), snapshot, addresses)

    def draft(self) -> _Draft:
        """Every action there is to take: of objects that are pointed at before those that point, of a kind by name."""
        draft = _Draft()
        for resource in sorted(self._selected, key=lambda each: (depth(self._kinds, each.address.kind), each.address)):
            self._plan_one(resource, draft)
        self._prune(draft)
        self._say_gaps(draft)
        draft.ids |= {address: live.id for address, live in self._matches.live.items()} | self._locator.ids
        return draft

    def unmanaged(self, draft: _Draft) -> tuple[Unmanaged, ...]:
        """What nobody manages, of the kinds that manifests declare; what Graph made is nobody's to manage."""
        declared = {resource.address.kind for resource in self._selected}
        names = self._snapshot.objects if self._options.unmanaged_all else declared
        owned = {(live.kind, live.id) for live in self._matches.live.values()}
        doomed = {action.address for action in draft.actions if isinstance(action, Delete)}
        free = [
            Unmanaged(self._called(live), live.id)
            for name in sorted(names)
            for live in self._snapshot.of(name)
            if (live.kind, live.id) not in owned and not is_built_in(self._kinds[name], live)
        ]
        return tuple(sorted((each for each in free if each.address not in doomed), key=lambda each: each.address))

    def _called(self, live: LiveObject) -> Address:
        return self._matches.called(self._kinds[live.kind], live.id)

    def _plan_one(self, resource: Resource, draft: _Draft) -> None:
        live = self._matches.live.get(resource.address)
        if reason := self._blocked.get(resource.address):
            if not any(fault.about == resource.address for fault in self._matches.problems):
                draft.unknown.append(Unreadable(resource.address, reason))
        elif not resource.present:
            if live is not None:
                self._delete(resource.address, live, draft, resource)
        else:
            self._converge(resource, live, draft)

    def _converge(self, resource: Resource, live: LiveObject | None, draft: _Draft) -> None:
        links = self._links(resource, live, draft)
        if links is None:
            return
        if live is None:
            if not self._create(resource, draft):
                return
        else:
            self._update(resource, live, draft)
        for diff in links:
            if live is None or not self._options.ignores(resource.address, diff.link.name):
                draft.actions += diff.actions()

    def _create(self, resource: Resource, draft: _Draft) -> bool:
        kind = self._kinds[resource.address.kind]
        if fault := _impossible(kind.name, resource, made_by_graph=_is_graphs(self._kinds, resource)):
            draft.problems.append(fault)
            return False
        if gaps := bodies.missing(kind, resource.properties):
            message = f"{resource.address} does not exist yet, and Graph creates none without {', '.join(gaps)}"
            fix = f"add {', '.join(gaps)} to spec"
            draft.problems.append(Problem(message, fix, resource.span, resource.address))
            return False
        properties = bodies.completed(resource.properties, bodies.applicable(kind, resource.properties))
        shown = tuple(Change(path, None, value) for path, value in sorted(leaves(properties), key=lambda leaf: leaf[0]))
        body = bodies.create_body(kind, resource, properties)
        draft.actions.append(Create(address=resource.address, body=body, changes=shown, source=resource.span))
        return True

    def _update(self, resource: Resource, live: LiveObject, draft: _Draft) -> None:
        kind = self._kinds[live.kind]
        known = by_path(kind.properties)
        wanted = {name: value for name, value in resource.properties.items() if not self._assumed(resource, live, name)}
        found = [*changes(wanted, live.properties, known), *self._secret_changes(resource)]
        found = [change for change in found if not self._options.ignores(resource.address, change.path)]
        for change in found:
            fixed = known.get(change.path)
            if (fixed is not None and fixed.immutable) or (is_built_in(kind, live) and not kind.singleton):
                draft.refusals.append(_irreplaceable(resource.address, change, is_built_in(kind, live)))
                where = resource.where(change.path)
                draft.fixed.append(Difference(resource.address, "changed", (change,), source=where))
        if found and not draft.fixed_for(resource.address):
            body = bodies.update_body(kind, self._as_sent(resource, live), found)
            source = resource.where(found[0].path)
            draft.actions.append(Update(address=resource.address, body=body, changes=tuple(found), source=source))

    def _as_sent(self, resource: Resource, live: LiveObject) -> Tree:
        """The wanted properties, with what is ignored as it is: a whole that is replaced must not change it."""
        sent = bodies.copied(resource.properties)
        for path, _ in leaves(resource.properties):
            if self._options.ignores(resource.address, path):
                put(sent, path, get(live.properties, path))
        return sent

    def _assumed(self, resource: Resource, live: LiveObject, name: str) -> bool:
        """Whether a display name was not written but taken from `metadata.name`, which here is the object's id."""
        kind = self._kinds[live.kind]
        by_id = kind.bare(live.id).casefold() == kind.bare(resource.address.name).casefold()
        return by_id and name == kind.key and (name,) not in resource.spans

    def _secret_changes(self, resource: Resource) -> Iterable[Change]:
        """Secrets that are not what was last sent. Graph never shows them: without a receipt nobody can say."""
        for path, secret in secrets(resource.properties):
            if not secret.is_set:
                continue
            sent = self._receipts.of(resource.address, path)
            stale = sent is not None and sent != self._receipts.fingerprint(secret)
            if stale or self._options.sends_secrets_of(resource.address):
                yield Change(path, secret, secret)

    def _links(self, resource: Resource, live: LiveObject | None, draft: _Draft) -> list[LinkDiff] | None:
        """The declared links with their targets found; None when one of them stands on something unknown or wrong."""
        kind = self._kinds[resource.address.kind]
        found: list[LinkDiff] = []
        gaps: list[str] = []
        faults: list[Problem] = []
        for link in kind.links:
            if link.name not in resource.links:
                continue
            located = [(self._locator.locate(entry, resource), entry) for entry in resource.links[link.name]]
            gaps += [place.unknown for place, _ in located if place.unknown]
            faults += [place.problem for place, _ in located if place.problem]
            there = None if live is None else live_entries(link, self._kinds, self._matches, live.links[link.name])
            draft.ids |= {address: entry.id for address, entry in (there or {}).items()}
            wanted = {place.address: entry for place, entry in located}
            targets = {address: self._locator.known(address) for address in wanted}
            found.append(LinkDiff(resource, link, wanted, there, targets))
        draft.problems += faults
        if gaps:
            self._blocked[resource.address] = f"it refers to {gaps[0]}"
            draft.unknown.append(Unreadable(resource.address, self._blocked[resource.address]))
        return None if gaps or faults else found

    def _prune(self, draft: _Draft) -> None:
        declared = {resource.address.kind for resource in self._selected}
        for name in sorted(pruned_kinds(self._options, declared)):
            for live in self._snapshot.of(name):
                address = self._called(live)
                if self._is_free(live) and self._options.selects(address):
                    self._delete(address, live, draft, None)

    def _say_gaps(self, draft: _Draft) -> None:
        """What was to be pruned or listed as unmanaged and could not be read, where no manifest says so already."""
        declared = {resource.address.kind for resource in self._selected}
        asked = set(self._kinds) if self._options.unmanaged_all else pruned_kinds(self._options, declared)
        for name in sorted(asked - declared):
            if gap := self._snapshot.unknown.get(name):
                draft.unknown.append(Unreadable(Address(name, "*"), gap.reason))

    def _is_free(self, live: LiveObject) -> bool:
        """Whether nobody, neither a manifest nor Graph, has a claim on the object, as far as can be known."""
        built_in = is_built_in(self._kinds[live.kind], live)
        return (live.kind, live.id) not in self._matches.claimed and not built_in and not live.unknown

    def _delete(self, address: Address, live: LiveObject, draft: _Draft, resource: Resource | None) -> None:
        if is_built_in(self._kinds[live.kind], live):
            reason = f"'{live.id}' was made by Graph and cannot be deleted"
            draft.refusals.append(Refusal("builtIn", address, reason, "remove ensure: absent"))
            return
        draft.ids[address] = live.id
        draft.actions.append(Delete(address=address, source=resource.span if resource else None))


def _is_graphs(kinds: Kinds, resource: Resource) -> bool:
    kind = kinds[resource.address.kind]
    return kind.singleton or (kind.built_in is not None and kind.built_in.holds(resource.properties))


def _impossible(name: str, resource: Resource, *, made_by_graph: bool) -> Problem | None:
    if not made_by_graph:
        return None
    message = f"the tenant has no {name} '{resource.address.name}', and only Graph can make one"
    return Problem(
        message, "correct the name, or check that the tenant is of the right type", resource.span, resource.address
    )


def _irreplaceable(address: Address, change: Change, built_in: bool) -> Refusal:
    if built_in:
        reason = f"{change.path} cannot change: the object was made by Graph"
        return Refusal("builtIn", address, reason, f"leave {change.path} out of the manifest")
    reason = f"{change.path} cannot change from {change.before!r} to {change.after!r}: Graph has no update for it"
    return Refusal(
        "notReplaceable", address, reason, "declare a new object under another name, move to it, then remove this one"
    )
