"""`python -m benchmarks`: measure everything, print it, and write it down beside this file."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import tables
from benchmarks.chart import chart
from benchmarks.parts import parts
from benchmarks.scenarios import LIMIT, Estate, Measured
from benchmarks.targets import targets

HERE = Path(__file__).parent
SIZES = (20, 200, 1_000)


def say(words: str) -> None:
    """Progress, for people who wait."""
    print(words, file=sys.stderr, flush=True)


def main() -> int:
    """Measure and tell. A missed target is no failure: the machine may be to blame."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--flows", type=int, nargs="+", default=SIZES, help="sizes of the tenants")
    parser.add_argument("--repeats", type=int, default=3, help="how often what is short is run")
    parser.add_argument("--out", type=Path, default=HERE, help="the folder for RESULTS.md and chart.svg")
    options = parser.parse_args()
    rows: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        say("parts")
        measured = parts(Path(folder) / "parts", options.repeats)
        for flows in options.flows:
            rows += Estate(Path(folder) / str(flows), flows, options.repeats, say).scenarios()
    page = tables.document(rows, measured, list(targets(rows, measured)), LIMIT)
    options.out.mkdir(parents=True, exist_ok=True)
    options.out.joinpath("RESULTS.md").write_text(page, encoding="utf-8")
    options.out.joinpath("chart.svg").write_text(chart(rows), encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
