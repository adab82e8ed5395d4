"""How long a run waits: one deadline for everything, and how long before the next attempt. Times are seconds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from reconciler.model.tenant import Clock

CAP = 30.0  # the longest wait that nobody asked for
SHORT = 5  # attempts at what more waiting seldom cures: 500, 502, a broken body
UNREACHED = 4  # attempts at a host that never answered: it is probably the wrong host

WAITED_OUT = frozenset({429, 503, 504})
TRIED_AGAIN = frozenset({500, 502})
NEVER = 1_000_000_000.0  # a Retry-After of ten digits or more


class OutOfPatienceError(httpx.TransportError):
    """The deadline of the run has passed, or would pass while waiting: this request was not sent."""


class Patience:
    """The deadline of a run: no wait goes past it, and none goes on once the run is to stop."""

    def __init__(self, clock: Clock, max_wait: float) -> None:
        self._clock = clock
        self._max_wait = max_wait
        self._deadline = clock.now() + max_wait
        self._stop = asyncio.Event()

    @property
    def stopped(self) -> bool:
        """Whether the run is to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End every wait now, and begin none any more."""
        self._stop.set()

    @property
    def left(self) -> float:
        """Seconds until the deadline; zero or less when it has passed."""
        return self._deadline - self._clock.now()

    def renew(self) -> None:
        """Start anew, as after a person has taken their time to answer."""
        self._deadline = self._clock.now() + self._max_wait

    def allows(self, seconds: float) -> bool:
        """Whether that wait ends before the deadline, and may be begun at all."""
        return seconds < self.left and not self.stopped

    def spent(self) -> OutOfPatienceError:
        """The error that says so."""
        if self.stopped:
            return OutOfPatienceError("interrupted")
        return OutOfPatienceError(f"out of patience: {self._max_wait:g} seconds of waiting were not enough")

    async def wait(self, seconds: float) -> None:
        """Wait that long. Raises OutOfPatienceError at once when it would pass the deadline, or the run is to stop."""
        if not self.allows(seconds):
            raise self.spent()
        sleep, stop = asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({sleep, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            stop.cancel()
        if self.stopped:
            raise self.spent()


def backoff(attempt: int) -> float:
    """Seconds to wait after the nth attempt (from 1) when the server named none: 1, 2, 4, … 30.

    There is no jitter: one run is one client, and a run can be repeated to the second.
    """
    return min(CAP, 2.0 ** min(attempt - 1, 10))


def pause(attempt: int, hint: float | None) -> float:
    """Seconds to wait after the nth attempt: never less than the server asked for; its zero is no answer."""
    return hint if hint else backoff(attempt)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """What a `Retry-After` asks for, in seconds; None when there is none or it says nothing.

    A date is measured from the answer's own `Date`, so that a wrong clock here does not undercut it.
    Source: RFC 9110 10.2.3; Graph docs: throttling.
    """
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", text):
        return min(float(text), NEVER)  # too many digits are infinity to `float`
    until = http_date(text)
    if until is None:
        return None
    answered = http_date(next((value for name, value in headers.items() if name.lower() == "date"), ""))
    return max(0.0, (until - (answered or datetime.now(UTC))).total_seconds())


def http_date(text: str) -> datetime | None:
    """The moment of an HTTP date; None for any other text."""
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
