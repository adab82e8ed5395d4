"""Batches: many GETs in one POST, and what came back for each.

Source: Graph docs: JSON batching. At most 20 items, urls relative to the version, answers in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.msgraph.answers import Got, got_item
from reconciler.msgraph.errors import Veil

SIZE = 20
REFUSED = frozenset({400, 404, 405, 413, 501})  # answers of a server that takes no batch, or not this one


def envelope(paths: Sequence[str]) -> dict[str, Any]:
    """The body of a batch that reads these paths; an item's id is its place, from 1."""
    return {"requests": [{"id": str(n), "method": "GET", "url": f"/{path}"} for n, path in enumerate(paths, start=1)]}


def items(body: object, count: int, veil: Veil) -> list[Got | None]:
    """What came back for each of `count` requests, in their order.

    None where an answer is missing, came twice, or has no status: then nobody knows which one to believe.
    """
    responses = body.get("responses") if isinstance(body, Mapping) else None
    sane = [item for item in responses if _is_answer(item)] if isinstance(responses, list) else []
    times = Counter(str(item["id"]) for item in sane)
    by_id = {str(item["id"]): item for item in sane if times[str(item["id"])] == 1}
    return [got_item(by_id[place], veil) if place in by_id else None for place in (str(n) for n in range(1, count + 1))]


def _is_answer(item: object) -> bool:
    if not isinstance(item, Mapping) or "id" not in item:
        return False
    status = item.get("status")
    return isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 599
