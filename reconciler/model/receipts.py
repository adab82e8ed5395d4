"""What we last wrote, as keyed fingerprints: enough to tell who changed something, and nothing to steal."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.model.addresses import Address
from reconciler.model.secrets import Secret
from reconciler.model.values import Value


@dataclass(frozen=True, slots=True)
class Receipts:
    """For each object and each path of its spec, the fingerprint of the value that was last applied."""

    key: bytes
    entries: Mapping[Address, Mapping[str, str]] = field(default_factory=dict)

    def of(self, address: Address, path: str) -> str | None:
        """The fingerprint of what was last applied there, if anything was."""
        return self.entries.get(address, {}).get(path)

    def fingerprint(self, value: Value) -> str:
        """An HMAC-SHA-256 of the value in hexadecimal digits; equal values (1 and 1.0 too) have equal ones."""
        text = json.dumps(_canonical(value), sort_keys=True, ensure_ascii=False, default=str)
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _canonical(value: Value) -> Any:
    if isinstance(value, Secret):
        return {"secret": value.reveal()}
    if isinstance(value, Mapping):
        return {name: _canonical(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
