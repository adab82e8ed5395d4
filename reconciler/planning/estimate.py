"""What a check of these manifests will cost, before anything is asked of Graph."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from reconciler.model.kinds import Kinds
from reconciler.model.live import LiveObject, Need, Snapshot
from reconciler.model.outcomes import Estimate
from reconciler.model.paths import collection_need
from reconciler.model.resources import Resource
from reconciler.planning.needs import detail_needs, listed_kinds
from reconciler.planning.options import Options

_BATCH = 20  # Graph docs: JSON batching
_MINUTE = 60


def estimate(resources: Iterable[Resource], kinds: Kinds, options: Options, limit: int | None) -> Estimate:
    """The requests of a check in which everything is there and every listing has one page.

    `limit` is in logical requests a minute; the seconds are those of waiting for it. Users of what is to be deleted are
    not known before the tenant is read, and not counted.
    """
    wanted = tuple(resources)
    names = listed_kinds(wanted, kinds, options)
    rounds = [[collection_need(kinds[name]) for name in names], _details(wanted, kinds, options, names)]
    logical = sum(map(len, rounds))
    return Estimate(logical, sum(map(_calls, rounds)), waiting(logical, limit), limit)


def waiting(logical: int, limit: int | None) -> int:
    """The seconds for which so many requests wait where `limit` are let through a minute."""
    return max(0, math.ceil(logical / limit) - 1) * _MINUTE if limit else 0


def _details(wanted: tuple[Resource, ...], kinds: Kinds, options: Options, names: Iterable[str]) -> list[Need]:
    """The second round, with an object in the tenant for every manifest."""
    objects: dict[str, list[LiveObject]] = {name: [] for name in names}
    for resource in wanted:
        kind = kinds[resource.address.kind]
        if resource.present and options.selects(resource.address) and not kind.singleton:
            id = resource.pin or f"{kind.prefix}{resource.address.name}"
            objects[kind.name].append(LiveObject(kind.name, id, dict(resource.properties)))
    snapshot = Snapshot({name: tuple(found) for name, found in objects.items()})
    return list(detail_needs([each for each in wanted if each.present], kinds, snapshot, {}, options))


def _calls(needs: Iterable[Need]) -> int:
    """HTTP calls of one round: batches of one version each."""
    return sum(math.ceil(count / _BATCH) for count in Counter(need.version for need in needs).values())
