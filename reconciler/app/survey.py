"""Reading a tenant for a set of manifests, and the plan that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.app.memory import Memory
from reconciler.model.errors import GraphError
from reconciler.model.identity import Index
from reconciler.model.kinds import Kinds, Link
from reconciler.model.live import Answer, Need, Snapshot
from reconciler.model.paths import collection_need
from reconciler.model.plans import Plan
from reconciler.model.problems import Problem, Severity
from reconciler.model.resources import Resource
from reconciler.model.tenant import Clock, Tenant
from reconciler.planning.expansions import expandable, expanded_need, is_proved, is_refused, proofs, trusting
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
    distrusted: set[str] | None = None,
) -> Plan:
    """Read what these manifests need of the tenant, in two rounds, and plan.

    `distrusted` remembers the kinds whose listings do not expand what they should, for further surveys of the run.

    With a clock, creates that an earlier run began and did not end are looked for repeatedly before they are taken
    to be absent: listings lag behind writes.
    """
    names = listed_kinds(resources, kinds, options)
    distrusted = set() if distrusted is None else distrusted
    expanded = {name: link for name, link in expandable(resources, kinds, options).items() if name not in distrusted}
    answers = await _listings(names, kinds, expanded, tenant, distrusted)
    if patience is not None:
        wanted = [each for each in resources if each.present and options.selects(each.address)]
        await _look_for_unfinished(wanted, kinds, tenant, memory, answers, names, patience)
    listed = listing(names, kinds, answers)
    believed = {name: link for name, link in expanded.items() if name not in distrusted}
    proof = proofs(resources, kinds, believed, listed)
    seen = trusting(kinds, {name: believed[name] for name in proof})
    needs = detail_needs(resources, seen, listed, memory.made, options)
    answers |= await tenant.read([*needs, *(need for need, _ in proof.values())])
    if wrong := {name for name, (need, ids) in proof.items() if not is_proved(answers, need, ids)}:
        distrusted |= wrong
        seen = trusting(kinds, {name: believed[name] for name in proof if name not in wrong})
        rest = detail_needs(resources, seen, listed, memory.made, options)
        answers |= await tenant.read([need for need in rest if need not in answers])
    asked = documents_wanted(resources, kinds, listed, memory.made, options)
    snapshot = detailed(listed, seen, answers, memory.made, asked)
    plan = make_plan(resources, kinds, snapshot, memory.receipts, options, memory.unfinished)
    curious = inquiries(plan, kinds)
    told = tuple(doubts(curious, await tenant.read(curious))) if curious else ()
    return replace(plan, problems=(*plan.problems, *told))


async def _listings(
    names: tuple[str, ...], kinds: Kinds, expanded: Mapping[str, Link], tenant: Tenant, distrusted: set[str]
) -> dict[Need, Answer]:
    """Every listing, by the need of the plain one; asked for once more where Graph takes no expansion."""
    wanted = {name: expanded_need(kinds[name], expanded[name]) for name in names if name in expanded}
    needs = [wanted.get(name, collection_need(kinds[name])) for name in names]
    answers = dict(await tenant.read(needs))
    refused = {name for name, need in wanted.items() if is_refused(answers[need])}
    distrusted |= refused
    if refused:
        answers |= await tenant.read([collection_need(kinds[name]) for name in sorted(refused)])
    for name, need in wanted.items():
        answers.setdefault(collection_need(kinds[name]), answers[need])
    return answers


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
