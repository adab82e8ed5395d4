"""The pace: slowed by refusals, given back by quiet minutes, and known to the next process."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from reconciler.model.live import Need
from reconciler.msgraph import pace_file
from reconciler.msgraph.pacing import Window
from reconciler.msgraph.patience import OutOfPatienceError, Patience
from reconciler.msgraph.throttling import Throttling, throttling_of
from tests.msgraph.support import Server, VirtualClock, batched


def window(clock: VirtualClock, limit: int = 100, taken: list[tuple[int, float]] | None = None) -> Window:
    return Window(limit, clock, Patience(clock, 1e9), taken or [])


async def passed(held: Window, clock: VirtualClock, count: int) -> list[float]:
    """When each of that many requests, one after the other, was let through."""
    began = clock.now()
    times = []
    for _ in range(count):
        async with held.room(1):
            times.append(clock.now() - began)
    return times


def test_a_refusal_holds_everybody_back_for_as_long_as_graph_asks() -> None:
    """While one request waits for its Retry-After, no other one earns the next 429."""

    async def run() -> list[float]:
        clock = VirtualClock()
        held = window(clock)
        held.heed(Throttling(True, 7.0))
        return await passed(held, clock, 3)

    assert asyncio.run(run()) == [7.0, 7.0, 7.0]


def test_a_refusal_that_comes_while_there_is_no_room_is_heeded_too() -> None:
    """A request that waits for room waits for the Retry-After as well."""

    async def run() -> list[float]:
        clock = VirtualClock()
        held = window(clock, 10, [(10, 1.0)])
        waiting = asyncio.create_task(passed(held, clock, 1))
        await asyncio.sleep(0)
        held.heed(Throttling(True, 30.0))
        return await waiting

    assert asyncio.run(run()) == [30.0]


def test_after_a_refusal_the_pace_is_lower_and_comes_back() -> None:
    """Somebody else uses the quota too: three quarters of it are left, and each quiet minute gives a tenth back."""

    async def run() -> tuple[list[float], list[float]]:
        clock = VirtualClock()
        held = window(clock)
        held.heed(Throttling(True))
        at_once = await passed(held, clock, 76)
        await clock.sleep(600)
        return at_once, await passed(held, clock, 101)

    first, later = asyncio.run(run())
    assert (first[74], first[75]) == (0.0, 60.0)
    assert (later[99], later[100]) == (0.0, 60.0)


def test_many_refusals_leave_a_quarter_of_the_pace() -> None:
    """However often Graph refuses, the run goes on."""

    async def run() -> list[float]:
        clock = VirtualClock()
        held = window(clock)
        for _ in range(20):
            held.heed(Throttling(True))
        return await passed(held, clock, 26)

    times = asyncio.run(run())
    assert (times[24], times[25]) == (0.0, 60.0)


def test_a_batch_larger_than_the_lowered_pace_still_passes() -> None:
    """A pace below the size of a batch sends it alone."""

    async def run() -> float:
        clock = VirtualClock()
        held = window(clock, limit=20)
        for _ in range(5):
            held.heed(Throttling(True))
        async with held.room(20):
            return clock.now()

    assert asyncio.run(run()) == VirtualClock().now()


def test_a_quota_that_is_nearly_used_up_slows_the_run_down() -> None:
    """Graph says that everything is used, without refusing yet: the pace goes down before it does."""

    async def run() -> list[float]:
        clock = VirtualClock()
        held = window(clock)
        held.heed(Throttling(False, used=1.2))
        return await passed(held, clock, 76)

    times = asyncio.run(run())
    assert (times[74], times[75]) == (0.0, 60.0)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(200, json={"value": []}), None),
        (httpx.Response(200, content=b"429 and no JSON"), None),
        (httpx.Response(200, json={"value": [429]}), None),
        (httpx.Response(200, json=[429]), None),
        (httpx.Response(200, json={"responses": 429}), None),
        (httpx.Response(429, headers={"Retry-After": "5"}), Throttling(True, 5.0)),
        (httpx.Response(429), Throttling(True)),
        (httpx.Response(200, headers={"x-ms-throttle-limit-percentage": "0.9"}), Throttling(False, used=0.9)),
        (httpx.Response(200, headers={"x-ms-throttle-limit-percentage": "much"}), None),
        (
            httpx.Response(
                200,
                json={
                    "responses": [
                        {"id": "1", "status": 429, "headers": {"retry-after": 3}},
                        {"id": "2", "status": 429},
                        {"id": "3", "status": 200},
                    ]
                },
            ),
            Throttling(True, 3.0),
        ),
    ],
)
def test_what_an_answer_says_of_the_quota(answer: httpx.Response, expected: Throttling | None) -> None:
    """A refusal counts wherever it stands: as the answer, or as one item of a batch."""
    assert throttling_of(answer) == expected


def test_the_next_process_knows_what_was_asked(tmp_path: Path) -> None:
    """A plan that is followed by an apply does not double the pace."""
    file = tmp_path / "state" / "pace.json"
    pace_file.save(file, [(20, 50.0), (3, 10.0)], now=1000.0)
    assert pace_file.load(file, now=1015.0) == [(20, 35.0)]
    assert pace_file.load(file, now=1100.0) == []

    async def run() -> list[float]:
        clock = VirtualClock()
        held = window(clock, 21, pace_file.load(file, now=1015.0))
        times = await passed(held, clock, 2)
        assert held.own == [(1, 25.0), (1, 60.0)]
        return times

    assert asyncio.run(run()) == [0.0, 35.0]


def test_processes_side_by_side_know_of_each_other_afterwards(tmp_path: Path) -> None:
    """What one keeps does not wipe out what another kept meanwhile."""
    file = tmp_path / "pace.json"
    pace_file.save(file, [(20, 50.0)], now=1000.0)
    pace_file.save(file, [(3, 60.0)], now=1010.0)
    assert pace_file.load(file, now=1020.0) == [(20, 30.0), (3, 50.0)]


def test_the_pace_is_that_of_an_app_and_tenant_on_the_machine(tmp_path: Path) -> None:
    """Two projects for one app and tenant share it; another app, tenant or cloud has its own."""
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "LOCALAPPDATA": str(tmp_path / "cache")}
    root = "https://graph.microsoft.com"

    def place(tenant: str, client: str, cloud: str = root, folder: str = "a") -> Path:
        return pace_file.place(cloud, tenant, client, environ, tmp_path / folder)

    one = place("contoso.com", "app")
    assert one == place("Contoso.com", "APP", folder="b")
    assert not one.is_relative_to(tmp_path / "a")
    others = {place("contoso.com", "other"), place("fabrikam.com", "app"), place("contoso.com", "app", f"{root}.us")}
    assert len({one, *others}) == 4


def test_the_pace_of_a_graph_on_this_machine_is_the_project_s(tmp_path: Path) -> None:
    """A local Graph begins anew with each project; and so does a machine that keeps nothing."""
    (tmp_path / "file").write_text("")
    own = tmp_path / "state" / "pace.json"
    local = pace_file.place("http://127.0.0.1:8787", "", "", {"XDG_CACHE_HOME": str(tmp_path)}, own.parent)
    environ = {"XDG_CACHE_HOME": str(tmp_path / "file"), "LOCALAPPDATA": str(tmp_path / "file")}
    assert [local, pace_file.place("https://graph.microsoft.com", "t", "c", environ, own.parent)] == [own, own]


@pytest.mark.parametrize(
    "content", [None, b"", b"[]", b'{"passages": 3}', b'{"passages": [[1e999, 1]]}', b'{"passages": [["a", 1]]}', b"{"]
)
def test_a_pace_file_of_no_use_is_none(tmp_path: Path, content: bytes | None) -> None:
    """A missing or broken file slows nobody down, and one from a clock that was wrong only for a minute."""
    file = tmp_path / "pace.json"
    if content is not None:
        file.write_bytes(content)
    assert pace_file.load(file, now=1000.0) == []
    file.write_text(json.dumps({"passages": [[5, 99999.0], [0, 1010.0]]}))
    assert pace_file.load(file, now=1000.0) == [(5, 60.0)]


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """Where nothing can be kept, the run ends as it would."""
    (tmp_path / "file").write_text("")
    pace_file.save(tmp_path / "file" / "pace.json", [(1, 1.0)], now=0.0)
    assert pace_file.load(tmp_path / "file" / "pace.json", now=0.0) == []


def test_a_wait_that_nobody_will_wait_for_holds_only_its_own_request_back() -> None:
    """A Retry-After beyond --max-wait ends one request, and not what can still be read."""

    async def run() -> list[float]:
        clock = VirtualClock()
        held = Window(10, clock, Patience(clock, 60))
        held.heed(Throttling(True, 61.0))
        return await passed(held, clock, 2)

    assert asyncio.run(run()) == [0.0, 0.0]


def test_waits_that_are_too_long_together_end_the_run() -> None:
    """Held back by others until its time was over, a request is not sent."""

    async def run() -> None:
        clock = VirtualClock()
        held = Window(10, clock, Patience(clock, 60))
        held.heed(Throttling(True, 40.0))
        await clock.sleep(25)
        async with held.room(10):
            held.heed(Throttling(True, 34.0))
        await clock.sleep(5)
        async with held.room(1):
            raise AssertionError

    with pytest.raises(OutOfPatienceError):
        asyncio.run(run())


def test_the_pace_is_written_down_when_the_run_ends(tmp_path: Path) -> None:
    """What one process asked stands in the file for the next."""
    server = Server(batched(lambda _: {"status": 200, "body": {}}))
    file = tmp_path / "pace.json"
    server.run(lambda graph: graph.read([Need(str(n)) for n in range(30)]), pace_file=file)
    assert sum(cost for cost, _ in json.loads(file.read_text())["passages"]) == 30
