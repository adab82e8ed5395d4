"""Which action must wait for which, and one runnable order of them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kind, Kinds, Link, Shape
from reconciler.model.plans import (
    DEFAULTS,
    AnyAction,
    Attach,
    Clear,
    Create,
    Delete,
    Detach,
    Refusal,
    Reorder,
    Step,
    Update,
    Upload,
    id_of,
)
from reconciler.model.values import mentioned
from reconciler.planning.gates import turned

LinkKey = tuple[Address, str]


def depth(kinds: Kinds, name: str, above: frozenset[str] = frozenset()) -> int:
    """How many levels of references a kind stands above the kinds that point at nothing; a circle counts once."""
    targets = {link.target for link in kinds[name].links if link.target in kinds} - above - {name}
    return max((1 + depth(kinds, target, above | {name}) for target in targets), default=0)


def ordered(actions: Iterable[AnyAction], kinds: Kinds) -> tuple[tuple[Step, ...], tuple[Refusal, ...]]:
    """The actions as steps, each after what it needs and else in the given order; a cycle is refused with its path."""
    by_id = {id_of(action): action for action in actions}
    waits = _Waits(by_id, kinds).all()
    try:
        sequence = _topological(waits)
    except CycleError as cycle:
        path: list[str] = cycle.args[1]
        first = by_id[path[0]]
        reason = f"these actions wait for each other: {' -> '.join(path)}"
        return (), (Refusal("cycle", first.address, reason, "take one of the references out"),)
    return tuple(Step(by_id[name], tuple(sorted(waits[name]))) for name in sequence), ()


def _topological(waits: dict[str, set[str]]) -> list[str]:
    place = {name: number for number, name in enumerate(waits)}
    sorter = TopologicalSorter(waits)
    sorter.prepare()
    sequence: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        sequence += ready
        sorter.done(*ready)
    return sequence


class _Waits:
    """What each action waits for, found through a few indexes so that it stays linear."""

    def __init__(self, by_id: dict[str, AnyAction], kinds: Kinds) -> None:
        self._by_id = by_id
        self._kinds = kinds
        self._created: dict[Address, str] = {}
        self._attached: dict[LinkKey, set[str]] = defaultdict(set)
        self._detached: dict[LinkKey, set[str]] = defaultdict(set)
        self._freed: dict[Address, set[str]] = defaultdict(set)
        self._deleted_of: dict[str, set[str]] = defaultdict(set)
        self._gated: dict[str, set[str]] = defaultdict(set)
        self._opened: dict[str, set[str]] = defaultdict(set)
        self._updated: dict[Address, set[str]] = defaultdict(set)
        self._attaching: dict[Address, list[Attach]] = defaultdict(list)
        self._inner: dict[Address, list[tuple[Upload | Clear, str]]] = defaultdict(list)
        for name, action in by_id.items():
            self._index(name, action)

    def all(self) -> dict[str, set[str]]:
        """For every action the ids of those it waits for."""
        return {name: self._of(action) - {name} for name, action in self._by_id.items()}

    def _index(self, name: str, action: AnyAction) -> None:
        gate = self._kinds[action.address.kind].gate
        if gate is not None:
            self._gated[gate.kind].add(name)
        match action:
            case Create():
                self._created[action.address] = name
            case Update(target=None):
                self._updated[action.address].add(name)
                if turned(action, self._kinds) is True:
                    self._opened[action.address.kind].add(name)
            case Upload() | Clear():
                self._inner[action.address].append((action, name))
            case Delete():
                self._deleted_of[action.address.kind].add(name)
            case Attach():
                self._attached[action.address, action.link].add(name)
                self._attaching[action.address].append(action)
                if self._kinds[action.address.kind].link(action.link).shape is Shape.ADOPTION:
                    self._created[action.address] = name
                if before := _replaced(action, self._kinds[action.address.kind]):
                    self._freed[before].add(name)
            case Detach():
                self._detached[action.address, action.link].add(name)
                self._freed[action.target].add(name)

    def _of(self, action: AnyAction) -> set[str]:
        """A new object first; a list gains before it loses; its order last; what is used goes after its users."""
        waits = self._made(action.address) | self._switch(action)
        for address in mentioned(getattr(action, "body", None)):
            waits |= self._made(address)
        match action:
            case Create():
                travelling = (self._let_go(attach) for attach in self._attaching[action.address])
                waits |= {name for names in travelling for name in names}
            case Attach():
                waits |= self._made(action.target) | self._let_go(action) | self._listing(action)
            case Update(target=None):
                waits |= self._mentioning(action)
            case Upload() | Clear():
                waits |= self._around(action)
            case Detach():
                waits |= self._attached[action.address, action.link] if self._waits_for_attaches(action) else set()
                waits |= self._trimming(action)
            case Reorder():
                waits |= self._attached[action.address, action.link] | self._detached[action.address, action.link]
            case Delete():
                waits |= self._freed[action.address] | self._users_deleted(action.address.kind)
                links = self._kinds[action.address.kind].links
                waits |= {name for link in links for name in self._detached[action.address, link.name]}
        return waits

    def _made(self, address: Address) -> set[str]:
        return {self._created[address]} if address in self._created else set()

    def _let_go(self, action: Attach) -> set[str]:
        """What belongs to one owner only is taken from the last one first."""
        if not self._kinds[action.address.kind].link(action.link).exclusive:
            return set()
        rivals = [kind.name for kind in self._kinds.values() if any(_is_rival(link, action) for link in kind.links)]
        return self._freed[action.target] | {deleted for kind in rivals for deleted in self._deleted_of[kind]}

    def _mentioning(self, action: Update) -> set[str]:
        """A list that mentions the targets of a link is written when they are attached, and the others are not."""
        asked = set(mentioned(action.body))
        waits: set[str] = set()
        for link in self._listed_in(action):
            key = (action.address, link)
            waits |= {name for name in self._attached[key] if _target(self._by_id[name]) in asked}
            waits |= self._detached[key] if not action.implied else set()
        return waits

    def _trimming(self, action: Detach) -> set[str]:
        """The writing of a list that loses what is detached: after a crash in between, the rest is still to be seen."""
        return {
            name
            for name in self._updated[action.address]
            if isinstance(update := self._by_id[name], Update)
            and update.implied
            and action.link in self._listed_in(update)
        }

    def _listing(self, action: Attach) -> set[str]:
        """What no list mentions is attached after the list was written: the list would take it away again."""
        return {
            name
            for name in self._updated[action.address]
            if isinstance(update := self._by_id[name], Update)
            and action.link in self._listed_in(update)
            and action.target not in set(mentioned(update.body))
        }

    def _listed_in(self, action: Update) -> set[str]:
        """The links whose targets a list mentions that this update writes."""
        known = self._kinds[action.address.kind].mentions
        paths = {change.path for change in action.changes}
        return {said.link for each, said in known if each.path in paths}

    def _around(self, action: Upload | Clear) -> set[str]:
        """A page needs its language, and both what the flow itself says of them; a language goes after its pages."""
        inner = [(other, name) for other, name in self._inner[action.address] if other is not action]
        above = {name for other, name in inner if action.link.startswith(f"{other.link}.")}
        below = {name for other, name in inner if other.link.startswith(f"{action.link}.")}
        if isinstance(action, Clear):
            return self._updated[action.address] | below
        return self._updated[action.address] | above

    def _users_deleted(self, kind: str) -> set[str]:
        users = [name for name, other in self._kinds.items() if any(link.target == kind for link in other.links)]
        return {deleted for user in users for deleted in self._deleted_of[user]}

    def _switch(self, action: AnyAction) -> set[str]:
        """A gated kind waits for its switch to go on; a switch that goes off waits for the gated kinds."""
        kind = self._kinds[action.address.kind]
        if kind.gate is not None:
            return set(self._opened[kind.gate.kind])
        return set(self._gated[kind.name]) if turned(action, self._kinds) is False else set()

    def _waits_for_attaches(self, action: Detach) -> bool:
        """A flow is never left without a provider, and what Graph put there goes last; what a list mentions follows
        the list."""
        kind = self._kinds[action.address.kind]
        listed = any(said.link == action.link for _, said in kind.mentions)
        return (kind.link(action.link).shape is Shape.SET and not listed) or action.target.name == DEFAULTS


def _target(action: AnyAction) -> Address | None:
    return action.target if isinstance(action, Attach) else None


def _is_rival(link: Link, action: Attach) -> bool:
    return link.exclusive and link.target == action.target.kind


def _replaced(action: Attach, kind: Kind) -> Address | None:
    """What an attach pushes out of its slot."""
    link = kind.link(action.link)
    if not link.slotted or not action.changes:
        return None
    return Address(link.target, str(action.changes[0].before))
