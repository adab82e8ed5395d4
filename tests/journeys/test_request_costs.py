"""What a check costs in Graph requests and HTTP calls: the quota is the scarce thing."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.emulator import Profile
from reconciler.model.resources import Resource
from tests.execution.manifests import START, asked, events
from tests.execution.stories import EXTERNAL
from tests.execution.virtual import run
from tests.execution.world import World, world
from tests.journeys.behind import BEHIND
from tests.journeys.shell import Shell
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


async def cost_of_a_check(documents: list[Document], folder: Path, profile: Profile | None = None) -> tuple[int, int]:
    """Graph requests and HTTP calls of a plan once everything is as declared."""
    async with world(folder / "state", profile) as there:
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
    """N flows with everything declared cost 4 + 4N Graph requests in at most 2 + ceil(4N / 20) HTTP calls; from three
    flows on the listing shows the providers, which one more request proves."""
    logical, http = run(cost_of_a_check(repository(flows, FLOW), tmp_path))
    assert logical == (4 + 4 * flows if flows < 3 else 5 + 3 * flows)
    assert http <= 2 + math.ceil(4 * flows / 20)


def test_flows_that_declare_their_providers_only_cost_a_listing_and_a_proof(tmp_path: Path) -> None:
    """What is not declared is not read: ten such flows cost one listing that shows the providers, and one proof."""
    documents = [
        document("B2xUserFlow", f"Flow{each}", {"identityProviders": ["AADSignup-OAUTH"]}) for each in range(10)
    ]
    assert run(cost_of_a_check(documents, tmp_path)) == (2, 2)


@pytest.mark.parametrize(
    ("name", "logical", "http"),
    [
        # Five listings, in one batch: providers, attributes, extensions, flows, listeners. They tell of every link.
        ("external", 5, 1),
        # Four listings and the policy in two versions of Graph; then of the one flow that declares attachments its
        # providers, its connectors, its assignments and their order, its languages, and one page.
        ("b2c", 11, 3),
        # The listing, and the domains, which no listing has.
        ("federation", 2, 2),
        # Three listings; then the providers of one flow and the connectors of another. Two flows declare no more.
        ("seeds/workforce", 5, 3),
    ],
)
def test_what_a_check_of_an_example_costs(example: Callable[[str], Shell], name: str, logical: int, http: int) -> None:
    """Once everything is as declared, a check reads what the manifests speak of and nothing else."""
    shell = example(name)
    assert shell.run("apply", "--yes") == 0
    checked = shell.json("drift")
    assert checked["exit"] == 0
    assert (checked["requests"]["logical"], checked["requests"]["http"]) == (logical, http)


@pytest.mark.parametrize("name", BEHIND)
def test_nothing_is_read_twice_in_a_check(example: Callable[[str], Shell], name: str) -> None:
    """Whatever a repository declares, and however its manifests refer to one another: no path is asked for again."""
    shell = example(name)
    assert shell.run("apply", "--yes") == 0
    shell.tenant().clear_requests()
    asked = shell.json("drift")["requests"]["logical"]
    seen = [(each["version"], each["path"]) for each in shell.tenant().requests() if each["method"] == "GET"]
    assert len(seen) == asked
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("flows", [1, 3, 30])
def test_a_check_of_events_flows_costs_its_listings(flows: int, tmp_path: Path) -> None:
    """Where the listing shows what is attached, N whole flows cost three listings in one call, whatever N is."""
    documents = [
        START,
        document("UserFlowAttribute", "Hobby", {"dataType": "string"}),
        *(
            events(
                f"Flow{number}",
                inputs=[asked("email"), asked("Hobby")],
                applications=[f"{number:08}-0000-0000-0000-000000000000"],
                onAttributeCollectionStart="prefill",
            )
            for number in range(flows)
        ),
    ]
    assert run(cost_of_a_check(documents, tmp_path, EXTERNAL)) == (3, 1)


def test_lists_that_are_empty_are_asked_for(tmp_path: Path) -> None:
    """An empty list tells nothing, since some answers leave lists out: each costs one request more."""
    documents = [events("Customers", inputs=[], applications=[])]
    assert run(cost_of_a_check(documents, tmp_path, EXTERNAL)) == (3, 2)


def test_languages_of_one_flow_cost_one_listing_and_a_page_one_request(tmp_path: Path) -> None:
    """Three languages are read from one listing; each page that is declared is a document of its own."""
    strings = [{"ElementType": "UxElement", "StringId": "alert_message", "Override": True, "Value": "Sure?"}]
    pages = {name: {"LocalizedStrings": strings} for name in ("selfasserted1_1", "idpselections")}
    spec = {
        "userFlowType": "signUpOrSignIn",
        "userFlowTypeVersion": 3,
        "isLanguageCustomizationEnabled": True,
        "languages": {tag: {"isEnabled": True, "overridesPages": pages} for tag in ("en", "de", "fr")},
    }
    documents = [document("B2cUserFlow", "Customer", spec)]
    assert run(cost_of_a_check(documents, tmp_path, Profile(kind="b2c"))) == (1 + 1 + 3 * 2, 2)
