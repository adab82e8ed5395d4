"""Faults to order."""

import asyncio
from typing import Any

import httpx
import pytest

from reconciler.emulator import EmbeddedTransport, Fault, Faults, Profile, create_app
from tests.emulator.embedded import NEW_FLOW, NOON, TOKEN, Graph, error, message

FLOWS = "identity/b2xUserFlows"


def test_a_status_comes_instead_of_the_work() -> None:
    """With its code, its message and its Retry-After; nothing is written."""
    graph = Graph(faults=Faults.parse(["503:times=1,retry-after=2,code=Busy,message=Later"]))
    answer = graph.post(FLOWS, NEW_FLOW)
    assert error(answer) == (503, "Busy")
    assert message(answer) == "Later"
    assert answer.headers["retry-after"] == "2"
    assert graph.value(FLOWS) == []


def test_codes_follow_from_the_status_unless_given() -> None:
    """429 is TooManyRequests; a status without a usual code is UnknownError."""
    graph = Graph(faults=Faults.parse(["429:nth=1", "418:nth=2"]))
    assert error(graph.get(FLOWS)) == (429, "TooManyRequests")
    assert error(graph.get(FLOWS)) == (418, "UnknownError")


def test_an_answer_lost_before_the_commit_left_nothing() -> None:
    """The client sees a broken connection and the tenant is unchanged."""
    graph = Graph(faults=Faults.parse([f"lost-before:route=POST */{FLOWS}"]))
    with pytest.raises(httpx.RemoteProtocolError):
        graph.post(FLOWS, NEW_FLOW)
    assert graph.value(FLOWS) == []


def test_an_answer_lost_after_the_commit_left_the_object() -> None:
    """The client sees a broken connection although the work was done."""
    graph = Graph(faults=Faults.parse([f"lost-after:route=post */{FLOWS}"]))
    with pytest.raises(httpx.RemoteProtocolError):
        graph.post(FLOWS, NEW_FLOW)
    assert graph.ids(FLOWS) == ["B2X_1_Partner"]
    assert [(each["fault"], each["status"]) for each in graph.tenant.requests()] == [("lost-after", 201), (None, 200)]


def test_broken_json_is_cut_off() -> None:
    """The status is right and the body is not JSON; a body that is not there stays so."""
    graph = Graph(faults=Faults.parse(["broken-json"]))
    answer = graph.get(FLOWS)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    graph.app.faults = Faults()
    graph.flow()
    graph.app.faults = Faults.parse(["broken-json"])
    assert graph.delete(f"{FLOWS}/B2X_1_Partner").content == b""


def test_latency_is_waited_for_and_adds_up() -> None:
    """Two rules of latency wait for both; the answer is as ever."""
    graph = Graph(faults=Faults.parse(["latency:seconds=1.5", "latency:seconds=1,route=GET *"]))
    assert graph.get(FLOWS).status_code == 200
    assert graph.slept == [2.5]


def test_a_request_that_hangs_ends_without_an_answer() -> None:
    """After an hour, unless told otherwise, the connection ends."""
    graph = Graph(faults=Faults.parse(["hang:nth=1", "hang:nth=2,seconds=5"]))
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            graph.get(FLOWS)
    assert graph.slept == [3600.0, 5.0]


def test_a_client_that_will_not_wait_times_out() -> None:
    """In process too, the read timeout ends a request that hangs."""

    async def impatient() -> None:
        app = create_app(token=TOKEN, faults=Faults.parse(["hang"]))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(transport=EmbeddedTransport(app), timeout=0.001, headers=headers) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(f"https://graph.embedded/v1.0/{FLOWS}")

    asyncio.run(impatient())


def test_reads_lag_behind_writes() -> None:
    """Lists, entities and what is inside them show the past for a while; writes see the present."""
    graph = Graph(faults=Faults.parse(["lag:seconds=5"]))
    graph.now += 60
    assert graph.post(FLOWS, NEW_FLOW).status_code == 201
    assert graph.value(FLOWS) == []
    assert graph.get(f"{FLOWS}/B2X_1_Partner/languages").status_code == 404
    assert graph.post(FLOWS, NEW_FLOW).status_code == 409
    graph.now += 5
    assert graph.ids(FLOWS) == ["B2X_1_Partner"]
    assert graph.delete(f"{FLOWS}/B2X_1_Partner").status_code == 204
    assert graph.get(f"{FLOWS}/B2X_1_Partner").status_code == 200
    graph.now += 5
    assert graph.get(f"{FLOWS}/B2X_1_Partner").status_code == 404


def test_the_past_is_forgotten_after_an_hour() -> None:
    """Old versions are dropped as new ones come, and a lag longer than that finds nothing."""
    graph = Graph()
    graph.flow()
    for _ in range(3):
        graph.now += 4000
        graph.patch("policies/authenticationFlowsPolicy", {"selfServiceSignUp": {"isEnabled": True}})
    graph.app.faults = Faults.parse(["lag:seconds=5000"])
    assert graph.get("policies/authenticationFlowsPolicy").status_code == 200
    assert graph.now > NOON


def test_rates_draw_from_the_seed() -> None:
    """The same seed strikes the same requests, another seed others."""

    def struck(seed: int) -> list[int]:
        graph = Graph(faults=Faults.parse(["500:rate=0.5"], seed=seed))
        return [graph.get(FLOWS).status_code for _ in range(20)]

    assert struck(7) == struck(7) != struck(8)
    assert set(struck(7)) == {200, 500}


def test_rules_count_their_own_requests() -> None:
    """nth strikes one request, times the first few; requests that do not match do not count."""
    graph = Graph(faults=Faults.parse(["500:nth=2,route=*/b2xUserFlows", "503:times=1,route=^/v1.0/IDENTITY/api"]))
    paths = ["identity/b2xUserFlows", "identity/apiConnectors", "identity/apiConnectors", "identity/b2xUserFlows"]
    assert [graph.get(path).status_code for path in paths] == [200, 503, 200, 500]


def test_a_batch_as_such_is_struck_only_by_name() -> None:
    """A rule for every request strikes the items; one that names $batch strikes the batch."""
    item = {"id": "1", "method": "GET", "url": FLOWS}
    graph = Graph(faults=Faults.parse(["500"]))
    assert graph.post("$batch", {"requests": [item]}).json()["responses"][0]["status"] == 500
    graph.app.faults = Faults.parse(["500:route=POST */$batch"])
    assert graph.post("$batch", {"requests": [item]}).status_code == 500


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flood", "unknown fault 'flood'"),
        ("200", "the status of a fault is 200"),
        ("500:rate=2", "the rate of a fault is 2.0"),
        ("500:rate=often", "'rate' is 'often'"),
        ("500:nth=0", "counted from 1"),
        ("500:nth=1.5", "'nth' is '1.5'"),
        ("500:colour=red", "unknown fault option 'colour'"),
        ("latency", "'latency' needs seconds"),
        ("latency:seconds=-1", "cannot be negative"),
        ("500:route=POST ^(", "no regular expression"),
    ],
)
def test_a_fault_that_makes_no_sense_is_explained(text: str, said: str) -> None:
    """The message says what is wrong with the option."""
    with pytest.raises(ValueError, match=r"fault|route|nth") as refused:
        Faults.parse([text])
    assert said in str(refused.value)


def test_faults_survive_being_written_down() -> None:
    """As JSON and back they are the same, whether written as objects or as text."""
    faults = Faults.parse(["429:rate=0.1,retry-after=1", "lost-after:nth=3,route=POST */a,b=c"], seed=7)
    assert faults.rules[1] == Fault("lost-after", nth=3, route="POST */a,b=c")
    assert Faults.from_json(faults.to_json()) == faults
    assert Faults.from_json({"rules": ["429:rate=0.1,retry-after=1", {"kind": "hang", "retry-after": 1}]})


@pytest.mark.parametrize(
    "body",
    [[], {}, {"rules": 1}, {"rules": [1]}, {"rules": [], "seed": "x"}, {"rules": [], "more": 1}, {"rules": [{}]}],
)
def test_faults_that_are_no_faults_are_refused(body: Any) -> None:
    """Anything but rules and a seed is a ValueError."""
    with pytest.raises(ValueError, match="fault"):
        Faults.from_json(body)


def test_a_rule_with_values_of_the_wrong_type_is_refused() -> None:
    """Types are checked before a request could fail of them."""
    for rule in ({"kind": "hang", "rate": "x"}, {"kind": "hang", "route": 1}, {"kind": [], "rate": 1}):
        with pytest.raises(ValueError, match="fault"):
            Fault.from_json(rule)


def test_the_limit_of_requests_per_minute_holds() -> None:
    """The smaller limit counts, Retry-After says when it ends, and throttled requests count too."""
    graph = Graph(profile=Profile(app_limit=2, tenant_limit=300))
    assert [graph.get(FLOWS).status_code for _ in range(3)] == [200, 200, 429]
    answer = graph.get(FLOWS)
    assert error(answer) == (429, "TooManyRequests")
    assert answer.headers["retry-after"] == "60"
    graph.now += 60
    assert graph.get(FLOWS).status_code == 200
