"""Reading a tenant for a set of manifests, and the plan that follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.app.memory import Memory
from reconciler.model.errors import GraphError
from reconciler.model.identity import Index
from reconciler.model.kinds import Kinds
from reconciler.model.live import Answer, Need, Snapshot
from reconciler.model.paths import collection_need
from reconciler.model.plans import Plan
from reconciler.model.problems import Problem, Severity
from reconciler.model.resources import Resource
from reconciler.model.tenant import Clock, Tenant
from reconciler.planning.inquiries import doubts, inquiries, trials, verdict
from reconciler.planning.needs import detail_needs, documents_wanted, listed_kinds
from reconciler.planning.normalise import detailed, listing
from reconciler.planning.options import Options
from reconciler.planning.plan import make_plan

LOOKS = (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0)
"""Seconds between looks for what Graph does not show yet: about twenty in all."""


async def survey(
    resources: tuple[Resource, ...],
    kinds: Kinds,
    tenant: Tenant,
    memory: Memory,
    options: Options,
    patience: Clock | None = None,
) -> Plan:
    """Read what these manifests need of the tenant, in two rounds, and plan.

    With a clock, creates that an earlier run began and did not end are looked for repeatedly before they are taken
    to be absent: listings lag behind writes.
    """
    names = listed_kinds(resources, kinds, options)
    answers = dict(await tenant.read([collection_need(kinds[name]) for name in names]))
    if patience is not None:
        wanted = [each for each in resources if each.present and options.selects(each.address)]
        await _look_for_unfinished(wanted, kinds, tenant, memory, answers, names, patience)
    listed = listing(names, kinds, answers)
    answers |= await tenant.read(detail_needs(resources, kinds, listed, memory.made, options))
    asked = documents_wanted(resources, kinds, listed, memory.made, options)
    snapshot = detailed(listed, kinds, answers, memory.made, asked)
    plan = make_plan(resources, kinds, snapshot, memory.receipts, options)
    curious = inquiries(plan, kinds)
    told = tuple(doubts(curious, await tenant.read(curious))) if curious else ()
    return replace(plan, problems=(*plan.problems, *told))


async def try_out(resources: Iterable[Resource], kinds: Kinds, tenant: Tenant, options: Options) -> tuple[Problem, ...]:
    """What Graph says of settings that are not saved; where it does not say, a warning."""
    found: list[Problem] = []
    for resource, write in trials((each for each in resources if options.selects(each.address)), kinds):
        try:
            reply = await tenant.write(write)
        except GraphError as error:
            message = f"{resource.address} could not be tried out: {error.message}"
            found.append(Problem(message, error.fix, resource.span, resource.address, Severity.WARNING))
        else:
            found += verdict(resource, reply.body)
    return tuple(found)


async def _look_for_unfinished(
    resources: Iterable[Resource],
    kinds: Kinds,
    tenant: Tenant,
    memory: Memory,
    answers: dict[Need, Answer],
    names: tuple[str, ...],
    clock: Clock,
) -> None:
    unfinished = [resource for resource in resources if resource.address in memory.open_creates]
    for seconds in LOOKS:
        hidden = _hidden(unfinished, kinds, listing(names, kinds, answers))
        if not hidden:
            return
        await clock.sleep(seconds)
        answers |= await tenant.read([collection_need(kinds[name]) for name in hidden])


def _hidden(unfinished: list[Resource], kinds: Kinds, snapshot: Snapshot) -> list[str]:
    """The kinds of which an unfinished object does not show."""
    return sorted(
        {
            resource.address.kind
            for resource in unfinished
            if resource.address.kind in snapshot.objects
            and not Index(kinds[resource.address.kind], snapshot.of(resource.address.kind)).candidates(resource)
        }
    )
