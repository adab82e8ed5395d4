"""What a failure, an interruption or a full disk leaves untouched, and what the report says of the rest."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.execution import journal as journals
from reconciler.execution.execute import execute
from reconciler.execution.journal import Journal
from reconciler.execution.patience import Patience
from reconciler.model.addresses import Address
from reconciler.model.errors import SignInError
from reconciler.model.outcomes import Outcome, Status
from reconciler.model.plans import Plan, Reorder, Step
from tests.execution.spoils import answered_late, lost_before, rejected, slow, swallowed
from tests.execution.virtual import LoopClock
from tests.execution.world import KINDS, ROOT, World, connector, everything, resource, to, world

CREATE = "create ApiConnector/approval"
SLOT = "attach B2xUserFlow/Partner apiConnectorConfiguration.postFederationSignup approval"

OTP = "attach B2xUserFlow/Partner identityProviders EmailOtpSignup-OAUTH"


async def stopped(w: World, plan: Plan, after: float) -> dict[str, Outcome]:
    """The outcomes of a run that is interrupted after so many seconds."""
    performing = asyncio.create_task(w.perform(plan))
    await asyncio.sleep(after)
    w.stop.set()
    return {outcome.id: outcome for outcome in await performing}


async def test_a_failure_skips_what_depends_on_it_and_nothing_else(folder: Path) -> None:
    """A connector that is refused takes its two attachments with it; everything else is done."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/apiConnectors", rejected(403))
        outcomes = await w.apply(*everything())
        assert {name for name, outcome in outcomes.items() if outcome.status is not Status.DONE} == {
            CREATE,
            SLOT,
            SLOT.replace("postFederationSignup", "postAttributeCollection"),
        }
        assert outcomes[SLOT].status is Status.SKIPPED
        assert outcomes[SLOT].detail == f"not tried: it needs '{CREATE}', which failed"


async def test_a_chain_of_skipped_steps_names_what_each_one_missed(folder: Path) -> None:
    """What waits for a skipped step is skipped too, and says so."""
    async with world(folder) as w:
        w.tenant.spoil("POST identity/b2xUserFlows", rejected(403))
        outcomes = await w.apply(*everything())
        reorder = outcomes["reorder B2xUserFlow/Partner userAttributeAssignments"]
        assert reorder.status is Status.SKIPPED
        assert reorder.detail.startswith("not tried: it needs '")
        assert outcomes["create UserFlowAttribute/Shoe size"].status is Status.DONE


async def test_what_waits_for_itself_or_for_nothing_in_the_plan_is_never_tried(folder: Path) -> None:
    """A plan that cannot end ends all the same."""
    async with world(folder) as w:
        step = (await w.plan(connector())).steps[0]
        other = replace(step, action=replace(step.action, address=Address("ApiConnector", "b")), after=("gone",))
        outcomes = await w.perform(Plan((replace(step, after=(step.id,)), other)))
        assert [outcome.detail for outcome in outcomes] == ["not tried: what it waits for never ended"] * 2
        assert w.tenant.sent == []


async def test_after_an_interruption_nothing_begins(folder: Path) -> None:
    """What is on its way is awaited; what has not begun is reported as not tried."""
    async with world(folder) as w:
        for part in ("apiConnectors", "b2xUserFlows", "identityProviders", "userFlowAttributes"):
            w.tenant.spoil(f"POST identity/{part}", slow(2))
        outcomes = await stopped(w, await w.plan(*everything()), 1)
        done = {name for name, outcome in outcomes.items() if outcome.status is Status.DONE}
        assert done == {
            CREATE,
            "create B2xUserFlow/Partner",
            "create IdentityProvider/Google",
            "create UserFlowAttribute/Hobby",
        }
        rest = [outcome for name, outcome in outcomes.items() if name not in done]
        assert {(outcome.status, outcome.detail) for outcome in rest} == {(Status.SKIPPED, "not tried: interrupted")}
        assert len(w.tenant.sent) == 4
        w.stop.clear()
        assert {outcome.status for outcome in (await w.apply(*everything())).values()} == {Status.DONE}


async def test_a_write_that_outlives_the_grace_is_cut_off(folder: Path) -> None:
    """Ten seconds after the interruption nobody waits any longer, and nobody knows what became of the write."""
    async with world(folder) as w:
        w.tenant.spoil("apiConnectors", answered_late(3600))
        started = asyncio.get_running_loop().time()
        outcome = (await stopped(w, await w.plan(connector()), 1))[CREATE]
        assert outcome.status is Status.FAILED
        assert outcome.detail == "interrupted: nobody knows whether it was carried out"
        assert 10 < asyncio.get_running_loop().time() - started < 12
        assert journals.read(w.folder).open_creates == (Address("ApiConnector", "approval"),)


async def test_waiting_ends_at_once_when_interrupted(folder: Path) -> None:
    """Looking for a lost create, or for an attachment, is not worth ten more seconds."""
    async with world(folder) as w:
        w.tenant.spoil("apiConnectors", lost_before())
        outcome = (await stopped(w, await w.plan(connector()), 3))[CREATE]
        assert outcome.detail == "interrupted: nobody knows whether it was carried out"
        assert asyncio.get_running_loop().time() < 1004


async def test_an_attachment_that_was_sent_and_not_seen_is_said_to_be_just_that(folder: Path) -> None:
    """The read-back was cut short: the attach is not called done, and not called absent either."""
    async with world(folder) as w:
        await w.apply(resource("B2xUserFlow", "Partner"), connector())
        slot = resource(
            "B2xUserFlow",
            "Partner",
            apiConnectorConfiguration_postFederationSignup=[to("ApiConnector", "approval")],
        )
        plan = await w.plan(slot, connector())
        w.tenant.spoil("$ref", lost_before())
        outcome = (await stopped(w, plan, 3))[SLOT]
        assert outcome.detail.endswith("nobody knows whether it was carried out; interrupted before it was seen")


async def test_an_attach_that_was_in_doubt_when_interrupted_is_not_called_untried(folder: Path) -> None:
    """Its first request may have been carried out."""
    async with world(folder) as w:
        await w.apply(resource("B2xUserFlow", "Partner"))
        otp = resource("B2xUserFlow", "Partner", identityProviders=[to("IdentityProvider", "EmailOtpSignup-OAUTH")])
        plan = await w.plan(otp)

        async def slow_and_lost(*_: object) -> None:
            await asyncio.sleep(2)
            await lost_before()(*_)  # type: ignore[arg-type]

        w.tenant.spoil("$ref", slow_and_lost)  # type: ignore[arg-type]
        outcomes = await stopped(w, plan, 1)
        assert outcomes[OTP].status is Status.FAILED
        assert "interrupted: nobody knows" in outcomes[OTP].detail


async def test_a_read_that_outlives_the_grace_is_given_up(folder: Path) -> None:
    """A list that never comes does not keep an interrupted run from ending."""
    async with world(folder) as w:
        plan = await w.plan(*everything())
        never = asyncio.Event()

        async def read(_needs: object) -> None:
            await never.wait()

        w.tenant.read = read  # type: ignore[method-assign, assignment]
        outcomes = await stopped(w, plan, 5)
        assert outcomes[OTP].detail == "not tried: interrupted"
        assert asyncio.get_running_loop().time() < 1020


async def test_a_step_that_waited_before_its_first_write_was_not_tried(folder: Path) -> None:
    """The new flow did not show yet when the run was interrupted: nothing was attached to it."""
    async with world(folder) as w:
        plan = await w.plan(*everything())
        w.tenant.hide("userFlowIdentityProviders", 15)
        outcomes = await stopped(w, plan, 5)
        assert (outcomes[OTP].status, outcomes[OTP].detail) == (Status.SKIPPED, "not tried: interrupted")


async def test_a_create_without_an_id_that_was_being_looked_up_is_not_called_untried(folder: Path) -> None:
    """Graph has made it; only its id was never learnt."""
    async with world(folder) as w:
        w.tenant.spoil("apiConnectors", swallowed())
        outcome = (await stopped(w, await w.plan(connector()), 3))[CREATE]
        assert outcome.detail == "interrupted: nobody knows whether it was carried out"


async def test_defaults_that_were_being_removed_when_interrupted_are_said(folder: Path) -> None:
    """Some are gone, some are not: the removal has failed, and the next run removes the rest."""
    none = resource("B2xUserFlow", "Partner", userAttributeAssignments=[])
    async with world(folder) as w:
        w.tenant.spoil("DELETE", slow(2), times=3)
        outcomes = await stopped(w, await w.plan(none), 1)
        removal = outcomes["detach B2xUserFlow/Partner userAttributeAssignments (defaults)"]
        assert removal.status is Status.FAILED
        assert removal.detail == "removed emailReadonly; not tried: interrupted"
        w.stop.clear()
        await w.apply(none)
        assert await w.left(none) == []


async def test_a_sign_in_that_ends_during_the_run_fails_what_needs_it(folder: Path) -> None:
    """Without a token a read is unknown and a write has failed; the run still ends with a report."""
    async with world(folder) as w:
        plan = await w.plan(*everything())

        async def read(_needs: object) -> None:
            raise SignInError("the token has expired")

        w.tenant.read = read  # type: ignore[method-assign, assignment]
        outcomes = {outcome.id: outcome for outcome in await w.perform(plan)}
        assert outcomes[SLOT].detail == ("Graph answered 204, but it could not be read back: the token has expired")


async def test_a_journal_that_cannot_be_written_stops_the_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent that could not be remembered; what was sent before is reported as it ended."""
    async with world(folder) as w:
        plan = await w.plan(*everything())
        monkeypatch.setattr(os, "write", _failing_after(6))
        outcomes = await w.perform(plan)
        details = {outcome.detail for outcome in outcomes if outcome.status is Status.SKIPPED}
        assert details == {f"not tried: the folder {folder} cannot be used: No space left on device"}
        assert {outcome.status for outcome in outcomes} == {Status.DONE, Status.SKIPPED}
        assert len(w.tenant.sent) == len([outcome for outcome in outcomes if outcome.status is Status.DONE])


async def test_a_begin_that_cannot_be_written_keeps_the_step_from_starting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full from the start: the run sends nothing at all."""
    async with world(folder) as w:
        plan = await w.plan(*everything())
        monkeypatch.setattr(os, "write", _failing_after(1))
        assert {outcome.status for outcome in await w.perform(plan)} == {Status.SKIPPED}
        assert w.tenant.sent == []


def _failing_after(times: int) -> Callable[[int, bytes], int]:
    real, left = os.write, [times]

    def write(handle: int, content: bytes) -> int:
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        return real(handle, content)

    return write


async def test_a_fault_of_ours_ends_the_run_with_nothing_left_behind(folder: Path) -> None:
    """An exception nobody foresaw is not swallowed, and no write goes on behind its back."""
    async with world(folder) as w:

        async def broken(*_: object) -> None:
            raise ZeroDivisionError

        w.tenant.spoil("identityProviders", broken)  # type: ignore[arg-type]
        w.tenant.spoil("apiConnectors", slow(3600))
        with pytest.raises(ZeroDivisionError):
            await w.apply(*everything())
        assert w.tenant.under_way == set()


async def test_an_empty_plan_is_done(folder: Path) -> None:
    """Nothing to do is nothing to report, and no patience is needed for it."""
    async with world(folder) as w:
        with Journal(folder, at="2026-11-21T00:00:00Z", clock=LoopClock()) as kept:
            stop = asyncio.Event()
            found = await execute(
                Plan(), KINDS, w.tenant, root=ROOT, journal=kept, clock=LoopClock(), stop=stop, patience=Patience()
            )
        assert found == ()


async def test_an_impossible_order_is_said_and_not_sent(folder: Path) -> None:
    """A link without an order cannot be put in one."""
    async with world(folder) as w:
        await w.apply(resource("B2xUserFlow", "Partner"))
        plan = await w.plan(resource("B2xUserFlow", "Partner"))
        flow = Address("B2xUserFlow", "Partner")
        step = Step(Reorder(address=flow, link="identityProviders", order=()))
        outcome = (await w.perform(Plan((step,), {**plan.ids, flow: "B2X_1_Partner"})))[0]
        assert outcome.detail == "identityProviders has no order"
