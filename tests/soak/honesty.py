"""Outcomes held against the tenant: what is said to be done is, and what is said not to have been tried is not."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.addresses import Address
from reconciler.model.outcomes import Outcome, Status
from reconciler.model.plans import DEFAULTS, Attach, Create, Delete, Detach, Step
from reconciler.model.runs import Run
from tests.soak.estate import Estate

COLLECTIONS = {
    "B2xUserFlow": "b2xUserFlows",
    "ApiConnector": "apiConnectors",
    "UserFlowAttribute": "userFlowAttributes",
}


def lies(run: Run, there: Estate) -> list[str]:
    """Outcomes that the tenant contradicts, and steps that have not exactly one; a failure may have gone either way."""
    said = {outcome.id: outcome for outcome in run.outcomes}
    if [outcome.id for outcome in run.outcomes] != [step.id for step in run.plan.steps]:
        return ["the outcomes are not those of the plan's steps"]
    return list(_lies(run.plan.steps, said, there))


def _lies(steps: tuple[Step, ...], said: dict[str, Outcome], there: Estate) -> Iterator[str]:
    names = {kind: there.names(f"identity/{collection}") for kind, collection in COLLECTIONS.items()}
    deleted = {step.action.address for step in steps if isinstance(step.action, Delete)}
    made = {step.action.address for step in steps if _failed(step, said) and isinstance(step.action, Create)}
    unclear = deleted | made  # an object that may be there after all has what Graph gives to new ones
    for step in steps:
        outcome = said[step.id]
        if _failed(step, said) or (step.action.address in unclear and not isinstance(step.action, Delete)):
            continue
        held = _held(step, names, there)
        if held is not None and held is not (outcome.status is Status.DONE):
            yield f"{outcome.id}: {outcome.status}, {outcome.detail or 'no more said'}"


def _failed(step: Step, said: dict[str, Outcome]) -> bool:
    return said[step.id].status is Status.FAILED


def _held(step: Step, names: dict[str, list[str]], there: Estate) -> bool | None:
    """Whether the tenant is as the step leaves it; None where that is not looked at."""
    match step.action:
        case Create(address=address):
            return names[address.kind].count(_shown(address)) == 1
        case Delete(address=address):
            return _shown(address) not in names[address.kind]
        case Attach(link="identityProviders") as action:
            return action.target.name in _providers(action.address, names, there)
        case Detach(link="identityProviders") as action if action.target.name != DEFAULTS:
            return action.target.name not in _providers(action.address, names, there)
        case _:
            return None


def _shown(address: Address) -> str:
    return f"B2X_1_{address.name}" if address.kind == "B2xUserFlow" else address.name


def _providers(flow: Address, names: dict[str, list[str]], there: Estate) -> set[str]:
    if _shown(flow) not in names[flow.kind]:
        return set()
    path = f"identity/b2xUserFlows/{_shown(flow)}/identityProviders"
    return {item["id"] for item in there.app.tenant.perform("GET", path).body["value"]}
