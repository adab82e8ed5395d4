"""What a run leaves on disk: the journal, the lock, and the folder they are in."""

from __future__ import annotations

import errno
import importlib
import json
import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.execution import folder as folders
from reconciler.execution import journal as journals
from reconciler.execution import lock
from reconciler.execution.folder import folder_of, replace
from reconciler.execution.journal import FILE, History, Journal, read
from reconciler.execution.results import done, failed, skipped
from reconciler.model.addresses import Address
from reconciler.model.errors import StateError
from reconciler.model.plans import Create, Delete, Step, Update

ADDRESS = Address("ApiConnector", "approval")
CREATE = Step(Create(address=ADDRESS, body={"displayName": "approval"}))
UPDATE = Step(Update(address=ADDRESS, body={}))
DELETE = Step(Delete(address=ADDRESS))
AT = "2026-11-21T00:00:00Z"


class Stopwatch:
    """A clock that a test turns by hand."""

    def __init__(self) -> None:
        self.time = 5.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def opened(folder: Path, at: str = AT, clock: Stopwatch | None = None) -> Journal:
    return Journal(folder, at=at, clock=clock or Stopwatch())


def full_disk(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("name", ["prod", "../../etc", "a/b", "", ".", "..", "local.db", "é", "\udc80", "x" * 300])
def test_whatever_a_tenant_is_called_its_state_is_one_folder_of_the_project(tmp_path: Path, name: str) -> None:
    """A tenant's name is text from a file: it cannot point anywhere else, nor at another tenant's file."""
    found = folder_of(tmp_path, name)
    assert found.parent == tmp_path / ".reconciler"
    assert "." not in found.name
    assert 0 < len(found.name) < 150
    folders.prepare(found)
    assert found.is_dir()


def test_different_tenants_have_different_folders(tmp_path: Path) -> None:
    """Escaping and shortening never make two names one."""
    names = ["a.b", "a%2Eb", "a/b", "x" * 300, "x" * 301, "", "%"]
    assert len({folder_of(tmp_path, name) for name in names}) == len(names)
    assert folder_of(tmp_path, "prod").name == "prod"


def test_the_folder_and_its_files_are_for_their_owner_alone(folder: Path) -> None:
    """Ids of a tenant are nobody else's business."""
    with opened(folder):
        pass
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves the old file as it was, and no half of a new one beside it."""
    path = tmp_path / "receipts.json"
    replace(path, b"old")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_said_with_its_name(tmp_path: Path) -> None:
    """Nothing is sent when nothing could be remembered."""
    (tmp_path / ".reconciler").write_text("a file")
    with pytest.raises(StateError, match="cannot be used") as error, opened(folder_of(tmp_path, "prod")):
        pass
    assert str(folder_of(tmp_path, "prod")) in error.value.message
    assert error.value.fix


def test_a_full_disk_shows_before_anything_is_sent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening the journal writes to it."""
    monkeypatch.setattr(os, "write", full_disk)
    with pytest.raises(StateError, match="No space left"), opened(folder):
        pass


def test_what_was_made_is_remembered_until_it_is_deleted(folder: Path) -> None:
    """The journal has the last known id of everything that earlier runs made."""
    assert read(folder).made == {}
    with opened(folder) as journal:
        journal.begin(CREATE)
        journal.end(CREATE, done(), "id-1")
        journal.begin(UPDATE)
        journal.end(UPDATE, failed("no"))
    assert read(folder).made == {ADDRESS: "id-1"}
    assert read(folder).open_creates == ()
    with opened(folder) as journal:
        assert journal.history.made == {ADDRESS: "id-1"}
        journal.end(DELETE, failed("no"))
        assert read(folder).made == {ADDRESS: "id-1"}
        journal.end(DELETE, done())
    assert read(folder).made == {}


def test_a_create_that_began_and_never_ended_stays_open(folder: Path) -> None:
    """A crash between the two lines, or an answer that was lost, is seen by the next run."""
    with opened(folder) as journal:
        journal.begin(CREATE)
        journal.end(CREATE, failed("lost", unsure=True))
        assert journal.history.open_creates == ()
    assert read(folder).open_creates == (ADDRESS,)
    with opened(folder) as journal:
        journal.begin(CREATE)
        journal.end(CREATE, skipped("interrupted"))
    assert read(folder).open_creates == ()


def test_a_create_is_on_disk_before_its_request_leaves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only creates pay for that: anything else can be repeated without harm."""
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _file: synced.append((folder / FILE).read_bytes()))
    with opened(folder) as journal:
        journal.begin(UPDATE)
        assert synced == []
        journal.begin(CREATE)
    assert b'"create ApiConnector/approval"' in synced[0]


def test_a_line_is_written_whole_although_the_disk_takes_it_in_pieces(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write may take less than it was given."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, content: real(file, content[:7]))
    with opened(folder) as journal:
        journal.end(CREATE, done(), "id-1")
    assert read(folder).made == {ADDRESS: "id-1"}


@pytest.mark.parametrize("torn", [b'{"event": "end", "ver', b"\xff\xfe", b"[1]", b'{"event": "end"}', b"null"])
def test_a_line_that_a_crash_tore_is_passed_over(folder: Path, torn: bytes) -> None:
    """The lines before it count, and those of the next run begin on a line of their own."""
    with opened(folder) as journal:
        journal.end(CREATE, done(), "id-1")
    with (folder / FILE).open("ab") as file:
        file.write(torn)
    with opened(folder) as journal:
        assert journal.history.made == {ADDRESS: "id-1"}
        journal.end(DELETE, done())
    assert read(folder).made == {}


def test_a_name_may_hold_anything(folder: Path) -> None:
    """Line breaks and lone surrogates in a name are the journal's to escape."""
    odd = Address("ApiConnector", 'a\n\r\u2028"\udc80')
    with opened(folder) as journal:
        journal.end(Step(Create(address=odd, body={})), done(), "id-1")
    assert read(folder).made == {odd: "id-1"}


def test_a_journal_that_grew_is_made_short_without_forgetting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the ids of what is there and the creates nobody knows the end of outlive it."""
    other = Step(Create(address=Address("ApiConnector", "other"), body={}))
    with opened(folder) as journal:
        journal.end(CREATE, done(), "id-1")
        journal.begin(other)
        for _ in range(100):
            journal.begin(UPDATE)
        journal.end(Step(Create(address=Address("ApiConnector", "half"), body={})), done(), "id-2")
        journal.finish([CREATE.action.address, Address("ApiConnector", "elsewhere")])
    before = read(folder)
    assert list(before.unfinished) == [Address("ApiConnector", "half")]
    monkeypatch.setattr(journals, "_LARGEST", 1000)
    with opened(folder) as journal:
        assert journal.history.made == before.made
    after = read(folder)
    assert (after.made, after.open_creates, after.times) == (before.made, before.open_creates, before.times)
    assert after.unfinished == before.unfinished
    assert (folder / FILE).stat().st_size < 1000


def test_a_journal_that_cannot_be_made_short_is_kept_long(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full at the end takes nothing from a run that is done."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journals, "_LARGEST", 1)
    monkeypatch.setattr(journals, "replace", full)
    with opened(folder) as journal:
        journal.end(CREATE, done(), "id-1")
    assert read(folder).made == {CREATE.action.address: "id-1"}


def test_the_journal_knows_how_long_ago_something_was_written(folder: Path) -> None:
    """A moment ago Graph may not list it yet; a day ago it would."""
    clock = Stopwatch()
    with opened(folder, clock=clock) as journal:
        clock.time += 10
        journal.begin(CREATE)
    with opened(folder, "2026-11-21T00:01:00+00:00", clock) as journal:
        clock.time += 5
        assert journal.age(ADDRESS) == 55
        assert journal.age(Address("ApiConnector", "never")) > 1e9


@pytest.mark.parametrize("run", ["yesterday", None, "2026-11-21T00:00:00"])
def test_a_time_that_cannot_be_read_is_long_ago(run: str | None) -> None:
    """A journal somebody edited is still a journal."""
    history = History()
    history.add({"event": "begin", "verb": "create", "kind": "ApiConnector", "name": "approval", "run": run})
    assert history.open_creates == (ADDRESS,)
    assert history.age(ADDRESS, datetime(2026, 11, 21, tzinfo=UTC)) in (0.0, pytest.approx(6.39e10, rel=0.01))


def test_two_applies_to_one_tenant_do_not_meet(folder: Path) -> None:
    """The second is refused with the folder's name, and may run once the first has ended."""
    with lock.hold(folder):
        with pytest.raises(StateError, match="another run holds") as error, lock.hold(folder):
            pass
        assert str(folder) in error.value.message
    with lock.hold(folder):
        pass


def test_without_flock_a_lock_file_does_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no flock, the file itself is the lock, and the error says which one to delete."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    windows = importlib.reload(lock)
    with windows.hold(folder):
        with pytest.raises(StateError, match="another run holds") as error, windows.hold(folder):
            pass
        assert str(folder / "lock") in error.value.fix
    with windows.hold(folder):
        pass
    monkeypatch.setattr(os, "open", full_disk)
    with pytest.raises(StateError, match="No space left"), windows.hold(folder):
        pass
    monkeypatch.undo()
    importlib.reload(lock)


def test_the_journal_is_lines_of_json(folder: Path) -> None:
    """Anybody can read it: one object a line, with the step's name as the plan has it."""
    with opened(folder) as journal:
        journal.begin(CREATE)
        journal.end(CREATE, done(), "id-1")
    lines = [json.loads(line) for line in (folder / FILE).read_text().splitlines()]
    assert lines == [
        {"event": "run", "run": AT},
        {
            "event": "begin",
            "verb": "create",
            "kind": "ApiConnector",
            "name": "approval",
            "run": AT,
            "after": 0.0,
            "step": "create ApiConnector/approval",
        },
        {
            "event": "end",
            "verb": "create",
            "kind": "ApiConnector",
            "name": "approval",
            "run": AT,
            "after": 0.0,
            "step": "create ApiConnector/approval",
            "status": "done",
            "id": "id-1",
        },
    ]
