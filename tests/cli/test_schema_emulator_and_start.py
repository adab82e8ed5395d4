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
    words = "emulator --port 0 --state t.db --token x --fault 429:rate=0.5 --seed 7 --profile b2c --tls t.pem"
    assert main([*words.split(), "--self-service-sign-up", "off"]) == 0
    port, state, token, faults, profile, _, sign_in, certificate = started
    assert (sign_in, certificate) == (None, Path("t.pem"))
    assert (port, state, token, faults.seed, faults.rules[0].status) == (0, Path("t.db"), "x", 7, 429)
    assert (profile.kind, profile.self_service_sign_up) == ("b2c", False)
    assert capsys.readouterr().out == "url: http://127.0.0.1:1\n"


def test_every_setting_of_the_tenant_can_be_ordered(monkeypatch: Patch, capsys: Capture) -> None:
    """Each one is named in the help and reaches the emulator; of one that is given twice the last word counts."""
    started: list[Any] = []
    monkeypatch.setattr(server, "serve", lambda *told: started.extend(told))
    wanted = {
        "cloud": "usgov",
        "domain": "fabrikam.com",
        "display-name": "Fabrikam",
        "tenant-id": "t",
        "extensions-app-id": "e",
        "page-size": "7",
        "duplicate-status": "400",
        "app-limit": "200",
        "tenant-limit": "300",
        "events-flows": "true",
        "extensions-principal": "off",
        "wraps-entities": "on",
        "user-flows": "ON",
        "signup-events": "false",
        "adopts-user-flows": "on",
        "kind": "external",
        "self-service-sign-up": "off",
    }
    words = [word for name, value in wanted.items() for word in ("--set", f"{name}={value}")]
    assert main(["emulator", "--set", "app-limit=none", "--set", "events-flows=none", *words]) == 0
    read = {True: "on", False: "off"}
    found = {name.replace("_", "-"): read.get(value, str(value)) for name, value in started[4].to_json().items()}
    plainly = {"true": "on", "false": "off", "ON": "on"}
    assert found == {name: plainly.get(value, value) for name, value in wanted.items()}
    assert main(["emulator", "--help"]) == 0
    printed = capsys.readouterr().out
    assert [name for name in wanted if f"\n  {name} " not in printed] == []


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("clowd=usgov", "there is no setting 'clowd': did you mean 'cloud'?"),
        ("page_size=5", "there is no setting 'page_size': did you mean 'page-size'?"),
        ("weather=fine", "there is no setting 'weather': use kind, cloud,"),
        ("cloud", "'cloud' is not NAME=VALUE"),
        ("cloud=moon", "'moon' is no value for 'cloud': use global, usgov, usgov-dod, china"),
        ("user-flows=maybe", "'maybe' is no value for 'user-flows': use on, off"),
        ("app-limit=many", "'many' is no value for 'app-limit': use a number from 1, none"),
        ("tenant-limit=0", "'0' is no value for 'tenant-limit': use a number from 1, none"),
        ("page-size=none", "'none' is no value for 'page-size': use a number from 1"),
        ("duplicate-status=500", "'500' is no value for 'duplicate-status': use 400, 409"),
        ("domain=", "'' is no value for 'domain': use text"),
    ],
)
def test_a_setting_that_cannot_be_is_wrong_usage(capsys: Capture, setting: str, part: str) -> None:
    """The refusal says what was meant or what there is."""
    assert main(["emulator", "--set", setting]) == 64
    assert part in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "error", "code", "part"),
    [
        (["--fault", "sometimes"], None, 64, "--fault: unknown fault 'sometimes'"),
        ([], OSError(98, "Address already in use"), 1, "cannot listen on port 8787: Address already in use"),
        (["--state", "x"], ValueError("not a tenant"), 1, "cannot use x: not a tenant"),
        (["--tls", "x"], PermissionError(13, "Permission denied", "x"), 1, "cannot use x: Permission denied"),
        (["--sign-in", "x"], None, 64, "--sign-in: tokens travel over TLS only"),
        (["--sign-in", "x", "--tls", "y"], None, 64, "--sign-in: x: No such file or directory"),
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
