"""What is asked about the tenant: whether it can be reached, its cloud and type, its switch, what it lets be listed."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.app.checkup.facts import NOT_ASKED, Facts, together
from reconciler.model.checkups import Check, Standing
from reconciler.model.kinds import ALL_CLOUDS, ALL_TENANTS, Gate
from reconciler.model.live import Present, Unknown
from reconciler.model.shapes import unwrapped
from reconciler.model.values import get

SKEW = 300.0  # seconds by which clocks may differ; tokens are judged with about as much tolerance
B2C, EXTERNAL, WORKFORCE = "b2c", "external", "workforce"


def about_graph(facts: Facts) -> Iterator[Check]:
    """The checks of the way to Graph, and of the clock at its end."""
    yield _reachability(facts)
    yield _clock(facts)


def about_tenant(facts: Facts) -> Iterator[Check]:
    """The checks of what the cloud and the tenant have."""
    yield _cloud(facts)
    yield _type(facts)
    gates = {gate: None for name in facts.listed if (gate := facts.kinds[name].gate) is not None}
    yield from (_switch(facts, gate) for gate in gates)
    yield _access(facts)


def _reachability(facts: Facts) -> Check:
    name, reached = "reachability", facts.reached
    if reached is None:
        return Check(name, Standing.UNKNOWN, NOT_ASKED)
    reason = reached.answer.reason if isinstance(reached.answer, Unknown) else ""
    if reached.status == 0:
        return Check(name, Standing.MISSING, reason, "check the 'graph' of the tenant, the network and HTTPS_PROXY")
    if reached.status == 401:
        return Check(name, Standing.MISSING, reason, "sign in again, and check 'graph' and 'tenantId'")
    if reached.status == 429 or reached.status >= 500:
        return Check(name, Standing.UNKNOWN, reason, "run again in a few minutes")
    where = "the embedded tenant" if facts.embedded else facts.root
    return Check(name, Standing.OK, f"{where} answers")


def _clock(facts: Facts) -> Check:
    name = "clock"
    if facts.reached is None or facts.reached.status == 0:
        return Check(name, Standing.UNKNOWN, "Graph has not told its time")
    ahead = facts.reached.ahead
    if ahead is None:
        return Check(name, Standing.WARNING, "Graph's answer has no date")
    if abs(ahead) <= SKEW:
        return Check(name, Standing.OK, "this clock and Graph's differ by less than 5 minutes")
    way = "ahead of" if ahead > 0 else "behind"
    detail = f"this clock is {round(abs(ahead) / 60):,} minutes {way} Graph's"
    return Check(name, Standing.WARNING, detail, "set the clock: tokens, certificates and waiting go by it")


def _cloud(facts: Facts) -> Check:
    name, cloud = "cloud", facts.tenant.cloud
    if facts.embedded and cloud not in ALL_CLOUDS:
        return Check(name, Standing.OK, "the embedded tenant is of no cloud")
    if cloud not in ALL_CLOUDS:
        detail = "an address of its own: of which cloud it is nobody said, and what that one has is not checked"
        return Check(name, Standing.WARNING, detail)
    absent = [kind for kind in facts.declared if cloud not in facts.kinds[kind].clouds]
    if not absent:
        return Check(name, Standing.OK, f"{cloud} has every kind that is declared")
    fix = "leave their manifests out for this tenant"
    return Check(name, Standing.MISSING, f"{cloud} has no {together(absent, 'or')}", fix)


def _type(facts: Facts) -> Check:
    """Stated or found out; Graph's refusal of B2C flows is certain, that of events flows only likely to tell."""
    name, stated, found = "tenant-type", facts.tenant.type or "", _found(facts)
    sort = stated or found
    if stated and found and (stated == B2C) != (found == B2C):
        detail = f"the project file says {stated}, and Graph answers as a tenant of the type {found} does"
        return Check(name, Standing.MISSING, detail, "check the tenant's 'type' and 'tenantId'")
    misfits = [kind for kind in facts.declared if sort and sort not in facts.kinds[kind].tenants]
    refused = [kind for kind in facts.declared if facts.lacks(kind)]
    if misfits or refused:
        detail = (
            f"a tenant of the type {sort or 'this one is of'} has no {together(sorted({*misfits, *refused}), 'or')}"
        )
        return Check(name, Standing.MISSING, detail, "check 'type' and 'tenantId', or leave their manifests out")
    if stated and found and stated != found:
        detail = f"the project file says {stated}, and Graph answers as a tenant of the type {found} would"
        return Check(name, Standing.WARNING, detail, "check the tenant's 'type'")
    if stated:
        return Check(name, Standing.OK, f"{stated}, as the project file says")
    if found:
        return Check(name, Standing.OK, f"{found}, by the way Graph answers")
    if all(facts.kinds[kind].tenants == ALL_TENANTS or facts.is_there(kind) for kind in facts.declared):
        return Check(name, Standing.OK, "every type of tenant has what is declared")
    return Check(name, Standing.WARNING, "of which type the tenant is cannot be told", "write its 'type'")


def _found(facts: Facts) -> str:
    """The type of the tenant, as its answers tell it; nothing where they do not."""
    if facts.is_there("B2cUserFlow"):
        return B2C
    if not facts.lacks("B2cUserFlow"):
        return ""
    if facts.is_there("AuthenticationEventsFlow"):
        return EXTERNAL
    return WORKFORCE if facts.lacks("AuthenticationEventsFlow") else ""


def _switch(facts: Facts, gate: Gate) -> Check:
    """Whether a tenant switch is on, as what stands behind it tells; else as the switch itself does."""
    name = "self-service-sign-up"
    behind = [kind for kind in facts.answers if facts.kinds[kind].gate == gate]
    if any(facts.is_shut(kind) for kind in behind):
        return _off(facts, gate, name)
    if any(facts.is_there(kind) for kind in behind):
        return Check(name, Standing.OK, f"it is on, or not needed: Graph lists {together(behind)}")
    own = facts.answers.get(gate.kind)
    position = get(unwrapped(own.body), gate.path) if isinstance(own, Present) else None
    if isinstance(position, bool):
        return Check(name, Standing.OK, "it is on") if position else _off(facts, gate, name)
    reason = next((facts.reason(kind) for kind in behind), NOT_ASKED)
    return Check(name, Standing.UNKNOWN, f"could not be found out: {reason}")


def _off(facts: Facts, gate: Gate, name: str) -> Check:
    mine = [each for each in facts.resources if each.address.kind == gate.kind]
    if any(get(each.properties, gate.path) is True for each in mine):
        return Check(name, Standing.OK, "it is off, and these manifests turn it on: apply does so first")
    hidden = together(kind for kind in facts.listed if facts.kinds[kind].gate == gate)
    fix = f"declare an {gate.kind} with {gate.path}: true, or turn it on in the portal"
    return Check(name, Standing.MISSING, f"it is off, which hides {hidden}", fix)


def _access(facts: Facts) -> Check:
    """Whether Graph really lets be listed what was tried of what is needed; what other checks say is not repeated."""
    name = "access"
    tried = [kind for kind in facts.listed if kind in facts.answers]
    closed = [kind for kind in tried if not facts.is_there(kind) and not facts.is_shut(kind) and not facts.lacks(kind)]
    told = [kind for kind in closed if facts.is_forbidden(kind) and _is_known_to_lack(facts, kind)]
    left = [kind for kind in closed if kind not in told]
    if left:
        certain = any(
            facts.is_forbidden(kind) or facts.kinds[kind].is_lacking(_status(facts, kind), "") for kind in left
        )
        detail = "; ".join(f"{kind}: {facts.reason(kind)}" for kind in left)
        return Check(name, Standing.MISSING if certain else Standing.UNKNOWN, detail, _opening(facts, left))
    there = [kind for kind in tried if facts.is_there(kind)]
    if there:
        return Check(name, Standing.OK, f"Graph lists {together(there)}")
    if tried or not facts.listed:
        return Check(name, Standing.OK, "nothing to add to what is said above" if tried else "nothing is to be listed")
    return Check(name, Standing.UNKNOWN, NOT_ASKED)


def _is_known_to_lack(facts: Facts, kind: str) -> bool:
    return facts.held is not None and facts.held.isdisjoint(facts.kinds[kind].permissions.reading)


def _status(facts: Facts, kind: str) -> int:
    answer = facts.answers[kind]
    return answer.status if isinstance(answer, Unknown) else 404


def _opening(facts: Facts, left: list[str]) -> str:
    wanted = sorted({facts.kinds[kind].permissions.read for kind in left if facts.is_forbidden(kind)})
    return f"it takes {together(wanted)}, with admin consent" if wanted else ""
