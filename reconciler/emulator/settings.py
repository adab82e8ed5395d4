"""The profile's settings as words: ``NAME=VALUE`` with names in kebab case, for command lines."""

from collections.abc import Callable
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, get_args

from reconciler.emulator.profile import CloudName, Profile, TenantKind

_SWITCH = {"on": True, "true": True, "off": False, "false": False}


def _one_of(words: dict[str, Any]) -> Callable[[str], Any]:
    return lambda text: words[text.lower()]


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _limit(text: str) -> int | None:
    return None if text.lower() == "none" else _whole(text)


def _text(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


_KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "kind": ("|".join(get_args(TenantKind)), _one_of({name: name for name in get_args(TenantKind)})),
    "cloud": ("|".join(get_args(CloudName)), _one_of({name: name for name in get_args(CloudName)})),
    "events_flows": ("on|off|none", _one_of({**_SWITCH, "none": None})),
    "page_size": ("a number from 1", _whole),
    "duplicate_status": ("400|409", _whole),
    "app_limit": ("a number from 1|none", _limit),
    "tenant_limit": ("a number from 1|none", _limit),
}


def _kind(name: str, kind: object) -> tuple[str, Callable[[str], Any]]:
    plain = ("on|off", _one_of(_SWITCH)) if kind is bool else ("text", _text)
    return _KINDS.get(name, plain)


_READERS = {field.name.replace("_", "-"): _kind(field.name, field.type) for field in fields(Profile)}
SETTINGS = {name: values for name, (values, _) in _READERS.items()}
"""Every setting with the values it takes, as words."""


def read_setting(text: str) -> tuple[str, Any]:
    """A setting of the profile and its value from ``NAME=VALUE``; ValueError says what is wrong."""
    name, sign, value = text.partition("=")
    if not sign:
        raise ValueError(f"'{text}' is not NAME=VALUE")
    if name not in _READERS:
        near = get_close_matches(name.lower().replace("_", "-"), _READERS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"use {', '.join(_READERS)}"
        raise ValueError(f"there is no setting '{name}': {hint}")
    expected, read = _READERS[name]
    attribute = name.replace("-", "_")
    try:
        found = attribute, read(value)
        Profile().changed(dict([found]))
    except (KeyError, ValueError):
        raise ValueError(f"'{value}' is no value for '{name}': use {expected.replace('|', ', ')}") from None
    return found
