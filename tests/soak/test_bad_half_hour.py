"""Half an hour and more of applies to a tenant where everything goes wrong now and then, in virtual time."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path

import pytest

from reconciler.emulator import Faults
from tests.execution.virtual import run
from tests.laws.promise import broken_promises
from tests.laws.worlds import Document
from tests.soak.estate import LIMIT, Estate, estate, repository
from tests.soak.honesty import lies
from tests.soak.record import crowded_minutes, cut_short, heard, struck

FLOWS = 200
HALF_AN_HOUR = 1800.0
WEEKS = 2
APPLIES = 10
LATENCY = 0.05
SEEDS = (5, 8)
AWAY = {429: 7.0, 503: 2.0}
FAULTS = [
    f"latency:seconds={LATENCY}",
    "lag:seconds=1,route=GET *",
    f"429:rate=0.1,retry-after={AWAY[429]}",
    f"503:rate=0.05,retry-after={AWAY[503]}",
    "lost-after:rate=0.02",
]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tenant_on_a_bad_day_converges_within_its_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Every tenth request refused, every twentieth broken, every fiftieth answer lost, reads a second old: what is
    declared comes true week after week, nothing is there twice, outcomes are true, no minute holds more requests than
    allowed from process to process, and no Retry-After is cut short."""

    async def story() -> None:
        with estate(tmp_path, FAULTS, seed, monkeypatch) as there:
            await weeks(there)
            log = heard(there.log)
        assert min(struck(log)[each] for each in ("429", "503", "lost-after")) > 30
        assert struck(log)["unordered"] == 0
        assert crowded_minutes(log, LIMIT) == []
        for status, seconds in AWAY.items():
            assert cut_short(log, status, seconds, LATENCY) == []

    run(story())


async def weeks(there: Estate) -> None:
    """Change the repository and apply it until it is so, again and again until the half hour is over."""
    clock = asyncio.get_running_loop()
    began = clock.time()
    await asyncio.sleep(2)  # what a tenant is furnished with lags as well
    for week in count():
        documents = repository(FLOWS, week)
        there.declare(documents)
        await settle(there)
        await check(there, documents)
        if week >= WEEKS and clock.time() - began > HALF_AN_HOUR:
            break
    there.app.faults = Faults()
    assert (await there.plan()).steps == ()


async def settle(there: Estate) -> None:
    """Apply until there is nothing left that went wrong; every run on the way has told the truth."""
    for _ in range(APPLIES):
        done = await there.apply()
        assert lies(done, there) == []
        if done.exit_code == 0:
            return
    raise AssertionError(f"{APPLIES} applies were not enough")


async def check(there: Estate, documents: list[Document]) -> None:
    """What the tenant holds is what was declared, once, and a further plan has nothing to do."""
    present = [each for each in documents if each.get("ensure") != "absent"]
    async with there.world() as world:
        assert broken_promises(present, world) == []
    names = [each["metadata"]["name"] for each in present if each["kind"] == "B2xUserFlow"]
    assert there.names("identity/b2xUserFlows") == [f"B2X_1_{name}" for name in names]
    assert there.names("identity/apiConnectors") == ["approval", "check"]
    assert there.names("identity/userFlowAttributes").count("Hobby") == 1
    await asyncio.sleep(2)
    plan = await there.plan()
    assert (plan.steps, plan.unknown, plan.problems) == ((), (), ())
