"""Sample runs against the reports they should give, one folder a sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.model.runs import Run
from reconciler.reports import as_json, as_text
from tests.reports.samples import SAMPLES

CASES = Path(__file__).parents[1] / "cases" / "reports"


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(("file", "render"), [("text.txt", as_text.render), ("json.json", as_json.render)])
def test_a_report_reads_as_it_did_when_somebody_last_looked_at_it(
    name: str, file: str, render: Callable[[Run], str], rewrite: bool
) -> None:
    """The report of every sample run is, byte for byte, the one in its case folder."""
    path = CASES / name / file
    found = render(SAMPLES[name]())
    if rewrite:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.encode("utf-8"))
    assert found == path.read_bytes().decode("utf-8")


def test_every_case_folder_has_a_sample() -> None:
    """A folder that nothing is compared with would go unnoticed."""
    assert {folder.name for folder in CASES.iterdir()} == set(SAMPLES)
