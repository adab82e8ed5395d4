"""What must be read of the tenant for these manifests, and nothing more.

In two rounds: the collections first, then the declared attachments of the objects that were found in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.model.addresses import Address
from reconciler.model.identity import Index
from reconciler.model.kinds import Kind, Kinds, Link
from reconciler.model.live import LiveObject, Need, Snapshot
from reconciler.model.paths import link_need, link_needs, object_need
from reconciler.model.resources import Resource
from reconciler.planning.options import Options


def listed_kinds(resources: Iterable[Resource], kinds: Kinds, options: Options) -> tuple[str, ...]:
    """The kinds whose objects must be listed: declared, referred to by name, pruned, and users of what may go."""
    wanted = tuple(resource for resource in resources if options.selects(resource.address))
    if options.unmanaged_all:
        return tuple(sorted(kinds))
    declared = {resource.address.kind for resource in wanted}
    listed = declared | (options.prune or set())
    listed |= {target for resource in wanted for target in _looked_up(kinds, resource)}
    doomed = doomed_kinds(wanted, options, declared)
    listed |= {kind.name for kind in kinds.values() if _links_to(kind, doomed)}
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
    doomed = _dooming(wanted, snapshot, indexes, made, options)
    for kind in kinds.values():
        for live in snapshot.of(kind.name):
            needs |= dict.fromkeys(link_need(kind, live.id, link) for link in _links_to(kind, doomed))
    return tuple(needs)


def _details(
    kind: Kind, resource: Resource, found: tuple[LiveObject, ...], made: Mapping[Address, str]
) -> Iterable[Need]:
    if not found and resource.address in made and not resource.pin:
        yield object_need(kind, made[resource.address])
        found = (LiveObject(kind.name, made[resource.address]),)
    if len(found) == 1 and resource.present:
        for link in kind.links:
            if link.name in resource.links:
                yield from link_needs(kind, found[0].id, link)


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
    for name, entries in resource.links.items():
        link = kinds[resource.address.kind].link(name)
        borrowed = [each.path for each in link.properties if each.from_target]
        for entry in entries:
            if _must_look_up(kinds, entry.target) or any(path not in entry.properties for path in borrowed):
                yield entry.target.kind


def _must_look_up(kinds: Kinds, target: Address) -> bool:
    return target.name.casefold() not in {name.casefold() for name in kinds[target.kind].well_known}


def _links_to(kind: Kind, targets: frozenset[str]) -> tuple[Link, ...]:
    return tuple(link for link in kind.links if link.target in targets)
