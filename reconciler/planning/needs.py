"""What must be read of the tenant for these manifests, and nothing more.

In two rounds: the collections first, then the declared attachments of the objects that were found in them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from reconciler.model.addresses import Address
from reconciler.model.identity import Index, may_use
from reconciler.model.kinds import Kind, Kinds, Link, Shape, folded
from reconciler.model.live import LiveObject, Need, Snapshot
from reconciler.model.paths import link_need, link_needs, object_need, part_at, part_need
from reconciler.model.resources import PartPath, Resource
from reconciler.model.values import get
from reconciler.planning.bodies import applicable, completed
from reconciler.planning.options import Options


def listed_kinds(resources: Iterable[Resource], kinds: Kinds, options: Options) -> tuple[str, ...]:
    """The kinds whose objects must be listed: declared, referred to by name, pruned, and users of what may go."""
    wanted = tuple(resource for resource in resources if options.selects(resource.address))
    if options.unmanaged_all:
        return tuple(sorted(kind.name for kind in kinds.values() if not kind.elsewhere))
    declared = {resource.address.kind for resource in wanted}
    listed = declared | (options.prune or set())
    listed |= {target for resource in wanted for target in _looked_up(kinds, resource)}
    doomed = doomed_kinds(wanted, options, declared)
    listed |= {kind.name for kind in kinds.values() if not kind.elsewhere and links_to(kind, doomed)}
    return tuple(sorted(listed))


def doomed_kinds(resources: Iterable[Resource], options: Options, declared: Iterable[str]) -> frozenset[str]:
    """The kinds of which something may be deleted."""
    absent = {resource.address.kind for resource in resources if not resource.present}
    return frozenset(absent | pruned_kinds(options, declared))


def pruned_kinds(options: Options, declared: Iterable[str]) -> frozenset[str]:
    """The kinds to be pruned: those that were named, else all that are declared."""
    if options.prune is None:
        return frozenset()
    return options.prune or frozenset(declared)


def detail_needs(
    resources: Iterable[Resource], kinds: Kinds, snapshot: Snapshot, made: Mapping[Address, str], options: Options
) -> tuple[Need, ...]:
    """The second round: declared links of objects that are there, objects that a listing may not show yet, and
    the links of everything that might use an object that is to go."""
    wanted = tuple(resource for resource in resources if options.selects(resource.address))
    needs: dict[Need, None] = {}
    indexes = {name: Index(kinds[name], objects) for name, objects in snapshot.objects.items()}
    for resource in wanted:
        kind = kinds[resource.address.kind]
        if kind.name in snapshot.unknown:
            continue
        found = indexes[kind.name].candidates(resource) if kind.name in indexes else ()
        needs |= dict.fromkeys(_details(kind, resource, found, made))
        needs |= dict.fromkeys(_shared(kind, declared=resource.links) if resource.present else ())
    doomed = _dooming(wanted, snapshot, indexes, made, options)
    for name in sorted(doomed):
        needs |= dict.fromkeys(_shared(kinds[name], declared=None))
    for kind in kinds.values():
        for live in snapshot.of(kind.name):
            for link in (each for each in links_to(kind, doomed) if may_use(kind, each, live)):
                needs |= dict.fromkeys(link_needs(kind, live.id, link, live.properties)[:1])
    return tuple(needs)


def documents_wanted(
    resources: Iterable[Resource], kinds: Kinds, snapshot: Snapshot, made: Mapping[Address, str], options: Options
) -> Mapping[tuple[str, str], tuple[PartPath, ...]]:
    """The parts that are declared of live objects, by the object's kind and id."""
    indexes = {name: Index(kinds[name], objects) for name, objects in snapshot.objects.items()}
    wanted: dict[tuple[str, str], tuple[PartPath, ...]] = {}
    for resource in resources:
        name = resource.address.kind
        if resource.documents and options.selects(resource.address) and name in indexes:
            live = _alone(kinds[name], resource, indexes[name].candidates(resource), made)
            wanted |= {(name, live.id): tuple(resource.documents)} if live else {}
    return wanted


def _shared(kind: Kind, declared: Container[str] | None) -> list[Need]:
    """The listings that tell what is attached to all objects of a kind: of the declared links, or (None) of all."""
    links = (link for link in kind.links if link.read.shared)
    return [link_need(kind, "", link) for link in links if declared is None or link.name in declared]


def _alone(
    kind: Kind, resource: Resource, found: tuple[LiveObject, ...], made: Mapping[Address, str]
) -> LiveObject | None:
    """The one live object of a manifest: listed, or made by us and in no listing yet."""
    if not found and resource.address in made and not resource.pin:
        return LiveObject(kind.name, made[resource.address])
    return found[0] if len(found) == 1 else None


def _details(
    kind: Kind, resource: Resource, found: tuple[LiveObject, ...], made: Mapping[Address, str]
) -> Iterable[Need]:
    live = _alone(kind, resource, found, made)
    if live is None:
        return
    if not found:
        yield object_need(kind, live.id)
    if resource.present:
        for link in kind.links:
            if link.name in resource.links or (_goes_along(link, resource) and may_use(kind, link, live)):
                yield from _link_needs(kind, link, live, resource, listed=bool(found))
        for path in resource.documents:
            if found and _is_shut(kind, path, live):
                continue
            yield part_need(kind, live.id, path)


def _goes_along(link: Link, resource: Resource) -> bool:
    """Whether a link is sent again with a declared handler around it."""
    return link.shape is Shape.HANDLER and get(resource.properties, link.within.rpartition(".")[0]) is not None


def _link_needs(kind: Kind, link: Link, live: LiveObject, resource: Resource, *, listed: bool) -> Iterable[Need]:
    """What tells the state of a link. Of an object that is in no listing, the manifest tells what is in the path."""
    if listed or link.shape is not Shape.HANDLER:
        return link_needs(kind, live.id, link, live.properties)
    return (link_need(kind, live.id, link, completed(resource.properties, applicable(kind, resource.properties))),)


def _is_shut(kind: Kind, path: PartPath, live: LiveObject) -> bool:
    """Whether Graph does not show a part because the object's switch for it is off: then there is nothing."""
    switch = part_at(kind, path[:2]).switch
    return bool(switch) and get(live.properties, switch) is not True


def _dooming(
    wanted: tuple[Resource, ...],
    snapshot: Snapshot,
    indexes: Mapping[str, Index],
    made: Mapping[Address, str],
    options: Options,
) -> frozenset[str]:
    """The kinds of which something that is there will be deleted, as far as the listings and the journal tell."""
    declared = {resource.address.kind for resource in wanted}
    absent = {
        resource.address.kind
        for resource in wanted
        if not resource.present
        and resource.address.kind in indexes
        and (resource.address in made or indexes[resource.address.kind].candidates(resource))
    }
    return frozenset(absent | {name for name in pruned_kinds(options, declared) if snapshot.of(name)})


def _looked_up(kinds: Kinds, resource: Resource) -> Iterable[str]:
    """The kinds of which something must be known for the links of a resource: an id, or what an entry takes over."""
    for name, entries in resource.links.items() if resource.present else ():
        link = kinds[resource.address.kind].link(name)
        borrowed = [each.path for each in link.properties if each.from_target]
        for entry in () if link.foreign else entries:
            lacks = link.carries or any(path not in entry.properties for path in borrowed)
            if lacks or _must_look_up(kinds, entry.target):
                yield entry.target.kind


def _must_look_up(kinds: Kinds, target: Address) -> bool:
    return target.name.casefold() not in folded(kinds[target.kind].well_known)


def links_to(kind: Kind, targets: frozenset[str]) -> tuple[Link, ...]:
    """The links of a kind that lead to these."""
    return tuple(link for link in kind.links if link.target in targets)
