"""What the transports need to know of a request, and what they learn: carried in its extensions."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

KEY = "reconciler.trip"
IDEMPOTENT = frozenset({"GET", "PUT", "PATCH", "DELETE"})


@dataclass(slots=True)
class Trip:
    """One request on its way: `cost` in logical requests (a batch costs its items), `reading` when it changes nothing,
    `repeatable` when doing it twice is the same as once; then how often it was sent, and whether an attempt ended
    without anybody knowing what came of it.
    """

    cost: int = 1
    reading: bool = False
    repeatable: bool = False
    attempts: int = 0
    uncertain: bool = False


def trip_of(request: httpx.Request) -> Trip:
    """The trip of a request; everything that `Wire` sends has one."""
    trip: Trip = request.extensions[KEY]
    return trip


def trip_for(method: str) -> Trip:
    """A trip for one request of that method."""
    return Trip(reading=method == "GET", repeatable=method in IDEMPOTENT)


def trip_for_batch(items: int) -> Trip:
    """A trip for a batch of GETs: a POST that changes nothing."""
    return Trip(cost=items, reading=True, repeatable=True)
