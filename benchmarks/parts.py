"""What needs no tenant: starting, validating, and the pure core."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.measure import Sample, spawn, told
from benchmarks.tenants import write_manifests

VALIDATED = 1_000
CORES = (1_000, 10_000)
_YAML = """
import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).iterdir():
    list(yaml.load_all(path.read_text(), yaml.CSafeLoader))
"""


@dataclass(frozen=True, slots=True)
class Core:
    """The pure core over that many flows: CPU seconds of its parts and of all, and the peak of its process."""

    flows: int
    parts: dict[str, Any]
    megabytes: float

    @property
    def cpu(self) -> float:
        """CPU seconds of needs, normalise and plan."""
        return float(self.parts["cpu"])


@dataclass(frozen=True, slots=True)
class Parts:
    """Whole processes: the version, one file validated, a thousand validated, the same files only parsed by PyYAML; and
    the core at two sizes."""

    version: Sample
    one: Sample
    many: Sample
    yaml: Sample
    cores: tuple[Core, ...]

    @property
    def validating(self) -> float:
        """CPU seconds of a thousand files beyond those of one."""
        return self.many.cpu - self.one.cpu


def parts(folder: Path, repeats: int) -> Parts:
    """Measure them, each in processes of its own; of several, the least wall and the least CPU."""
    write_manifests(folder / "manifests", VALIDATED)
    one, many = folder / "manifests" / "Flow00000.yaml", folder / "manifests"
    return Parts(
        version=_least(repeats, "-m", "reconciler", "--version"),
        one=_least(repeats, "-m", "reconciler", "validate", str(one), str(many / "connectors.yaml")),
        many=_least(repeats, "-m", "reconciler", "validate", str(many)),
        yaml=_least(repeats, "-c", _YAML, str(many)),
        cores=tuple(_core(flows, repeats) for flows in CORES),
    )


def _least(repeats: int, *words: str) -> Sample:
    samples = [spawn(*words) for _ in range(2 * repeats + 1)]
    return replace(samples[0], wall=min(each.wall for each in samples), cpu=min(each.cpu for each in samples))


def _core(flows: int, repeats: int) -> Core:
    samples = [spawn("-m", "benchmarks.core", str(flows)) for _ in range(repeats)]
    found = min((told(sample.out) for sample in samples), key=lambda each: float(each["cpu"]))
    return Core(flows, found, min(sample.megabytes for sample in samples))
