"""A saved plan: what was approved, bound to its tenant, without secrets or manifests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.app.request import Request
from reconciler.execution.folder import replace
from reconciler.model.errors import ReconcilerError
from reconciler.model.plans import Plan, Refusal
from reconciler.planning.digest import content_of

_KIND = "SavedPlan"
_VERSION = "reconciler/v1"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """The approved steps by id, the tenant they are for, and the options they came from."""

    tenant: str
    graph: str
    tenant_id: str
    digest: str
    steps: dict[str, Any]
    options: dict[str, Any]


def text_of(plan: Plan, request: Request, tenant: str, graph: str, tenant_id: str, root: Path) -> str:
    """The text of a plan file. Paths are kept relative to the project's folder."""
    document = {
        "apiVersion": _VERSION,
        "kind": _KIND,
        "tenant": {"name": tenant, "graph": graph, "tenantId": tenant_id},
        "digest": plan.digest,
        "options": _options(request, root),
        "steps": [content_of(step) for step in plan.steps],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(path: Path, text: str) -> None:
    """Put the text of a plan into a file, as a whole. Raises ReconcilerError."""
    try:
        replace(path, text.encode("utf-8", "backslashreplace"))
    except OSError as fault:
        raise ReconcilerError(f"cannot write {path}: {fault.strerror}", "name another file with --out") from fault


def load(path: Path) -> SavedPlan | None:
    """The saved plan in a file, or None when the file holds something else: a plan is told by its content.

    Raises ReconcilerError for a saved plan that is damaged.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("kind") != _KIND:
        return None
    try:
        tenant = document["tenant"]
        steps = {step["id"]: step for step in document["steps"]}
        return SavedPlan(
            tenant["name"], tenant["graph"], tenant["tenantId"], document["digest"], steps, dict(document["options"])
        )
    except (KeyError, TypeError, ValueError) as broken:
        raise ReconcilerError(f"{path} is a saved plan that cannot be read", "plan again with --out") from broken


def request_of(saved: SavedPlan, request: Request, root: Path) -> Request:
    """The request from which the plan was made, with today's patience and confirmation."""
    options = saved.options
    return Request(
        paths=tuple(root / path for path in options["paths"]),
        project=request.project,
        tenant=saved.tenant,
        variables={**options["variables"], **request.variables},
        select=tuple(options["select"]),
        max_wait=request.max_wait,
        prune=_set(options["prune"]),
        send_secrets=_set(options["sendSecrets"]),
        yes=request.yes,
    )


def stale(saved: SavedPlan, plan: Plan) -> tuple[Refusal, ...]:
    """Every step that is left to do and was not approved: what was approved, or less, is applied."""
    return tuple(
        Refusal(
            "stalePlan",
            step.action.address,
            f"'{step.id}' is not in the saved plan as it would be done now: tenant or manifests changed since",
            "plan again and have the new plan approved",
        )
        for step in plan.steps
        if _essence(content_of(step)) != _essence(saved.steps.get(step.id, {}))
    )


def _essence(content: dict[str, Any]) -> dict[str, Any]:
    """What a step does; what it waits for shrinks as other steps get done."""
    return {name: value for name, value in content.items() if name != "after"}


def _options(request: Request, root: Path) -> dict[str, Any]:
    return {
        "paths": [_relative(path, root) for path in request.paths],
        "variables": dict(sorted(request.variables.items())),
        "select": list(request.select),
        "prune": _list(request.prune),
        "sendSecrets": _list(request.send_secrets),
    }


def _relative(path: Path, root: Path) -> str:
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else resolved.as_posix()


def _list(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _set(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)
