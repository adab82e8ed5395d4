"""Apply in front of a person, a program, and nobody."""

from __future__ import annotations

import io
import json
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler import app
from reconciler.app import Request, Surroundings
from reconciler.cli import console, main, telling
from reconciler.model.runs import Run
from tests.cli.stand_ins import Terminal, apply_asks
from tests.reports import samples

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def test_apply_with_yes_shows_the_plan_and_then_what_became_of_it(monkeypatch: Patch, capsys: Capture) -> None:
    """The plan is shown once, before anything is written, and nobody is asked."""
    answers = apply_asks(monkeypatch, samples.applied_in_part())
    assert main(["apply", "--yes"]) == 4
    said = capsys.readouterr()
    assert answers == [True]
    assert said.out.count("+ B2xUserFlow/Partner") == 1
    assert "Apply: 2 done, 1 failed, 1 not tried." in said.out
    assert said.err == ""


def test_apply_with_yes_and_json_prints_nothing_but_the_document(monkeypatch: Patch, capsys: Capture) -> None:
    """A program that reads the output gets one document, and standard error stays empty."""
    apply_asks(monkeypatch, samples.applied_in_part())
    assert main(["apply", "--yes", "--format", "json"]) == 4
    said = capsys.readouterr()
    assert len(json.loads(said.out)["outcomes"]) == 4
    assert said.err == ""


@pytest.mark.parametrize(("typed", "confirmed"), [("yes\n", True), ("y\n", False), ("YES\n", False), ("", False)])
def test_only_yes_is_yes(monkeypatch: Patch, capsys: Capture, typed: str, confirmed: bool) -> None:
    """Anything but the whole word, an end of input too, writes nothing and is exit code 1."""
    answers = apply_asks(monkeypatch, samples.applied_in_part())
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert main(["apply"]) == (4 if confirmed else 1)
    said = capsys.readouterr()
    assert answers == [confirmed]
    assert said.err == "Apply these 4 changes to tenant 'prod'? Only 'yes' is accepted: "
    assert ("Not confirmed: nothing was written." in said.out) is not confirmed


def test_the_question_goes_to_standard_error_when_the_report_is_for_a_program(
    monkeypatch: Patch, capsys: Capture
) -> None:
    """With json, a person still sees the plan before answering, and standard output stays a document."""
    apply_asks(monkeypatch, samples.applied_in_part())
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    assert main(["apply", "--format", "json"]) == 4
    said = capsys.readouterr()
    assert "+ B2xUserFlow/Partner" in said.err
    assert json.loads(said.out)["command"] == "apply"


def test_nobody_to_answer_is_no(monkeypatch: Patch, capsys: Capture) -> None:
    """In a pipeline without --yes nothing is written, and the fix is named."""
    answers = apply_asks(monkeypatch, samples.one_of_each())
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert main(["apply"]) == 1
    assert answers == [False]
    assert "fix: add --yes" in capsys.readouterr().err


def test_one_change_without_a_named_tenant_is_asked_about_in_good_grammar(monkeypatch: Patch, capsys: Capture) -> None:
    """The question counts what it asks about."""
    apply_asks(monkeypatch, replace(samples.one_of_each(), tenant=None))
    monkeypatch.setattr(sys, "stdin", Terminal("no\n"))
    main(["apply"])
    assert "Apply this change to the tenant?" in capsys.readouterr().err


def test_ctrl_c_ends_a_question_at_once(monkeypatch: Patch) -> None:
    """While a question is open the signal interrupts, whoever has taken it; afterwards it is theirs again."""
    before = signal.getsignal(signal.SIGINT)
    seen: list[Any] = []

    class Interrupting(Terminal):
        def readline(self, _size: int | None = -1) -> str:  # type: ignore[override]  # io says bytes, StringIO str
            seen.append(signal.getsignal(signal.SIGINT))
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupting())
    with pytest.raises(KeyboardInterrupt):
        console.ask("? ")
    assert seen == [signal.default_int_handler]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_question_can_be_asked_from_any_thread(monkeypatch: Patch) -> None:
    """Where signals cannot be had, the question is asked without them."""
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(console.ask("? ")))
    thread.start()
    thread.join()
    assert answers == [True]


def test_progress_is_drawn_for_a_person_and_gone_afterwards(monkeypatch: Patch) -> None:
    """On a terminal a bar shows how much is read, steps aside for the question, and leaves nothing behind."""
    seen: list[Any] = []

    def stand_in(_request: Request, around: Surroundings, *, confirm: Callable[[Run], bool]) -> Run:
        meter = around.progress
        assert isinstance(meter, telling.Meter)
        meter("reading", 1, 2)
        meter("reading", 2, 2)
        seen.append(meter)
        return samples.applied_in_part() if confirm(samples.one_of_each()) else samples.declined()

    monkeypatch.setattr(app, "apply", stand_in)
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["apply", "--yes"]) == 4
    assert "reading" in stream.getvalue()
    assert seen[0]._progress is None
