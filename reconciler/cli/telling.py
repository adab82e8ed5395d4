"""What a run tells while it goes on: a progress bar for a person, log lines for whoever asked for them."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.reports.terminal import escaped

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


def listen(verbose: int, form: str) -> None:
    """Send what this package logs to standard error: warnings, requests with -v, everything with -vv."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    log = logging.getLogger("reconciler")
    log.handlers[:] = [handler]
    log.setLevel(_LEVELS[min(verbose, 2)])
    log.propagate = False


class Lines(logging.Formatter):
    """One readable line for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Time of day, and the message made safe for a terminal."""
        return f"{_moment(record):%H:%M:%S} {escaped(record.getMessage())}"


class JsonLines(logging.Formatter):
    """One JSON object for each record; what is logged as `extra={"fields": {…}}` stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        told = {
            "time": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        return json.dumps(told, default=str)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


class Meter:
    """A progress bar on standard error that appears with the first news and can step aside for a question."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, label: str, done: int, total: int) -> None:
        """So many of so many are done."""
        progress = self._progress = self._progress or _bar()
        if label not in self._tasks:
            self._tasks[label] = progress.add_task(escaped(label), total=total)
        progress.update(self._tasks[label], completed=done, total=total)

    def pause(self) -> None:
        """Clear the line; further news begin a new bar."""
        if self._progress is not None:
            self._progress.stop()
        self._progress, self._tasks = None, {}


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.start()
    return progress
