"""Standard output, standard error and files: writing whole texts, colours, and a question."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.reports.terminal import Palette, escaped


def palette(stream: TextIO, environ: Mapping[str, str], *, no_color: bool) -> Palette:
    """Colours where a person reads: a terminal, unless NO_COLOR is set or the terminal is a dumb one."""
    wanted = not no_color and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    return Palette(wanted and stream.isatty())


def write(text: str, stream: TextIO, encoding: str | None = None) -> None:
    """Write a text at once. A reader that went away is not an error: `reconciler plan | head`."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding=encoding, errors="backslashreplace")
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        with suppress(OSError, ValueError):  # so that the interpreter's last flush has somewhere to go
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(message: str, fix: str = "") -> None:
    """Say on standard error what went wrong and what to do about it."""
    write(f"error: {escaped(message)}\n" + (f"  fix: {escaped(fix)}\n" if fix else ""), sys.stderr)


def check_writable(path: Path | None) -> None:
    """Raises UsageError for a file that could not be written anyway, before anything is done."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        reason = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise UsageError(f"cannot write {path}: {reason}", "name a file in a folder that exists")


def save(text: str, path: Path) -> None:
    """Write a file as a whole or not at all. Raises ReconcilerError when it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 - a descriptor, not a path
                file.write(text)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise ReconcilerError(f"cannot write {path}: {fault.strerror}", "check the path and its permissions") from fault


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


def ask(question: str) -> bool:
    """Ask on standard error; only `yes` is yes, and an end of input is no."""
    with _interruptible():
        write(escaped(question), sys.stderr)
        return sys.stdin.readline().strip() == "yes"


@contextmanager
def _interruptible() -> Iterator[None]:
    """Lets Ctrl-C end a question at once, whoever else has taken the signal."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
