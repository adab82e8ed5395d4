"""A run as JSON, for programs: stable names, stable order, no secrets."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from reconciler.model.addresses import Address, Span
from reconciler.model.checkups import Check, Checkup, Grant, RoleNeed
from reconciler.model.outcomes import Estimate, Outcome
from reconciler.model.plans import AnyAction, Change, Difference, Expiry, Refusal, Step, Unmanaged, Unreadable, verb_of
from reconciler.model.problems import Problem
from reconciler.model.runs import Run, TenantName
from reconciler.model.values import masked

FORMAT_VERSION = "1.0"

Json = dict[str, Any]


def render(run: Run) -> str:
    """The document as text, ending in a newline; equal runs give equal bytes."""
    return json.dumps(_clean(document(run)), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def render_checkup(checkup: Checkup) -> str:
    """What `doctor` found out, as text in the same manner."""
    return json.dumps(_clean(checkup_document(checkup)), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def checkup_document(checkup: Checkup) -> Json:
    """What `doctor` found out, as data. `roles` are there for a delegated token only."""
    return {
        "formatVersion": FORMAT_VERSION,
        "command": "doctor",
        "tenant": _tenant(checkup.tenant) if checkup.tenant else None,
        "checks": [_check(check) for check in checkup.checks],
        "permissions": {
            "plan": [_grant(grant) for grant in checkup.plan],
            "apply": [_grant(grant) for grant in checkup.apply],
        },
        **({"roles": [_role(role) for role in checkup.roles]} if checkup.roles else {}),
        "problems": [_problem(problem) for problem in checkup.problems],
        "requests": {"logical": checkup.requests.logical, "http": checkup.requests.http},
    }


def document(run: Run) -> Json:
    """The document as data. `outcomes` are there for an apply only, `drift` for a drift only."""
    plan = run.plan
    return {
        "formatVersion": FORMAT_VERSION,
        "command": run.command,
        "tenant": _tenant(run.tenant) if run.tenant else None,
        "digest": plan.digest or None,
        "summary": plan.summary(),
        "actions": [_action(step) for step in plan.steps],
        **({"drift": [_difference(found) for found in plan.differences]} if run.command == "drift" else {}),
        "unmanaged": [_unmanaged(found) for found in plan.unmanaged],
        "unknown": [_unreadable(found) for found in plan.unknown],
        **({"certificates": [_expiry(found) for found in plan.certificates]} if plan.certificates else {}),
        "problems": [_problem(problem) for problem in (*run.problems, *plan.problems)],
        "refusals": [_refusal(refusal) for refusal in plan.refusals],
        **({"outcomes": [_outcome(outcome) for outcome in run.outcomes]} if run.command == "apply" else {}),
        **({"estimate": _estimate(run.estimate)} if run.estimate else {}),
        "requests": {
            "logical": run.requests.logical,
            "http": run.requests.http,
            "forecastWrites": run.forecast_writes,
        },
    }


def _check(check: Check) -> Json:
    return {"name": check.name, "status": check.status, "detail": check.detail, "fix": check.fix}


def _grant(grant: Grant) -> Json:
    ids = {"application": grant.ids.application, "delegated": grant.ids.delegated} if grant.ids else None
    return {"name": grant.name, "neededFor": list(grant.needed_for), "granted": grant.granted, "ids": ids}


def _role(role: RoleNeed) -> Json:
    return {"anyOf": list(role.any_of), "neededFor": list(role.needed_for), "held": role.held}


def _estimate(found: Estimate) -> Json:
    return {
        "logical": found.logical,
        "least": found.least,
        "http": found.http,
        "seconds": found.seconds,
        "requestsPerMinute": found.limit,
    }


def _tenant(tenant: TenantName) -> Json:
    return {"name": tenant.name, "graph": tenant.graph}


def _action(step: Step) -> Json:
    action = step.action
    return {
        "id": step.id,
        "verb": verb_of(action),
        **_address(action.address),
        **_target(action),
        **_changes(action.changes),
        "after": list(step.after),
        **_source(action.source),
    }


def _target(action: AnyAction) -> Json:
    found: Json = {}
    if link := getattr(action, "link", ""):
        found["link"] = link
    if target := getattr(action, "target", None):
        found["target"] = target.name
    if order := getattr(action, "order", ()):
        found["order"] = [entry.name for entry in order]
    return found


def _difference(found: Difference) -> Json:
    return {
        **_address(found.address),
        "state": found.state,
        **({"link": found.link} if found.link else {}),
        **({"target": found.target} if found.target else {}),
        "changes": [_change(change) for change in found.changes],
        "direction": found.direction,
        **_source(found.source),
    }


def _changes(changes: tuple[Change, ...]) -> Json:
    return {"changes": [_change(change) for change in changes]} if changes else {}


def _change(change: Change) -> Json:
    return {"path": change.path, "from": masked(change.before), "to": masked(change.after)}


def _unmanaged(found: Unmanaged) -> Json:
    return {**_address(found.address), "id": found.id}


def _expiry(found: Expiry) -> Json:
    return {**_address(found.address), "thumbprint": found.thumbprint, "notAfter": found.ends}


def _unreadable(found: Unreadable) -> Json:
    return {**_address(found.address), "reason": found.reason}


def _problem(problem: Problem) -> Json:
    return {
        "severity": problem.severity,
        "message": problem.message,
        "fix": problem.fix,
        "object": str(problem.about) if problem.about else None,
        "source": _span(problem.span) if problem.span else None,
    }


def _refusal(refusal: Refusal) -> Json:
    return {
        "guard": refusal.guard,
        "object": str(refusal.object),
        "reason": refusal.reason,
        "override": refusal.override,
    }


def _outcome(outcome: Outcome) -> Json:
    return {
        "id": outcome.id,
        "status": outcome.status,
        "httpStatus": outcome.http_status,
        "requestId": outcome.request_id or None,
        "detail": outcome.detail,
    }


def _address(address: Address) -> Json:
    return {"kind": address.kind, "name": address.name}


def _source(span: Span | None) -> Json:
    return {"source": _span(span)} if span else {}


def _span(span: Span) -> Json:
    return {"file": span.file, "line": span.line, "column": span.column}


def _clean(value: Any) -> Any:
    """The value as JSON and UTF-8 can hold it: no half of a surrogate pair, no infinity."""
    if isinstance(value, Mapping):
        return {_clean(name): _clean(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
