"""What holds for every repository and every tenant of the B2C and the external sort."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from reconciler.emulator import Profile
from reconciler.model.outcomes import Status
from tests.execution.virtual import run
from tests.execution.world import World, world
from tests.laws.other_promise import View, promised_of_b2c, promised_of_events, views_of_b2c, views_of_events
from tests.laws.other_worlds import (
    B2C_MEDDLING,
    EVENTS_MEDDLING,
    b2c_repositories,
    events_repositories,
    in_b2c,
    in_external,
    meddle,
)
from tests.laws.worlds import Document, compiled

Changes = list[tuple[str, int]]
slow = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@dataclass(frozen=True)
class Sort:
    """A type of tenant: its flows, what manifests say of them, what the portal does to them."""

    profile: Profile
    kind: str
    views: Callable[[World], dict[str, View]]
    promised: Callable[[Document], View]
    portal: Callable[[World, str, int], None]
    follows: Callable[[str, Document], bool]


def follows_in_b2c(name: str, spec: Document) -> bool:
    """What a manifest decides without naming it: entries of an owned list; pages of a language that is deleted."""
    gone = [tag.casefold() for tag, told in spec.get("languages", {}).items() if told is None]
    owned = name.startswith("assignment ") and "userAttributeAssignments" in spec
    return owned or any(name.startswith(f"page {tag} ") for tag in gone)


def follows_in_events(name: str, spec: Document) -> bool:
    """Inputs follow from a list of attributes, and those that are not in an owned list go."""
    collected = spec.get("onAttributeCollection", {})
    return bool(collected) and (name == "inputs" or name.startswith("input "))


B2C = Sort(Profile(kind="b2c"), "B2cUserFlow", views_of_b2c, promised_of_b2c, in_b2c, follows_in_b2c)
EVENTS = Sort(
    Profile(kind="external"),
    "AuthenticationEventsFlow",
    views_of_events,
    promised_of_events,
    in_external,
    follows_in_events,
)


async def tell(sort: Sort, before: list[Document], changes: Changes, after: list[Document], folder: Path) -> None:
    async with world(folder / "state", sort.profile) as there:
        await converge(there, before, folder)
        meddle(there, changes, sort.portal)
        was = sort.views(there)
        await converge(there, after, folder)
        wanted = {each["metadata"]["name"]: each["spec"] for each in after if each["kind"] == sort.kind}
        now = sort.views(there)
        for name, spec in wanted.items():
            told = sort.promised(spec)
            assert {each: now[name].get(each) for each in told} == told
            kept = {each for each in was.get(name, {}) if each not in told and not sort.follows(each, spec)}
            assert {each: now[name].get(each) for each in kept} == {each: was[name][each] for each in kept}
        assert {name: now.get(name) for name in was if name not in wanted} == {
            name: view for name, view in was.items() if name not in wanted
        }
        assert await there.left(*compiled(after, folder)) == []


async def converge(there: World, documents: list[Document], folder: Path) -> None:
    outcomes = await there.apply(*compiled(documents, folder))
    assert {each.status for each in outcomes.values()} <= {Status.DONE}, outcomes


def told(sort: Sort, before: list[Document], changes: Changes, after: list[Document]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(tell(sort, before, changes, after, Path(folder)))


@slow
@given(before=b2c_repositories(), changes=B2C_MEDDLING, after=b2c_repositories())
def test_flows_of_a_b2c_tenant_become_what_is_declared_and_nothing_else(
    before: list[Document], changes: Changes, after: list[Document]
) -> None:
    """Languages, pages, lists: one apply from any earlier state keeps every promise, a second plan is empty, and what
    is not declared is as it was."""
    told(B2C, before, changes, after)


@slow
@given(before=events_repositories(), changes=EVENTS_MEDDLING, after=events_repositories())
def test_events_flows_become_what_is_declared_and_nothing_else(
    before: list[Document], changes: Changes, after: list[Document]
) -> None:
    """Providers, attributes, inputs in their order, applications, extensions: one apply from any earlier state keeps
    every promise, a second plan is empty, and what is not declared is as it was."""
    told(EVENTS, before, changes, after)
