"""The command line as people write it: options, their values, and what is refused."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from reconciler.cli import main
from reconciler.cli.options import COMMANDS, parse


def paths_of(options: Namespace) -> list[str]:
    return [str(path) for path in options.paths]


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said on standard error about a command line that is wrong usage."""
    assert main(words) == 64
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


@pytest.mark.parametrize(
    "words",
    [
        ["a", "b", "--tenant", "prod", "-v"],
        ["--tenant", "prod", "-v", "a", "b"],
        ["a", "--tenant", "prod", "b", "-v"],
        ["-v", "--tenant=prod", "--", "a", "b"],
    ],
)
def test_options_may_stand_before_between_and_after_paths(words: list[str]) -> None:
    """The order of options and paths does not matter."""
    found = parse(["plan", *words])
    assert (paths_of(found), found.tenant, found.verbose) == (["a", "b"], "prod", 1)


def test_what_is_not_written_has_its_usual_value() -> None:
    """Every command makes the same request, whichever options it offers."""
    for command in ("validate", "plan", "apply", "drift"):
        found = parse([command])
        assert (found.max_wait, found.prune, found.send_secrets, found.unmanaged) == (600.0, None, None, None)
        assert (found.detailed_exitcode, found.out, found.yes, found.paths) == (False, None, False, [])
        assert (found.format, found.output, found.no_color, found.log_format) == ("text", None, False, "text")


@pytest.mark.parametrize(
    ("words", "prune", "paths"),
    [
        (["--prune"], [], []),
        (["--prune="], [], []),
        (["--prune", "--yes"], [], []),
        (["--prune", "plan.json"], [], ["plan.json"]),
        (["--prune", "manifests"], [], ["manifests"]),
        (["--prune", "manifests/ApiConnector"], [], ["manifests/ApiConnector"]),
        (["--prune", "./ApiConnector"], [], ["./ApiConnector"]),
        (["--prune", "ApiConnector"], ["ApiConnector"], []),
        (["--prune", "apiconnector,B2xUserFlow", "manifests"], ["ApiConnector", "B2xUserFlow"], ["manifests"]),
        (["--prune=ApiConnector", "manifests"], ["ApiConnector"], ["manifests"]),
        (["manifests", "--prune"], [], ["manifests"]),
        (["--", "--prune", "ApiConnector"], None, ["--prune", "ApiConnector"]),
        (["a", "--", "--prune"], None, ["a", "--prune"]),
        (["ApiConnector"], None, ["ApiConnector"]),
    ],
)
def test_prune_takes_kinds_and_leaves_paths_alone(words: list[str], prune: list[str] | None, paths: list[str]) -> None:
    """A path or a saved plan after `--prune` is a path; only names of kinds belong to the option."""
    found = parse(["apply", *words])
    assert found.prune == (None if prune is None else frozenset(prune))
    assert paths_of(found) == [str(Path(path)) for path in paths]


@pytest.mark.parametrize(
    ("words", "secrets", "paths"),
    [
        (["--send-secrets"], [], []),
        (["--send-secrets", "manifests"], [], ["manifests"]),
        (["--send-secrets", "manifests/connectors"], [], ["manifests/connectors"]),
        (["--send-secrets", "ApiConnector/approval.yaml"], [], ["ApiConnector/approval.yaml"]),
        (["--send-secrets", "ApiConnector/"], [], ["ApiConnector"]),
        (["--send-secrets", "apiConnector/approval", "a"], ["ApiConnector/approval"], ["a"]),
        (["--send-secrets=*/approval,ApiConnector/x*"], ["*/approval", "ApiConnector/x*"], []),
        (["--send-secrets", "--prune", "a"], [], ["a"]),
    ],
)
def test_send_secrets_takes_objects_and_leaves_paths_alone(
    words: list[str], secrets: list[str], paths: list[str]
) -> None:
    """A path after `--send-secrets` is a path; only KIND/NAME belongs to the option."""
    found = parse(["plan", *words])
    assert found.send_secrets == frozenset(secrets)
    assert paths_of(found) == paths


def test_pruning_never_reaches_further_than_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt kind after `--prune` is refused; taken for a path, it would prune every declared kind."""
    said = refused(capsys, "apply", "--prune", "ApiConector", "--yes")
    assert "there is no kind 'ApiConector': did you mean 'ApiConnector'?" in said
    assert "did you mean" in refused(capsys, "apply", "--send-secrets", "ApiConector/approval")


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("10m", 600), ("1h", 3600), ("45", 45), ("1.5m", 90), ("0", 0)]
)
def test_a_duration_is_written_as_people_say_it(written: str, seconds: float) -> None:
    """Seconds, minutes, hours, or a plain number of seconds."""
    assert parse(["drift", "--max-wait", written]).max_wait == seconds


def test_options_that_repeat_are_collected() -> None:
    """Several variables and several globs are all kept; a value may hold an equal sign."""
    found = parse(
        ["plan", "--var", "a=1", "--var", "b=x=y", "--var", "c=", "--select", "apiconnector/*", "--select", "*/a"]
    )
    assert dict(found.var) == {"a": "1", "b": "x=y", "c": ""}
    assert found.select == ["ApiConnector/*", "*/a"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "name a command: validate, plan, apply, drift, doctor, schema, emulator"),
        (["plann"], "did you mean 'plan'?"),
        (["destroy-everything"], "use validate, plan"),
        (["--tenant", "prod", "plan"], "write the command first"),
        (["plan", "--detailed"], "did you mean '--detailed-exitcode'?"),
        (["apply", "--dry-run"], "there is no option '--dry-run'"),
        (["plan", "--yes"], "there is no option '--yes'"),
        (["drift", "--prune"], "there is no option '--prune'"),
        (["validate", "--max-wait=1m"], "there is no option '--max-wait'"),
        (["plan", "--xyzzy=1"], "there is no option '--xyzzy'"),
        (["plan", "--max-wait", "soon"], "'soon' is not a duration"),
        (["plan", "--max-wait", "-1"], "--max-wait"),
        (["plan", "--var", "a"], "'a' is not NAME=VALUE"),
        (["plan", "--var", "a b=1"], "'a b=1' is not NAME=VALUE"),
        (["plan", "--tenant"], "expected one argument"),
        (["plan", "--format", "html"], "invalid choice: 'html'"),
        (["plan", "--select", "Partner"], "'Partner' is not KIND/NAME"),
        (["plan", "--select", "ApiConectors/*"], "there is no kind 'ApiConectors'"),
        (["plan", "--select", "Xyzzy/*"], "use ApiConnector"),
        (["apply", "--prune=Foo"], "there is no kind 'Foo'"),
        (["drift", "--unmanaged", "some"], "invalid choice: 'some'"),
        (["emulator", "--port", "70000"], "is not a port"),
        (["emulator", "--port", "http"], "is not a port"),
        (["emulator", "--self-service-sign-up", "maybe"], "invalid choice"),
        (["emulator", "x"], "'x' is one argument too many"),
        (["emulator", "--", "x"], "'x' is one argument too many"),
        (["schema", "A", "B"], "'B' is one argument too many"),
    ],
)
def test_what_is_not_understood_is_never_ignored(
    capsys: pytest.CaptureFixture[str], words: list[str], part: str
) -> None:
    """An unknown or abbreviated option, command or value is wrong usage, with usage and reason on standard error."""
    said = refused(capsys, *words)
    assert said.startswith("usage: reconciler")
    assert part in said


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_is_no_error(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """Help goes to standard output, with examples, and the exit code is 0."""
    assert main(words) == 0
    said = capsys.readouterr()
    assert "examples:" in said.out or "commands:" in said.out
    assert said.err == ""


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` names program and version."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("reconciler ")
