"""Stand-ins for what the command line calls, and for a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler import app
from reconciler.app import Request, Surroundings
from reconciler.model.runs import Run
from tests.reports import samples

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


class Terminal(io.StringIO):
    """A stream that a person sits at."""

    def isatty(self) -> bool:
        return True


def answer(monkeypatch: Patch, command: str, found: Run | BaseException) -> list[Request]:
    """Let a command find this; the requests that it was given are collected."""
    asked: list[Request] = []

    def stand_in(request: Request, around: Surroundings) -> Run:
        assert around.cwd == Path.cwd()
        asked.append(request)
        if isinstance(found, BaseException):
            raise found
        return found

    monkeypatch.setattr(app, command, stand_in)
    return asked


def apply_asks(monkeypatch: Patch, finished: Run) -> list[bool]:
    """Let apply ask once for confirmation; the answers are collected."""
    answers: list[bool] = []

    def stand_in(_request: Request, _around: Surroundings, *, confirm: Callable[[Run], bool]) -> Run:
        answers.append(confirm(replace(finished, outcomes=(), exit_code=0)))
        return finished if answers[0] else samples.declined()

    monkeypatch.setattr(app, "apply", stand_in)
    return answers
