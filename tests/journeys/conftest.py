"""A shell for every journey."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.shell import Shell, open_shell


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return open_shell(tmp_path, capsys, monkeypatch)
