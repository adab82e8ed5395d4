"""What a run will cost in requests and minutes, and whether it may."""

from __future__ import annotations

import logging
import math

from reconciler.app.request import Request, Surroundings
from reconciler.app.workspace import Workspace, options_of
from reconciler.model.errors import RefusedError
from reconciler.model.outcomes import Estimate
from reconciler.model.problems import Problem, Severity
from reconciler.planning.estimate import estimate, waiting

_READING = "to read what the manifests declare"
_MINUTE = 60
_SPARE = 1.25  # more than is needed, for bad days

log = logging.getLogger(__name__)


def cost_of(space: Workspace, request: Request, around: Surroundings) -> Estimate:
    """What a check will cost, as far as that can be told without asking Graph."""
    options = options_of(request, space.project, around)
    limit = space.tenant.limits.requests_per_minute
    return estimate(space.manifests.resources, space.kinds, options, limit)


def check_cost(space: Workspace, request: Request, around: Surroundings) -> None:
    """Raises RefusedError when a check will need more requests than it may."""
    if request.max_requests is not None:
        cost = cost_of(space, request, around)
        too_many(cost.logical, request.max_requests, _READING, certain=cost.least > request.max_requests)


def too_many(needed: int, allowed: int, what_for: str, *, certain: bool = True) -> None:
    """Raises RefusedError when more requests are needed than allowed, or may be."""
    if needed > allowed:
        words = "are" if certain else "may be"
        raise RefusedError(
            f"about {needed:,} Graph requests {words} needed {what_for}, and --max-requests is {allowed:,}",
            "raise --max-requests, or take less at a time with --select",
        )


def impatience_to_read(space: Workspace, request: Request, around: Surroundings) -> tuple[Problem, ...]:
    """A warning where a check will wait longer for the quota than it may."""
    limit = space.tenant.limits.requests_per_minute
    resources = space.manifests.resources
    most = len(space.kinds) + sum(1 + 2 * len(each.links) + len(each.documents) for each in resources)
    if waiting(most, limit) < request.max_wait:  # nearly always, and known at a glance
        return ()
    seconds = waiting(cost_of(space, request, around).least, limit)
    return _impatience(seconds, limit, request, _READING, "is not read by then is unknown")


def impatience_to_write(space: Workspace, request: Request, steps: int) -> tuple[Problem, ...]:
    """A warning where an apply will wait longer for the quota than it may."""
    limit = space.tenant.limits.requests_per_minute
    otherwise = "is not done by then is left to the next apply"
    return _impatience(waiting(steps, limit), limit, request, "to write what is planned", otherwise)


def _impatience(
    seconds: int, limit: int | None, request: Request, what_for: str, otherwise: str
) -> tuple[Problem, ...]:
    if limit is None or seconds == 0 or seconds < request.max_wait:
        return ()
    pace = f"about {_span(seconds)} at {limit:,} requests a minute"
    message = f"{what_for} takes {pace}, and --max-wait is {_span(request.max_wait)}: what {otherwise}"
    enough = math.ceil(seconds / _MINUTE * _SPARE)
    fix = f"add --max-wait {enough}m, or take less at a time with --select"
    return (Problem(message, fix, severity=Severity.WARNING),)


def _span(seconds: float) -> str:
    return f"{seconds / _MINUTE:,.4g} min" if seconds >= _MINUTE else f"{seconds:g} s"


def told(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The same problems, once whoever waits has heard of them: the report comes after the waiting."""
    for problem in problems:
        log.warning("%s; %s", problem.message, problem.fix)
    return problems
