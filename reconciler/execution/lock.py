"""One apply at a time: a lock on a tenant's folder that ends with the process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.execution.folder import prepare, usable
from reconciler.model.errors import StateError

try:
    import fcntl
except ImportError:  # Windows has no flock
    fcntl = None  # type: ignore[assignment]


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the folder while the block runs. Raises StateError when another run holds it."""
    prepare(folder)
    path = folder / "lock"
    with _flocked(path) if fcntl else _made(path):
        yield


@contextmanager
def _flocked(path: Path) -> Iterator[None]:
    with usable(path.parent):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _flock(handle, path)
        yield
    finally:
        os.close(handle)


def _flock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _held(path, "wait for it to end") from None


@contextmanager
def _made(path: Path) -> Iterator[None]:
    try:
        with usable(path.parent):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except StateError as error:
        if isinstance(error.__cause__, FileExistsError):
            raise _held(path, f"wait for it to end; if no run is active, delete {path}") from None
        raise
    try:
        yield
    finally:
        os.close(handle)
        path.unlink(missing_ok=True)


def _held(path: Path, fix: str) -> StateError:
    return StateError(f"another run holds {path.parent}", fix)
