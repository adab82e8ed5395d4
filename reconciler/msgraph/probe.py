"""One read by itself, and what time it is by Graph's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from reconciler.model.live import Answer, Need
from reconciler.msgraph.answers import answer
from reconciler.msgraph.errors import unanswered
from reconciler.msgraph.guard import place
from reconciler.msgraph.patience import http_date
from reconciler.msgraph.trip import trip_for
from reconciler.msgraph.wire import Unanswered, Wire


@dataclass(frozen=True, slots=True)
class Probe:
    """What Graph answered. `ahead` is by how many seconds our clock is ahead of Graph's, None where it did not say.

    `status` is 0 where there was no answer at all. The `Date` of an answer has whole seconds (RFC 9110 6.6.1).
    """

    answer: Answer
    status: int = 0
    ahead: float | None = None


async def probe(wire: Wire, need: Need, now: Callable[[], float] = time.time) -> Probe:
    """Ask for the first page of something. Raises SignInError when there is no token to ask with."""
    result = await wire.send("GET", place(wire.root, need.version, need.path), trip_for("GET"))
    if isinstance(result, Unanswered):
        return Probe(unanswered(result.error, result.veil))
    named = next((value for name, value in result.headers.items() if name.lower() == "date"), "")
    told = http_date(named)
    return Probe(answer(result), result.status, now() - told.timestamp() if told else None)
