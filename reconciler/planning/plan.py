"""From what is wanted and what is there to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kinds
from reconciler.model.live import Snapshot
from reconciler.model.plans import AnyAction, Delete, Plan, Unmanaged
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Resource
from reconciler.planning.certificates import warnings
from reconciler.planning.digest import digest_of
from reconciler.planning.draft import Draft
from reconciler.planning.drift import differences
from reconciler.planning.gates import behind, explained
from reconciler.planning.guards import guard
from reconciler.planning.match import match
from reconciler.planning.options import Options
from reconciler.planning.order import ordered
from reconciler.planning.situation import Situation

NOTHING: Mapping[Address, str] = MappingProxyType({})


def make_plan(
    resources: Iterable[Resource],
    kinds: Kinds,
    snapshot: Snapshot,
    receipts: Receipts,
    options: Options,
    unfinished: Mapping[Address, str] = NOTHING,
) -> Plan:
    """The plan that makes the tenant what the selected manifests say, and everything that stands in its way.

    `unfinished` are the ids of objects that an earlier apply made and did not bring to its end.
    """
    wanted = {resource.address: resource for resource in sorted(resources, key=lambda each: each.address)}
    selected = tuple(resource for resource in wanted.values() if options.selects(resource.address))
    matches = match(wanted.values(), kinds, snapshot)
    situation = Situation(wanted, selected, kinds, snapshot, matches, receipts, options, unfinished)
    draft = Draft(situation)
    draft.fill()
    steps, cycle = ordered(draft.actions, kinds)
    opening = behind(draft.actions, kinds)
    refusals = [*draft.refusals, *guard(draft.actions, situation), *cycle]
    problems = [fault for fault in matches.problems if fault.about is None or options.selects(fault.about)]
    unknown = sorted(draft.unknown, key=lambda gap: gap.address)
    doubts = warnings(draft.certificates, options.today)
    return Plan(
        steps=steps,
        ids=draft.ids,
        unmanaged=_unmanaged(situation, draft.actions),
        unknown=tuple(explained(gap, opening, kinds, snapshot) for gap in unknown),
        problems=tuple(sorted([*problems, *draft.problems, *doubts], key=lambda fault: fault.sort_key)),
        refusals=tuple(sorted(refusals, key=lambda refusal: (refusal.object, refusal.guard, refusal.reason))),
        differences=differences(steps, draft.fixed, situation),
        certificates=tuple(sorted(draft.certificates, key=lambda each: (each.address, each.thumbprint))),
        digest=digest_of(steps),
    )


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
