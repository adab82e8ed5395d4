"""The clock of the machine."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """A `Clock` that really waits."""

    def now(self) -> float:
        """Seconds on the monotonic clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        await asyncio.sleep(seconds)
