"""The scenarios over tenants: what each asks of Graph, what it takes, and the least that it could take."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.bare import send_all
from benchmarks.command import LATENCY
from benchmarks.graph import HOST
from benchmarks.measure import Sample, against, best, free_port, spawn, told, with_span
from benchmarks.tape import Entry, Playing, load
from benchmarks.tenants import drift, write_manifests, write_project
from tests.execution.virtual import run

LIMIT = 180
MINUTE = 60.0
PATIENT = ("--max-wait", "100h")


@dataclass(frozen=True, slots=True)
class Measured:
    """One scenario. Times at Graph are from the first request to the last answer; `least` is a bare client's with the
    same requests, `order` what their order costs without computing, `quota` the least that the quota allows.
    """

    name: str
    flows: int
    logical: int
    http: int
    quick: Sample
    quick_least: Sample
    slow: Sample
    slow_least: Sample
    order: float
    order_least: float
    paced: float
    quota: float

    @property
    def ratio(self) -> float:
        """Time at Graph against the floor, at 50 ms a request without pacing."""
        return self.slow.seconds / self.slow_least.seconds

    @property
    def paced_ratio(self) -> float:
        """Time at Graph against the quota's floor."""
        return self.paced / self.quota


class Estate:
    """A folder with manifests, an emulated tenant, and a tape for each scenario."""

    def __init__(self, folder: Path, flows: int, repeats: int, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._flows = flows
        self._repeats = repeats
        self._say = say
        self._port = free_port()
        self._state = folder / "tenant.db"
        write_manifests(folder / "manifests", flows)

    def scenarios(self) -> Iterator[Measured]:
        """Apply from empty; then plan with nothing to do, and with a tenth of the flows changed by somebody else."""
        yield self._measured("apply from empty", "apply", "--yes")
        yield self._measured("plan, nothing to do", "plan")
        drift(self._state)
        yield self._measured("plan, 10 % drift", "plan")

    def _measured(self, name: str, *words: str) -> Measured:
        self._say(f"{self._flows} flows: {name}")
        tape = self._folder / f"{name}.json"
        home = self._project("home")
        spawn(*self._command("record", tape, home, words))
        entries = load(tape)
        self._say(f"  {len(entries)} HTTP requests recorded")
        logical, http = sum(entry.logical for entry in entries), len(entries)
        least = self._virtual_least(entries)
        quick, quick_least = self._pair(tape, 0.0, words)
        slow, slow_least = self._pair(tape, LATENCY, words)
        order, paced = (self._virtual(mode, tape, words) for mode in ("virtual", "paced"))
        quota = max((logical - 1) // LIMIT * MINUTE, least)
        return Measured(
            name, self._flows, logical, http, quick, quick_least, slow, slow_least, order, least, paced, quota
        )

    def _pair(self, tape: Path, latency: float, words: tuple[str, ...]) -> tuple[Sample, Sample]:
        """The product and the bare client, in turn."""
        root = f"http://{HOST}:{self._port}"

        def product() -> Sample:
            command = self._command("unpaced", tape, self._place(words), words)
            return against(self._port, tape, latency, *command)

        def bare() -> Sample:
            return against(self._port, tape, latency, "-m", "benchmarks.bare", root, str(tape))

        pair = best(product, self._repeats), best(bare, self._repeats)
        self._say(f"  {latency * 1000:g} ms: {pair[0].seconds:.2f} s, bare {pair[1].seconds:.2f} s")
        return pair

    def _virtual(self, mode: str, tape: Path, words: tuple[str, ...]) -> float:
        sample = spawn(*self._command(mode, tape, self._place(words), words))
        return with_span(sample, told(sample.told)).seconds

    def _virtual_least(self, entries: list[Entry]) -> float:
        """A bare client's time where computing costs nothing."""

        async def send() -> float:
            played = Playing(entries, LATENCY)
            async with httpx.AsyncClient(base_url="http://graph", transport=played) as client:
                await send_all(entries, client)
            return played.player.span.seconds

        return run(send())

    def _command(self, mode: str, tape: Path, home: Path, words: tuple[str, ...]) -> tuple[str, ...]:
        where = ("--project", str(home / "reconciler.yaml"), "--output", str(home / "report.json"), "--format", "json")
        return ("-m", "benchmarks.command", mode, str(tape), str(self._state), *words, *where, *PATIENT)

    def _place(self, words: tuple[str, ...]) -> Path:
        """Where a command runs: a plan where the tenant was applied, an apply where nothing has ever been applied."""
        if words[0] == "plan":
            return self._folder / "home"
        shutil.rmtree(self._folder / "fresh", ignore_errors=True)
        return self._project("fresh")

    def _project(self, name: str) -> Path:
        folder = self._folder / name
        write_project(folder, self._folder / "manifests", f"http://{HOST}:{self._port}")
        return folder
