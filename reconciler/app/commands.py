"""validate, plan, apply, drift, doctor: from a request to a run.

What speaks to a tenant is imported by the commands that do: `validate` starts in half the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from reconciler.app import saved as plans_on_file
from reconciler.app.costs import check_cost, cost_of, impatience_to_read, told
from reconciler.app.request import Request, Surroundings
from reconciler.app.saved import SavedPlan
from reconciler.app.verdict import is_faulty, of_drift, of_plan
from reconciler.app.workspace import (
    Workspace,
    check_offline,
    check_selection,
    expired_rules,
    open_project,
    open_workspace,
    options_of,
    run_of,
)
from reconciler.execution.lock import hold
from reconciler.model.checkups import Checkup
from reconciler.model.errors import RefusedError, UsageError
from reconciler.model.outcomes import Requests
from reconciler.model.plans import Plan
from reconciler.model.problems import errors_of
from reconciler.model.runs import Command, Run


def validate(request: Request, around: Surroundings) -> Run:
    """Schema, references and semantics of the manifests; offline."""
    manifests, tenant = check_offline(request, around)
    code = 1 if errors_of(manifests.problems) else 0
    return Run(
        "validate", code, tenant, problems=manifests.problems, manifests=manifests.documents, files=manifests.files
    )


def plan(request: Request, around: Surroundings) -> Run:
    """What apply would do; `request.out` is written when nothing stands in the plan's way."""
    space = open_workspace(request, around, "warn")
    if request.estimate and not errors_of(space.manifests.problems):
        run = run_of("plan", space, Plan(), Requests(), impatience_to_read(space, request, around))
        return replace(run, estimate=cost_of(space, request, around))
    run = _look("plan", space, request, around)
    run = replace(run, exit_code=of_plan(run, detailed=request.detailed_exitcode))
    if request.out is not None and not run.plan.refusals and not is_faulty(run):
        text = plans_on_file.text_of(run.plan, request, space.tenant, space.project.root)
        plans_on_file.write(around.cwd / request.out, text)
    return run


def drift(request: Request, around: Surroundings) -> Run:
    """In what the tenant is not what the manifests say; guards do not matter, as nothing is to be written."""
    space = open_workspace(request, around, "warn")
    run = _look("drift", space, request, around)
    run = replace(run, plan=replace(run.plan, refusals=()))
    return replace(run, exit_code=of_drift(run))


def apply(request: Request, around: Surroundings, *, confirm: Callable[[Run], bool]) -> Run:
    """Plan, ask, perform. A single path that holds a saved plan is applied as it was approved, or less."""
    approved, request = _approved(request, around)
    space = open_workspace(request, around, "require")
    if approved is not None:
        _same_tenant(approved, space)
    if errors_of(space.manifests.problems):
        return _stopped_early("apply", space)
    check_cost(space, request, around)
    from reconciler.app.applying import Applying

    with hold(space.folder):
        return asyncio.run(Applying(space, request, around, confirm, approved).run())


def doctor(request: Request, around: Surroundings) -> Checkup:
    """Whether this tenant, cloud, token and switch can do what the manifests need; nothing is written."""
    from reconciler.app.checkup import examine

    return asyncio.run(examine(open_workspace(request, around, "warn"), request, around))


def _look(command: Command, space: Workspace, request: Request, around: Surroundings) -> Run:
    if errors_of(space.manifests.problems):
        return _stopped_early(command, space)
    check_cost(space, request, around)
    return asyncio.run(_read_only(command, space, request, around))


def _stopped_early(command: Command, space: Workspace) -> Run:
    """Faults in the manifests: nothing is asked of Graph."""
    return Run(
        command,
        1,
        space.name,
        problems=space.manifests.problems,
        manifests=space.manifests.documents,
        files=space.manifests.files,
    )


async def _read_only(command: Command, space: Workspace, request: Request, around: Surroundings) -> Run:
    from reconciler.app.connection import open_tenant
    from reconciler.app.survey import survey, try_out

    memory, doubts = space.memory()
    doubts += told(impatience_to_read(space, request, around))
    options = options_of(request, space.project, around)
    check_selection(space, options)
    async with open_tenant(space, request, around) as session:
        found = await survey(space.manifests.resources, space.kinds, session.graph, memory, options)
        if request.check_extensions:
            doubts += await try_out(space.manifests.resources, space.kinds, session.graph, options)
        doubts += expired_rules(space.project, around)
        return run_of(command, space, found, session.graph.requests, doubts)


def _approved(request: Request, around: Surroundings) -> tuple[SavedPlan | None, Request]:
    """The saved plan that was given in place of manifests, and the request it was made from."""
    approved = plans_on_file.load(around.cwd / request.paths[0]) if len(request.paths) == 1 else None
    if approved is None:
        return None, request
    if request.tenant not in (None, approved.tenant):
        raise RefusedError(
            f"the saved plan is for the tenant '{approved.tenant}', not for '{request.tenant}'",
            "plan that tenant, or leave --tenant out",
        )
    if request.select or request.prune is not None or request.send_secrets is not None:
        raise UsageError("a saved plan brings its own options", "leave --select, --prune and --send-secrets out")
    return approved, plans_on_file.request_of(approved, request, open_project(request, around).root)


def _same_tenant(approved: SavedPlan, space: Workspace) -> None:
    now = (space.tenant.graph, space.tenant.tenant_id or "")
    if now != (approved.graph, approved.tenant_id):
        raise RefusedError(
            f"the saved plan is for another tenant: '{approved.tenant}' was {approved.graph} {approved.tenant_id}",
            "plan again",
        )
