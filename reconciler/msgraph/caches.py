"""Where a person's programs keep what can be had again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder of this program, as the platform or the XDG base directories say.

    Raises RuntimeError where nobody can tell whose machine it is.
    """
    if sys.platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "reconciler"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "reconciler"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reconciler"
