"""Tenant switches that a plan turns on or off, and what stands behind them."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.kinds import Kinds
from reconciler.model.live import Snapshot
from reconciler.model.plans import AnyAction, Unreadable, Update
from reconciler.model.values import get


def turned(action: AnyAction, kinds: Kinds) -> bool | None:
    """To which position an action brings a switch; None for one that touches none."""
    if not isinstance(action, Update) or action.link:
        return None
    paths = {kind.gate.path for kind in kinds.values() if kind.gate and kind.gate.kind == action.address.kind}
    return next((value for path in sorted(paths) if isinstance(value := get(action.body, path), bool)), None)


def behind(actions: Iterable[AnyAction], kinds: Kinds) -> frozenset[str]:
    """The kinds that begin to work when these actions are done."""
    opened = {action.address.kind for action in actions if turned(action, kinds) is True}
    return frozenset(kind.name for kind in kinds.values() if kind.gate and kind.gate.kind in opened)


def explained(gap: Unreadable, opening: frozenset[str], kinds: Kinds, snapshot: Snapshot) -> Unreadable:
    """What could not be read only because of a switch that the plan turns on says so."""
    kind, reason = kinds[gap.address.kind], snapshot.unknown.get(gap.address.kind)
    if kind.gate is None or kind.name not in opening or reason is None or reason.code != kind.gate.code:
        return gap
    words = f"hidden while {kind.gate.path} is off ({kind.gate.code}): this plan turns it on, and apply then goes on"
    return Unreadable(gap.address, words)
