"""A tenant in process whose time is virtual and whose answers can be spoilt, and applies against it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.app.memory import Memory
from reconciler.app.survey import survey
from reconciler.emulator import EmbeddedTransport, Profile, create_app
from reconciler.execution import journal, receipts
from reconciler.execution.execute import Listener, execute
from reconciler.execution.journal import Journal
from reconciler.execution.patience import Patience
from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.kinds import Kinds, Version
from reconciler.model.live import Absent, Answer, Answers, Need
from reconciler.model.outcomes import Outcome, Requests
from reconciler.model.plans import Plan
from reconciler.model.resources import Entry, Resource
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Reply, Write
from reconciler.model.values import Tree
from reconciler.msgraph.auth import StaticToken
from reconciler.msgraph.client import Graph
from reconciler.msgraph.connect import Connection, connect
from reconciler.planning.options import Options
from tests.execution.spoils import Spoil
from tests.execution.virtual import LoopClock

ROOT = "http://localhost"
NOWHERE = Span("manifests.yaml", 1, 1)
KINDS = load_kinds()
PASSWORD = "hunter2-of-the-connector"
START = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass
class Spoilt:
    """A tenant some of whose writes and reads go wrong.

    `spoils` are asked in turn for each write by "METHOD path"; `answers` may stand in for an answer to a need.
    """

    graph: Graph
    spoils: list[tuple[Callable[[int, Write], bool], Spoil]] = field(default_factory=list)
    answers: Callable[[Need], Answer | None] = lambda _need: None
    writes: list[Write] = field(default_factory=list)
    reads: list[Need] = field(default_factory=list)
    under_way: set[str] = field(default_factory=set)
    together: set[frozenset[str]] = field(default_factory=set)

    @property
    def requests(self) -> Requests:
        return self.graph.requests

    async def read(self, needs: Iterable[Need]) -> Answers:
        wanted = tuple(needs)
        self.reads += wanted
        found = dict(await self.graph.read(wanted))
        return {need: self.answers(need) or found[need] for need in wanted}

    async def write(self, write: Write) -> Reply:
        self.writes.append(write)
        place, called = len(self.writes), f"{write.method} {write.path}"
        self.under_way.add(called)
        self.together.add(frozenset(self.under_way))
        try:
            await asyncio.sleep(0.01)
            for matches, spoil in self.spoils:
                if matches(place, write):
                    return await spoil(write, lambda: self.graph.write(write))
            return await self.graph.write(write)
        finally:
            self.under_way.discard(called)

    @property
    def sent(self) -> list[str]:
        """Every write in the order it left, by method and path."""
        return [f"{write.method} {write.path}" for write in self.writes]

    def spoil(self, part: str, spoil: Spoil, times: int = 1) -> None:
        """Spoil the next writes whose "METHOD path" has this in it."""
        left = [times]

        def matches(_place: int, write: Write) -> bool:
            if part not in f"{write.method} {write.path}" or not left[0]:
                return False
            left[0] -= 1
            return True

        self.spoils.append((matches, spoil))

    def spoil_nth(self, number: int, spoil: Spoil) -> None:
        """Spoil exactly the write of that number, from 1."""
        self.spoils.append((lambda place, _write: place == number, spoil))

    def hide(self, part: str, seconds: float, answer: Answer | None = None) -> None:
        """Answer a single object (or its sub-resources) as absent until that many seconds from now are over."""
        until = asyncio.get_running_loop().time() + seconds
        stale = answer or Absent()

        def answers(need: Need) -> Answer | None:
            return stale if part in need.path and asyncio.get_running_loop().time() < until else None

        self.answers = answers


@dataclass
class World:
    """A tenant, a folder, and applies of manifests against it."""

    folder: Path
    tenant: Spoilt
    app: Any
    kinds: Kinds = field(default_factory=load_kinds)
    patience: Patience = field(default_factory=Patience)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def plan(self, *resources: Resource) -> Plan:
        history = journal.read(self.folder)
        memory = Memory(receipts.load(self.folder)[0], dict(history.made), history.open_creates)
        return await survey(resources, self.kinds, self.tenant.graph, memory, Options(today=date(2026, 11, 21)))

    async def perform(self, plan: Plan, listener: Listener | None = None) -> tuple[Outcome, ...]:
        clock = LoopClock()
        at = (START + timedelta(seconds=clock.now())).isoformat()
        with Journal(self.folder, at=at, clock=clock) as kept:
            return await execute(
                plan,
                self.kinds,
                self.tenant,
                root=ROOT,
                journal=kept,
                clock=clock,
                stop=self.stop,
                listener=listener,
                patience=self.patience,
            )

    async def apply(self, *resources: Resource) -> dict[str, Outcome]:
        plan = await self.plan(*resources)
        assert not plan.refusals, plan.refusals
        assert not plan.unknown, plan.unknown
        return {outcome.id: outcome for outcome in await self.perform(plan)}

    async def left(self, *resources: Resource) -> list[str]:
        """What a further plan would do."""
        plan = await self.plan(*resources)
        return [*(step.id for step in plan.steps), *(str(each) for each in (*plan.unknown, *plan.problems))]

    def names(self, collection: str) -> list[str]:
        """The display names in a collection that are not Graph's own, sorted: a twin would show."""
        items = self.app.tenant.perform("GET", collection).body["value"]
        return sorted(str(item.get("displayName") or item["id"]) for item in items if not _built_in(item))

    def get(self, path: str, query: str = "", version: Version = Version.V1) -> Any:
        return self.app.tenant.perform("GET", path, query=query, version=version.value).body

    @property
    def attributes(self) -> list[str]:
        order: list[str] = self.get(f"{FLOW}/userAttributeAssignments/getOrder")["order"]
        return order

    @property
    def providers(self) -> list[str]:
        found = self.get(f"{FLOW}/userFlowIdentityProviders", version=Version.BETA)
        return sorted(item["id"] for item in found["value"])


def _built_in(item: Mapping[str, Any]) -> bool:
    return item.get("userFlowAttributeType", "custom") != "custom" or "builtIn" in item.get("@odata.type", "")


@asynccontextmanager
async def world(folder: Path, profile: Profile | None = None) -> AsyncIterator[World]:
    """A fresh tenant; with a profile the kinds are as a tenant of its type has them."""
    loop = asyncio.get_running_loop()
    app = create_app(token="let-me-in", clock=lambda: START.timestamp() + loop.time(), profile=profile)
    kinds = {name: kind.within(profile.kind if profile else None) for name, kind in KINDS.items()}
    connection = Connection(ROOT, StaticToken(Secret("let-me-in", "the test")), requests_per_minute=None)
    async with connect(connection, clock=LoopClock(), transport=EmbeddedTransport(app)) as graph:
        yield World(folder, Spoilt(graph), app, kinds)
    app.tenant.close()


FLOW = "identity/b2xUserFlows/B2X_1_Partner"


def resource(kind: str, name: str, properties: Tree | None = None, **links: Iterable[Entry]) -> Resource:
    """A wanted object; a link's name is written with `_` for the dot."""
    named = {each.replace("apiConnectorConfiguration_", "apiConnectorConfiguration."): links[each] for each in links}
    wanted = {name: tuple(entries) for name, entries in named.items()}
    return Resource(Address(kind, name), NOWHERE, properties=properties or {}, links=wanted)


def to(kind: str, name: str, **properties: Any) -> Entry:
    return Entry(Address(kind, name), NOWHERE, properties)


def connector(name: str = "approval", url: str = "https://api.contoso.com", password: str = PASSWORD) -> Resource:
    sign_in = {"type": "basicAuthentication", "username": "u", "password": Secret(password, "environment variable P")}
    return resource(
        "ApiConnector",
        name,
        {"displayName": name, "targetUrl": url, "authenticationConfiguration": sign_in},
    )


def attribute(name: str) -> Resource:
    return resource("UserFlowAttribute", name, {"displayName": name, "dataType": "string", "description": name})


def google() -> Resource:
    return resource(
        "IdentityProvider",
        "Google",
        {
            "type": "socialIdentityProvider",
            "displayName": "Google",
            "identityProviderType": "Google",
            "clientId": "id",
            "clientSecret": Secret("of-google", "environment variable G"),
        },
    )


def flow(name: str = "Partner") -> Resource:
    """A flow none of whose defaults stays as it is: a provider and an attribute go, one changes its name and place."""
    return resource(
        "B2xUserFlow",
        name,
        identityProviders=[to("IdentityProvider", "Google"), to("IdentityProvider", "EmailOtpSignup-OAUTH")],
        apiConnectorConfiguration_postFederationSignup=[to("ApiConnector", "approval")],
        apiConnectorConfiguration_postAttributeCollection=[to("ApiConnector", "approval")],
        userAttributeAssignments=[
            to("UserFlowAttribute", "Hobby", displayName="Your hobby", isOptional=True),
            to("UserFlowAttribute", "displayName", displayName="Your name"),
            to("UserFlowAttribute", "Shoe size", displayName="Shoe size"),
        ],
    )


def everything() -> tuple[Resource, ...]:
    """One manifest of each sort."""
    return connector(), google(), attribute("Hobby"), attribute("Shoe size"), flow()
