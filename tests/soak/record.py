"""What the tenant's own record of requests proves: pace kept, pauses kept, faults that struck."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]

MINUTE = 60.0
ROUNDING = 1e-6
BATCH = "/$batch"


def heard(log: Sequence[Entry]) -> list[Entry]:
    """The requests that count: the items of batches and not the batches. A refusal in a batch whose answer was lost is
    a fault that nobody could know of."""
    lost = {entry["request-id"] for entry in log if entry["path"] == BATCH and entry["status"] is None}
    items = [entry for entry in log if entry["path"] != BATCH]
    return [{**entry, "status": None} if entry["batch"] in lost else entry for entry in items]


def crowded_minutes(log: Iterable[Entry], limit: int) -> list[str]:
    """Every moment before which sixty seconds held more requests than that; a batch counts its items."""
    recent: deque[float] = deque()
    found = []
    for entry in log:
        recent.append(entry["time"])
        while recent[0] <= entry["time"] - MINUTE:
            recent.popleft()
        if len(recent) > limit:
            found.append(f"{len(recent)} requests in the minute before {entry['time']}")
    return found


def cut_short(log: Iterable[Entry], status: int, seconds: float, latency: float) -> list[str]:
    """Every request that came before a refusal's time was over.

    A 429 is about whoever asks, so that nothing may come to its path; a 503 is about the request that met it. What came
    within the latency of a refusal was on its way before.
    """
    refusals: dict[str, float] = {}
    found = []
    for entry in log:
        name, now = f"{entry['method']} {entry['path']}", entry["time"]
        key = name if status == 429 else f"{name} {json.dumps(entry['body'], sort_keys=True)}"
        refused = refusals.get(key, -seconds)
        if refused + latency < now < refused + seconds - ROUNDING:
            found.append(f"{name} came {now - refused:.2f} s after a {status}")
        if entry["status"] == status:
            refusals[key] = now
    return found


def struck(log: Iterable[Entry]) -> Counter[str]:
    """How often each fault struck, a status by its number; `unordered` are refusals that nobody ordered."""
    return Counter(word for entry in log for word in _words(entry))


def _words(entry: Entry) -> Iterator[str]:
    if entry["fault"]:
        yield str(entry["status"]) if entry["fault"] == "status" else entry["fault"]
    elif entry["status"] == 429:
        yield "unordered"
