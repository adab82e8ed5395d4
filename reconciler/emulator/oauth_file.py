"""Who may sign in, from a JSON file: the settings of the sign-in service with their names in camel case."""

import json
import re
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

from reconciler.emulator.oauth_settings import AppSecret, RegisteredApp, SignInSettings

_WORDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}


def read_sign_in(path: Path) -> SignInSettings:
    """The settings in a file; certificates are PEM files beside it, and a secret may be its text alone.

    OSError if a file cannot be read, ValueError with the place of what is wrong.
    """
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    found: SignInSettings = _read(SignInSettings, written, "")
    return replace(found, apps=tuple(_with_certificates(app, path.parent) for app in found.apps))


def _with_certificates(app: RegisteredApp, folder: Path) -> RegisteredApp:
    return replace(app, certificates=tuple(_certificate(folder / name) for name in app.certificates))


def _certificate(path: Path) -> str:
    from cryptography.x509 import load_pem_x509_certificate

    raw = path.read_bytes()
    try:
        load_pem_x509_certificate(raw)
    except ValueError:
        raise ValueError(f"certificates: no certificate in PEM is in {path.name}") from None
    return raw.decode("ascii", "replace")


def _read(kind: Any, value: object, place: str) -> Any:
    """A value of that type. ValueError says where and what is wrong."""
    if kind is AppSecret and isinstance(value, str):
        return AppSecret(value)
    if is_dataclass(kind):
        return _record(kind, value, place)
    if get_args(kind):
        if not isinstance(value, list):
            raise ValueError(f"{place} is not a list")
        return tuple(_read(get_args(kind)[0], item, f"{place}[{at}]") for at, item in enumerate(value))
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise ValueError(f"{place} is not {_WORDS[kind]}")
    return value


def _record(kind: Any, value: object, place: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{place or 'the file'} is not an object")  # noqa: TRY004 - said to whoever wrote the file
    hints = get_type_hints(kind)
    known = {_camel(field.name): field for field in fields(kind)}
    within = f"{place}." if place else ""
    if strangers := sorted(set(value) - set(known)):
        raise ValueError(f"{within}{strangers[0]} is not known: use {', '.join(known)}")
    lacking = [name for name, field in known.items() if field.default is MISSING and name not in value]
    if lacking:
        raise ValueError(f"{within}{lacking[0]} is missing")
    told = {known[name].name: _read(hints[known[name].name], item, f"{within}{name}") for name, item in value.items()}
    return kind(**told)


def _camel(name: str) -> str:
    return re.sub("_(.)", lambda found: found[1].upper(), name)
