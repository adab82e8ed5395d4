"""One object by itself: its create, or the update of what differs, or why there can be neither."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.addresses import Address, IdOf
from reconciler.model.kinds import Kind, Link, Property, Shape
from reconciler.model.live import LiveObject
from reconciler.model.plans import Change, Create, Refusal, Update
from reconciler.model.problems import Problem
from reconciler.model.resources import Resource
from reconciler.model.values import Tree, Value, get, leaves, put
from reconciler.planning import bodies
from reconciler.planning.certificates import compared
from reconciler.planning.diff import by_path, changes, secrets
from reconciler.planning.links import LinkDiff
from reconciler.planning.situation import Situation


def creation(resource: Resource, situation: Situation, links: Iterable[LinkDiff] = ()) -> Create | Problem:
    """What makes the object, with those of its links that travel along, or why it cannot be made."""
    kind = situation.kind(resource)
    links = tuple(links)
    address = resource.address
    if kind.singleton or (kind.built_in is not None and kind.built_in.holds(resource.properties)):
        message = f"the tenant has no {kind.name} '{address.name}', and only Graph can make one"
        return Problem(
            message, "correct the name, or check that the tenant is of the right type", resource.span, address
        )
    lacking = [each.key for each in kind.links if each.required and not _targets(each, links)]
    if gaps := ", ".join([*bodies.missing(kind, resource.properties), *lacking]):
        message = f"{address} does not exist yet, and Graph creates none without {gaps}"
        return Problem(message, f"add {gaps} to spec", resource.span, address)
    properties = bodies.completed(resource.properties, bodies.applicable(kind, resource.properties))
    shown = tuple(Change(path, None, value) for path, value in sorted(leaves(properties), key=lambda leaf: leaf[0]))
    body = bodies.create_body(kind, resource, properties)
    for diff in links:
        if diff.link.within and diff.wanted:
            _put_along(kind, body, diff)
    return Create(address=address, body=body, changes=shown, source=resource.span)


def _targets(link: Link, links: Iterable[LinkDiff]) -> tuple[Address, ...]:
    return next((tuple(diff.wanted) for diff in links if diff.link.name == link.name), ())


def _put_along(kind: Kind, body: dict[str, Value], diff: LinkDiff) -> None:
    """Put the targets of a link where Graph takes them in the body of a create."""
    items = [_carried(diff, target) for target in diff.wanted]
    put(body, diff.link.within, items[0] if diff.link.slotted else items)
    parent = diff.link.within.partition(".")[0]
    body[parent] = bodies.typed(kind, {parent: body[parent]})[parent]


def _carried(diff: LinkDiff, target: Address) -> dict[str, Value]:
    link = diff.link
    own = {"@odata.type": bodies.odata_type(link.type_name)} if link.type_name else {}
    if link.shape is Shape.NAMES:
        return {**own, link.member: IdOf(target)}
    known = diff.targets.get(target, {})
    carried = {name: get(known, name) for name in link.carries}
    return {**own, "id": IdOf(target), **{name: value for name, value in carried.items() if value is not None}}


def calling(situation: Situation, resource: Resource, live: LiveObject | None, link: Link, target: Address) -> Tree:
    """The body that makes a handler inside the object call a target: the whole handler, as Graph may replace it."""
    kind, parent = situation.kind(resource), link.within.rpartition(".")[0]
    there = get(live.properties, parent) if live else None
    said = _as_sent(resource, live, situation) if live else resource.properties
    wanted = bodies.completed(said, bodies.applicable(kind, said))
    known = kind.member(parent)
    assert known is not None
    body: dict[str, Value] = {}
    put(body, parent, bodies.copied(bodies.overlaid(kind, known, get(wanted, parent) or {}, there)))
    put(body, link.within, {"id": IdOf(target)})
    return bodies.patched(kind, body, wanted, live.properties if live else {})


def differing(resource: Resource, live: LiveObject, situation: Situation) -> tuple[Change, ...]:
    """The declared members that are not as they should be, and are nobody else's business."""
    kind = situation.kind(resource)
    wanted = {name: value for name, value in resource.properties.items() if not _assumed(kind, resource, live, name)}
    shown = compared(resource, kind, live)
    secret = (change for change in _secret_changes(resource, situation) if change.path not in shown)
    found = [*changes(wanted, live.properties, by_path(kind.properties)), *secret]
    return tuple(change for change in found if not situation.options.ignores(resource.address, change.path))


def fixed(found: Iterable[Change], live: LiveObject, situation: Situation) -> tuple[Change, ...]:
    """The differences that no update can mend."""
    kind = situation.kinds[live.kind]
    known = by_path(kind.properties)
    graphs = situation.is_built_in(live) and not kind.singleton
    return tuple(
        change
        for change in found
        if graphs or ((held := known.get(change.path)) is not None and (held.immutable or _unborn(held, live)))
    )


def _unborn(known: Property, live: LiveObject) -> bool:
    """Whether the member can only be set where the object was made with it, and it was not."""
    return known.born and get(live.properties, known.path.partition(".")[0]) is None


def update(
    resource: Resource,
    live: LiveObject,
    found: tuple[Change, ...],
    situation: Situation,
    links: list[LinkDiff],
) -> Update:
    """What mends the differences."""
    kind = situation.kind(resource)
    body = bodies.update_body(kind, _as_sent(resource, live, situation), live.properties, found)
    for link in kind.links:
        if link.shape is Shape.HANDLER and isinstance(get(body, link.within.rpartition(".")[0]), dict):
            _keep_calling(link, live, body, _targets(link, links))
    return Update(address=resource.address, body=body, changes=found, source=resource.where(found[0].path))


def adopting(kind: Kind, resource: Resource, link: Link, target: Address) -> Tree:
    """The body that adds an object of another collection to this one. Graph docs: Add userFlow (beta)."""
    properties = bodies.completed(resource.properties, bodies.applicable(kind, resource.properties))
    return {"@odata.type": link.type_name, "id": IdOf(target), **bodies.typed(kind, properties), **link.body}


def _keep_calling(link: Link, live: LiveObject, body: dict[str, Value], wanted: tuple[Address, ...]) -> None:
    """A handler that is sent calls what it should, else what it calls already: by id, as Graph takes it."""
    called: Value = IdOf(wanted[0]) if wanted else next((entry.id for entry in live.links.get(link.name, ())), None)
    if called is not None:
        put(body, link.within, {"id": called})


def untouchable(address: Address, link: str, live: LiveObject) -> Refusal:
    """Why nothing is attached to an object that Graph made."""
    reason = f"{link} cannot change: '{live.id}' was made by Graph"
    return Refusal("builtIn", address, reason, f"leave {link} out of the manifest")


def irreplaceable(address: Address, change: Change, kind: Kind, built_in: bool) -> Refusal:
    """Why a difference cannot be mended, and what to do instead."""
    known = kind.member(change.path)
    if known is not None and known.born and not built_in:
        reason = f"{change.path} cannot be set: {address} was made without it, and Graph then takes no update of it"
        whole = known.mentions.link if known.mentions else "it"
        return Refusal("notReplaceable", address, reason, f"declare {whole} alone, or a new object under another name")
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
    if name == kind.key and kind.nameless and get(live.properties, name) is None and not resource.pin:
        return True
    by_id = kind.bare(live.id).casefold() == kind.bare(resource.address.name).casefold()
    return by_id and name == kind.key and (name,) not in resource.spans


def _secret_changes(resource: Resource, situation: Situation) -> Iterable[Change]:
    """Secrets that are not what was last sent. Graph never shows them: without a receipt nobody can say."""
    for path, secret in secrets(resource.properties):
        if not secret.is_set:
            continue
        if situation.has_changed(resource, path) or situation.options.sends_secrets_of(resource.address):
            yield Change(path, secret, secret)
