"""Unsigned tokens, made as a test needs them."""

from __future__ import annotations

import base64
import json
from typing import Any

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
APP = "11111111-2222-3333-4444-555555555555"


def jwt(**claims: Any) -> str:
    """A JSON web token with these claims, and a signature that is none."""
    header, payload = (_part(json.dumps(part).encode()) for part in ({"alg": "none", "typ": "JWT"}, claims))
    return f"{header}.{payload}.{_part(b'a signature that nobody checks')}"


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
