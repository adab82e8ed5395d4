"""What manifests promise, said a second time and straight: read off the tenant without any of the planner's code."""

from __future__ import annotations

from typing import Any

from reconciler.model.kinds import Version
from tests.execution.world import World
from tests.laws.worlds import BUILT_IN, Document

FLOWS = "identity/b2xUserFlows"


def broken_promises(documents: list[Document], world: World) -> list[str]:
    """Everything in which the tenant is not what the manifests say, in words."""
    return [fault for each in documents for fault in _broken(each, world)]


def _broken(document: Document, world: World) -> list[str]:
    name, spec = document["metadata"]["name"], document["spec"]
    match document["kind"]:
        case "IdentityProvider":
            return _differs(name, {"clientId": spec["clientId"]}, _by(world, "identity/identityProviders", name))
        case "ApiConnector":
            wanted = {"targetUrl": spec["targetUrl"]}
            found = _by(world, "identity/apiConnectors", spec.get("displayName", name))
            sign_in = found.get("authenticationConfiguration", {})
            user = spec["authenticationConfiguration"]["username"]
            return _differs(name, wanted, found) + _differs(name, {"username": user}, sign_in)
        case "UserFlowAttribute":
            return _differs(name, spec, _by(world, "identity/userFlowAttributes", name))
        case _:
            return _flow(name, spec, world)


def _flow(name: str, spec: Document, world: World) -> list[str]:
    path = f"{FLOWS}/B2X_1_{name}"
    faults: list[str] = []
    if "identityProviders" in spec:
        there = {item["id"] for item in world.get(f"{path}/userFlowIdentityProviders", version=Version.BETA)["value"]}
        wanted = {each if each in BUILT_IN else f"{each}-OAUTH" for each in spec["identityProviders"]}
        faults += [] if there == wanted else [f"{name}: providers {there}, not {wanted}"]
    for step, connector in spec.get("apiConnectorConfiguration", {}).items():
        found = world.get(f"{path}/apiConnectorConfiguration", query=f"$expand={step}").get(step)
        called = found and found["displayName"].split(":")[0]
        faults += [] if called == connector else [f"{name}: {step} is {called}, not {connector}"]
    if "userAttributeAssignments" in spec:
        faults += _assignments(name, path, spec["userAttributeAssignments"], world)
    return faults


def _assignments(name: str, path: str, wanted: list[Document], world: World) -> list[str]:
    listed = {item["id"]: item for item in world.get(f"{path}/userAttributeAssignments")["value"]}
    order = world.get(f"{path}/userAttributeAssignments/getOrder")["order"]
    ids = [_attribute_id(entry["userAttribute"], world) for entry in wanted]
    faults = [] if order == ids and sorted(listed) == sorted(ids) else [f"{name}: order {order}, not {ids}"]
    for id, entry in zip(ids, wanted, strict=True):
        rest = {member: value for member, value in entry.items() if member != "userAttribute"}
        rest.pop("userAttributeValues", None)
        faults += _differs(f"{name} {id}", rest, listed.get(id, {}))
        options = [option["value"] for option in entry.get("userAttributeValues", [])]
        have = [option["value"] for option in listed.get(id, {}).get("userAttributeValues", [])]
        faults += [] if not options or options == have else [f"{name} {id}: options {have}, not {options}"]
    return faults


def _attribute_id(name: str, world: World) -> str:
    found = world.get("identity/userFlowAttributes")["value"]
    by_id = [item["id"] for item in found if item["id"] == name]
    return str((by_id or [item["id"] for item in found if item["displayName"] == name] or ["missing"])[0])


def _by(world: World, collection: str, name: str) -> dict[str, Any]:
    found = [item for item in world.get(collection)["value"] if item["displayName"] == name]
    return found[0] if len(found) == 1 else {"number": len(found)}


def _differs(name: str, wanted: Document, found: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {key} is {found.get(key)!r}, not {value!r}"
        for key, value in wanted.items()
        if found.get(key) != value
    ]
