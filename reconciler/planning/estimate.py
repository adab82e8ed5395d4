"""What a check of these manifests will cost, before anything is asked of Graph."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.model.kinds import Kind, Kinds, Shape
from reconciler.model.live import LiveObject, Need, Snapshot
from reconciler.model.outcomes import Estimate
from reconciler.model.paths import collection_need
from reconciler.model.resources import Resource
from reconciler.model.values import Value, put
from reconciler.planning.bodies import copied
from reconciler.planning.expansions import expandable, trusting
from reconciler.planning.needs import detail_needs, listed_kinds
from reconciler.planning.options import Options

_BATCH = 20  # Graph docs: JSON batching
_MINUTE = 60


def estimate(resources: Iterable[Resource], kinds: Kinds, options: Options, limit: int | None) -> Estimate:
    """The requests of a check in which everything is there and every listing has one page.

    At least those where listings show what is attached, at most those where nothing is shown. `limit` is in logical
    requests a minute; the seconds are those of waiting for it. Users of what is to be deleted are not known before the
    tenant is read, and not counted.
    """
    wanted = tuple(resources)
    names = listed_kinds(wanted, kinds, options)
    listings = [collection_need(kinds[name]) for name in names]
    expanded = expandable(wanted, kinds, options)
    shown = [*_details(wanted, trusting(kinds, expanded), options, names, shown=True)]
    hidden = [*_details(wanted, kinds, options, names, shown=False)]
    tries = len(expanded)  # a proof for each listing that shows what is attached, or a plain listing after a refusal
    most, least = (len(listings) + len(details) + tries for details in (hidden, shown))
    calls = _calls(listings) + _calls(hidden) + (1 if tries else 0)
    return Estimate(most, calls, waiting(most, limit), limit, least)


def waiting(logical: int, limit: int | None) -> int:
    """The seconds for which so many requests wait where `limit` are let through a minute."""
    return max(0, math.ceil(logical / limit) - 1) * _MINUTE if limit else 0


def _details(
    wanted: Sequence[Resource], kinds: Kinds, options: Options, names: Iterable[str], *, shown: bool
) -> Iterable[Need]:
    """The second round, with an object in the tenant for every manifest."""
    objects: dict[str, list[LiveObject]] = {name: [] for name in names}
    for resource in wanted:
        kind = kinds[resource.address.kind]
        if resource.present and options.selects(resource.address) and not kind.singleton:
            objects[kind.name].append(_as_declared(kind, resource, shown=shown))
    snapshot = Snapshot({name: tuple(found) for name, found in objects.items()})
    return detail_needs([each for each in wanted if each.present], kinds, snapshot, {}, options)


def _as_declared(kind: Kind, resource: Resource, *, shown: bool) -> LiveObject:
    """The object of a manifest as a listing tells of it, with what is attached where that is shown."""
    id = resource.pin or f"{kind.prefix}{resource.address.name}"
    properties = copied(resource.properties)
    for link in kind.links:
        if link.within and resource.links.get(link.name):
            target: dict[str, Value] = {"id": resource.links[link.name][0].target.name}
            if link.shape is Shape.HANDLER:
                put(properties, link.within, target if shown else {})
            elif shown:
                put(properties, link.within, [target])
    return LiveObject(kind.name, id, properties)


def _calls(needs: Iterable[Need]) -> int:
    """HTTP calls of one round: batches of one version each."""
    return sum(math.ceil(count / _BATCH) for count in Counter(need.version for need in needs).values())
