"""A repository of any number of flows, and the tenant that follows from it."""

from __future__ import annotations

from pathlib import Path

from reconciler.emulator import Tenant

TOKEN = "let-me-in"
TENANT = "bench"
ENVIRON = {"BENCH_TOKEN": TOKEN, "BENCH_PASSWORD": "of-the-connectors"}
PROVIDERS = ("AADSignup-OAUTH", "MSASignup-OAUTH")
ATTRIBUTES = ("email", "displayName", "givenName", "surname", "city", "jobTitle", "postalCode", "streetAddress")
FLOWS = "identity/b2xUserFlows"

_PROJECT = """\
apiVersion: reconciler/v1
kind: Project
manifests: [{manifests}]
defaultTenant: {tenant}
tenants:
  {tenant}:
    graph: {root}
    auth: {{method: token, token: {{fromEnv: BENCH_TOKEN}}}}
"""
_CONNECTOR = """\
apiVersion: userflow/v1
kind: ApiConnector
metadata: {{name: {name}}}
spec:
  targetUrl: https://api.contoso.com/{name}
  authenticationConfiguration: {{type: basicAuthentication, username: u, password: {{fromEnv: BENCH_PASSWORD}}}}
"""
_FLOW = """\
apiVersion: userflow/v1
kind: B2xUserFlow
metadata:
  name: {name}
spec:
  userFlowType: signUpOrSignIn
  userFlowTypeVersion: 1
  identityProviders:
    - AADSignup-OAUTH
    - MSASignup-OAUTH
  apiConnectorConfiguration:
    postFederationSignup: approval
    postAttributeCollection: check
  userAttributeAssignments:
    - userAttribute: email
      displayName: Business e-mail
      isOptional: false
      userInputType: textBox
"""


def write_manifests(folder: Path, flows: int) -> None:
    """One file of 25 lines for each flow, with eight assignments, two providers and two connectors."""
    folder.mkdir(parents=True)
    connectors = "---\n".join(_CONNECTOR.format(name=name) for name in ("approval", "check"))
    folder.joinpath("connectors.yaml").write_text(connectors, encoding="utf-8")
    for number in range(flows):
        name = f"Flow{number:05}"
        rest = "".join(_entry(number, attribute) for attribute in ATTRIBUTES[1:])
        folder.joinpath(f"{name}.yaml").write_text(_FLOW.format(name=name) + rest, encoding="utf-8")


def _entry(number: int, attribute: str) -> str:
    label = f"{attribute} {number}"
    return f"    - {{userAttribute: {attribute}, displayName: {label}, isOptional: true, userInputType: textBox}}\n"


def write_project(folder: Path, manifests: Path, root: str) -> Path:
    """A project file over these manifests, with state of its own beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "reconciler.yaml"
    path.write_text(_PROJECT.format(manifests=manifests, tenant=TENANT, root=root), encoding="utf-8")
    return path


def drift(state: Path) -> None:
    """What somebody did in the portal: every tenth flow has an attribute less and another label."""
    tenant = Tenant(state)
    listed = tenant.perform("GET", FLOWS, query="$top=999").body
    while True:
        for flow in listed["value"]:
            if flow["id"].endswith("0"):
                there = f"{FLOWS}/{flow['id']}/userAttributeAssignments"
                tenant.perform("DELETE", f"{there}/city")
                tenant.perform("PATCH", f"{there}/surname", {"displayName": "Changed in the portal"})
        if "@odata.nextLink" not in listed:
            break
        query = listed["@odata.nextLink"].partition("?")[2]
        listed = tenant.perform("GET", FLOWS, query=query).body
    tenant.close()
