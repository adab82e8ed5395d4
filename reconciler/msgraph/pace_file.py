"""The pace of earlier processes: what they asked of Graph in the last minute, in a small file of their own."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from reconciler.msgraph.caches import cache_folder
from reconciler.msgraph.clouds import is_loopback
from reconciler.msgraph.pacing import MINUTE

Taken = list[tuple[int, float]]
"""Logical requests, and the seconds for which they still take up room."""


def place(root: str, tenant: str, client: str, environ: Mapping[str, str], folder: Path) -> Path:
    """The file of an app and tenant, which Graph counts together: one for all projects on the machine.

    It is in the `folder` of the project's state where nobody said which app and tenant it is, for a Graph on this
    machine, and on a machine without a place for such files.
    """
    own = folder / "pace.json"
    if is_loopback(root) or not (tenant or client):
        return own
    try:
        shared = cache_folder(environ)
        shared.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return own
    name = hashlib.sha256(f"{root} {tenant.casefold()} {client.casefold()}".encode()).hexdigest()[:16]
    return shared / f"pace-{name}.json" if os.access(shared, os.W_OK) else own


def load(path: Path, now: float) -> Taken:
    """What still takes up room at that Unix time; nothing where there is no file, or none that can be read."""
    try:
        written = json.loads(path.read_bytes())["passages"]
        ends = [(int(cost), float(until) - now) for cost, until in written]
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return []
    return [(cost, min(seconds, MINUTE)) for cost, seconds in ends if cost > 0 and seconds > 0]


def save(path: Path, taken: Iterable[tuple[int, float]], now: float) -> None:
    """Keep what takes up room for the next process, beside what others have kept.

    Where that cannot be written, the next one knows nothing.
    """
    passages = [[cost, round(now + seconds, 3)] for cost, seconds in (*load(path, now), *taken)]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump({"formatVersion": 1, "passages": passages}, file)
        Path(name).replace(path)
    except OSError:
        return
