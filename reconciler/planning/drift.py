"""A plan read the other way round: in what the tenant is not what the manifests say, and who moved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, assert_never

from reconciler.model.addresses import Address
from reconciler.model.plans import (
    AnyAction,
    Attach,
    Certify,
    Clear,
    Create,
    Delete,
    Detach,
    Difference,
    Reorder,
    Step,
    Update,
    Upload,
)
from reconciler.model.resources import Resource
from reconciler.model.secrets import Secret
from reconciler.model.values import get
from reconciler.planning.situation import Situation

State = Literal["missing", "changed", "extra"]
Direction = Literal["repository", "tenant", "both"]


def differences(steps: Iterable[Step], fixed: Iterable[Difference], situation: Situation) -> tuple[Difference, ...]:
    """One difference for each action and each change that cannot be made; a missing object stands for its
    attachments too."""
    steps = tuple(steps)
    made = {step.id for step in steps if _makes(step.action, situation)}
    missing = {step.action.address for step in steps if step.id in made}
    shown = [step for step in steps if step.id in made or step.action.address not in missing]
    found = [_difference(step, situation) for step in shown]
    return tuple(sorted([*found, *fixed], key=lambda each: (each.address, each.link, each.target, each.state)))


def _makes(action: AnyAction, situation: Situation) -> bool:
    """Whether there is no such object before the action."""
    kind = situation.kinds[action.address.kind]
    adopts = isinstance(action, Attach) and kind.link(action.link) is kind.adoption
    return adopts or isinstance(action, Create)


def _difference(step: Step, situation: Situation) -> Difference:
    action = step.action
    resource = situation.wanted.get(action.address)
    target: Address | None = getattr(action, "target", None)
    return Difference(
        address=action.address,
        state=_state(step),
        changes=action.changes,
        link=getattr(action, "link", ""),
        target=target.name if target else "",
        direction=_direction(step, resource, situation) if resource else None,
        source=action.source,
    )


def _state(step: Step) -> State:
    action = step.action
    match action:
        case Create():
            return "missing"
        case Attach():
            return "changed" if action.changes and action.changes[0].path == action.link else "missing"
        case Upload():
            return "missing" if action.new else "changed"
        case Update() | Reorder() | Certify():
            return "changed"
        case Delete() | Detach() | Clear():
            return "extra"
        case _:
            assert_never(action)


def _direction(step: Step, resource: Resource, situation: Situation) -> Direction | None:
    """Who moved since the last apply: the repository when the wanted value is new, the tenant when the live one is."""
    moved = {_moved(path, resource, situation) for path in _paths(step)} - {None}
    if not moved:
        return None
    return moved.pop() if len(moved) == 1 else "both"


def _paths(step: Step) -> tuple[str, ...]:
    link = getattr(step.action, "link", "")
    return (link,) if link else tuple(change.path for change in step.action.changes)


def _moved(path: str, resource: Resource, situation: Situation) -> Direction | None:
    """Who moved one member or link. Of a secret, and of a list, only the repository's move can be seen."""
    receipts, wanted = situation.receipts, resource.value(path)
    last = receipts.of(resource.address, path)
    if last is None:
        return None
    if last == receipts.fingerprint(wanted):
        return "tenant"
    if isinstance(wanted, Secret | list | tuple) or path in resource.lists:
        return "repository"
    live = situation.matches.live.get(resource.address)
    return "repository" if live and last == receipts.fingerprint(get(live.properties, path)) else "both"
