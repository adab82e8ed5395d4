"""Actions as requests: which method, which path, which body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from reconciler.execution.results import StepError
from reconciler.model import paths
from reconciler.model.addresses import Address, IdOf
from reconciler.model.kinds import Kind, Kinds, Link, Order, Shape
from reconciler.model.paths import quoted
from reconciler.model.plans import DEFAULTS, AnyAction, Attach, Create, Delete, Detach, Reorder, Update
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Write
from reconciler.model.values import Tree, Value

Ids = Mapping[Address, str]


def write_for(action: AnyAction, kinds: Kinds, ids: Ids, root: str) -> Write:
    """The one request that carries out an action.

    `root` is the address of Graph that `@odata.id` begins with. Raises StepError when an id is not known or a
    secret has no value: nothing may be sent then.
    """
    kind = kinds[action.address.kind]
    match action:
        case Create():
            return Write("POST", kind.collection, kind.version, filled(action.body, ids))
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
            return detach_write(link_path(kind, ids, action.address, link), link, target)
        case Reorder():
            wanted = [known(ids, target) for target in action.order]
            return order_write(object_path(kind, ids, action.address), kind.link(action.link), wanted)
        case _:
            assert_never(action)


def _attach(action: Attach, kinds: Kinds, ids: Ids, root: str) -> Write:
    kind = kinds[action.address.kind]
    link = kind.link(action.link)
    path = link_path(kind, ids, action.address, link)
    if link.shape is Shape.ENTRIES:
        body = {**filled(action.body, ids), link.member: {"id": known(ids, action.target)}}
        return Write("POST", path, link.version, body)
    target = object_path(kinds[link.target], ids, action.target)
    reference = {"@odata.id": f"{root}/{link.version.value}/{target}"}
    return Write("PUT" if link.slotted else "POST", f"{path}/$ref", link.version, reference)


def detach_write(path: str, link: Link, target: str) -> Write:
    """The request that takes the target of that id out of the link at that path."""
    match link.shape:
        case Shape.SLOT:
            return Write("PUT", f"{path}/$ref", link.version, {})
        case Shape.SET:
            return Write("DELETE", f"{path}/{quoted(target)}/$ref", link.version)
        case Shape.ENTRIES:
            return Write("DELETE", f"{path}/{quoted(target)}", link.version)
        case _:
            assert_never(link.shape)


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


def link_path(kind: Kind, ids: Ids, owner: Address, link: Link) -> str:
    """The path of a link of an object."""
    return f"{object_path(kind, ids, owner)}/{link.path}"


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
    return tuple(dict.fromkeys([*owner, *targets, *order, *_mentioned(getattr(action, "body", {}))]))


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


def _mentioned(value: Value) -> Iterator[Address]:
    match value:
        case IdOf(address=address):
            yield address
        case Mapping():
            for item in value.values():
                yield from _mentioned(item)
        case list() | tuple():
            for item in value:
                yield from _mentioned(item)
