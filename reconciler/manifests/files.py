"""Which files are manifests, and how a file's name is shown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from reconciler.model.addresses import Span
from reconciler.model.problems import Problem

_ENDINGS = (".yaml", ".yml")
_CLIMBS = 2


def shown(path: Path, root: Path) -> str:
    """The path as a person in `root` would type it: relative when it is below or close by, else whole."""
    name, below = os.path.normpath(os.path.join(root, path)), os.path.join(root, "")  # noqa: PTH118 -- thrice as fast
    if name.startswith(below):
        near = name.removeprefix(below)
    elif below.startswith(name):  # the folder itself, or one that it is in
        near = _neighbouring(name, str(root))
    else:
        folder, file = os.path.split(name)
        near = os.path.join(_neighbouring(folder, str(root)), file)  # noqa: PTH118 -- thrice as fast
    return os.fsencode(near).decode("utf-8", "replace")


@cache
def _neighbouring(folder: str, root: str) -> str:
    """The folder with `..` where few of them are enough, as from a subfolder of a project to its manifests."""
    relative = os.path.relpath(folder, root)
    climbs = Path(relative).parts.count(os.pardir)
    return relative if climbs <= _CLIMBS and climbs < len(Path(root).parts) - 1 else folder


def find(paths: Sequence[Path], root: Path) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """The files to read, each once and sorted by name, and the folders that could not be listed.

    A file that is named is taken whatever it is called. Of a folder, everything in it that ends in `.yaml` or `.yml` is
    taken, except below hidden folders and what is hidden itself.
    """
    problems: list[Problem] = []
    found: dict[object, Path] = {}
    for path in paths:
        whole = root / path
        for file in _below(whole, root, set(), problems) if whole.is_dir() else [whole]:
            found.setdefault(_same(file), file)
    return tuple(sorted(found.values(), key=lambda file: shown(file, root))), tuple(problems)


def _below(folder: Path, root: Path, seen: set[object], problems: list[Problem]) -> Iterator[Path]:
    """The manifests below a folder. A folder that a symbolic link leads back to is not entered twice."""
    if (same := _same(folder)) in seen:
        return
    seen.add(same)
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as fault:
        message = f"cannot list the folder: {fault.strerror}"
        problems.append(Problem(message, "check its permissions", Span(shown(folder, root), 1, 1)))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            is_folder, is_manifest = entry.is_dir(), entry.name.endswith(_ENDINGS) and _is_file(entry)
        except OSError as fault:  # links in a circle
            place = Span(shown(Path(entry.path), root), 1, 1)
            problems.append(Problem(f"cannot be followed: {fault.strerror}", "mend or remove the link", place))
            continue
        if is_folder:
            yield from _below(Path(entry.path), root, seen, problems)
        elif is_manifest:
            yield Path(entry.path)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link that leads nowhere, which reading it will say."""
    return entry.is_file() or not os.path.exists(entry.path)  # noqa: PTH110 -- thrice as fast


def _same(path: Path) -> object:
    """Equal for two paths that lead to one file."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return path
    return found.st_dev, found.st_ino
