"""Listings that show providers: believed where one flow proves it, and never otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from reconciler.app.memory import Memory
from reconciler.app.survey import survey
from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.live import Absent, Answer, Answers, Need, Present, Unknown
from reconciler.model.outcomes import Requests
from reconciler.model.plans import Plan
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Entry, Resource
from reconciler.model.tenant import Reply, Write
from reconciler.planning.options import Options

FLOWS = "identity/b2xUserFlows"
EXPANDED = f"{FLOWS}?$expand=identityProviders"
NOWHERE = Span("flows.yaml", 1, 1)
AAD, OTP = {"id": "AADSignup-OAUTH"}, {"id": "EmailOtpSignup-OAUTH"}


class Flows:
    """A tenant with flows that all have the same provider; what it was asked is kept."""

    def __init__(self, count: int, listing: Answer | None = None, shown: Any = None) -> None:
        flows = [{"id": f"B2X_1_F{each}", "userFlowType": "signUpOrSignIn"} for each in range(count)]
        self._plain = Present(flows)
        self._expanded = listing or Present([{**flow, **({} if shown is None else shown)} for flow in flows])
        self.asked: list[str] = []

    @property
    def requests(self) -> Requests:
        return Requests(len(self.asked), 0)

    async def read(self, needs: Iterable[Need]) -> Answers:
        return {need: self._answer(need.path) for need in needs}

    async def write(self, write: Write) -> Reply:
        raise AssertionError(f"a plan wrote {write}")

    def _answer(self, path: str) -> Answer:
        self.asked.append(path)
        if path == FLOWS:
            return self._plain
        if path == EXPANDED:
            return self._expanded
        return Present([AAD]) if path.endswith("/userFlowIdentityProviders") else Absent()


def planned(tenant: Flows, count: int, distrusted: set[str] | None = None) -> Plan:
    entry = (Entry(Address("IdentityProvider", "AADSignup-OAUTH"), NOWHERE),)
    flows = [
        Resource(Address("B2xUserFlow", f"F{each}"), NOWHERE, links={"identityProviders": entry})
        for each in range(count)
    ]
    memory, options = Memory(Receipts(b"k"), {}), Options(today=date(2026, 11, 21))
    return asyncio.run(survey(tuple(flows), load_kinds(), tenant, memory, options, distrusted=distrusted))


def reads(tenant: Flows) -> tuple[int, int, int]:
    """How often the expanded listing, the plain one, and the providers of a flow were asked for."""
    single = [path for path in tenant.asked if path.endswith("/userFlowIdentityProviders")]
    return tenant.asked.count(EXPANDED), tenant.asked.count(FLOWS), len(single)


def test_two_flows_are_not_worth_an_expansion() -> None:
    """Where a listing and its proof would cost as much, providers are read flow by flow."""
    tenant = Flows(2)
    assert planned(tenant, 2).steps == ()
    assert reads(tenant) == (0, 1, 2)


def test_a_listing_that_proves_true_is_believed() -> None:
    """One flow is read as the proof, whatever the case of the ids, and the others not at all."""
    tenant = Flows(5, shown={"identityProviders": [{"id": "aadsignup-oauth", "name": "Entra"}]})
    assert planned(tenant, 5).steps == ()
    assert reads(tenant) == (1, 0, 1)


def test_a_listing_that_shows_something_else_is_not_believed() -> None:
    """When the one flow disagrees, every flow is read, and nothing is detached that only the listing had."""
    distrusted: set[str] = set()
    tenant = Flows(5, shown={"identityProviders": [AAD, OTP]})
    assert planned(tenant, 5, distrusted).steps == ()
    assert reads(tenant) == (1, 0, 5)
    assert distrusted == {"B2xUserFlow"}


@pytest.mark.parametrize("shown", [None, {"identityProviders": []}, {"identityProviders": None}])
def test_a_listing_that_shows_nothing_tells_nothing(shown: Any) -> None:
    """An expansion that is left out or empty is not taken for a flow without providers."""
    tenant = Flows(4, shown=shown)
    assert planned(tenant, 4).steps == ()
    assert reads(tenant) == (1, 0, 4)


def test_a_refused_expansion_is_asked_for_once_in_a_run() -> None:
    """The plain listing takes its place, and a second survey of the same run does not try again."""
    distrusted: set[str] = set()
    tenant = Flows(4, listing=Unknown("400 BadRequest", "BadRequest", 400))
    assert planned(tenant, 4, distrusted).steps == ()
    assert planned(tenant, 4, distrusted).steps == ()
    assert reads(tenant) == (1, 2, 8)


@pytest.mark.parametrize("status", [0, 401, 403, 429, 503])
def test_a_listing_that_fails_for_another_reason_is_unknown(status: int) -> None:
    """A missing permission is not mended by asking in another way."""
    tenant = Flows(3, listing=Unknown("no", "", status))
    plan = planned(tenant, 3)
    assert [gap.address.name for gap in plan.unknown] == ["F0", "F1", "F2"]
    assert reads(tenant) == (1, 0, 0)


def test_a_flow_whose_proof_cannot_be_read_proves_nothing() -> None:
    """The flow stays unknown, and the others are read."""
    tenant = Flows(3, shown={"identityProviders": [AAD]})
    usual = tenant._answer

    def answer(path: str) -> Answer:
        found = usual(path)
        return Unknown("503", "", 503) if "B2X_1_F0/" in path else found

    tenant._answer = answer  # type: ignore[method-assign]
    plan = planned(tenant, 3)
    assert [gap.address.name for gap in plan.unknown] == ["F0"]
    assert plan.steps == ()
    assert reads(tenant) == (1, 0, 3)
