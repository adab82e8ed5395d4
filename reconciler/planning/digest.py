"""The content of a plan as plain data, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from reconciler.model.plans import Step, id_of
from reconciler.model.values import masked


def content_of(step: Step) -> dict[str, Any]:
    """What a step does, without secrets, ids and places: two steps of the same content do the same."""
    action = step.action
    return {
        "id": id_of(action),
        "changes": [[change.path, masked(change.before), masked(change.after)] for change in action.changes],
        "order": [target.name for target in getattr(action, "order", ())],
        "keep": sorted(target.name for target in getattr(action, "keep", ())),
        "after": list(step.after),
    }


def digest_of(steps: Iterable[Step]) -> str:
    """`sha256:` and the hash of the steps' content."""
    return digest_of_contents([content_of(step) for step in steps])


def digest_of_contents(contents: list[dict[str, Any]]) -> str:
    """The digest of what `content_of` gave, step by step."""
    text = json.dumps(contents, sort_keys=True, ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
