"""What all tests of the command line share: a folder of their own, and logging left as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: Patch) -> Iterator[None]:
    """Each test works in a folder of its own, and leaves logging as it was."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    log = logging.getLogger("reconciler")
    before = (log.handlers[:], log.level, log.propagate)
    yield
    log.handlers[:], log.level, log.propagate = before
