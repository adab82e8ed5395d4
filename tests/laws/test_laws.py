"""What holds for every repository and every tenant."""

from __future__ import annotations

import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.app.memory import Memory
from reconciler.app.survey import survey
from reconciler.model.outcomes import Status
from reconciler.model.plans import Create, Delete
from reconciler.model.policy import Guards, Limit
from reconciler.model.receipts import Receipts
from reconciler.model.runs import Run
from reconciler.planning.options import Options
from reconciler.reports import as_json
from tests.execution.virtual import run
from tests.execution.world import KINDS, World, world
from tests.laws.promise import broken_promises
from tests.laws.worlds import MEDDLING, Document, compiled, contents, meddle, repositories

TODAY = date(2026, 11, 21)
slow = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def in_a_world(story: Callable[[World, Path], Awaitable[None]]) -> None:
    """Tell a story in a fresh tenant and an empty folder."""

    async def told(folder: Path) -> None:
        async with world(folder / "state") as there:
            await story(there, folder)

    with tempfile.TemporaryDirectory() as folder:
        run(told(Path(folder)))


async def converge(there: World, documents: list[Document], folder: Path) -> None:
    resources = compiled(documents, folder)
    outcomes = await there.perform(await there.plan(*resources))
    assert {outcome.status for outcome in outcomes} <= {Status.DONE}, outcomes


@slow
@given(before=repositories(), changes=MEDDLING, after=repositories())
def test_one_apply_keeps_every_promise_and_leaves_nothing_to_do(
    before: list[Document], changes: list[tuple[str, int]], after: list[Document]
) -> None:
    """From any tenant to any manifests in one apply: what they say is true, and a second plan is empty."""

    async def story(there: World, folder: Path) -> None:
        await converge(there, before, folder)
        meddle(there, changes)
        await converge(there, after, folder)
        assert broken_promises(after, there) == []
        assert await there.left(*compiled(after, folder)) == []

    in_a_world(story)


@slow
@given(before=repositories(), changes=MEDDLING, after=repositories())
def test_what_is_not_declared_is_not_touched(
    before: list[Document], changes: list[tuple[str, int]], after: list[Document]
) -> None:
    """Objects and lists that the manifests do not name are the same after an apply as before it."""

    async def story(there: World, folder: Path) -> None:
        await converge(there, before, folder)
        meddle(there, changes)
        was = undeclared(contents(there), after)
        await converge(there, after, folder)
        now = undeclared(contents(there), after)
        assert {name: now.get(name) for name in was} == was

    in_a_world(story)


def undeclared(collections: dict[str, Any], documents: list[Document]) -> dict[str, Any]:
    """What is in the tenant that no manifest names: whole objects, and the lists of flows that were left out."""
    named = {str(each["spec"].get("displayName", each["metadata"]["name"])) for each in documents}
    named |= {str(each["metadata"]["name"]) for each in documents}
    flows = {f"B2X_1_{each['metadata']['name']}": each["spec"] for each in documents if each["kind"] == "B2xUserFlow"}
    rest: dict[str, Any] = {}
    for collection, items in collections.items():
        owner = next((id for id in flows if f"'{id}'" in collection), None)
        part = collection.rpartition("/")[2].replace("userFlowIdentityProviders", "identityProviders")
        if owner is not None and part in flows[owner]:
            continue
        for item in items:
            if (item.get("displayName") not in named and item["id"] not in flows) or owner is not None:
                rest[f"{collection} {item['id']}"] = item
    return rest


@slow
@given(documents=repositories(), changes=MEDDLING, seed=st.integers(0, 1000))
def test_the_order_of_documents_changes_nothing(
    documents: list[Document], changes: list[tuple[str, int]], seed: int
) -> None:
    """Shuffled documents give the same plan, places in files apart."""

    async def story(there: World, folder: Path) -> None:
        meddle(there, changes)
        shuffled = documents[:]
        random.Random(seed).shuffle(shuffled)
        plans = [await there.plan(*compiled(each, folder)) for each in (documents, shuffled)]
        assert plans[0].digest == plans[1].digest
        assert [step.id for step in plans[0].steps] == [step.id for step in plans[1].steps]

    in_a_world(story)


@slow
@given(documents=repositories(), changes=MEDDLING)
def test_planning_leaves_its_inputs_as_they_were(documents: list[Document], changes: list[tuple[str, int]]) -> None:
    """Neither the resources nor the receipts are different after a plan was made from them."""

    async def story(there: World, folder: Path) -> None:
        meddle(there, changes)
        resources = compiled(documents, folder)
        memory = Memory(Receipts(b"key", {resources[0].address: {"a": "b"}} if resources else {}), {})
        remembered = repr(memory)
        before = [(dict(each.properties), dict(each.links)) for each in resources]
        kept = [(copy.copy(properties), copy.copy(links)) for properties, links in before]
        shown = [repr(each) for each in resources]
        await survey(resources, KINDS, there.tenant.graph, memory, Options(today=TODAY))
        assert [(dict(each.properties), dict(each.links)) for each in resources] == kept
        assert [repr(each) for each in resources] == shown
        assert repr(memory) == remembered

    in_a_world(story)


@slow
@given(before=repositories(), after=repositories())
def test_nothing_is_deleted_that_nobody_named(before: list[Document], after: list[Document]) -> None:
    """Without `ensure: absent` and without pruning no plan has a delete, whatever disappeared from the repository."""

    async def story(there: World, folder: Path) -> None:
        await converge(there, before, folder)
        plan = await there.plan(*compiled(after, folder))
        assert [step.id for step in plan.steps if isinstance(step.action, Delete)] == []
        known = {f"B2X_1_{each['metadata']['name']}" for each in before if each["kind"] == "B2xUserFlow"}
        made = {f"B2X_1_{step.action.address.name}" for step in plan.steps if isinstance(step.action, Create)}
        assert known & made == set()

    in_a_world(story)


@slow
@given(
    before=repositories(),
    changes=MEDDLING,
    after=repositories(),
    absent=st.sets(st.integers(0, 9), max_size=3),
    prune=st.sampled_from([None, frozenset[str](), frozenset({"ApiConnector", "B2xUserFlow"})]),
    select=st.sampled_from([(), ("*/Partner", "IdentityProvider/G*"), ("*/Guests", "ApiConnector/a*")]),
    protect=st.sampled_from([(), (), ("B2xUserFlow/partner", "ApiConnector/portal 1")]),
)
def test_a_delete_hits_only_what_was_named_or_pruned(
    before: list[Document],
    changes: list[tuple[str, int]],
    after: list[Document],
    absent: set[int],
    prune: frozenset[str] | None,
    select: tuple[str, ...],
    protect: tuple[str, ...],
) -> None:
    """Whatever the options: deleted is only what is selected, unprotected, and declared absent or nobody's while
    its kind is pruned; and no plan that goes through deletes what another object still uses."""

    async def story(there: World, folder: Path) -> None:
        await converge(there, before, folder)
        meddle(there, changes)
        documents = [gone(each) if number in absent else each for number, each in enumerate(after)]
        resources = compiled(valid(documents), folder)
        guards = Guards(Limit(100, percent=True), protect=protect)
        options = Options(today=TODAY, prune=prune, select=select, guards=guards)
        plan = await survey(resources, KINDS, there.tenant.graph, Memory(Receipts(b"key"), {}), options)
        if plan.refusals or plan.problems:
            return
        declared = {resource.address: resource.present for resource in resources}
        kinds = {address.kind for address in declared if options.selects(address)}
        for address in (step.action.address for step in plan.steps if isinstance(step.action, Delete)):
            assert options.selects(address)
            assert not guards.protects(address)
            pruned = prune is not None and address.kind in (prune or kinds)
            assert declared.get(address, not pruned) is False
        outcomes = await there.perform(plan)
        assert {outcome.status for outcome in outcomes} <= {Status.DONE}, outcomes

    in_a_world(story)


def gone(document: Document) -> Document:
    """The same object, to be absent."""
    return {name: value for name, value in document.items() if name != "spec"} | {"ensure": "absent"}


def valid(documents: list[Document]) -> list[Document]:
    """Flows without references to what is to be absent."""
    absent = {each["metadata"]["name"] for each in documents if "ensure" in each}
    words = {id(each): set(re.findall(r"'([^']*)'", repr(each.get("spec")))) for each in documents}
    return [each for each in documents if "ensure" in each or not absent & words[id(each)]]


def test_hash_seeds_change_no_byte_of_a_plan() -> None:
    """The same manifests and tenant give the same bytes in processes that hash differently."""
    outputs = [_planned_with_seed(seed) for seed in ("0", "1", "4242")]
    assert outputs[0] == outputs[1] == outputs[2]
    assert len(json.loads(outputs[0])["actions"]) > 10


def _planned_with_seed(seed: str) -> str:
    """A plan of a repository with everything in it, made in a process of its own."""
    environ = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-m", "tests.laws.one_plan"],
        env=environ,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def one_plan() -> str:
    """The JSON of a plan for a repository with everything in it, on a fresh tenant."""
    flow = {
        "identityProviders": ["Google", "AADSignup-OAUTH"],
        "apiConnectorConfiguration": {"postFederationSignup": "approval", "postAttributeCollection": None},
        "userAttributeAssignments": [{"userAttribute": "Hobby"}, {"userAttribute": "city"}, {"userAttribute": "email"}],
    }
    documents: list[Document] = [
        _document("ApiConnector", "approval", {**_CONNECTOR}),
        _document("IdentityProvider", "Google", {**_SOCIAL}),
        _document("UserFlowAttribute", "Hobby", {"dataType": "string"}),
        _document("B2xUserFlow", "Partner", flow),
        _document("B2xUserFlow", "Guests", flow),
    ]
    shown: list[str] = []

    async def story(there: World, folder: Path) -> None:
        plan = await there.plan(*compiled(documents, folder))
        shown.append(as_json.render(Run("plan", 0, plan=plan)))

    in_a_world(story)
    return shown[0]


_CONNECTOR = {
    "targetUrl": "https://api.contoso.com",
    "authenticationConfiguration": {
        "type": "basicAuthentication",
        "username": "u",
        "password": {"fromEnv": "PASSWORD"},
    },
}
_SOCIAL = {
    "type": "socialIdentityProvider",
    "identityProviderType": "Google",
    "clientId": "c",
    "clientSecret": {"fromEnv": "SECRET"},
}


def _document(kind: str, name: str, spec: Any) -> Document:
    return {"apiVersion": "userflow/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
