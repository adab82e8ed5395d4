"""One process measured: wall time, CPU time and peak memory of its own, and what the Graph behind it saw."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.graph import HOST
from benchmarks.tenants import ENVIRON

ROOT = Path(__file__).parent.parent
LAUNCHER = Path(__file__).with_name("launcher.py")
PATIENCE = 10.0  # a run of more seconds is not repeated: its noise has averaged out


@dataclass(frozen=True, slots=True)
class Sample:
    """What one process took; `seconds` from the first request to the last answer, where a Graph was asked."""

    wall: float
    cpu: float
    megabytes: float
    out: str = ""
    told: str = ""
    seconds: float = 0.0
    http: int = 0


def spawn(*words: str, code: int = 0) -> Sample:
    """Run Python with these words to its end; like what is installed, with its bytecode kept."""
    environ = {**os.environ, **ENVIRON, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-I", "-S", str(LAUNCHER), *words]
    ended = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=ROOT, check=True)
    took = told(ended.stderr)
    if took["code"] != code:
        raise RuntimeError(f"{' '.join(words)} ended with {took['code']}: {ended.stdout}{ended.stderr}")
    rest = ended.stderr.rstrip().rpartition("\n")[0]
    return Sample(took["wall"], took["cpu"], took["megabytes"], ended.stdout, rest)


def best(measure: Callable[[], Sample], times: int) -> Sample:
    """The sample of the least wall time; long runs are not repeated."""
    samples = [measure()]
    while len(samples) < times and samples[-1].wall < PATIENCE:
        samples.append(measure())
    return min(samples, key=lambda sample: sample.seconds or sample.wall)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def playing(port: int, tape: Path, latency: float) -> Iterator[Callable[[], dict[str, Any]]]:
    """A Graph that plays a tape on a port; what it saw is told once it is ended."""
    words = [sys.executable, "-m", "benchmarks.graph", str(port), str(tape), str(latency)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"

        def end() -> dict[str, Any]:
            server.terminate()
            return told(server.communicate()[0])

        try:
            yield end
        finally:
            server.terminate()


def against(port: int, tape: Path, latency: float, *words: str) -> Sample:
    """A process that asks a Graph which plays this tape."""
    with playing(port, tape, latency) as end:
        sample = spawn(*words)
        seen = end()
    return with_span(sample, seen)


def with_span(sample: Sample, seen: dict[str, Any]) -> Sample:
    """The sample with what Graph saw of it. Raises RuntimeError where it asked for what is not on the tape."""
    if seen["strange"]:
        raise RuntimeError(f"{seen['strange']} requests are not on the tape")
    return Sample(sample.wall, sample.cpu, sample.megabytes, sample.out, sample.told, seen["seconds"], seen["http"])


def told(text: str) -> dict[str, Any]:
    """The last line of JSON that a process has printed."""
    lines = [line for line in text.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1])
    return found
