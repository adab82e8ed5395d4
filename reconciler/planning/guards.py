"""What stops a plan: too many deletes or updates, protected objects, objects in use, an empty repository."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from reconciler.model.addresses import Address
from reconciler.model.identity import label, may_use
from reconciler.model.kinds import Link, Shape
from reconciler.model.live import Snapshot
from reconciler.model.plans import AnyAction, Attach, Create, Delete, Detach, Refusal
from reconciler.model.policy import Limit
from reconciler.planning.links import live_entries
from reconciler.planning.options import Options
from reconciler.planning.situation import Situation


def guard(actions: Iterable[AnyAction], situation: Situation) -> list[Refusal]:
    """Every reason not to carry these actions out."""
    actions, guards, snapshot = tuple(actions), situation.options.guards, situation.snapshot
    deletes = [action.address for action in actions if isinstance(action, Delete)]
    refusals = [] if situation.wanted else _empty(deletes, situation.options)
    refusals += [_protected(address) for address in deletes if _is_protected(address, situation)]
    refusals += _in_use(actions, situation)
    refusals += _taken(actions, situation)
    refusals += _too_many("maxDeletes", deletes, guards.max_deletes, snapshot)
    return refusals + _too_many("maxUpdates", _updated(actions, situation), guards.max_updates, snapshot)


def _empty(deletes: list[Address], options: Options) -> list[Refusal]:
    if options.prune is None:
        return []
    about = deletes[0] if deletes else Address(min(options.prune, default="Project"), "*")
    reason = "there is not one manifest, and --prune would delete everything"
    return [Refusal("emptyRepository", about, reason, "check the manifests' path; declare what is to stay")]


def _is_protected(address: Address, situation: Situation) -> bool:
    """Whether any name of the live object is protected: the manifest's, its own, or its id, with prefix or without."""
    kind = situation.kinds[address.kind]
    doomed = [live for live in situation.snapshot.of(kind.name) if situation.called(live) == address]
    names = {address.name, *(name for live in doomed for name in (label(kind, live), live.id, kind.bare(live.id)))}
    return any(situation.options.guards.protects(Address(kind.name, name)) for name in names)


def _protected(address: Address) -> Refusal:
    return Refusal("protect", address, "it is protected and is never deleted", "take it out of guards.protect")


def _updated(actions: tuple[AnyAction, ...], situation: Situation) -> list[Address]:
    """The live objects that are changed in any way short of being deleted. To finish what an earlier apply began to
    make is no change: nobody has seen it otherwise."""
    others = {action.address for action in actions if isinstance(action, Create | Delete)}
    live = situation.matches.live
    begun = {address for address, made in situation.unfinished.items() if address in live and live[address].id == made}
    return sorted({action.address for action in actions} - others - begun)


def _too_many(name: str, addresses: list[Address], limit: Limit, snapshot: Snapshot) -> list[Refusal]:
    counts = Counter(address.kind for address in addresses)
    refusals = []
    for kind, count in sorted(counts.items()):
        live = len(snapshot.of(kind))
        if not limit.allows(count, live):
            about = min(address for address in addresses if address.kind == kind)
            reason = f"{count} of {live} live objects of the kind {kind} would be hit, and {name} is {limit}"
            refusals.append(Refusal(name, about, reason, f"raise guards.{name} in the project file, or use --select"))
    return refusals


def _in_use(actions: tuple[AnyAction, ...], situation: Situation) -> list[Refusal]:
    """An object that something still points at once the plan is done is not deleted."""
    doomed = {action.address for action in actions if isinstance(action, Delete)}
    if not doomed:
        return []
    freed = _freed(actions)
    users: dict[Address, set[str]] = defaultdict(set)
    for action in actions:
        if isinstance(action, Attach) and action.target in doomed:
            users[action.target].add(f"is attached to {action.address} ({action.link}) in this plan")
    for owner, link_name, target in _uses(situation, doomed):
        if owner not in doomed and (owner, link_name, target) not in freed:
            users[target].add(
                f"is used by {owner} ({link_name})" if link_name else f"may be used by {owner}: unreadable"
            )
    return [
        Refusal("inUse", address, f"it {'; '.join(sorted(by))}", "detach it there, in the same plan or before")
        for address, by in sorted(users.items())
    ]


def _freed(actions: tuple[AnyAction, ...]) -> set[tuple[Address, str, Address]]:
    freed = {(action.address, action.link, action.target) for action in actions if isinstance(action, Detach)}
    pushed_out = {
        (action.address, action.link, Address(action.target.kind, str(change.before)))
        for action in actions
        if isinstance(action, Attach)
        for change in action.changes
        if change.path == action.link
    }
    return freed | pushed_out


def _uses(situation: Situation, doomed: set[Address]) -> Iterable[tuple[Address, str, Address]]:
    """Who points at what, as far as it was read; a user that could not be read may point at everything."""
    targets, snapshot = {address.kind for address in doomed}, situation.snapshot
    for kind in situation.kinds.values():
        links = [link for link in kind.links if link.target in targets and link.shape is not Shape.ADOPTION]
        gap = snapshot.unknown.get(kind.name)
        if links and gap is not None and not kind.is_lacking(gap.status, gap.reason):
            yield from ((Address(kind.name, "*"), "", address) for address in sorted(doomed) if _points(links, address))
        for live in snapshot.of(kind.name) if links else ():
            owner = situation.called(live)
            for link in (each for each in links if may_use(kind, each, live)):
                for target in live_entries(link, situation.kinds, situation.matches, live.links.get(link.name, ())):
                    if target in doomed:
                        yield owner, link.name, target
                if live.unknown or link.name not in live.links:
                    yield from ((owner, "", address) for address in sorted(doomed) if address.kind == link.target)


def _taken(actions: tuple[AnyAction, ...], situation: Situation) -> list[Refusal]:
    """What belongs to one owner only and still has another one once the plan is done is not attached."""
    freed = _freed(actions)
    doomed = {action.address for action in actions if isinstance(action, Delete)}
    refusals = []
    for action in actions:
        if isinstance(action, Attach) and situation.kinds[action.address.kind].link(action.link).exclusive:
            for owner, link in _owners(action.target, situation):
                if owner not in doomed | {action.address} and (owner, link, action.target) not in freed:
                    reason = f"'{action.target.name}' belongs to {owner} ({link}), and to one flow only"
                    fix = f"take it out of {owner} in the same plan"
                    refusals.append(Refusal("inUse", action.address, reason, fix))
    return refusals


def _owners(target: Address, situation: Situation) -> Iterable[tuple[Address, str]]:
    """Who has what only one can have, as far as it was read."""
    for kind in situation.kinds.values():
        for link in kind.links:
            if link.exclusive and link.target == target.kind:
                for live in situation.snapshot.of(kind.name):
                    names = {entry.id.casefold() for entry in live.links.get(link.name, ())}
                    if target.name in names:
                        yield situation.called(live), link.name


def _points(links: Iterable[Link], address: Address) -> bool:
    return any(link.target == address.kind for link in links)
