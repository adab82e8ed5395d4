"""What an answer says of the quota: refused, how long to stay away, how much of it is used.

Source: Graph docs: throttling, JSON batching (the items of a batch are throttled one by one, each with a header of its
own). Whether the service behind user flows sends `x-ms-throttle-limit-percentage` is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from reconciler.msgraph.patience import retry_after
from reconciler.msgraph.retry import decoded

_USED = "x-ms-throttle-limit-percentage"


@dataclass(frozen=True, slots=True)
class Throttling:
    """Whether anything was refused for the quota's sake, the seconds to stay away, the share of the quota in use."""

    refused: bool
    seconds: float = 0.0
    used: float = 0.0


def throttling_of(answer: httpx.Response) -> Throttling | None:
    """What an answer, or any item of a batch in it, says of the quota; None when it says nothing."""
    used = _share(answer.headers.get(_USED, ""))
    if answer.status_code == 429:
        return Throttling(True, retry_after(answer.headers) or 0.0, used)
    hints = [retry_after(headers) or 0.0 for headers in _refused_items(answer)]
    if hints:
        return Throttling(True, max(hints), used)
    return Throttling(False, used=used) if used else None


def _refused_items(answer: httpx.Response) -> list[Mapping[str, str]]:
    """The headers of the refused items of a batch."""
    if answer.status_code != 200 or b"429" not in answer.content:
        return []
    body = decoded(answer)
    told = body.get("responses") if isinstance(body, dict) else None
    items = told if isinstance(told, list) else []
    refused = [each for each in items if isinstance(each, dict) and each.get("status") == 429]
    return [_texts(each.get("headers")) for each in refused]


def _texts(headers: Any) -> Mapping[str, str]:
    return {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}


def _share(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0
