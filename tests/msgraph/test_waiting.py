"""Waiting: the quota of a minute, the waits that Graph asks for, and the end of all patience."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.errors import GraphError, UnreachableError
from reconciler.model.live import Need, Present, Unknown
from reconciler.model.tenant import Write
from reconciler.msgraph.pacing import Window
from reconciler.msgraph.patience import Patience, backoff, retry_after
from tests.msgraph.support import Server, VirtualClock, batched, logical, no, ok

Costs = list[tuple[int, float, float]]


async def pass_all(costs: Costs, limit: int, clock: VirtualClock) -> list[tuple[float, float, int]]:
    """Let requests through: (cost, seconds until asked for, seconds under way); when each began and ended."""
    window = Window(limit, clock, Patience(clock, 1e9))
    spans: list[tuple[float, float, int]] = []

    async def one(cost: int, delay: float, lasts: float) -> None:
        await clock.sleep(delay)
        async with window.room(cost):
            began = clock.time
            await clock.sleep(lasts)
            spans.append((began, clock.time, cost))

    await asyncio.gather(*(one(*each) for each in costs))
    return spans


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 90).map(float), st.integers(0, 20).map(float)),
        min_size=1,
        max_size=20,
    ),
    st.integers(5, 12),
    st.randoms(use_true_random=False),
)
def test_no_minute_ever_holds_more_than_the_quota(costs: Costs, limit: int, random: Any) -> None:
    """Whenever between sending and answering the server counts a request, no minute has more than allowed."""
    spans = asyncio.run(pass_all(costs, limit, VirtualClock()))
    counted = sorted((random.uniform(began, ended), cost) for began, ended, cost in spans)
    assert len(counted) == len(costs)
    for start, _ in counted:
        assert sum(cost for time, cost in counted if start <= time < start + 60.0) <= limit


def test_a_small_run_does_not_wait() -> None:
    """Requests within the quota of a minute are sent at once."""
    server = Server(batched(lambda _: {"status": 200, "body": {}}))
    server.run(lambda graph: graph.read([Need(str(n)) for n in range(180)]))
    assert server.clock.slept.count(0.0) == len(server.clock.slept)
    assert logical(server.seen) == 180


def test_a_large_run_keeps_the_quota() -> None:
    """Four hundred reads take three minutes' worth of quota, items counted one by one."""
    server = Server(batched(lambda _: {"status": 200, "body": {}}))
    server.run(lambda graph: graph.read([Need(str(n)) for n in range(400)]))
    assert sorted(server.times) == [1000.0] * 9 + [1060.0] * 9 + [1120.0] * 2


def test_a_quota_can_be_turned_off() -> None:
    """A local tenant has none."""
    server = Server(batched(lambda _: {"status": 200, "body": {}}))
    server.run(lambda graph: graph.read([Need(str(n)) for n in range(400)]), limit=None)
    assert set(server.times) == {1000.0}


def test_a_request_larger_than_the_quota_is_a_bug() -> None:
    """What can never be sent is not waited for."""

    async def ask() -> None:
        clock = VirtualClock()
        async with Window(3, clock, Patience(clock, 10)).room(4):
            raise AssertionError

    with pytest.raises(ValueError, match="larger than 3"):
        asyncio.run(ask())


def test_no_more_requests_are_under_way_than_allowed() -> None:
    """Concurrency is kept whatever the number of batches."""
    under_way: list[int] = []
    now = 0

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal now
        now += 1
        under_way.append(now)
        await server.clock.sleep(1)
        now -= 1
        done = batched(lambda _: {"status": 200, "body": {}})(request)
        assert isinstance(done, httpx.Response)
        return done

    server = Server(slow)
    server.run(lambda graph: graph.read([Need(str(n)) for n in range(150)]), concurrency=3)
    assert max(under_way) == 3


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([429, 503, 504]), st.integers(0, 200)), max_size=6),
    st.sampled_from(["GET", "PUT"]),
)
def test_a_wait_that_graph_asks_for_is_never_undercut(waits: list[tuple[int, int]], method: str) -> None:
    """The next attempt comes no sooner than wanted, and everything ends by the deadline."""
    faults = [no(status, retry_after=str(seconds)) for status, seconds in waits]
    server = Server(*faults, ok())

    async def talk(graph: Any) -> None:
        if method == "GET":
            await graph.read([Need("x")])
        else:
            try:
                await graph.write(Write("PUT", "x", body={}))
            except GraphError:
                assert sum(seconds or 2**tried for tried, (_, seconds) in enumerate(waits)) >= 300

    server.run(talk, max_wait=300)
    for gap, (_, seconds) in zip(server.gaps, waits, strict=False):
        assert gap >= max(seconds, 1)
    assert server.clock.time < 1300


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_everything_ends_by_the_deadline(data: st.DataObject) -> None:
    """Whatever a server does, a run is over when its patience is, and every need has an answer."""
    fault: st.SearchStrategy[httpx.Response | Exception] = st.sampled_from(
        [no(429), no(429, retry_after="9"), no(500), no(503), ok(), httpx.ReadError("x"), httpx.ConnectError("x")]
    )
    needs = [Need(str(n)) for n in range(data.draw(st.integers(1, 50)))]
    server = Server(*data.draw(st.lists(fault, min_size=1, max_size=10)))
    limit = data.draw(st.sampled_from([None, 7, 30]))
    max_wait = data.draw(st.integers(1, 200))
    answers = server.run(lambda graph: graph.read(needs), limit=limit, max_wait=max_wait)
    assert set(answers) == set(needs)
    assert server.clock.time <= 1000 + max_wait


def test_a_wait_past_the_deadline_is_not_begun() -> None:
    """With an hour asked for and ten minutes to spend, the answer comes at once."""
    server = Server(no(429, retry_after="3600"))
    (answer,) = server.run(lambda graph: graph.read([Need("x")])).values()
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("429")
    assert server.clock.time == 1000.0


def test_an_answer_that_never_comes_ends_with_the_run() -> None:
    """A server that trickles or hangs holds nobody past the deadline."""

    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        raise AssertionError

    (answer,) = Server(never).run(lambda graph: graph.read([Need("x")]), max_wait=0.05).values()
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("no answer in time")


def test_each_request_has_its_time() -> None:
    """Ten seconds to connect and sixty of silence, but never more than the run has left."""
    given: list[tuple[float, float]] = []

    def script(request: httpx.Request) -> httpx.Response:
        timeout = request.extensions["timeout"]
        given.append((timeout["connect"], timeout["read"]))
        return no(503, retry_after="95") if len(given) == 1 else ok()

    Server(script).run(lambda graph: graph.read([Need("x")]), max_wait=100)
    assert given == [(10.0, 60.0), (5.0, 5.0)]


def test_a_run_that_is_out_of_time_sends_nothing() -> None:
    """A write after the deadline was certainly never carried out; with new patience it is."""
    server = Server(ok())

    async def talk(graph: Any) -> int:
        await server.clock.sleep(11)
        with pytest.raises(UnreachableError, match="out of patience") as caught:
            await graph.write(Write("PATCH", "x", body={}))
        assert "run again" in caught.value.fix
        assert server.seen == []
        graph.renew()
        return (await graph.write(Write("PATCH", "x", body={}))).status  # type: ignore[no-any-return]

    assert server.run(talk, max_wait=10) == 200


def test_a_repeat_that_finds_no_quota_in_time_gives_the_last_answer() -> None:
    """A refusal is better known than a lack of patience."""
    server = Server(no(503))
    (answer,) = server.run(lambda graph: graph.read([Need("x")]), limit=1, max_wait=30).values()
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("503")


def test_a_host_once_reached_is_waited_for() -> None:
    """A network that goes away for a minute does not end a run that had begun."""
    server = Server(ok({"n": 1}), *[httpx.ConnectError("x")] * 6, ok({"n": 2}))

    async def talk(graph: Any) -> Any:
        await graph.read([Need("x")])
        return await graph.read([Need("x")])

    assert server.run(talk) == {Need("x"): Present({"n": 2})}
    assert server.gaps[1:] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0]


def test_a_request_that_cannot_be_made_is_not_repeated() -> None:
    """A request that breaks the protocol will break it again."""
    server = Server(httpx.LocalProtocolError("bad header"))
    (answer,) = server.run(lambda graph: graph.read([Need("x")])).values()
    assert answer == Unknown("bad header")
    assert len(server.seen) == 1


def test_waits_that_nobody_named_double_up_to_half_a_minute() -> None:
    """One, two, four, … thirty seconds, the same every time."""
    assert [backoff(attempt) for attempt in (1, 2, 3, 4, 5, 6, 50)] == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 12 ", 12.0),
        ("1.5", 1.5),
        ("9" * 400, 1e9),
        ("", None),
        ("-3", None),
        ("soon", None),
        ("nan", None),
    ],
)
def test_a_wait_in_seconds_is_understood(text: str, seconds: float | None) -> None:
    """What is no number of seconds is no wait, and a number beyond reason is the longest."""
    assert retry_after({"Retry-After": text}) == seconds


def test_a_wait_until_a_date_is_measured_by_the_servers_clock() -> None:
    """A date is a wait from the answer's own date, whatever the clock here says; a past one is none."""
    date, until = "Tue, 01 Jan 2030 00:00:00 GMT", "Tue, 01 Jan 2030 00:00:42 GMT"
    assert retry_after({"retry-after": until, "DATE": date}) == 42.0
    assert retry_after({"retry-after": date, "date": until}) == 0.0
    assert retry_after({"retry-after": "Tue, 01 Jan 2030 00:00:42 -0000", "date": date}) == 42.0
    assert retry_after({"retry-after": "Tue, 41 Jan 2030 00:00:42 GMT"}) is None


def test_a_wait_until_a_date_works_without_one_in_the_answer() -> None:
    """Where the answer has no date, the clock here has to do."""
    seconds = retry_after({"retry-after": format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)})
    assert seconds is not None
    assert 95 <= seconds <= 100


class Endless(VirtualClock):
    """Whoever sleeps does so until somebody comes."""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if seconds:
            await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("faults", "limit", "sent"),
    [
        ([no(429, retry_after="300")], None, 1),  # waits for Graph
        ([ok()], 1, 1),  # waits for room
        ([], None, 0),  # has not begun
    ],
)
def test_nothing_waits_once_the_run_is_to_stop(faults: list[httpx.Response], limit: int | None, sent: int) -> None:
    """A write that waits, for whatever, was certainly never carried out; reads that need not wait still are."""
    server = Server(*faults, ok({"id": "x"}), clock=Endless())

    async def talk(graph: Any) -> tuple[str, Any]:
        if limit:
            await graph.write(Write("PATCH", "first", body={}))
        if faults:
            asyncio.get_running_loop().call_later(0.01, graph.stop)
        else:
            graph.stop()
        with pytest.raises(UnreachableError) as caught:
            await graph.write(Write("PATCH", "x", body={}))
        assert len(server.seen) == sent
        return caught.value.message, (await graph.read([Need("x")]))[Need("x")]

    message, answer = server.run(talk, limit=limit)
    assert message == "interrupted"
    assert isinstance(answer, Unknown if limit else Present)
