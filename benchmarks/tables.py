"""The numbers as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence

from benchmarks.parts import Parts
from benchmarks.scenarios import Measured
from benchmarks.targets import Target

_INTRODUCTION = """\
# Measured

Made by `make bench` on {machine}.
Of several runs the best counts; runs of more than ten seconds count once. Each flow has 8 assignments, 2 providers
and 2 connectors. Read the numbers as ratios: product and floor run in turn on the same machine, against a server that
answers from memory.

- **Time at Graph** is from the first request to the last answer; **wall**, CPU and memory are of the whole command.
- **Bare** is httpx alone sending the same requests, 8 at a time: the listings page by page, then the rest in any order.
- **Order** is the product's time on a clock on which computing takes no time: what the order of its requests costs.
- **Quota** is the least time that {limit} requests in any minute allow; **paced** is the product's, in virtual time.

![Time at Graph as a multiple of a bare client's](chart.svg)
"""


def document(rows: list[Measured], measured: Parts, promises: list[Target], limit: int) -> str:
    """The whole page."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    parts = [
        _INTRODUCTION.format(machine=machine, limit=limit),
        "## Commands\n\n" + commands(rows),
        "## Against the floor\n\n" + floors(rows),
        "## Parts\n\n" + single(measured),
        "## Targets\n\n" + promised(promises),
    ]
    return "\n".join(parts)


def commands(rows: Iterable[Measured]) -> str:
    """What each command takes as a whole, at 0 and at 50 ms."""
    heads = ["flows", "scenario", "requests", "HTTP calls", "wall 0 ms", "CPU", "wall 50 ms", "CPU", "peak"]
    return table(
        heads,
        (
            [
                f"{row.flows:,}",
                row.name,
                f"{row.logical:,}",
                f"{row.http:,}",
                *(f"{number:.2f} s" for each in (row.quick, row.slow) for number in (each.wall, each.cpu)),
                f"{max(row.quick.megabytes, row.slow.megabytes):.0f} MB",
            ]
            for row in rows
        ),
    )


def floors(rows: Iterable[Measured]) -> str:
    """Times at Graph beside the least that they could be."""
    heads = ["flows", "scenario", "0 ms", "bare", "ratio", "50 ms", "bare", "ratio", "order", "bare", "ratio"]
    heads += ["paced", "quota", "ratio"]
    return table(
        heads,
        (
            [
                f"{row.flows:,}",
                row.name,
                *_pair(row.quick.seconds, row.quick_least.seconds),
                *_pair(row.slow.seconds, row.slow_least.seconds),
                *_pair(row.order, row.order_least),
                *_pair(row.paced, row.quota),
            ]
            for row in rows
        ),
    )


def single(measured: Parts) -> str:
    """What needs no tenant."""
    processes = {"`--version`": measured.version, "`validate`, 1 flow": measured.one}
    processes["`validate`, 1,000 flows of 25 lines"] = measured.many
    processes["PyYAML's C loader, the same files"] = measured.yaml
    whole = [
        [name, f"{each.wall * 1000:.0f} ms", f"{each.cpu * 1000:.0f} ms", f"{each.megabytes:.0f} MB"]
        for name, each in processes.items()
    ]
    cores = [
        [f"core, {each.flows:,} flows ({_split(each.parts)})", "", f"{each.cpu:.2f} s", f"{each.megabytes:.0f} MB"]
        for each in measured.cores
    ]
    return table(["process", "wall", "CPU", "peak"], [*whole, *cores])


def promised(promises: Iterable[Target]) -> str:
    """Every target, met or missed."""
    return table(
        ["target", "at most", "measured", ""],
        (
            [
                each.name,
                f"{each.limit:g} {each.unit}",
                f"{each.value:.3g} {each.unit}",
                "met" if each.met else "**missed**",
            ]
            for each in promises
        ),
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first columns are words, the rest are numbers to the right."""
    rule = ["---" if head in ("scenario", "process", "target", "") else "---:" for head in heads]
    lines = (f"| {' | '.join(cells)} |" for cells in ([*heads], rule, *rows))
    return "\n".join(lines) + "\n"


def _pair(value: float, least: float) -> list[str]:
    return [f"{value:.2f} s", f"{least:.2f} s", f"{value / least:.2f}"]


def _split(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {parts[name]:.2f} s" for name in ("needs", "normalise", "plan"))
