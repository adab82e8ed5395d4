"""What a run began and ended, one JSON line each: the ids of what was made, and creates nobody knows the end of.

Nothing is resumed from it. A later run plans anew and uses the journal for two things only: to find by id what Graph
does not list yet, and to look for what a lost create may have made before it creates again. No value of a manifest is
written to it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from reconciler.execution.folder import prepare, replace, usable
from reconciler.execution.results import Result
from reconciler.model.addresses import Address
from reconciler.model.errors import StateError
from reconciler.model.outcomes import Status
from reconciler.model.plans import AnyAction, Create, Step, verb_of
from reconciler.model.tenant import Clock

FILE = "journal.jsonl"
_LARGEST = 100_000  # bytes
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Event = Mapping[str, Any]


@dataclass(slots=True)
class History:
    """What the lines of a journal add up to: the last known id of what was made and not deleted, which of it no apply
    has brought to its end yet, the creates that began and never ended, and when each object was last written about."""

    made: dict[Address, str] = field(default_factory=dict)
    unfinished: dict[Address, None] = field(default_factory=dict)
    open: dict[Address, None] = field(default_factory=dict)
    times: dict[Address, datetime] = field(default_factory=dict)

    @property
    def open_creates(self) -> tuple[Address, ...]:
        """Creates that may have been carried out, in the order they began."""
        return tuple(self.open)

    def add(self, event: Event) -> None:
        """Take one line into account."""
        if "kind" not in event:
            return
        address = Address(str(event.get("kind")), str(event.get("name")))
        self.times[address] = _time_of(event)
        match event:
            case {"event": "begin", "verb": "create"}:
                self.open[address] = None
            case {"event": "end", "verb": "create", "id": str(made)} if made:
                self.open.pop(address, None)
                self.made[address] = made
                self.unfinished[address] = None
            case {"event": "finished"}:
                self.unfinished.pop(address, None)
            case {"event": "end", "verb": "create"}:
                self.open.pop(address, None)
            case {"event": "end", "verb": "delete", "status": Status.DONE}:
                for known in (self.made, self.unfinished, self.open):
                    known.pop(address, None)

    def age(self, address: Address, now: datetime) -> float:
        """For how many seconds nothing was written about an object."""
        return (now - self.times.get(address, _LONG_AGO)).total_seconds()


def read(folder: Path) -> History:
    """What earlier runs left. A line that a crash tore is passed over. Raises StateError."""
    history = History()
    with usable(folder):
        for event in _events(folder / FILE):
            history.add(event)
    return history


def shorten(folder: Path) -> None:
    """Keep of a long journal what it adds up to: every command reads all of it. Raises StateError."""
    path = folder / FILE
    with usable(folder):
        if path.stat().st_size > _LARGEST:
            replace(path, b"".join(_line(event) for event in _essence(read(folder))))


class Journal:
    """The journal of one run; `at` is when it began, an ISO time in UTC. Use it as a context manager.

    `history` is what earlier runs left.
    """

    def __init__(self, folder: Path, *, at: str, clock: Clock) -> None:
        self.history = History()
        self._folder = folder
        self._run = at
        self._clock = clock
        self._started = clock.now()
        self._file = -1
        self._begun = set[Address]()

    def __enter__(self) -> Journal:
        prepare(self._folder)
        self.history = read(self._folder)
        self._begun = set(self.history.unfinished)
        path = self._folder / FILE
        with usable(self._folder):
            torn = path.exists() and path.read_bytes()[-1:] not in (b"", b"\n")
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:  # a full disk is to show before anything is sent
                _append(self._file, (b"\n" if torn else b"") + _line({"event": "run", "run": self._run}))
            except OSError:
                os.close(self._file)
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)
        with suppress(StateError):  # the long one will do as well, and the run is done
            shorten(self._folder)

    def begin(self, step: Step) -> None:
        """A step's requests are about to leave. Raises StateError when that cannot be written down."""
        self._write("begin", step.action, {"step": step.id}, sync=isinstance(step.action, Create))

    def end(self, step: Step, result: Result, made: str = "") -> None:
        """A step has ended, unless nobody knows whether it did. Raises StateError when that cannot be written down."""
        if result.unsure:
            return
        more = {"step": step.id, "status": result.status.value, **({"id": made} if made else {})}
        self._begun |= {step.action.address} if made else set()
        self._write("end", step.action, more, sync=False)

    def finish(self, addresses: Iterable[Address]) -> None:
        """These objects are what their manifests say: of those that this run or an earlier one made it is noted.

        Raises StateError when that cannot be written down.
        """
        for address in addresses:
            if address in self._begun:
                self._note("finished", "create", address, {}, sync=False)

    def age(self, address: Address) -> float:
        """For how many seconds nothing was written about an object."""
        now = _parsed(self._run) + timedelta(seconds=self._clock.now() - self._started)
        return self.history.age(address, now)

    def _write(self, name: str, action: AnyAction, more: Event, *, sync: bool) -> None:
        self._note(name, verb_of(action), action.address, more, sync=sync)

    def _note(self, name: str, verb: str, address: Address, more: Event, *, sync: bool) -> None:
        after = round(self._clock.now() - self._started, 3)
        event = _event(name, verb, address, {"run": self._run, "after": after, **more})
        with usable(self._folder):
            _append(self._file, _line(event))
            if sync:
                os.fsync(self._file)


def _events(path: Path) -> Iterator[Event]:
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict):
                yield event


def _essence(history: History) -> Iterable[Event]:
    """The shortest journal that says the same."""
    for address, made in history.made.items():
        when = {"run": history.times[address].isoformat()}
        yield _event("end", "create", address, {**when, "id": made})
        if address not in history.unfinished:
            yield _event("finished", "create", address, when)
    for address in history.open:
        yield _event("begin", "create", address, {"run": history.times[address].isoformat()})


def _event(name: str, verb: str, address: Address, more: Event) -> Event:
    return {"event": name, "verb": verb, "kind": address.kind, "name": address.name, **more}


def _line(event: Event) -> bytes:
    return json.dumps(event).encode("ascii") + b"\n"


def _append(file: int, line: bytes) -> None:
    while line:
        line = line[os.write(file, line) :]


def _time_of(event: Event) -> datetime:
    """When an event happened: its run's beginning and the seconds since; long ago where the line does not say."""
    try:
        return _parsed(str(event.get("run"))) + timedelta(seconds=float(event.get("after", 0)))
    except (ValueError, TypeError, OverflowError):
        return _LONG_AGO


def _parsed(time: str) -> datetime:
    found = datetime.fromisoformat(time)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
