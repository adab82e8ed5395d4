"""The values of options: durations, variables, names of kinds, and which word after an option belongs to it."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections import deque
from collections.abc import Callable, Iterable, Sequence

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smh]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def duration(text: str) -> float:
    """Seconds from `90s`, `10m`, `1h`, or a plain number of seconds."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ArgumentTypeError(f"'{text}' is not a duration: write 90s, 10m or 1h")
    return float(found[1]) * _SECONDS[found[2]]


def variable(text: str) -> tuple[str, str]:
    """Name and value from `NAME=VALUE`."""
    name, sign, value = text.partition("=")
    if not sign or not _VARIABLE.fullmatch(name):
        raise ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name, value


def kinds(text: str) -> frozenset[str]:
    """Kinds from `KIND,KIND` in any case; no text is no kinds."""
    return frozenset(_kind(part) for part in _parts(text))


def objects(text: str) -> frozenset[str]:
    """Objects from `KIND/NAME,KIND/NAME`; either side may be a glob."""
    return frozenset(address_glob(part) for part in _parts(text))


def address_glob(text: str) -> str:
    """A glob over `KIND/NAME`, refused when it cannot match anything: that would look like success."""
    from fnmatch import fnmatchcase

    kind, sign, name = text.partition("/")
    if not (sign and name):
        raise ArgumentTypeError(f"'{text}' is not KIND/NAME: write for example 'B2xUserFlow/*'")
    if not any(fnmatchcase(known, kind) for known in _known()):
        kind = _kind(kind)
    return f"{kind}/{name}"


def count(text: str) -> int:
    """A number of requests, from 1."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise ArgumentTypeError(f"'{text}' is not a number of requests: write for example 200")
    return int(text)


def port(text: str) -> int:
    """A TCP port; 0 takes any free one."""
    if not (text.isdecimal() and int(text) < 65536):
        raise ArgumentTypeError(f"'{text}' is not a port: write a number from 0 to 65535")
    return int(text)


def setting(text: str) -> tuple[str, object]:
    """A setting of the emulated tenant and its value from `NAME=VALUE`."""
    from reconciler.emulator.settings import read_setting  # late: only the emulator's command needs it

    try:
        return read_setting(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def settings_listing() -> str:
    """The settings of the emulated tenant with the values they take, for `--help`."""
    from reconciler.emulator.settings import SETTINGS  # late: only the emulator's command needs it

    return "\n".join(f"  {name:<21} {values}" for name, values in SETTINGS.items())


def with_own_words(words: Sequence[str]) -> list[str]:
    """The command line with `--prune` and `--send-secrets` tied to their word, or to none.

    Both may stand alone, and a PATH or a saved plan may follow: only a word that names kinds belongs to them. A word
    that nearly does is taken too, so that a slip of the pen is refused instead of pruning more than was meant.
    """
    left = deque(words)
    tied: list[str] = []
    while left:
        word = left.popleft()
        belongs = _BELONGS.get(word)
        if belongs is None:
            tied.append(word)
        else:
            tied.append(f"{word}={left.popleft() if left and belongs(left[0]) else ''}")
    return tied


def _names_kinds(word: str) -> bool:
    return not set("./\\") & set(word) and any(_resembling(part) for part in _parts(word))


def _names_objects(word: str) -> bool:
    kind, sign, name = word.partition("/")
    return bool(sign and name) and not word.endswith((".yaml", ".yml", ".json")) and bool(_resembling(kind))


_BELONGS: dict[str, Callable[[str], bool]] = {"--prune": _names_kinds, "--send-secrets": _names_objects}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _kind(word: str) -> str:
    """The kind in its own spelling."""
    near = _resembling(word)
    if near is not None and near.casefold() == word.casefold():
        return near
    hint = f"did you mean '{near}'? A file or folder of that name is ./{word}" if near else f"use {', '.join(_known())}"
    raise ArgumentTypeError(f"there is no kind '{word}': {hint}")


def _resembling(word: str) -> str | None:
    known = {name.casefold(): name for name in _known()}
    return known.get(nearest(word.casefold(), known) or "")


def nearest(word: str, known: Iterable[str], likeness: float = 0.8) -> str | None:
    """The known word that was probably meant."""
    import difflib  # late: only a slip of the pen needs it

    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)), None)


def _known() -> Sequence[str]:
    from reconciler.kinds import load_kinds  # late: most commands are not given kinds

    return list(load_kinds())
