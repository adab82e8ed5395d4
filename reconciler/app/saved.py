"""A saved plan: what was approved, bound to its tenant, without secrets or manifests."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reconciler.app.request import Request
from reconciler.execution import folder
from reconciler.model.addresses import Address
from reconciler.model.errors import ReconcilerError
from reconciler.model.plans import Plan, Refusal, Step
from reconciler.planning.digest import content_of, digest_of_contents
from reconciler.settings import TenantSettings

_KIND = "SavedPlan"
_VERSION = "reconciler/v1"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """The approved steps by id, the live objects they are about, the tenant, and the options they came from.

    `request` has the paths and options only; `ids` maps `Kind/Name` to the Graph id of what was there.
    """

    tenant: str
    graph: str
    tenant_id: str
    steps: dict[str, Any]
    ids: dict[str, str]
    request: Request


def text_of(plan: Plan, request: Request, tenant: TenantSettings, root: Path) -> str:
    """The text of a plan file. Paths are kept relative to the project's folder."""
    named = {address for step in plan.steps for address in _about(step)}
    document = {
        "apiVersion": _VERSION,
        "kind": _KIND,
        "tenant": {"name": tenant.name, "graph": tenant.graph, "tenantId": tenant.tenant_id},
        "digest": plan.digest,
        "options": _options(request, root),
        "ids": {str(address): plan.ids[address] for address in sorted(named) if address in plan.ids},
        "steps": [content_of(step) for step in plan.steps],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(path: Path, text: str) -> None:
    """Put the text of a plan into a file, as a whole. Raises ReconcilerError."""
    try:
        folder.replace(path, text.encode("utf-8", "backslashreplace"))
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
        return _read(document)
    except (KeyError, TypeError, ValueError, AttributeError) as broken:
        raise ReconcilerError(f"{path} is a saved plan that cannot be read", "plan again with --out") from broken


def _read(document: dict[str, Any]) -> SavedPlan:
    tenant, options = document["tenant"], document["options"]
    if digest_of_contents(document["steps"]) != document["digest"]:
        raise ValueError("the steps are not those that were saved")
    return SavedPlan(
        tenant["name"],
        tenant["graph"],
        tenant["tenantId"],
        {step["id"]: step for step in document["steps"]},
        dict(document["ids"]),
        Request(
            paths=tuple(Path(path) for path in options["paths"]),
            variables=dict(options["variables"]),
            select=tuple(options["select"]),
            prune=_set(options["prune"]),
            send_secrets=_set(options["sendSecrets"]),
        ),
    )


def request_of(saved: SavedPlan, request: Request, root: Path) -> Request:
    """The request from which the plan was made, with today's patience and confirmation."""
    made = saved.request
    return replace(
        request,
        paths=tuple(root / path for path in made.paths),
        tenant=saved.tenant,
        variables={**made.variables, **request.variables},
        select=made.select,
        prune=made.prune,
        send_secrets=made.send_secrets,
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
        if _essence(content_of(step)) != _essence(saved.steps.get(step.id, {})) or _moved(saved, plan, step)
    )


def _about(step: Step) -> tuple[Address, ...]:
    """The objects that a step names."""
    target: Address | None = getattr(step.action, "target", None)
    return (step.action.address, target) if target else (step.action.address,)


def _moved(saved: SavedPlan, plan: Plan, step: Step) -> bool:
    """Whether a name of the step stands for another live object than when the plan was approved."""
    pairs = [(saved.ids.get(str(address)), plan.ids.get(address)) for address in _about(step)]
    return any(then is not None and then != now for then, now in pairs)


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
