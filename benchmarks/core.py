"""The pure core alone: needs, normalise and plan of a tenant in memory, `python -m benchmarks.core FLOWS`."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from typing import Any

from benchmarks.tenants import ATTRIBUTES, PROVIDERS
from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.live import Answer, Need, Present
from reconciler.model.paths import collection_need
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Entry, Resource
from reconciler.planning.needs import detail_needs, listed_kinds
from reconciler.planning.normalise import detailed, listing
from reconciler.planning.options import Options
from reconciler.planning.plan import make_plan

HERE = Span("flows.yaml", 1, 1)
KINDS = load_kinds()
CONNECTORS = ("approval", "check")


def wanted(flow: int) -> Resource:
    """A flow as its manifest has it."""
    entry = {"isOptional": flow % 10 == 0, "userInputType": "textBox"}  # every tenth differs from what is there
    names = {"userAttributeAssignments": [(name, {**entry, "displayName": name}) for name in ATTRIBUTES]}
    names["identityProviders"] = [(name, {}) for name in PROVIDERS]
    names["apiConnectorConfiguration.postFederationSignup"] = [(CONNECTORS[0], {})]
    names["apiConnectorConfiguration.postAttributeCollection"] = [(CONNECTORS[1], {})]
    kind = KINDS["B2xUserFlow"]
    links = {
        link: tuple(Entry(Address(kind.link(link).target, name), HERE, said) for name, said in entries)
        for link, entries in names.items()
    }
    properties = {"userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}
    return Resource(Address("B2xUserFlow", f"Flow{flow}"), HERE, properties=properties, links=links)


def listings(flows: int) -> dict[Need, Answer]:
    """What the first round of reading brings."""
    own = {"userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}
    found: dict[str, list[Any]] = {
        "B2xUserFlow": [{"id": f"B2X_1_Flow{number}", **own} for number in range(flows)],
        "ApiConnector": [{"id": f"id-{name}", "displayName": name} for name in CONNECTORS],
        "IdentityProvider": [_provider(name) for name in PROVIDERS],
        "UserFlowAttribute": [{"id": name, "displayName": name} for name in ATTRIBUTES],
    }
    return {collection_need(KINDS[name]): Present(items) for name, items in found.items()}


def detail(need: Need) -> Answer:
    """What the second round brings for one need."""
    if need.path.endswith("getOrder"):
        return Present({"order": list(ATTRIBUTES)})
    if "apiConnectorConfiguration" in need.path:
        slots = ("postFederationSignup", "postAttributeCollection")
        pairs = zip(slots, CONNECTORS, strict=True)
        return Present({slot: {"id": f"id-{name}", "displayName": name} for slot, name in pairs})
    if need.path.endswith("dentityProviders"):
        return Present([_provider(name) for name in PROVIDERS])
    return Present([_assignment(name) for name in ATTRIBUTES])


def _provider(name: str) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.builtInIdentityProvider", "id": name, "displayName": name}


def _assignment(name: str) -> dict[str, Any]:
    target = {"id": name, "displayName": name}
    return {"id": name, "isOptional": False, "displayName": name, "userInputType": "textBox", "userAttribute": target}


def measure(flows: int) -> dict[str, float]:
    """CPU seconds of each part, and the steps of the plan."""
    resources = tuple(wanted(number) for number in range(flows))
    answers = listings(flows)
    options = Options(today=date(2026, 1, 1))
    marks = [time.process_time()]
    names = listed_kinds(resources, KINDS, options)
    listed = listing(names, KINDS, answers)
    needs = detail_needs(resources, KINDS, listed, {}, options)
    marks.append(time.process_time())
    answers |= {need: detail(need) for need in needs}
    marks.append(time.process_time())
    snapshot = detailed(listed, KINDS, answers, {})
    marks.append(time.process_time())
    plan = make_plan(resources, KINDS, snapshot, Receipts(b"k"), options)
    marks.append(time.process_time())
    assert not plan.unknown, plan.unknown[:1]
    assert not plan.problems, plan.problems[:1]
    parts = {"needs": marks[1] - marks[0], "normalise": marks[3] - marks[2], "plan": marks[4] - marks[3]}
    return {**parts, "cpu": sum(parts.values()), "steps": len(plan.steps)}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
