"""What may start now: a plan's steps between waiting, running, written and ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from heapq import heappop, heappush

from reconciler.execution.results import Result, skipped
from reconciler.model.kinds import Kinds
from reconciler.model.outcomes import Outcome, Status
from reconciler.model.plans import AnyAction, Attach, Step

Group = tuple[Hashable, ...]


def lane_of(action: AnyAction, kinds: Kinds) -> Hashable:
    """What a write shares with those that must not overlap it: its object, or its kind where that is serial.

    Graph keeps a flow with everything attached to it; that writing it from two sides at once is safe is nowhere
    documented.
    """
    return action.address.kind if kinds[action.address.kind].serial else action.address


def group_of(action: AnyAction, kinds: Kinds) -> Group | None:
    """The read that shows whether an attach took effect: attaches of one group are read back together."""
    if not isinstance(action, Attach):
        return None
    return action.address, kinds[action.address.kind].link(action.link).read


class Board:
    """The state of a run. Every method is a step of bookkeeping; nothing here waits.

    A lane is taken from a step's start until it is written. A group is due once no step of it can be written
    any more before another one has ended.
    """

    def __init__(self, steps: Sequence[Step], kinds: Kinds) -> None:
        self._steps = {step.id: step for step in steps}
        self._place = {step.id: place for place, step in enumerate(steps)}
        self._lanes = {step.id: lane_of(step.action, kinds) for step in steps}
        self._groups = {step.id: group_of(step.action, kinds) for step in steps}
        self._missing = {step.id: set(step.after) for step in steps}
        self._dependents: Mapping[str, list[str]] = _dependents(steps)
        self._ready: dict[Hashable, list[tuple[int, str]]] = defaultdict(list)
        self._busy: set[Hashable] = set()
        self._running: set[str] = set()
        self._active: dict[Group | None, int] = defaultdict(int)
        self._written: dict[Group | None, list[str]] = {}
        self._waiting = dict.fromkeys(self._steps)
        self.ended: dict[str, Outcome] = {}
        for step in steps:
            self._make_ready(step.id)

    def start(self) -> list[Step]:
        """The steps that start now, in plan order: at most one in each lane."""
        free = [lane for lane in self._ready if lane not in self._busy]
        started = [heappop(self._ready[lane])[1] for lane in free]
        for lane in free:
            self._busy.add(lane)
            if not self._ready[lane]:
                del self._ready[lane]
        self._running.update(started)
        return [self._steps[name] for name in sorted(started, key=self._place.__getitem__)]

    def written(self, name: str) -> None:
        """An attach was sent: its lane is free, and it is to be read back."""
        self._leave_lane(name)
        self._written.setdefault(self._groups[name], []).append(name)

    def due(self) -> list[list[Step]]:
        """The groups that are to be read back now."""
        groups = [group for group in self._written if not self._active[group]]
        return [[self._steps[name] for name in self._written.pop(group)] for group in groups]

    def end(self, name: str, result: Result) -> list[Outcome]:
        """A step has ended; the outcomes are its own and those of the steps that cannot be tried any more."""
        if name in self._running:
            self._leave_lane(name)
        outcomes = [self._close(name, result)]
        for ended in outcomes:  # grows while it is walked: what is skipped has dependents of its own
            for dependent in self._dependents.get(ended.id, ()):
                if ended.status is Status.DONE:
                    self._missing[dependent].discard(ended.id)
                    self._make_ready(dependent)
                elif dependent in self._waiting:
                    del self._waiting[dependent]
                    outcomes.append(self._close(dependent, _out_of_reach(ended)))
        return outcomes

    def abandon(self, reason: str) -> list[Outcome]:
        """Give up every step that has not started."""
        ready = [name for queue in self._ready.values() for _, name in queue]
        for name in ready:
            self._active[self._groups[name]] -= 1
        self._ready.clear()
        left = sorted([*ready, *self._waiting], key=self._place.__getitem__)
        self._waiting.clear()
        return [self._close(name, skipped(reason)) for name in left]

    def _make_ready(self, name: str) -> None:
        if name in self._waiting and not self._missing[name]:
            del self._waiting[name]
            self._active[self._groups[name]] += 1
            heappush(self._ready[self._lanes[name]], (self._place[name], name))

    def _leave_lane(self, name: str) -> None:
        self._running.discard(name)
        self._busy.discard(self._lanes[name])
        self._active[self._groups[name]] -= 1

    def _close(self, name: str, result: Result) -> Outcome:
        self.ended[name] = result.outcome(name)
        return self.ended[name]


def _out_of_reach(ended: Outcome) -> Result:
    fate = "failed" if ended.status is Status.FAILED else "was not tried"
    return skipped(f"it needs '{ended.id}', which {fate}")


def _dependents(steps: Iterable[Step]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for step in steps:
        for name in step.after:
            found[name].append(step.id)
    return found
