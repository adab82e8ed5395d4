"""The tenant's state in SQLite: a log of document versions, so that the past can still be read."""

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Doc = dict[str, Any]

PRESENT = float("inf")
RETAINED_SECONDS = 3600.0
RECORDED_REQUESTS = 10_000
LAYOUT = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS versions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, written REAL NOT NULL, collection TEXT NOT NULL,
    key TEXT NOT NULL, position INTEGER NOT NULL, target TEXT, doc TEXT);
CREATE INDEX IF NOT EXISTS versions_by_key ON versions (collection, key, seq);
CREATE INDEX IF NOT EXISTS versions_by_target ON versions (target);
CREATE TABLE IF NOT EXISTS requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, counted INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS requests_by_time ON requests (time);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, doc TEXT NOT NULL);
"""

_CURRENT = """doc IS NOT NULL AND seq = (
    SELECT MAX(seq) FROM versions AS other
    WHERE other.collection = versions.collection AND other.key = versions.key AND other.written <= :time)"""


class State:
    """The documents as they stood at one time; writes are of ``now``, in seconds since the epoch.

    A document is a JSON object with an ``id``, unique in its collection whatever the case. Its member ``@ref``,
    if any, is the address of another document it refers to.
    """

    def __init__(self, connection: sqlite3.Connection, now: float, as_of: float = PRESENT):
        self._connection = connection
        self._now = now
        self._as_of = as_of

    def get(self, collection: str, key: str) -> Doc | None:
        """The document of that id, compared without case, or None."""
        where = "collection = :collection AND key = :key"
        return next(self._select(where, collection=collection, key=key.lower()), None)

    def all(self, collection: str) -> list[Doc]:
        """All documents of a collection, in its order."""
        return list(self._select("collection = :collection", collection=collection))

    def referring(self, target: str) -> list[Doc]:
        """The documents that refer to an address."""
        return list(self._select("target = :target", target=target))

    def everything(self) -> dict[str, list[Doc]]:
        """Every collection with its documents, sorted by collection."""
        rows = self._connection.execute("SELECT DISTINCT collection FROM versions ORDER BY collection")
        found = {collection: self.all(collection) for (collection,) in rows.fetchall()}
        return {collection: docs for collection, docs in found.items() if docs}

    def put(self, collection: str, doc: Doc) -> None:
        """Write a document: in its place if it has one, else last."""
        key = doc["id"].lower()
        position = self._position(collection, key)
        self._write(collection, key, position, doc)

    def reorder(self, collection: str, ids: list[str]) -> None:
        """Give the named documents the positions 0, 1, 2 and so on."""
        for position, identifier in enumerate(ids):
            doc = self.get(collection, identifier)
            if doc is not None:
                self._write(collection, identifier.lower(), position, doc)

    def delete(self, collection: str, key: str) -> None:
        """Remove a document."""
        self._write(collection, key.lower(), 0, None)

    def delete_under(self, address: str) -> None:
        """Remove every document contained in the one at this address, and where it points."""
        where = "(collection = :address OR substr(collection, 1, length(:address) + 1) = :address || '/')"
        rows = self._connection.execute(
            f"SELECT collection, key FROM versions WHERE {where} AND {_CURRENT}",  # constants only
            {"address": address, "time": PRESENT},
        )
        for collection, key in rows.fetchall():
            self.delete(collection, key)

    def clear(self) -> None:
        """Forget every document and its past."""
        self._connection.execute("DELETE FROM versions")

    def _select(self, where: str, **values: str) -> Iterator[Doc]:
        query = f"SELECT doc FROM versions WHERE {where} AND {_CURRENT} ORDER BY position, seq"
        for (doc,) in self._connection.execute(query, {**values, "time": self._as_of}).fetchall():
            yield json.loads(doc)

    def _position(self, collection: str, key: str) -> int:
        own = f"SELECT position FROM versions WHERE collection = :collection AND key = :key AND {_CURRENT}"
        last = f"SELECT MAX(position) + 1 FROM versions WHERE collection = :collection AND {_CURRENT}"
        values = {"collection": collection, "key": key, "time": PRESENT}
        row = self._connection.execute(own, values).fetchone() or self._connection.execute(last, values).fetchone()
        return int(row[0] or 0)

    def _write(self, collection: str, key: str, position: int, doc: Doc | None) -> None:
        text = None if doc is None else json.dumps(doc)
        target = None if doc is None else doc.get("@ref")
        self._connection.execute(
            "INSERT INTO versions (written, collection, key, position, target, doc) VALUES (?, ?, ?, ?, ?, ?)",
            (self._now, collection, key, position, target, text),
        )
        self._connection.execute(
            "DELETE FROM versions WHERE collection = :c AND key = :k AND seq < (SELECT MAX(seq) FROM versions"
            " WHERE collection = :c AND key = :k AND written < :horizon)",
            {"c": collection, "k": key, "horizon": self._now - RETAINED_SECONDS},
        )


class Store:
    """One SQLite database, in memory or in a file that several processes may open at once."""

    def __init__(self, location: str | Path = ":memory:"):
        self._lock = threading.RLock()
        if str(location) != ":memory:":
            _create_private(Path(location))
        self._connection = sqlite3.connect(str(location), timeout=30.0, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise ValueError(f"{location}: not a state file of the emulator ({error})") from error

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self._transaction("IMMEDIATE"):
            (layout,) = self._connection.execute("PRAGMA user_version").fetchone()
            if layout not in (0, LAYOUT):
                raise sqlite3.DatabaseError(f"layout {layout}, expected {LAYOUT}")
            for statement in _TABLES.split(";"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {LAYOUT}")

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[None]:
        with self._lock:
            self._connection.execute(f"BEGIN {mode}")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def write(self, now: float) -> Iterator[State]:
        """A transaction that sees the present and is kept whole or not at all."""
        with self._transaction("IMMEDIATE"):
            yield State(self._connection, now)

    @contextmanager
    def read(self, now: float, as_of: float = PRESENT) -> Iterator[State]:
        """A transaction that sees the state as of a time, in seconds since the epoch."""
        with self._transaction("DEFERRED"):
            yield State(self._connection, now, as_of)

    def setting(self, name: str) -> Doc | None:
        """A stored setting, or None."""
        with self._lock:
            row = self._connection.execute("SELECT doc FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set_setting(self, name: str, doc: Doc) -> None:
        """Store a setting, inside the transaction that is open or on its own."""
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(doc)))

    def record(self, time: float, doc: Doc, *, counted: bool) -> None:
        """Add one request to the record, which keeps the last ten thousand; ``counted`` ones use up the limit."""
        with self._transaction("IMMEDIATE"):
            added = self._connection.execute(
                "INSERT INTO requests (time, counted, doc) VALUES (?, ?, ?)", (time, counted, json.dumps(doc))
            )
            oldest = (added.lastrowid or 0) - RECORDED_REQUESTS
            self._connection.execute("DELETE FROM requests WHERE seq <= ?", (oldest,))

    def requests(self) -> list[Doc]:
        """The recorded requests, oldest first."""
        with self._lock:
            rows = self._connection.execute("SELECT doc FROM requests ORDER BY seq").fetchall()
        return [json.loads(doc) for (doc,) in rows]

    def request_times(self, since: float) -> list[float]:
        """When the counted requests after a time came in, oldest first."""
        query = "SELECT time FROM requests WHERE time > ? AND counted ORDER BY time"
        with self._lock:
            return [time for (time,) in self._connection.execute(query, (since,)).fetchall()]

    def clear_requests(self) -> None:
        """Forget the recorded requests."""
        with self._lock:
            self._connection.execute("DELETE FROM requests")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()


def _create_private(path: Path) -> None:
    """The file holds secrets in the clear, so only its owner may read it."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
