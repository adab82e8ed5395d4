"""A shell for every journey."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.shell import Shell, open_shell


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return open_shell(tmp_path, capsys, monkeypatch)


@pytest.fixture
def example(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Shell]:
    """Opens a shell in a copy of an example by its name."""
    return lambda name: open_shell(tmp_path, capsys, monkeypatch, name)
