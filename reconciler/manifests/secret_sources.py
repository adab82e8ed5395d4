"""Secrets from their sources: an environment variable or a file becomes a value that is never shown."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path

from reconciler.manifests.explain import is_mask
from reconciler.manifests.surroundings import Surroundings
from reconciler.manifests.words import quoted
from reconciler.model.addresses import Span
from reconciler.model.problems import Problem, Severity
from reconciler.model.secrets import Secret

_PARTLY_MASKED = "****"
"""Graph also shows secrets as `42*****96` (Graph docs: Create identityProvider)."""


def read_secret(
    source: Mapping[str, str], binary: bool, folder: Path, span: Span, around: Surroundings
) -> tuple[Secret, tuple[Problem, ...]]:
    """The secret of a source, and why it has no value if it has none. A `binary` one is base64 text, from raw files."""
    if "fromEnv" in source:
        kind, name, fix = "environment variable", source["fromEnv"], "set it where this command runs"
        value, fault = _from_environment(around, name, binary)
    else:
        kind, name, fix = "file", source["fromFile"], "the path is relative to the file that names it"
        value, fault = _from_file(folder, name, binary)
    if value is not None and (is_mask(value) or _PARTLY_MASKED in value):
        value, fault = None, "holds what Graph shows in the place of a secret"
    secret = Secret(value, f"{kind} {name}")
    if value is not None or around.secrets == "ignore":
        return secret, ()
    severity = Severity.ERROR if around.secrets == "require" else Severity.WARNING
    return secret, (Problem(f"the {kind} {quoted(name)} {fault}", fix, span, severity=severity),)


def _from_environment(around: Surroundings, name: str, binary: bool) -> tuple[str | None, str]:
    value = around.environ.get(name)
    if value is None:
        return None, "is not set"
    if not value:  # what a pipeline makes of a secret that it does not have
        return None, "is empty"
    if binary and not _is_base64(value):
        return None, "does not hold base64"
    return value, ""


def _from_file(folder: Path, name: str, binary: bool) -> tuple[str | None, str]:
    try:
        raw = (folder / name).read_bytes()
        text = base64.b64encode(raw).decode() if binary else raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, "is not UTF-8 text"
    except (OSError, ValueError) as fault:
        return None, f"cannot be read: {getattr(fault, 'strerror', None) or 'not a file name'}"
    text = text.removesuffix("\n").removesuffix("\r")
    return (text, "") if text else (None, "is empty")


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
