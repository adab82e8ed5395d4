"""Random manifests for B2C and external tenants, and what somebody changes in these in the portal."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconciler.emulator import GraphError
from tests.execution.manifests import ONE, THREE, TWO, extension
from tests.execution.world import World
from tests.laws.worlds import CUSTOM, KNOWN, SOCIAL, Document, assignments, document, social_specs, words

B2C_FLOWS = "identity/b2cUserFlows"
EVENTS_FLOWS = "identity/authenticationEventsFlows"
EXTENSIONS = "identity/customAuthenticationExtensions"
FLOW_TYPE = "microsoft.graph.externalUsersSelfServiceSignUpEventsFlow"
LOADS, COLLECTS = "onAuthenticationMethodLoadStart", "onAttributeCollection"
OWN_TAGS, ADDED_TAGS = ("en", "de"), ("es-ES", "fr-FR")
PAGES = ("selfasserted1_1", "idpselections")
METHODS = ("EmailPassword-OAUTH", "EmailOtpSignup-OAUTH")
HANDLERS = {"onAttributeCollectionStart": ("prefill", "greet"), "onAttributeCollectionSubmit": ("check",)}
FOUR = ONE.replace("1", "4", 1)

NUMBERS = st.integers(0, 3)
B2C_MEDDLING = st.lists(
    st.tuples(st.sampled_from(["page", "language", "drop page", "drop language", "switch", "flow"]), NUMBERS),
    max_size=4,
)
EVENTS_MEDDLING = st.lists(
    st.tuples(st.sampled_from(["text", "turn", "attribute", "provider", "application", "handler", "flow"]), NUMBERS),
    max_size=4,
)


def subsets(names: tuple[str, ...], smallest: int = 0) -> st.SearchStrategy[list[str]]:
    if not names:
        return st.just(list[str]())
    return st.lists(st.sampled_from(names), unique=True, min_size=smallest)


@st.composite
def b2c_repositories(draw: st.DrawFn) -> list[Document]:
    """Flows with languages and pages, the providers they offer, and what they ask for."""
    social, custom = draw(subsets(SOCIAL)), draw(subsets(CUSTOM))
    flows = draw(subsets(("Customer", "Staff"), 1))
    return [
        *(document("IdentityProvider", name, draw(social_specs(name))) for name in social),
        *(document("UserFlowAttribute", name, {"dataType": "string"}) for name in custom),
        *(document("B2cUserFlow", name, draw(b2c_flows(social, custom))) for name in flows),
    ]


@st.composite
def b2c_flows(draw: st.DrawFn, social: list[str], custom: list[str]) -> Document:
    spec: Document = {"userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 3}
    tags = draw(subsets((*OWN_TAGS, *ADDED_TAGS)))
    if tags:
        spec["languages"] = {tag: draw(languages(tag)) for tag in tags}
    if bool(tags) or draw(st.booleans()):
        spec["isLanguageCustomizationEnabled"] = bool(tags) or draw(st.booleans())
    if draw(st.booleans()):
        spec["defaultLanguageTag"] = draw(st.sampled_from(OWN_TAGS))
    if draw(st.booleans()):
        spec["identityProviders"] = draw(subsets(tuple(social)))
    if draw(st.booleans()):
        names = draw(subsets((*custom, *KNOWN)))
        spec["userAttributeAssignments"] = [draw(assignments(name)) for name in names]
    return spec


@st.composite
def languages(draw: st.DrawFn, tag: str) -> Document | None:
    """One of Graph's own cannot be deleted; one that was added is always said to be on or off."""
    if tag in ADDED_TAGS and draw(st.booleans()):
        return None
    told: Document = {}
    if tag in ADDED_TAGS or draw(st.booleans()):
        told["isEnabled"] = draw(st.booleans())
    pages = draw(subsets(PAGES, 0 if told else 1))
    if pages:
        told["overridesPages"] = {page: draw(st.none() | documents()) for page in pages}
    return told


@st.composite
def documents(draw: st.DrawFn) -> Document:
    names = draw(subsets(("alert_message", "button_continue", "ServiceThrottled"), 1))
    entries = [{"ElementType": "UxElement", "ElementId": None, "StringId": name, "Override": True} for name in names]
    return {"LocalizedStrings": [{**entry, "Value": draw(words)} for entry in entries]}


@st.composite
def events_repositories(draw: st.DrawFn) -> list[Document]:
    """Flows with inputs in any order; who has which application is said of both flows or of none."""
    custom = draw(subsets(CUSTOM))
    named = draw(subsets(("Customers", "Staff"), 1))
    owners = {app: draw(st.sampled_from([*named, ""])) for app in (ONE, TWO, THREE)}
    together = len(named) == 2 and draw(st.booleans())
    flows = []
    for name in named:
        spec = draw(events_flows(name, custom))
        mine = draw(st.permutations([app for app, owner in owners.items() if owner == name]))
        flows.append(
            document("AuthenticationEventsFlow", name, {**spec, **({"applications": mine} if together else {})})
        )
    return [
        *(document("UserFlowAttribute", name, {"dataType": "string"}) for name in custom),
        *(extension(name, event) for event, names in HANDLERS.items() for name in names),
        *flows,
    ]


@st.composite
def events_flows(draw: st.DrawFn, name: str, custom: list[str]) -> Document:
    """`Customers` always collects attributes, as Graph wants of a flow whose page is to change; `Staff` may begin."""
    spec: Document = {LOADS: {"identityProviders": draw(subsets(METHODS, 1))}}
    asked = draw(subsets((*custom, *KNOWN), 1))
    how = draw(st.sampled_from(["page", "both", "list"] if name == "Customers" else ["list", "nothing"]))
    collected: Document = {}
    if how in ("page", "both"):
        collected["attributeCollectionPage"] = {"views": [{"inputs": [draw(inputs(each)) for each in asked]}]}
    if how in ("list", "both"):
        collected["attributes"] = draw(st.permutations(asked))
    if collected:
        spec[COLLECTS] = collected
    for event, names in HANDLERS.items():
        if draw(st.booleans()):
            spec[event] = draw(st.sampled_from([None, *names]))
    if draw(st.booleans()):
        spec["description"] = draw(words)
    if draw(st.booleans()):
        spec["onUserCreateStart"] = {"userTypeToCreate": draw(st.sampled_from(["member", "guest"]))}
    if draw(st.booleans()):
        spec["onInteractiveAuthFlowStart"] = {"isSignUpAllowed": draw(st.booleans())}
    return spec


@st.composite
def inputs(draw: st.DrawFn, attribute: str) -> Document:
    members = {
        "label": words,
        "inputType": st.just("text"),
        "hidden": st.booleans(),
        "editable": st.booleans(),
        "required": st.booleans(),
        "validationRegEx": st.sampled_from(["^.*", "^[0-9]+$"]),
        "defaultValue": st.sampled_from([None, "x"]),
    }
    if draw(st.booleans()):
        options = [{"label": "A", "value": draw(words)}, {"label": "B", "value": "b"}]
        return {"attribute": attribute, "inputType": "radioSingleSelect", "options": options, "label": draw(words)}
    said = {member: draw(values) for member, values in members.items() if draw(st.booleans())}
    return {"attribute": attribute, **said}


def meddle(world: World, changes: list[tuple[str, int]], how: Any) -> None:
    """Changes that somebody makes in the portal; what the tenant refuses does not happen."""
    for what, number in changes:
        try:
            how(world, what, number)
        except (GraphError, IndexError, KeyError, TypeError):
            continue


def in_b2c(world: World, what: str, number: int) -> None:
    tenant = world.app.tenant
    if what == "flow":
        body = {"id": f"Portal{number}", "userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}
        tenant.perform("POST", B2C_FLOWS, body, version="beta")
        return
    flow = f"{B2C_FLOWS}/{tenant.perform('GET', B2C_FLOWS, version='beta').body['value'][number // 2]['id']}"
    language = f"{flow}/languages/{(*OWN_TAGS, *ADDED_TAGS)[number]}"
    page = f"{language}/overridesPages/{PAGES[number % 2]}/$value"
    entry = {"ElementType": "UxElement", "ElementId": None, "StringId": "alert_message", "Override": True}
    match what:
        case "page":
            body = {"LocalizedStrings": [{**entry, "Value": "portal"}]}
            tenant.perform("PUT", page, body, version="beta")
        case "language":
            body = {"id": language.rpartition("/")[2], "isEnabled": number % 2 == 0}
            tenant.perform("PUT", language, body, version="beta")
        case "drop page":
            tenant.perform("DELETE", page, version="beta")
        case "drop language":
            tenant.perform("DELETE", language, version="beta")
        case _:
            tenant.perform("PATCH", flow, {"isLanguageCustomizationEnabled": number % 2 == 0}, version="beta")


def in_external(world: World, what: str, number: int) -> None:
    tenant = world.app.tenant
    found = world.get(EVENTS_FLOWS)["value"]
    if what == "flow":
        body = {
            "@odata.type": f"#{FLOW_TYPE}",
            "displayName": f"Portal{number}",
            "onInteractiveAuthFlowStart": {
                "@odata.type": "#microsoft.graph.onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp",
                "isSignUpAllowed": True,
            },
            LOADS: {
                "@odata.type": f"#microsoft.graph.{LOADS}ExternalUsersSelfServiceSignUp",
                "identityProviders": [{"id": METHODS[0]}],
            },
        }
        tenant.create(EVENTS_FLOWS, body)
        return
    flow = found[number // 2]
    path = f"{EVENTS_FLOWS}/{flow['id']}"
    lists = f"{path}/{FLOW_TYPE}"
    own = {"@odata.type": f"#{FLOW_TYPE}"}
    match what:
        case "text":
            tenant.perform("PATCH", path, {**own, "description": f"portal {number}"})
        case "turn":
            views = flow[COLLECTS]["attributeCollectionPage"]["views"]
            views[0]["inputs"] = views[0]["inputs"][::-1]
            views[0]["inputs"][0] |= {"label": f"portal {number}", "hidden": number % 2 == 0}
            page = {"@odata.type": flow[COLLECTS]["@odata.type"], "attributeCollectionPage": {"views": views}}
            tenant.perform("PATCH", path, {**own, COLLECTS: page})
        case "attribute":
            kind = f"microsoft.graph.{COLLECTS}ExternalUsersSelfServiceSignUp"
            target = {"@odata.id": f"https://graph.microsoft.com/v1.0/identity/userFlowAttributes/{KNOWN[number]}"}
            tenant.perform("POST", f"{lists}/{COLLECTS}/{kind}/attributes/$ref", target)
        case "provider":
            kind = f"microsoft.graph.{LOADS}ExternalUsersSelfServiceSignUp"
            target = {"@odata.id": "https://graph.microsoft.com/v1.0/identity/identityProviders/AADSignup-OAUTH"}
            tenant.perform("POST", f"{lists}/{LOADS}/{kind}/identityProviders/$ref", target)
        case "application":
            tenant.perform("POST", f"{path}/conditions/applications/includeApplications", {"appId": FOUR})
        case _:
            tenant.perform("PATCH", path, {**own, tuple(HANDLERS)[number % 2]: None})
