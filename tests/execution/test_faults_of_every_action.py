"""Every write of every sort of action goes wrong once; a second run heals it, and nothing is there twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from reconciler.emulator import Faults
from reconciler.model.outcomes import Status
from reconciler.model.tenant import Reply, Write
from tests.execution.spoils import Spoil, answered_late, lost_after, lost_before, rejected, unreachable
from tests.execution.stories import STORIES, contents
from tests.execution.world import World, world

FAULTS: dict[str, Callable[[], Spoil]] = {
    "lost before": lost_before,
    "lost after": lost_after,
    "unreachable": unreachable,
    "forbidden": lambda: rejected(403),
    "refused": lambda: rejected(400),
    "not found": lambda: rejected(404),
    "conflict": lambda: rejected(409),
}
every = pytest.mark.parametrize("name", STORIES)


async def undisturbed(name: str, folder: Path) -> tuple[int, list[str]]:
    """How many writes the story has, and what is in the tenant afterwards."""
    async with world(folder / "undisturbed", STORIES[name].profile) as w:
        wanted = await STORIES[name].begin(w, folder / "manifests")
        outcomes = await w.apply(*wanted)
        assert {each.status for each in outcomes.values()} == {Status.DONE}, outcomes
        assert await w.left(*wanted) == []
        return len(w.tenant.writes), contents(w)


@every
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_second_run_heals_any_write_that_went_wrong(
    folder: Path, name: str, fault: Callable[[], Spoil]
) -> None:
    """Whichever write fails, however: one more apply at most, and the tenant is what it would have been.

    A 404 to a request that takes something away is believed, so that only the next plan shows that it was wrong. So is
    a 400 to the update of a page that nobody manages: it then keeps an input.
    """
    writes, promised = await undisturbed(name, folder)
    for number in range(1, writes + 1):
        async with world(folder / str(number), STORIES[name].profile) as w:
            wanted = await STORIES[name].begin(w, folder / "manifests")
            w.tenant.spoil_nth(number, fault())
            outcomes = await w.apply(*wanted)
            w.tenant.spoils.clear()
            if {each.status for each in outcomes.values()} != {Status.DONE} or fault is FAULTS["not found"]:
                again = await w.apply(*wanted)
                assert {each.status for each in again.values()} <= {Status.DONE}, (w.tenant.sent, again)
            assert await w.left(*wanted) == []
            believed = any("stays as it is" in each.detail for each in outcomes.values())
            assert (contents(w) == promised) is not believed


@every
async def test_reads_that_lag_behind_are_waited_for(folder: Path, name: str) -> None:
    """Graph shows everything ten seconds late: the apply ends as one in which nothing lags."""
    _, promised = await undisturbed(name, folder)
    async with world(folder / "lagging", STORIES[name].profile) as w:
        wanted = await STORIES[name].begin(w, folder / "manifests")
        plan = await w.plan(*wanted)
        w.app.faults = Faults.parse(["lag:seconds=10,route=GET *"])
        outcomes = await w.perform(plan)
        assert {each.status for each in outcomes} == {Status.DONE}, outcomes
        w.app.faults = Faults()
        assert await w.left(*wanted) == []
        assert contents(w) == promised


@every
@pytest.mark.parametrize("answers", [False, True], ids=["before the answer", "after the answer"])
async def test_an_interrupted_apply_is_finished_by_the_next(folder: Path, name: str, answers: bool) -> None:
    """Ctrl-C at any write: nothing begins afterwards, what was cut off is said, and the next apply does the rest."""
    writes, promised = await undisturbed(name, folder)
    for number in range(1, writes + 1):
        async with world(folder / str(number), STORIES[name].profile) as w:
            wanted = await STORIES[name].begin(w, folder / "manifests")
            w.tenant.spoil_nth(number, stopping(w, answered_late(1 if answers else 60)))
            outcomes = await w.apply(*wanted)
            assert {each.status for each in outcomes.values()} <= {*Status}
            assert all(each.detail for each in outcomes.values() if each.status is not Status.DONE)
            w.tenant.spoils.clear()
            w.stop.clear()
            again = await w.apply(*wanted)
            assert {each.status for each in again.values()} <= {Status.DONE}, (w.tenant.sent, again)
            assert await w.left(*wanted) == []
            assert contents(w) == promised


def stopping(w: World, then: Spoil) -> Spoil:
    """Somebody presses Ctrl-C while this write is on its way."""

    async def spoil(write: Write, send: Callable[[], Awaitable[Reply]]) -> Reply:
        asyncio.get_running_loop().call_later(0.1, w.stop.set)
        return await then(write, send)

    return spoil
