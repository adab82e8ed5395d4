"""One object by itself: its create, or the update of what differs, or why there can be neither."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kind
from reconciler.model.live import LiveObject
from reconciler.model.plans import Change, Create, Refusal, Update
from reconciler.model.problems import Problem
from reconciler.model.resources import Resource
from reconciler.model.values import Tree, get, leaves, put
from reconciler.planning import bodies
from reconciler.planning.diff import by_path, changes, secrets
from reconciler.planning.situation import Situation


def creation(resource: Resource, situation: Situation) -> Create | Problem:
    """What makes the object, or why it cannot be made."""
    kind = situation.kind(resource)
    address = resource.address
    if kind.singleton or (kind.built_in is not None and kind.built_in.holds(resource.properties)):
        message = f"the tenant has no {kind.name} '{address.name}', and only Graph can make one"
        return Problem(
            message, "correct the name, or check that the tenant is of the right type", resource.span, address
        )
    if gaps := ", ".join(bodies.missing(kind, resource.properties)):
        message = f"{address} does not exist yet, and Graph creates none without {gaps}"
        return Problem(message, f"add {gaps} to spec", resource.span, address)
    properties = bodies.completed(resource.properties, bodies.applicable(kind, resource.properties))
    shown = tuple(Change(path, None, value) for path, value in sorted(leaves(properties), key=lambda leaf: leaf[0]))
    body = bodies.create_body(kind, resource, properties)
    return Create(address=address, body=body, changes=shown, source=resource.span)


def differing(resource: Resource, live: LiveObject, situation: Situation) -> tuple[Change, ...]:
    """The declared members that are not as they should be, and are nobody else's business."""
    kind = situation.kind(resource)
    wanted = {name: value for name, value in resource.properties.items() if not _assumed(kind, resource, live, name)}
    found = [*changes(wanted, live.properties, by_path(kind.properties)), *_secret_changes(resource, situation)]
    return tuple(change for change in found if not situation.options.ignores(resource.address, change.path))


def fixed(found: Iterable[Change], live: LiveObject, situation: Situation) -> tuple[Change, ...]:
    """The differences that no update can mend."""
    kind = situation.kinds[live.kind]
    known = by_path(kind.properties)
    graphs = situation.is_built_in(live) and not kind.singleton
    return tuple(
        change for change in found if graphs or ((held := known.get(change.path)) is not None and held.immutable)
    )


def update(resource: Resource, live: LiveObject, found: tuple[Change, ...], situation: Situation) -> Update:
    """What mends the differences."""
    body = bodies.update_body(situation.kind(resource), _as_sent(resource, live, situation), found)
    return Update(address=resource.address, body=body, changes=found, source=resource.where(found[0].path))


def irreplaceable(address: Address, change: Change, built_in: bool) -> Refusal:
    """Why a difference cannot be mended, and what to do instead."""
    if built_in:
        reason = f"{change.path} cannot change: the object was made by Graph"
        return Refusal("builtIn", address, reason, f"leave {change.path} out of the manifest")
    reason = f"{change.path} cannot change from {change.before!r} to {change.after!r}: Graph has no update for it"
    return Refusal(
        "notReplaceable", address, reason, "declare a new object under another name, move to it, then remove this one"
    )


def _as_sent(resource: Resource, live: LiveObject, situation: Situation) -> Tree:
    """The wanted properties, with what is ignored as it is: a whole that is replaced must not change it."""
    sent = bodies.copied(resource.properties)
    for path, _ in leaves(resource.properties):
        if situation.options.ignores(resource.address, path):
            put(sent, path, get(live.properties, path))
    return sent


def _assumed(kind: Kind, resource: Resource, live: LiveObject, name: str) -> bool:
    """Whether a display name was not written but taken from `metadata.name`, which here is the object's id."""
    by_id = kind.bare(live.id).casefold() == kind.bare(resource.address.name).casefold()
    return by_id and name == kind.key and (name,) not in resource.spans


def _secret_changes(resource: Resource, situation: Situation) -> Iterable[Change]:
    """Secrets that are not what was last sent. Graph never shows them: without a receipt nobody can say."""
    for path, secret in secrets(resource.properties):
        if not secret.is_set:
            continue
        sent = situation.receipts.of(resource.address, path)
        stale = sent is not None and sent != situation.receipts.fingerprint(secret)
        if stale or situation.options.sends_secrets_of(resource.address):
            yield Change(path, secret, secret)
