"""What was promised, and whether it was kept in this run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.parts import Parts
from benchmarks.scenarios import Measured


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: a value that is at most the limit, in that unit."""

    name: str
    value: float
    limit: float
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether it was kept."""
        return self.value <= self.limit


def targets(rows: list[Measured], measured: Parts) -> Iterator[Target]:
    """Every promise with what was measured."""
    for row in rows:
        yield Target(f"{row.flows:,} flows, {row.name}: time at Graph over the bare client's, 50 ms", row.ratio, 1.25)
    for row in rows:
        yield Target(f"{row.flows:,} flows, {row.name}: time over the quota's floor", row.paced_ratio, 1.05)
    small, large = measured.cores
    yield Target("validate 1,000 flows of 25 lines, CPU beyond start-up", measured.validating, 0.45, "s")
    yield Target(f"plan {large.flows:,} flows in the pure core, CPU", large.cpu, 5.0, "s")
    growth = large.cpu / small.cpu / (large.flows / small.flows)
    yield Target(f"growth from {small.flows:,} to {large.flows:,} flows over linear", growth, 1.2)
    yield Target(f"peak memory of the core with {large.flows:,} flows", large.megabytes, 400, "MB")
    yield Target("reconciler --version", measured.version.wall * 1000, 120, "ms")
    yield Target("reconciler validate, one flow", measured.one.wall * 1000, 350, "ms")
