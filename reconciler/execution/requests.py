"""Actions as requests: which method, which path, which body."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import assert_never

from reconciler.execution.results import StepError
from reconciler.model import paths
from reconciler.model.addresses import Address, IdOf
from reconciler.model.kinds import Kind, Kinds, Link, Order, Shape
from reconciler.model.paths import quoted
from reconciler.model.plans import (
    DEFAULTS,
    AnyAction,
    Attach,
    Certify,
    Clear,
    Create,
    Delete,
    Detach,
    Reorder,
    Update,
    Upload,
)
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Write
from reconciler.model.values import Tree, Value, get, mentioned, put

Ids = Mapping[Address, str]


def write_for(action: AnyAction, kinds: Kinds, ids: Ids, root: str) -> Write:
    """The one request that carries out an action.

    `root` is the address of Graph that `@odata.id` begins with. Raises StepError when an id is not known or a
    secret has no value: nothing may be sent then.
    """
    kind = kinds[action.address.kind]
    match action:
        case Create():
            return Write("POST", paths.listing_path(kind), kind.version, filled(action.body, ids))
        case Update(target=Address() as entry):
            link = kind.link(action.link)
            path = f"{link_path(kind, ids, action.address, link)}/{quoted(known(ids, entry))}"
            return Write("PATCH", path, link.version, filled(action.body, ids))
        case Update():
            return Write("PATCH", object_path(kind, ids, action.address), kind.version, filled(action.body, ids))
        case Delete():
            return Write("DELETE", object_path(kind, ids, action.address), kind.version)
        case Attach():
            return _attach(action, kinds, ids, root)
        case Detach():
            link = kind.link(action.link)
            target = "" if link.slotted else known(ids, action.target)
            if link.shape is Shape.HANDLER:
                return _silence(action, kind, ids, link)
            return detach_write(link_path(kind, ids, action.address, link), link, target)
        case Reorder():
            wanted = [known(ids, target) for target in action.order]
            return order_write(inner_path(kind, ids, action.address), kind.link(action.link), wanted)
        case Upload():
            return Write("PUT", part_path(kind, ids, action), action.version, filled(action.body, ids))
        case Clear():
            return Write("DELETE", part_path(kind, ids, action), action.version)
        case Certify():
            path = f"{inner_path(kind, ids, action.address)}/{action.operation}"
            return Write("POST", path, kind.version, filled(action.body, ids))
        case _:
            assert_never(action)


def _attach(action: Attach, kinds: Kinds, ids: Ids, root: str) -> Write:
    kind = kinds[action.address.kind]
    link = kind.link(action.link)
    match link.shape:
        case Shape.ADOPTION:
            return Write("POST", f"{paths.listing_path(kind)}/$ref", link.version, filled(action.body, ids))
        case Shape.HANDLER:
            owner = object_path(kind, ids, action.address)
            return Write("PATCH", owner, kind.version, filled(action.body, ids))
        case Shape.LISTENERS:
            owner, target = id_of(kind, ids, action.address), known(ids, action.target)
            return Write("POST", link.path, link.version, listener_body(link, owner, target))
    path = link_path(kind, ids, action.address, link)
    own = {"@odata.type": f"#microsoft.graph.{link.type_name}"} if link.type_name else {}
    match link.shape:
        case Shape.ENTRIES:
            body = {**filled(action.body, ids), link.member: {"id": known(ids, action.target)}}
            return Write("POST", path, link.version, body)
        case Shape.NAMES:
            return Write("POST", path, link.version, {**own, link.member: known(ids, action.target)})
    target = object_path(kinds[link.target], ids, action.target)
    reference = {"@odata.id": f"{root}/{link.version.value}/{target}"}
    return Write("PUT" if link.slotted else "POST", f"{path}/$ref", link.version, reference)


def listener_body(link: Link, owner: str, target: str) -> dict[str, Value]:
    """What ties an owner to one target, as an object of its own."""
    assert link.listener is not None
    body: dict[str, Value] = {"@odata.type": f"#microsoft.graph.{link.type_name}", **link.body}
    put(body, link.listener.targets, [target])
    put(body, link.listener.owner, owner)
    return body


def unlisten_write(link: Link, listener: Tree, gone: Container[str]) -> Write:
    """The request that makes a listener let go of targets (in lower case): with its last one it goes itself."""
    assert link.listener is not None
    path = f"{link.path}/{quoted(str(listener['id']))}"
    left = [name for name in get(listener, link.listener.targets) or () if str(name).casefold() not in gone]
    if not left:
        return Write("DELETE", path, link.version)
    body: dict[str, Value] = {"@odata.type": f"#microsoft.graph.{link.type_name}"}
    put(body, link.listener.targets, left)
    return Write("PATCH", path, link.version, body)


def _silence(action: Detach, kind: Kind, ids: Ids, link: Link) -> Write:
    """A handler that calls nothing any more is none."""
    own = {"@odata.type": f"#microsoft.graph.{kind.type_name}"} if kind.type_name else {}
    body: dict[str, Value] = dict(own)
    put(body, link.within.rpartition(".")[0], None)
    return Write("PATCH", object_path(kind, ids, action.address), kind.version, body)


def detach_write(path: str, link: Link, target: str) -> Write:
    """The request that takes the target of that id out of the link at that path."""
    match link.shape:
        case Shape.SLOT:
            return Write("PUT", f"{path}/$ref", link.version, {})
        case Shape.SET:
            return Write("DELETE", f"{path}/{quoted(target)}/$ref", link.version)
        case Shape.ENTRIES | Shape.NAMES:
            return Write("DELETE", f"{path}/{quoted(target)}", link.version)
        case _:
            raise StepError(f"{link.name} has no detach of this form")


def order_write(path: str, link: Link, ids: Sequence[str]) -> Write:
    """The request that puts the entries of a link of the object at that path into this order."""
    order = order_of(link)
    return Write("POST", f"{path}/{order.write}", link.version, {"newAssignmentOrder": {"order": list(ids)}})


def order_of(link: Link) -> Order:
    """How the order of a link's entries is kept. Raises StepError where they have none."""
    if link.order is None:
        raise StepError(f"{link.name} has no order")
    return link.order


def object_path(kind: Kind, ids: Ids, address: Address) -> str:
    """The path of an object."""
    return paths.object_path(kind, id_of(kind, ids, address))


def id_of(kind: Kind, ids: Ids, address: Address) -> str:
    """The id under which an object's path is found; a singleton has none. Raises StepError when nobody knows it."""
    return "" if kind.singleton else known(ids, address)


def inner_path(kind: Kind, ids: Ids, address: Address) -> str:
    """The path that sub-resources of an object begin with."""
    return paths.inner_path(kind, id_of(kind, ids, address))


def link_path(kind: Kind, ids: Ids, owner: Address, link: Link) -> str:
    """The path of a link of an object."""
    return f"{inner_path(kind, ids, owner)}/{link.path}"


def part_path(kind: Kind, ids: Ids, action: Upload | Clear) -> str:
    """The path of something inside an object."""
    return f"{inner_path(kind, ids, action.address)}/{action.path}"


def filled(body: Tree, ids: Ids) -> dict[str, Value]:
    """The body with every id filled in. Raises StepError for an unknown id and for a secret without a value."""
    return {name: _filled(value, ids) for name, value in body.items()}


def known(ids: Ids, address: Address) -> str:
    """The id of an object. Raises StepError when nobody knows it."""
    if address not in ids:
        raise StepError(f"no id is known for {address}")
    return ids[address]


def named(action: AnyAction) -> tuple[Address, ...]:
    """The objects that must be there for Graph to accept an action."""
    owner = () if isinstance(action, Create) else (action.address,)
    target = getattr(action, "target", None)
    targets = (target,) if target and target.name != DEFAULTS else ()
    order: tuple[Address, ...] = getattr(action, "order", ())
    return tuple(dict.fromkeys([*owner, *targets, *order, *mentioned(getattr(action, "body", {}))]))


def _filled(value: Value, ids: Ids) -> Value:
    match value:
        case IdOf(address=address):
            return known(ids, address)
        case Secret(is_set=False):
            raise StepError(f"the secret from {value.source} is not set")
        case Mapping():
            return filled(value, ids)
        case list() | tuple():
            return [_filled(item, ids) for item in value]
        case _:
            return value
