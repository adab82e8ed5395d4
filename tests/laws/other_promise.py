"""What manifests of B2C and external tenants promise, and what they leave alone, read off the tenant straight."""

from __future__ import annotations

from typing import Any

from reconciler.emulator import GraphError
from reconciler.model.kinds import Version
from tests.execution.world import World
from tests.laws.other_worlds import B2C_FLOWS, COLLECTS, EVENTS_FLOWS, HANDLERS, LOADS
from tests.laws.worlds import Document

View = dict[str, Any]
"""Everything in a flow by a name for it: a member, a list, a language, a page, an input's member."""


def views_of_b2c(world: World) -> dict[str, View]:
    """Every flow of a B2C tenant."""
    flows = world.get(B2C_FLOWS, version=Version.BETA)["value"]
    return {flow["id"].removeprefix("B2C_1_"): _b2c_view(world, flow) for flow in flows}


def _b2c_view(world: World, flow: Document) -> View:
    path = f"{B2C_FLOWS}/{flow['id']}"
    providers = world.get(f"{path}/userFlowIdentityProviders", version=Version.BETA)["value"]
    order = world.get(f"{path}/userAttributeAssignments/getOrder", version=Version.BETA)["order"]
    entries = world.get(f"{path}/userAttributeAssignments", version=Version.BETA)["value"]
    view: View = {name: flow[name] for name in ("isLanguageCustomizationEnabled", "defaultLanguageTag")}
    view["identityProviders"] = sorted(each["id"].removesuffix("-OAUTH") for each in providers)
    view["userAttributeAssignments"] = [_name(world, id) for id in order]
    view |= {f"assignment {_name(world, each['id'])} {name}": each[name] for each in entries for name in each}
    collections = world.app.tenant.dump()["collections"]
    inside = f"{B2C_FLOWS}('{flow['id'].lower()}')/languages"
    folded = {name.casefold(): items for name, items in collections.items()}
    view |= {"language en": True, "language de": False}  # what is kept is what was changed
    view |= {f"language {each['id']}": each["isEnabled"] for each in folded.get(inside.casefold(), ())}
    for name, items in folded.items():
        if name.startswith(f"{inside}('".casefold()) and name.endswith("overridespages"):
            tag = name[len(inside) + 2 :].partition("'")[0]
            view |= {f"page {tag} {each['id']}": _texts(each["content"]) for each in items}
    return view


def _texts(content: Document) -> dict[str, str]:
    return {each["StringId"]: each["Value"] for each in content["LocalizedStrings"]}


def promised_of_b2c(spec: Document) -> View:
    """What a manifest says, by the same names; None for what should not be there."""
    view: View = {name: spec[name] for name in ("isLanguageCustomizationEnabled", "defaultLanguageTag") if name in spec}
    if "identityProviders" in spec:
        view["identityProviders"] = sorted(spec["identityProviders"])
    if "userAttributeAssignments" in spec:
        entries = spec["userAttributeAssignments"]
        view["userAttributeAssignments"] = [each["userAttribute"] for each in entries]
        for each in entries:
            said = {name: each[name] for name in each if name not in ("userAttribute", "userAttributeValues")}
            view |= {f"assignment {each['userAttribute']} {name}": said[name] for name in said}
    for tag, told in spec.get("languages", {}).items():
        if told is None or "isEnabled" in told:
            view[f"language {tag}"] = told and told["isEnabled"]
        for page, content in (told or {}).get("overridesPages", {}).items():
            view[f"page {tag.casefold()} {page}"] = content and _texts(content)
    return view


def views_of_events(world: World) -> dict[str, View]:
    """Every flow of an external tenant."""
    return {flow["displayName"]: _events_view(world, flow) for flow in world.get(EVENTS_FLOWS)["value"]}


def _events_view(world: World, flow: Document) -> View:
    view: View = {"description": flow["description"], "priority": flow["priority"]}
    view["isSignUpAllowed"] = flow["onInteractiveAuthFlowStart"]["isSignUpAllowed"]
    view["userTypeToCreate"] = flow["onUserCreateStart"]["userTypeToCreate"]
    view["identityProviders"] = sorted(each["id"] for each in flow[LOADS]["identityProviders"])
    included = flow["conditions"]["applications"]["includeApplications"]
    view["applications"] = sorted(each["appId"] for each in included)
    for event in HANDLERS:
        view[event] = ((flow[event] or {}).get("customExtension") or {}).get("displayName")
    collected = flow[COLLECTS] or {}
    view["attributes"] = sorted(_name(world, each["id"]) for each in collected.get("attributes", ()))
    pages = (collected.get("attributeCollectionPage") or {}).get("views") or [{"inputs": []}]
    view["inputs"] = [_name(world, each["attribute"]) for each in pages[0]["inputs"]]
    for each in pages[0]["inputs"]:
        name = _name(world, each["attribute"])
        view |= {f"input {name} {member}": each[member] or None for member in each if member != "attribute"}
    return view


def promised_of_events(spec: Document) -> View:
    """What a manifest says, by the same names."""
    view: View = {"description": spec["description"]} if "description" in spec else {}
    view["identityProviders"] = sorted(spec[LOADS]["identityProviders"])
    view |= spec.get("onUserCreateStart", {}) | spec.get("onInteractiveAuthFlowStart", {})
    if "applications" in spec:
        view["applications"] = sorted(spec["applications"])
    view |= {event: spec[event] for event in HANDLERS if event in spec}
    collected = spec.get(COLLECTS, {})
    if "attributes" in collected:
        view["attributes"] = sorted(collected["attributes"])
    if "attributeCollectionPage" in collected:
        (page,) = collected["attributeCollectionPage"]["views"]
        view["inputs"] = [each["attribute"] for each in page["inputs"]]
        view["attributes"] = sorted(view["inputs"])
        for each in page["inputs"]:
            said = {member: each[member] or None for member in each if member != "attribute"}
            view |= {f"input {each['attribute']} {member}": said[member] for member in said}
    return view


def _name(world: World, id: str) -> str:
    """What manifests call an attribute."""
    try:
        found = world.get(f"identity/userFlowAttributes/{id}")
    except GraphError:
        return id
    return str(found["displayName"]) if found["userFlowAttributeType"] == "custom" else id
