"""What a check costs in Graph requests and HTTP calls: the quota is the scarce thing."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reconciler.model.resources import Resource
from tests.execution.virtual import run
from tests.execution.world import World, world
from tests.laws.worlds import Document, compiled, document

CONNECTOR: Document = {
    "targetUrl": "https://api.contoso.com",
    "authenticationConfiguration": {
        "type": "basicAuthentication",
        "username": "u",
        "password": {"fromEnv": "PASSWORD"},
    },
}
SOCIAL: Document = {
    "type": "socialIdentityProvider",
    "identityProviderType": "Google",
    "clientId": "c",
    "clientSecret": {"fromEnv": "SECRET"},
}
FLOW: Document = {
    "identityProviders": ["Google", "AADSignup-OAUTH"],
    "apiConnectorConfiguration": {"postFederationSignup": "approval", "postAttributeCollection": "approval"},
    "userAttributeAssignments": [{"userAttribute": "Hobby"}, {"userAttribute": "email"}],
}


def repository(flows: int, spec: Document) -> list[Document]:
    return [
        document("ApiConnector", "approval", CONNECTOR),
        document("IdentityProvider", "Google", SOCIAL),
        document("UserFlowAttribute", "Hobby", {"dataType": "string"}),
        *(document("B2xUserFlow", f"Flow{number}", spec) for number in range(flows)),
    ]


async def cost_of_a_check(documents: list[Document], folder: Path) -> tuple[int, int]:
    """Graph requests and HTTP calls of a plan once everything is as declared."""
    async with world(folder / "state") as there:
        resources = compiled(documents, folder)
        await there.perform(await there.plan(*resources))
        return await _cost(there, resources)


async def _cost(there: World, resources: tuple[Resource, ...]) -> tuple[int, int]:
    before = there.tenant.requests
    plan = await there.plan(*resources)
    after = there.tenant.requests
    assert plan.steps == ()
    return after.logical - before.logical, after.http - before.http


@pytest.mark.parametrize("flows", [1, 7, 20, 45])
def test_a_check_of_whole_flows_stays_within_its_formula(flows: int, tmp_path: Path) -> None:
    """N flows with everything declared cost 4 + 4N Graph requests in at most 2 + ceil(4N / 20) HTTP calls."""
    logical, http = run(cost_of_a_check(repository(flows, FLOW), tmp_path))
    assert logical == 4 + 4 * flows
    assert http <= 2 + math.ceil(4 * flows / 20)


def test_a_flow_that_declares_its_providers_only_costs_one_request(tmp_path: Path) -> None:
    """What is not declared is not read: ten such flows cost one listing and ten reads."""
    documents = [
        document("B2xUserFlow", f"Flow{each}", {"identityProviders": ["AADSignup-OAUTH"]}) for each in range(10)
    ]
    assert run(cost_of_a_check(documents, tmp_path)) == (11, 2)
