"""What `doctor` asks: the token of itself, and Graph in a handful of reads. What the answers mean is said elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.app.checkup.diagnosis import diagnose
from reconciler.app.checkup.facts import Facts
from reconciler.app.connection import open_tenant
from reconciler.app.request import Request, Surroundings
from reconciler.app.workspace import Workspace, check_selection, options_of
from reconciler.model.checkups import Checkup
from reconciler.model.errors import SignInError
from reconciler.model.kinds import ALL_CLOUDS, Kind, Kinds
from reconciler.model.live import Answer, Need
from reconciler.model.outcomes import Requests
from reconciler.model.paths import listing_path
from reconciler.model.problems import errors_of
from reconciler.model.resources import Resource
from reconciler.msgraph.client import Graph
from reconciler.msgraph.probe import Probe
from reconciler.msgraph.tokens import Claims, claims_of
from reconciler.planning.needs import listed_kinds
from reconciler.planning.permissions import Demands, demands, grants, role_needs

PATIENCE = 20.0
"""Seconds of waiting in all: an examination is over soon, or it says that Graph did not answer."""
TELLING = ("B2cUserFlow", "AuthenticationEventsFlow")
"""The kinds whose listings tell one type of tenant from another, by how Graph refuses them."""


@dataclass(slots=True)
class Findings:
    """What was asked so far and what came back."""

    root: str = ""
    claims: Claims | None = None
    refused: SignInError | None = None
    reached: Probe | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: Requests = field(default_factory=Requests)


async def examine(
    space: Workspace, request: Request, around: Surroundings, now: Callable[[], float] = time.time
) -> Checkup:
    """Whether this tenant, cloud, token and switch can do what the manifests need. Nothing is written to the tenant.

    Raises UsageError where the project file does not say how to sign in.
    """
    options = options_of(request, space.project, around)
    if not errors_of(space.manifests.problems):
        check_selection(space, options)
    resources = tuple(each for each in space.manifests.resources if options.selects(each.address))
    asked = demands(resources, space.kinds, options)
    listed = listed_kinds(resources, space.kinds, options)
    found = Findings()
    try:
        await _ask(found, space, replace(request, max_wait=min(request.max_wait, PATIENCE)), around, listed)
    except SignInError as error:
        found.refused = error
    facts = _with_needs(_facts(space, found, listed, resources, now()), asked)
    return Checkup(
        tenant=space.name,
        checks=tuple(diagnose(facts)),
        plan=facts.plan,
        apply=facts.apply,
        roles=facts.roles,
        problems=facts.problems,
        requests=found.requests,
    )


def _facts(
    space: Workspace, found: Findings, listed: tuple[str, ...], resources: tuple[Resource, ...], now: float
) -> Facts:
    return Facts(
        tenant=space.tenant,
        root=found.root,
        kinds=space.kinds,
        now=now,
        listed=listed,
        resources=resources,
        problems=space.manifests.problems,
        documents=space.manifests.documents,
        files=space.manifests.files,
        claims=found.claims,
        refused=found.refused,
        reached=found.reached,
        answers=found.answers,
    )


def _with_needs(facts: Facts, asked: Demands) -> Facts:
    claims, held = facts.claims, facts.held
    roles = role_needs(asked.apply, claims.roles) if claims is not None and not claims.app_only else ()
    return replace(facts, plan=grants(asked.plan, held), apply=grants(asked.apply, held), roles=roles)


async def _ask(
    found: Findings, space: Workspace, request: Request, around: Surroundings, listed: tuple[str, ...]
) -> None:
    """Sign in, one read to see whether Graph is there and what its clock says, and the others in one go."""
    async with open_tenant(space, request, around) as session:
        found.root = session.root
        try:
            found.claims = await claims_of(session.source) if session.source else None
            held = found.claims.permissions if found.claims else None
            await _look(found, session.graph, space.kinds, probed(listed, space.kinds, space.tenant.cloud, held))
        finally:
            found.requests = session.graph.requests


async def _look(found: Findings, graph: Graph, kinds: Kinds, names: Iterable[str]) -> None:
    needs = {name: first_page(kinds[name]) for name in names}
    first, *rest = needs
    found.reached = await graph.probe(needs[first])
    found.answers[first] = found.reached.answer
    if found.reached.status not in (0, 401) and rest:  # nobody is there, or nobody with this token is let in
        came: Mapping[Need, Answer] = await graph.read([needs[name] for name in rest])
        found.answers |= {name: came[needs[name]] for name in rest}


def first_page(kind: Kind) -> Need:
    """The first page of a kind's listing, which is enough to see whether it can be listed."""
    return Need(listing_path(kind), kind.version)


def probed(listed: Iterable[str], kinds: Kinds, cloud: str, held: frozenset[str] | None) -> tuple[str, ...]:
    """The kinds whose listings are asked for: of those needed one for each permission and one behind a switch, those
    that tell the type of the tenant, and for want of any the switch itself.

    The last two are not asked for where the token is known not to be let in: nothing would be learnt.
    """
    needed = sorted(listed, key=lambda name: (not kinds[name].lacking, kinds[name].gate is None, name))
    chosen = {kinds[name].permissions.read: name for name in reversed(needed)}
    gated = [name for name in needed if kinds[name].gate is not None]
    telling = [name for name in TELLING if _may_ask(kinds[name], cloud, held)]
    names = sorted({*chosen.values(), *gated[:1]})
    return tuple(dict.fromkeys([*names, *telling])) or ("AuthenticationFlowsPolicy",)


def _may_ask(kind: Kind, cloud: str, held: frozenset[str] | None) -> bool:
    has_it = cloud in kind.clouds or cloud not in ALL_CLOUDS  # of another address nobody knows
    return has_it and (held is None or not held.isdisjoint(kind.permissions.reading))
