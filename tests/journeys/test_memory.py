"""What one run leaves for the next: creates whose end nobody saw, progress, and paths of saved plans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reconciler import app
from reconciler.app import Request, Surroundings
from reconciler.app.memory import Memory
from reconciler.app.survey import survey
from reconciler.emulator import Profile, Tenant
from reconciler.model.addresses import Address
from reconciler.model.errors import ReconcilerError
from reconciler.model.live import Answers, Need, Present
from reconciler.model.receipts import Receipts
from reconciler.planning.options import Options
from tests.execution.virtual import LoopClock, run
from tests.execution.world import KINDS, connector, world
from tests.journeys.shell import SECRETS, Shell

APPROVAL = Address("ApiConnector", "approval")


class Lagging:
    """A tenant whose listings leave out what was just made, for the first few looks."""

    def __init__(self, inner: object, looks: int) -> None:
        self._inner = inner
        self._looks = looks

    async def read(self, needs: Iterable[Need]) -> Answers:
        found = dict(await self._inner.read(needs))  # type: ignore[attr-defined]  # any tenant will do
        self._looks -= 1
        return {need: Present([]) for need in found} if self._looks >= 0 else found


@pytest.mark.parametrize(("looks", "creates"), [(0, 0), (3, 0), (50, 1)])
def test_a_create_that_nobody_saw_end_is_looked_for(looks: int, creates: int, tmp_path: Path) -> None:
    """An object an earlier run may have made is waited for; only one that stays away for long is made again."""

    async def story() -> int:
        async with world(tmp_path) as there:
            await there.apply(connector())
            memory = Memory(Receipts(b"k"), {}, (APPROVAL,))
            lagging = Lagging(there.tenant, looks)
            options = Options(today=date(2026, 11, 21))
            plan = await survey((connector(),), KINDS, lagging, memory, options, LoopClock())  # type: ignore[arg-type]
            return plan.summary()["create"]

    assert run(story()) == creates


def test_progress_is_told_while_it_happens(shell: Shell) -> None:
    """Whoever listens hears of reads and of steps, from the first to the last."""
    heard: list[tuple[str, int, int]] = []
    around = Surroundings({**SECRETS}, shell.folder, date(2026, 11, 21), lambda *news: heard.append(news))
    assert app.apply(Request(), around, confirm=lambda _run: True).exit_code == 0
    reads = [(done, total) for label, done, total in heard if label == "reading"]
    steps = [(done, total) for label, done, total in heard if label == "applying"]
    assert reads[0][1] == 5
    assert steps == [(number, 20) for number in range(1, 21)]


def test_a_saved_plan_keeps_its_paths_wherever_they_are(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Manifests below the project and outside of it are found again when the plan is applied."""
    outside = tmp_path_factory.mktemp("outside") / "switch.yaml"
    outside.write_text((shell.folder / "manifests" / "attributes.yaml").read_text())
    for number, path in enumerate([outside, shell.folder / "manifests" / "connectors.yaml"]):
        assert shell.run("plan", str(path), "--out", f"{number}.plan") == 0
        applied = shell.json("apply", f"{number}.plan", "--yes")
        assert (applied["exit"], applied["summary"]["create"]) == (0, 2)


def test_a_plan_is_not_saved_where_it_cannot_be(shell: Shell) -> None:
    """A folder in place of a file is an error with a fix, and leaves nothing behind."""
    around = Surroundings({**SECRETS}, shell.folder, date(2026, 11, 21))
    request = replace(Request(), out=shell.folder / "manifests")
    with pytest.raises(ReconcilerError, match="cannot write"):
        app.plan(request, around)


def test_an_embedded_tenant_stays_what_it_was_made_as(shell: Shell) -> None:
    """A state file made elsewhere keeps its settings; a type in the project file decides where there is one."""
    state = shell.folder / ".reconciler" / "local.db"
    state.parent.mkdir()
    Tenant(state, Profile(page_size=1)).close()
    assert shell.run("plan") == 0
    assert shell.tenant().profile.page_size == 1
    shell.replace("reconciler.yaml", "graph: embedded", "type: workforce\n    graph: embedded")
    assert shell.run("apply", "--yes") == 0
    assert shell.tenant().profile.kind == "workforce"


def test_detailed_exit_codes_put_trouble_before_differences(shell: Shell) -> None:
    """Faults of the manifests that only the tenant can show are exit 1, for plan, drift and apply alike."""
    shell.replace(
        "manifests/flows.yaml", "identityProviders: [AADSignup-OAUTH, Google]", "identityProviders: [Twitter]"
    )
    assert shell.run("plan", "--detailed-exitcode") == 1
    assert "no IdentityProvider is called 'Twitter'" in shell.out
    assert shell.run("drift") == 1
    assert shell.run("apply", "--yes") == 1
    assert shell.json("plan")["summary"]["create"] == 6
