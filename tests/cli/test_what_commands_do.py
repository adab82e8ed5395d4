"""Commands around a stand-in for what they call: what is printed where, and which code they exit with."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler import app
from reconciler.app import Request, Surroundings
from reconciler.cli import console, main
from reconciler.model.errors import GraphError, InvalidManifestsError, RefusedError, StateError
from reconciler.model.runs import Run
from tests.cli.stand_ins import Terminal, answer
from tests.reports import samples

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def test_a_request_holds_everything_that_was_written(monkeypatch: Patch) -> None:
    """Every option reaches the function that carries the command out."""
    (asked,) = [answer(monkeypatch, "plan", samples.no_changes())]
    words = "plan m --project p.yaml --tenant t --var a=1 --select */x --max-wait 5s --prune --send-secrets"
    assert main([*words.split(), "--out", "o", "--detailed-exitcode"]) == 0
    assert asked == [
        Request(
            paths=(Path("m"),),
            project=Path("p.yaml"),
            tenant="t",
            variables={"a": "1"},
            select=("*/x",),
            max_wait=5.0,
            prune=frozenset(),
            send_secrets=frozenset(),
            detailed_exitcode=True,
            out=Path("o"),
        )
    ]


@pytest.mark.parametrize("command", ["validate", "plan", "drift"])
def test_the_exit_code_is_the_run_s(monkeypatch: Patch, capsys: Capture, command: str) -> None:
    """The report goes to standard output, nothing to standard error, and the code is what the run earned."""
    asked = answer(monkeypatch, command, replace(samples.drifted(), exit_code=2))
    extra = ["--unmanaged", "all"] if command == "drift" else []
    assert main([command, *extra]) == 2
    assert asked[0].unmanaged_all is bool(extra)
    said = capsys.readouterr()
    assert "Drift of tenant prod" in said.out
    assert said.err == ""


def test_json_is_one_document(monkeypatch: Patch, capsys: Capture) -> None:
    """With --format json standard output is a document and nothing else."""
    answer(monkeypatch, "plan", samples.rich_plan())
    assert main(["plan", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["command"] == "plan"


def test_a_report_can_go_to_a_file(monkeypatch: Patch, capsys: Capture, tmp_path: Path) -> None:
    """The file is the report without colours, replaces what was there, and has ordinary permissions."""
    answer(monkeypatch, "plan", samples.rich_plan())
    target = tmp_path / "report.txt"
    target.write_text("before", encoding="utf-8")
    umask = os.umask(0o022)
    try:
        assert main(["plan", "--output", str(target)]) == 1
    finally:
        os.umask(umask)
    assert target.read_text("utf-8").startswith("Plan for tenant prod (global)\n")
    assert (target.stat().st_mode & 0o777, list(tmp_path.iterdir())) == (0o644, [target])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("option", ["--output", "--out"])
@pytest.mark.parametrize("name", ["nowhere/report.txt", "."])
def test_a_report_that_could_not_be_written_stops_before_anything_is_done(
    monkeypatch: Patch, capsys: Capture, option: str, name: str
) -> None:
    """A wrong --output or --out is found before the tenant is touched."""
    asked = answer(monkeypatch, "plan", samples.no_changes())
    assert main(["plan", option, name]) == 64
    assert asked == []
    assert "error: cannot write" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_leaves_nothing_behind(
    monkeypatch: Patch, capsys: Capture, tmp_path: Path
) -> None:
    """A full disk is an error with the file's name, and no half-written file."""

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    answer(monkeypatch, "plan", samples.no_changes())
    monkeypatch.setattr(Path, "replace", full)
    assert main(["plan", "--output", "report.txt"]) == 1
    assert "cannot write report.txt: No space left on device" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_faults_of_manifests_are_a_report(monkeypatch: Patch, capsys: Capture) -> None:
    """A project file with faults gives the report of its problems, in the form that was asked for."""
    answer(monkeypatch, "plan", InvalidManifestsError(samples.invalid().problems))
    assert main(["plan", "--format", "json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["problems"][0]["fix"] == "did you mean 'displayName'?"
    assert main(["plan"]) == 1
    assert "manifests/partner.yaml:9:15: error: unknown property" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefusedError("the plan is stale", "plan again"), 3),
        (StateError("another run\x1b[2J holds it", "wait"), 1),
        (GraphError("403 denied", "grant it", request_id="0a1b"), 1),
    ],
)
def test_an_error_is_words_and_a_fix(monkeypatch: Patch, capsys: Capture, error: Any, code: int) -> None:
    """Standard error has message and fix, never a traceback; with json there is a document besides."""
    answer(monkeypatch, "drift", error)
    assert main(["drift"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert f"  fix: {error.fix}\n" in said.err
    assert "\x1b" not in said.err
    assert ("request id: 0a1b" in said.err) is isinstance(error, GraphError)
    assert main(["drift", "--format", "json"]) == code
    assert json.loads(capsys.readouterr().out)["problems"][0]["fix"] == error.fix


def test_a_fault_of_the_program_is_one_line(monkeypatch: Patch, capsys: Capture) -> None:
    """Nobody is shown a traceback who did not ask for one with -vv."""
    answer(monkeypatch, "plan", KeyError("x"))
    assert main(["plan", "-v"]) == 1
    assert "internal error: KeyError: 'x'" in (said := capsys.readouterr().err)
    assert "Traceback" not in said
    assert main(["plan", "-vv"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupted_command_says_so(monkeypatch: Patch, capsys: Capture) -> None:
    """Ctrl-C outside an apply is exit code 130."""
    answer(monkeypatch, "plan", KeyboardInterrupt())
    assert main(["plan"]) == 130
    assert capsys.readouterr().out == "Interrupted: nothing was written.\n"


@pytest.mark.parametrize(
    ("stream", "environ", "no_color", "coloured"),
    [
        (Terminal(), {}, False, True),
        (Terminal(), {"NO_COLOR": ""}, False, True),
        (Terminal(), {"NO_COLOR": "1"}, False, False),
        (Terminal(), {"TERM": "dumb"}, False, False),
        (Terminal(), {}, True, False),
        (io.StringIO(), {}, False, False),
    ],
)
def test_colours_are_for_terminals(
    stream: io.StringIO, environ: dict[str, str], no_color: bool, coloured: bool
) -> None:
    """Files and pipes get plain text, and so does whoever asked for it."""
    assert console.palette(stream, environ, no_color=no_color).on is coloured


def test_a_reader_that_went_away_is_no_error(monkeypatch: Patch, tmp_path: Path) -> None:
    """`reconciler plan | head` exits with the code of the plan."""

    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            return handle

    handle = os.open(tmp_path / "pipe", os.O_WRONLY | os.O_CREAT)
    answer(monkeypatch, "plan", replace(samples.no_changes(), exit_code=2))
    monkeypatch.setattr(sys, "stdout", Gone())
    assert main(["plan"]) == 2
    os.close(handle)


def test_json_is_utf8_whatever_the_terminal_speaks(monkeypatch: Patch) -> None:
    """A stream of another encoding gets UTF-8 for json and escapes for text, and never fails."""
    answer(monkeypatch, "plan", samples.hostile())
    for form, expected in (("json", "東京"), ("text", "\\u6771\\u4eac")):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
        main(["plan", "--format", form])
        assert expected in raw.getvalue().decode("utf-8")


def test_requests_are_told_when_they_are_asked_for(monkeypatch: Patch, capsys: Capture) -> None:
    """Standard error is silent, has lines with -v, and JSON objects with --log-format json."""

    def stand_in(_request: Request, _around: Surroundings) -> Run:
        log = logging.getLogger("reconciler.msgraph")
        log.info("GET %s", "/x\x1b", extra={"fields": {"status": 200}})
        log.debug("more")
        return samples.no_changes()

    monkeypatch.setattr(app, "plan", stand_in)
    said = []
    for extra in ([], ["-v"], ["-vv"], ["-v", "--log-format", "json"]):
        main(["plan", *extra])
        said.append(capsys.readouterr().err)
    assert said[0] == ""
    assert said[1].endswith(" GET /x\\x1b\n")
    assert said[2].endswith(" more\n")
    told = json.loads(said[3])
    assert (told["message"], told["status"], told["level"]) == ("GET /x\x1b", 200, "info")
