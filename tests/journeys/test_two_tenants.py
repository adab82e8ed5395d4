"""One repository for two tenants whose ids differ."""

from __future__ import annotations

import pytest

from reconciler.emulator import Tenant
from tests.journeys.behind import item, path
from tests.journeys.shell import Shell

ATTRIBUTES = "identity/userFlowAttributes"
TENANTS = ("dev", "test")
WORKFORCE = """
apiVersion: userflow/v1
kind: B2xUserFlow
metadata: {name: Partner}
spec:
  userAttributeAssignments:
    - {userAttribute: Shoe size, displayName: Your size, isOptional: true}
    - {userAttribute: email, displayName: E-mail, isOptional: false}
"""
EXTERNAL = """
apiVersion: userflow/v1
kind: AuthenticationEventsFlow
metadata: {name: Customers}
spec:
  onAuthenticationMethodLoadStart: {identityProviders: [EmailPassword-OAUTH]}
  onAttributeCollection:
    attributeCollectionPage:
      views:
        - inputs:
            - {attribute: email, label: E-mail, required: true}
            - {attribute: Shoe size, label: Your size, required: false}
"""
ATTRIBUTE = """
apiVersion: userflow/v1
kind: UserFlowAttribute
metadata: {name: Shoe size}
spec: {dataType: string}
---"""


@pytest.fixture
def repository(shell: Shell) -> Shell:
    """An empty repository."""
    for old in (shell.folder / "manifests").iterdir():
        old.unlink()
    return shell


def two_tenants(shell: Shell, sort: str, manifests: str) -> None:
    tenants = "".join(
        f"  {name}: {{graph: embedded, type: {sort}, profile: {{domain: {name}.onmicrosoft.com}}}}\n"
        for name in TENANTS
    )
    head = "apiVersion: reconciler/v1\nkind: Project\nmanifests: [manifests]\n"
    shell.write("reconciler.yaml", f"{head}tenants:\n{tenants}")
    shell.write("manifests/all.yaml", ATTRIBUTE + manifests)


def converge(shell: Shell) -> tuple[Tenant, Tenant]:
    """Both tenants, each applied once and then as declared: whichever was applied last."""
    for name in TENANTS:
        applied = shell.json("apply", "--yes", "--tenant", name)
        assert applied["exit"] == 0
        assert {each["status"] for each in applied["outcomes"]} == {"done"}
    for name in TENANTS:
        again = shell.json("plan", "--tenant", name, "--detailed-exitcode")
        assert (again["exit"], again["actions"]) == (0, [])
        assert shell.run("drift", "--tenant", name) == 0
    dev, test = (shell.tenant(name) for name in TENANTS)
    assert dev.profile.tenant_id != test.profile.tenant_id
    return dev, test


def test_an_assigned_attribute_has_an_id_of_its_own_in_each_tenant(repository: Shell) -> None:
    """A flow that asks for a custom attribute converges in both; what is assigned is each tenant's own attribute."""
    two_tenants(repository, "workforce", WORKFORCE)
    orders = []
    for tenant in converge(repository):
        own = item(tenant, ATTRIBUTES, "Shoe size")["id"]
        order = tenant.perform("GET", "identity/b2xUserFlows/B2X_1_Partner/userAttributeAssignments/getOrder").body
        assert order["order"] == [own, "email"]
        orders.append(order["order"])
    assert orders[0] != orders[1]


def test_an_input_names_the_attribute_of_its_own_tenant(repository: Shell) -> None:
    """The inputs of a page hold ids: those of the tenant at hand, after every command in either."""
    two_tenants(repository, "external", EXTERNAL)
    asked = []
    for tenant in converge(repository):
        own = item(tenant, ATTRIBUTES, "Shoe size")["id"]
        flow = item(tenant, "identity/authenticationEventsFlows", "Customers")
        (view,) = flow["onAttributeCollection"]["attributeCollectionPage"]["views"]
        assert [each["attribute"] for each in view["inputs"]] == ["email", own]
        assert [each["label"] for each in view["inputs"]] == ["E-mail", "Your size"]
        assert sorted(each["id"] for each in flow["onAttributeCollection"]["attributes"]) == sorted(["email", own])
        asked.append(own)
    assert asked[0] != asked[1]


def test_a_change_in_one_tenant_is_drift_of_that_one_only(repository: Shell) -> None:
    """Each tenant has a memory of its own: what moved in one is not seen in the other, nor repaired there."""
    two_tenants(repository, "external", EXTERNAL)
    dev, _ = converge(repository)
    flow = path(dev, "identity/authenticationEventsFlows", "Customers")
    kind = "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow"
    dev.perform("PATCH", flow, {"@odata.type": kind, "description": "Portal", "displayName": "Portal"})
    found = repository.json("drift", "--tenant", "dev")
    assert [(each["name"], each["state"]) for each in found["drift"]] == [("Customers", "missing")]
    assert repository.run("drift", "--tenant", "test") == 0
