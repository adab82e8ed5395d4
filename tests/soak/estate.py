"""A repository of two hundred flows that people keep changing, and a tenant of theirs on a bad day."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from reconciler.app.applying import Applying
from reconciler.app.connection import open_tenant
from reconciler.app.request import Request, Surroundings
from reconciler.app.survey import survey
from reconciler.app.workspace import Workspace, open_workspace, options_of
from reconciler.emulator import App, EmbeddedTransport, Faults, Profile, create_app
from reconciler.model.plans import Plan
from reconciler.model.runs import Run
from reconciler.msgraph import Graph
from reconciler.msgraph.connect import Connection, connect
from tests.execution.virtual import LoopClock
from tests.execution.world import START, Spoilt, World
from tests.laws.worlds import ENVIRON, Document, document

TOKEN = "let-me-in"
LIMIT = 180
QUOTA = 200
TODAY = date(2026, 11, 21)
PROVIDERS = ("EmailOtpSignup-OAUTH", "AADSignup-OAUTH", "MSASignup-OAUTH")
PROJECT = """
apiVersion: reconciler/v1
kind: Project
manifests: [manifests]
defaultTenant: soak
tenants:
  soak:
    graph: http://localhost
    auth: {method: token, token: {fromEnv: TOKEN}}
    limits: {requestsPerMinute: 180}
"""


def repository(flows: int, week: int) -> list[Document]:
    """What the repository says in a week: every flow names its providers, every tenth all there is to say.

    From week to week a tenth of the flows change, three go, the three that went come back, and a connector moves.
    """
    connectors = [document("ApiConnector", name, _connector(name, week)) for name in ("approval", "check")]
    hobby = document("UserFlowAttribute", "Hobby", {"dataType": "string", "description": f"week {week}"})
    return [*connectors, hobby, *(_flow(number, week) for number in range(flows))]


def _connector(name: str, week: int) -> Document:
    sign_in = {"type": "basicAuthentication", "username": "u", "password": {"fromEnv": "PASSWORD"}}
    return {"targetUrl": f"https://api.contoso.com/{name}/{week}", "authenticationConfiguration": sign_in}


def _flow(number: int, week: int) -> Document:
    turn = week + number // 10 if number % 10 == week % 10 else number // 10  # a tenth is in motion
    spec: Document = {"identityProviders": sorted({PROVIDERS[0], PROVIDERS[turn % 3]})}
    if number % 10 == 0:
        slots = [None, "approval", "check"]
        spec["apiConnectorConfiguration"] = {
            "postFederationSignup": slots[(number // 10 + week) % 3],
            "postAttributeCollection": slots[(number // 20) % 3],
        }
        names = ["email", "city", "Hobby", "givenName"][: 2 + (number // 10 + week) % 3]
        entries = [{"userAttribute": name, "displayName": f"{name} {week}"} for name in names]
        spec["userAttributeAssignments"] = entries if week % 2 else entries[::-1]
    found = document("B2xUserFlow", f"Flow{number:03}", spec)
    if number // 3 == week and week:
        return {key: value for key, value in found.items() if key != "spec"} | {"ensure": "absent"}
    return found


@dataclass
class Estate:
    """A folder with the repository, a tenant, and commands in virtual time, each as in a process of its own."""

    folder: Path
    app: App

    def declare(self, documents: list[Document]) -> None:
        path = self.folder / "manifests" / "all.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump_all(documents, sort_keys=False), encoding="utf-8")

    async def apply(self) -> Run:
        """`reconciler apply --yes`."""
        applying = Applying(self._space(), self._request, self._around, lambda _run: True, clock=LoopClock())
        return await applying.run()

    async def plan(self) -> Plan:
        """What a further apply would do."""
        space = self._space()
        options = options_of(self._request, space.project, self._around)
        async with open_tenant(space, self._request, self._around) as session:
            return await survey(space.manifests.resources, space.kinds, session.graph, space.memory()[0], options)

    @asynccontextmanager
    async def world(self) -> AsyncIterator[World]:
        """The tenant as somebody sees it who looks straight into it."""
        async with open_tenant(self._space(), self._request, self._around) as session:
            yield World(self.folder, Spoilt(session.graph), self.app)

    def names(self, collection: str) -> list[str]:
        """The names in a collection, each as often as it is there."""
        found = self.app.tenant.perform("GET", collection, query="$top=999").body["value"]
        return sorted(str(item.get("displayName") or item["id"]) for item in found)

    @property
    def log(self) -> list[dict[str, Any]]:
        """The tenant's own record of requests, oldest first."""
        return self.app.tenant.requests()

    @property
    def _request(self) -> Request:
        return Request(project=self.folder / "reconciler.yaml", yes=True)

    @property
    def _around(self) -> Surroundings:
        return Surroundings(environ={**ENVIRON, "TOKEN": TOKEN}, cwd=self.folder, today=TODAY)

    def _space(self) -> Workspace:
        space = open_workspace(self._request, self._around, "require")
        assert space.manifests.problems == ()
        return space


@contextmanager
def estate(folder: Path, faults: list[str], seed: int, patch: pytest.MonkeyPatch) -> Iterator[Estate]:
    """A fresh tenant with Graph's quota and these faults; every command reaches it, and every clock is the loop's."""
    folder.joinpath("reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    app = create_app(
        token=TOKEN,
        profile=Profile(app_limit=QUOTA, page_size=999),
        faults=Faults.parse(faults, seed=seed),
        clock=_unix_time,
    )

    def connected(connection: Connection, **_: Any) -> AbstractAsyncContextManager[Graph]:
        return connect(connection, clock=LoopClock(), transport=EmbeddedTransport(app))

    patch.setattr("reconciler.app.connection.connect", connected)
    patch.setattr("reconciler.app.applying.datetime", SimpleNamespace(now=_now))
    patch.setattr(sys.modules[connect.__module__], "time", SimpleNamespace(time=_unix_time))
    yield Estate(folder, app)
    app.tenant.close()


def _unix_time() -> float:
    return START.timestamp() + asyncio.get_running_loop().time()


def _now(zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(_unix_time(), zone)
