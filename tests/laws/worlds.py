"""Random manifests and random tenants: small names from small pools, so that they meet each other."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from reconciler.emulator import GraphError
from reconciler.kinds import load_kinds
from reconciler.manifests.compile import Surroundings, compile_manifests
from reconciler.model.resources import Resource
from tests.execution.world import World

Document = dict[str, Any]

ENVIRON = {"PASSWORD": "hunter2", "SECRET": "of-the-provider"}
SOCIAL = ("Google", "Facebook")
BUILT_IN = ("AADSignup-OAUTH", "EmailOtpSignup-OAUTH", "MSASignup-OAUTH")
CONNECTORS = ("approval", "check")
CUSTOM = ("Hobby", "Region", "Shoe size")
KNOWN = ("email", "city", "givenName", "emailReadonly")
FLOWS = ("Partner", "Guests")
INPUTS = ("textBox", "dropdownSingleSelect", "radioSingleSelect", "emailBox")

words = st.sampled_from(["one", "two", "Drei", "ü & <b>"])


def document(kind: str, name: str, spec: Any) -> Document:
    return {"apiVersion": "userflow/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


@st.composite
def repositories(draw: st.DrawFn) -> list[Document]:
    """A set of manifests without faults: what refers to a name declares it."""
    social = draw(st.lists(st.sampled_from(SOCIAL), unique=True))
    connectors = draw(st.lists(st.sampled_from(CONNECTORS), unique=True))
    custom = draw(st.lists(st.sampled_from(CUSTOM), unique=True))
    flows = draw(st.lists(st.sampled_from(FLOWS), unique=True))
    return [
        *(document("IdentityProvider", name, draw(social_specs(name))) for name in social),
        *(document("ApiConnector", name, draw(connector_specs(name))) for name in connectors),
        *(document("UserFlowAttribute", name, draw(attribute_specs())) for name in custom),
        *(document("B2xUserFlow", name, draw(flow_specs(social, connectors, custom))) for name in flows),
    ]


@st.composite
def social_specs(draw: st.DrawFn, name: str) -> Document:
    return {
        "type": "socialIdentityProvider",
        "identityProviderType": name,
        "clientId": draw(words),
        "clientSecret": {"fromEnv": "SECRET"},
    }


@st.composite
def connector_specs(draw: st.DrawFn, name: str) -> Document:
    spec: Document = {
        "targetUrl": f"https://api.contoso.com/{draw(st.sampled_from(['a', 'b']))}",
        "authenticationConfiguration": {
            "type": "basicAuthentication",
            "username": draw(words),
            "password": {"fromEnv": "PASSWORD"},
        },
    }
    return {**spec, "displayName": f"{name}: {draw(words)}"} if draw(st.booleans()) else spec


@st.composite
def attribute_specs(draw: st.DrawFn) -> Document:
    spec: Document = {"dataType": "string"}
    return {**spec, "description": draw(words)} if draw(st.booleans()) else spec


@st.composite
def flow_specs(draw: st.DrawFn, social: list[str], connectors: list[str], custom: list[str]) -> Document:
    """Each key may be there, empty, or left out."""
    spec: Document = {}
    if draw(st.booleans()):
        providers = st.lists(st.sampled_from([*social, *BUILT_IN]), unique=True, min_size=1, max_size=3)
        spec["identityProviders"] = draw(providers)
    slots = st.sampled_from([None, *connectors])
    steps = draw(st.dictionaries(st.sampled_from(["postFederationSignup", "postAttributeCollection"]), slots))
    if steps:
        spec["apiConnectorConfiguration"] = steps
    if draw(st.booleans()):
        names = draw(st.lists(st.sampled_from([*custom, *KNOWN]), unique=True, max_size=4))
        spec["userAttributeAssignments"] = [draw(assignments(name)) for name in names]
    return spec


@st.composite
def assignments(draw: st.DrawFn, name: str) -> Document:
    entry: Document = {"userAttribute": name}
    optional = {
        "displayName": words,
        "isOptional": st.booleans(),
        "requiresVerification": st.booleans(),
        "userInputType": st.sampled_from(INPUTS),
    }
    for member, values in optional.items():
        if draw(st.booleans()):
            entry[member] = draw(values)
    if entry.get("userInputType") in ("dropdownSingleSelect", "radioSingleSelect"):
        entry["userAttributeValues"] = [
            {"name": "A", "value": draw(words), "isDefault": True},
            {"name": "B", "value": "b"},
        ]
    return entry


def compiled(documents: list[Document], folder: Path) -> tuple[Resource, ...]:
    """The resources of documents, through a file as everybody else's."""
    path = folder / "manifests.yaml"
    path.write_text(yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False), encoding="utf-8")
    around = Surroundings(variables={}, environ=ENVIRON, offline=False, secrets="require", root=folder)
    found = compile_manifests([path], load_kinds(), around)
    assert found.problems == ()
    return found.resources


MEDDLING = st.lists(
    st.tuples(
        st.sampled_from(
            ["PATCH connector", "POST connector", "POST flow", "DELETE assignment", "POST provider", "order"]
        ),
        st.integers(0, 3),
    ),
    max_size=4,
)


def meddle(world: World, changes: list[tuple[str, int]]) -> None:
    """Changes that somebody makes in the portal; what the tenant refuses does not happen."""
    for what, number in changes:
        try:
            _meddle(world, what, number)
        except (GraphError, IndexError):
            continue


def _meddle(world: World, what: str, number: int) -> None:
    tenant = world.app.tenant
    flows = [item["id"] for item in world.get("identity/b2xUserFlows")["value"]]
    connectors = [item["id"] for item in world.get("identity/apiConnectors")["value"]]
    body: Document
    match what:
        case "PATCH connector":
            tenant.perform("PATCH", f"identity/apiConnectors/{connectors[number]}", {"targetUrl": "https://portal.com"})
        case "POST connector":
            sign_in = {"@odata.type": "#microsoft.graph.basicAuthentication", "username": "p", "password": "p"}
            body = {
                "displayName": f"portal {number}",
                "targetUrl": "https://p.com",
                "authenticationConfiguration": sign_in,
            }
            tenant.create("identity/apiConnectors", body)
        case "POST flow":
            body = {"id": f"Portal{number}", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}
            tenant.create("identity/b2xUserFlows", body)
        case "DELETE assignment":
            path = f"identity/b2xUserFlows/{flows[number]}/userAttributeAssignments"
            tenant.perform("DELETE", f"{path}/{world.get(path)['value'][0]['id']}")
        case "POST provider":
            body = {"@odata.id": f"https://graph.microsoft.com/beta/identity/identityProviders/{BUILT_IN[number]}"}
            path = f"identity/b2xUserFlows/{flows[0]}/userFlowIdentityProviders/$ref"
            tenant.perform("POST", path, body, version="beta")
        case "order":
            path = f"identity/b2xUserFlows/{flows[number]}/userAttributeAssignments"
            order = world.get(f"{path}/getOrder")["order"]
            tenant.perform("POST", f"{path}/setOrder", {"newAssignmentOrder": {"order": order[::-1]}})


def contents(world: World) -> dict[str, Any]:
    """Everything in the tenant, by collection."""
    found: dict[str, Any] = copy.deepcopy(world.app.tenant.dump()["collections"])
    return found
