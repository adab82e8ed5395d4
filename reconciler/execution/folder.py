"""A tenant's folder of state: its name, its making, and files that are whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from reconciler.model.errors import StateError

_LONGEST = 100


def folder_of(project: Path, tenant: str) -> Path:
    """Where the state of a tenant is kept; whatever the tenant is called, it is one folder of the project."""
    name = quote(tenant, safe="", errors="surrogatepass").replace(".", "%2E") or "%"
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}%{sha256(name.encode()).hexdigest()[:16]}"
    return project / ".reconciler" / name


def prepare(folder: Path) -> None:
    """Make the folder, for its owner alone. Raises StateError."""
    with usable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def replace(path: Path, content: bytes) -> None:
    """Put a file there as a whole, for its owner alone: after a crash there is the old one or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Turns what the file system says into a StateError that names the folder."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StateError(f"the folder {folder} cannot be used: {reason}", "make it writable and run again") from error
