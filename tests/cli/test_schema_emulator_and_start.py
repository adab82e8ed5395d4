"""Commands without manifests, and how the program starts."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import commands, main
from reconciler.emulator import server

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def test_a_schema_is_printed_or_written(capsys: Capture, tmp_path: Path) -> None:
    """A kind, the project file, or all kinds at once."""
    assert main(["schema", "ApiConnector"]) == 0
    printed = capsys.readouterr().out
    assert main(["schema", "ApiConnector", "--output", "s.json"]) == 0
    assert (tmp_path / "s.json").read_text("utf-8") == printed
    assert main(["schema"]) == 0
    assert "ApiConnector" in json.loads(capsys.readouterr().out)["properties"]["kind"]["enum"]
    assert main(["schema", "ApiConector"]) == 64
    assert "did you mean 'ApiConnector'?" in capsys.readouterr().err


def test_the_emulator_is_started_as_ordered(monkeypatch: Patch, capsys: Capture) -> None:
    """Every option of the emulator reaches it, and it tells where it listens."""
    started: list[Any] = []

    def stand_in(*told: Any) -> None:
        started.extend(told)
        told[5]("url: http://127.0.0.1:1")

    monkeypatch.setattr(server, "serve", stand_in)
    words = "emulator --port 0 --state t.db --token x --fault 429:rate=0.5 --seed 7 --profile b2c"
    assert main([*words.split(), "--self-service-sign-up", "off"]) == 0
    port, state, token, faults, profile, _ = started
    assert (port, state, token, faults.seed, faults.rules[0].status) == (0, Path("t.db"), "x", 7, 429)
    assert (profile.kind, profile.self_service_sign_up) == ("b2c", False)
    assert capsys.readouterr().out == "url: http://127.0.0.1:1\n"


@pytest.mark.parametrize(
    ("words", "error", "code", "part"),
    [
        (["--fault", "sometimes"], None, 64, "--fault: unknown fault 'sometimes'"),
        ([], OSError(98, "Address already in use"), 1, "cannot listen on port 8787: Address already in use"),
        (["--state", "x"], ValueError("not a tenant"), 1, "cannot use x: not a tenant"),
    ],
)
def test_an_emulator_that_cannot_start_says_why(
    monkeypatch: Patch, capsys: Capture, words: list[str], error: Exception | None, code: int, part: str
) -> None:
    """A wrong fault is wrong usage; a port or a file that cannot be had is an error with a way out."""

    def stand_in(*_told: Any) -> None:
        if error:
            raise error

    monkeypatch.setattr(server, "serve", stand_in)
    assert main(["emulator", *words]) == code
    assert part in capsys.readouterr().err


def test_the_command_starts_light() -> None:
    """Asking for the version loads no library for networks, YAML, schemas or progress bars, and no emulator."""
    heavy = (
        "msal",
        "httpx",
        "yaml",
        "jsonschema",
        "deepdiff",
        "rich",
        "cryptography",
        "uvicorn",
        "reconciler.emulator",
    )
    program = f"import sys; from reconciler.cli import main; main(['--version']); print({heavy!r} & sys.modules.keys())"
    program = program.replace(repr(heavy), repr(set(heavy)))
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[1] == "set()"


def test_the_package_can_be_run(monkeypatch: Patch, capsys: Capture) -> None:
    """`python -m reconciler` is the same as `reconciler`."""
    monkeypatch.setattr(sys, "argv", ["reconciler", "--version"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_module("reconciler", run_name="__main__")
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("reconciler ")


def test_a_stop_without_a_code_is_an_error(monkeypatch: Patch) -> None:
    """Whatever ends the reading of options, the exit code is a number."""

    def stand_in(_arguments: Any) -> Any:
        raise SystemExit("no")

    monkeypatch.setattr(commands, "parse", stand_in)
    assert main([]) == 1
