"""Against the embedded tenant: the same conversations with a second opinion on how Graph behaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from reconciler.emulator import App, EmbeddedTransport, Faults, Profile, create_app
from reconciler.model.errors import LostAnswerError
from reconciler.model.live import Absent, Answer, Need, Present, Unknown
from reconciler.model.outcomes import Requests
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Reply, Write
from reconciler.msgraph import Connection, Graph, StaticToken, connect
from tests.msgraph.support import VirtualClock

CONNECTORS = Need("identity/apiConnectors", collection=True)
T = TypeVar("T")


def embedded(*faults: str, **profile: Any) -> App:
    return create_app(faults=Faults.parse(faults), profile=Profile(**profile))


def talk(app: App, words: Callable[[Graph], Awaitable[T]], *, max_wait: float = 600.0) -> T:
    async def conversation() -> T:
        connection = Connection("http://localhost", StaticToken(Secret(app.token)), None, max_wait=max_wait)
        async with connect(connection, clock=VirtualClock(), transport=EmbeddedTransport(app)) as graph:
            return await words(graph)

    return asyncio.run(conversation())


def connector(name: str) -> Write:
    login = {"@odata.type": "#microsoft.graph.basicAuthentication", "username": "u", "password": Secret("pw")}
    body = {"displayName": name, "targetUrl": "https://a.example", "authenticationConfiguration": login}
    return Write("POST", "identity/apiConnectors", body=body)


async def make(graph: Graph, count: int) -> list[Reply]:
    return [await graph.write(connector(f"c{number}")) for number in range(count)]


def read(app: App, *needs: Need, **options: Any) -> list[Answer]:
    async def words(graph: Graph) -> list[Answer]:
        return list((await graph.read(needs)).values())

    return talk(app, words, **options)


def test_what_was_written_is_read_back_page_by_page() -> None:
    """Seven connectors on pages of two come back as one list, by batch and alone."""
    app = embedded(page_size=2)

    async def words(graph: Graph) -> tuple[Answer, Answer, Requests]:
        made = await make(graph, 7)
        alone = (await graph.read([CONNECTORS]))[CONNECTORS]
        first = Need(f"identity/apiConnectors/{made[0].body['id']}")
        both = await graph.read([CONNECTORS, first, Need("identity/apiConnectors/none")])
        assert isinstance(both[first], Present)
        assert both[Need("identity/apiConnectors/none")] == Absent()
        return alone, both[CONNECTORS], graph.requests

    alone, batched, requests = talk(app, words)
    assert alone == batched
    assert isinstance(alone, Present)
    assert [each["displayName"] for each in alone.body] == [f"c{number}" for number in range(7)]
    assert requests == Requests(logical=7 + 4 + 3 + 3, http=7 + 4 + 1 + 3)


@pytest.mark.parametrize(
    "fault", ["429:rate=0.4,retry-after=3", "503:rate=0.4", "broken-json:times=3", "lost-before:times=2"]
)
def test_faults_that_pass_are_not_noticed(fault: str) -> None:
    """Throttling, outages, broken and lost answers cost requests, not knowledge."""
    needs = [CONNECTORS, *(Need(f"identity/apiConnectors/{number}") for number in range(30))]
    answers = read(embedded(fault), *needs)
    assert not [each for each in answers if isinstance(each, Unknown)]


def test_a_forbidden_collection_is_unknown_and_its_neighbour_is_not() -> None:
    """What could not be read is told beside everything that could."""
    app = embedded("403:route=*/apiConnectors")
    connectors, providers = read(app, CONNECTORS, Need("identity/identityProviders", collection=True))
    assert isinstance(connectors, Unknown)
    assert connectors.code == "Authorization_RequestDenied"
    assert isinstance(providers, Present)


def test_self_service_sign_up_that_is_off_says_how_to_turn_it_on() -> None:
    """The commonest surprise comes with its cure."""
    (answer,) = read(embedded(self_service_sign_up=False), CONNECTORS)
    assert isinstance(answer, Unknown)
    assert answer.code == "AADB2C99039"
    assert "AuthenticationFlowsPolicy manifest" in answer.reason


def test_a_create_whose_answer_is_lost_is_made_once() -> None:
    """Nobody is told it failed, and no second object appears."""
    app = embedded("lost-after:times=1,route=POST */apiConnectors")

    async def words(graph: Graph) -> Answer:
        with pytest.raises(LostAnswerError):
            await graph.write(connector("once"))
        return (await graph.read([CONNECTORS]))[CONNECTORS]

    found = talk(app, words)
    assert isinstance(found, Present)
    assert [each["displayName"] for each in found.body] == ["once"]


def test_a_delete_whose_answer_is_lost_is_done() -> None:
    """The repeat finds nothing, which is what was wanted."""
    app = embedded("lost-after:times=1,route=DELETE *")

    async def words(graph: Graph) -> Reply:
        (made,) = await make(graph, 1)
        return await graph.write(Write("DELETE", f"identity/apiConnectors/{made.body['id']}"))

    assert talk(app, words).status == 204


def test_a_tenant_that_hangs_ends_with_the_run() -> None:
    """A request that is never answered is unknown when the time is up."""
    (answer,) = read(embedded("hang:route=*/apiConnectors"), CONNECTORS, max_wait=0.2)
    assert isinstance(answer, Unknown)
