"""What Graph can be asked about a plan before it is carried out: its own texts, and a trial of settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from reconciler.model.kinds import Kinds
from reconciler.model.live import Absent, Answers, Need, Present
from reconciler.model.paths import inner_path, listing_path
from reconciler.model.plans import Plan, Upload
from reconciler.model.problems import Problem, Severity
from reconciler.model.resources import Resource
from reconciler.model.shapes import entries_of, tree
from reconciler.model.tenant import Write
from reconciler.model.values import get
from reconciler.planning.bodies import typed


def inquiries(plan: Plan, kinds: Kinds) -> dict[Need, Upload]:
    """Graph's own documents in the place of those that are to be written into objects that are there."""
    found: dict[Need, Upload] = {}
    for step in plan.steps:
        action = step.action
        if isinstance(action, Upload) and action.reference and not step.after and action.address in plan.ids:
            path = inner_path(kinds[action.address.kind], plan.ids[action.address])
            found[Need(f"{path}/{action.reference}", action.version)] = action
    return found


def doubts(asked: dict[Need, Upload], answers: Answers) -> Iterator[Problem]:
    """A warning for each thing that is to be written and that Graph does not know; what it did not say is no matter."""
    for need, action in asked.items():
        match answers[need]:
            case Absent():
                message = f"Graph has nothing of its own in the place of {action.link}"
                yield Problem(message, "check the name", action.source, action.address, Severity.WARNING)
            case Present(body=body):
                yield from _strangers(action, tree(body))


def _strangers(action: Upload, own: dict[str, Any]) -> Iterator[Problem]:
    for name, value in action.body.items():
        known = entries_of(own.get(name) or (), action.keys)
        for key in entries_of(value, action.keys):
            if key not in known:
                close = get_close_matches(key, list(known), n=1)
                fix = f"did you mean '{close[0]}'?" if close else "check its ElementType and StringId"
                message = f"{action.link} has no '{key}' of Graph's own"
                yield Problem(message, fix, action.source, action.address, Severity.WARNING)


def trials(resources: Iterable[Resource], kinds: Kinds) -> Iterator[tuple[Resource, Write]]:
    """The requests that have Graph try out what is declared: nothing is saved. Graph docs:
    customAuthenticationExtension: validateAuthenticationConfiguration."""
    for resource in resources:
        kind = kinds[resource.address.kind]
        operation, members = kind.check
        given = {name: resource.properties[name] for name in members if get(resource.properties, name) is not None}
        if operation and resource.present and len(given) == len(members):
            yield resource, Write("POST", f"{listing_path(kind)}/{operation}", kind.version, typed(kind, given))


def verdict(resource: Resource, answer: Any) -> Iterator[Problem]:
    """What Graph found when it tried."""
    where = resource.where("authenticationConfiguration")
    for member, severity in (("errors", Severity.ERROR), ("warnings", Severity.WARNING)):
        for fault in answer.get(member) or ():
            message = f"Graph tried it out: {fault.get('code', '')}: {fault.get('message', '')}"
            fix = "see authenticationConfiguration.resourceId, and the application that it names"
            yield Problem(message, fix, where, resource.address, severity)
