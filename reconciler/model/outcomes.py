"""What became of a plan: one outcome a step, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Done, failed, or not tried because something it depends on failed or the run was stopped."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step; `http_status` and `request_id` are Graph's, for support cases."""

    id: str
    status: Status
    detail: str = ""
    http_status: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Requests:
    """What a run cost: logical Graph requests (each batch item is one: the quota) and HTTP round trips."""

    logical: int = 0
    http: int = 0

    def __add__(self, other: Requests) -> Requests:
        return Requests(self.logical + other.logical, self.http + other.http)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a check will cost: logical requests, HTTP round trips, seconds of waiting at `limit` requests a minute.

    It costs no more than that, and no less than `least` requests, where listings show what is attached.
    """

    logical: int
    http: int
    seconds: int
    limit: int | None
    least: int
