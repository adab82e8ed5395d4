"""Adopting: an object of another collection is added to this one, and found there afterwards."""

from __future__ import annotations

from reconciler.execution.requests import known
from reconciler.execution.results import LOST, Result, StepError, done, failed
from reconciler.execution.run import Run
from reconciler.model.addresses import Address, Span
from reconciler.model.errors import LostAnswerError, RejectedError
from reconciler.model.identity import Index
from reconciler.model.live import LiveObject, Present
from reconciler.model.paths import collection_need
from reconciler.model.plans import Attach
from reconciler.model.resources import Entry, Resource
from reconciler.model.shapes import tree
from reconciler.model.tenant import Reply, Write

_NOWHERE = Span("", 0, 0)


async def adopt(run: Run, action: Attach, write: Write) -> Result:
    """Add the target, and take the object that is then listed for the one that the manifest means.

    A lost answer is settled by looking. Raises StepError with advice where Graph has no such operation.
    """
    reply: Reply | None = None
    try:
        reply = await run.carry_out(action, write)
    except LostAnswerError as lost:
        await run.heed(lost)
    except RejectedError as refusal:
        if refusal.status in (400, 409) and (there := await _listed(run, action)) is not None:
            run.adopt(action.address, there.id)
            return done(f"it was there as {there.id}")
        if refusal.status not in (404, 405):
            raise
        advice = run.link(action).unproven
        raise StepError(
            f"Graph answered {refusal.status}, it has no such operation here; {advice}", cause=refusal
        ) from None
    found = await run.poll(lambda: _listed(run, action), run.clock.now() + run.patience.lag)
    if found is None:
        status = f"Graph answered {reply.status}, but" if reply else f"{LOST};"
        return failed(f"{status} it is not listed", unsure=reply is None)
    run.adopt(action.address, found.id)
    return done(f"listed as {found.id}", reply)


async def _listed(run: Run, action: Attach) -> LiveObject | None:
    kind = run.kind(action)
    need = collection_need(kind)
    answer = (await run.read(need))[need]
    if not isinstance(answer, Present):
        return None
    objects = [LiveObject(kind.name, str(item["id"]), tree(item)) for item in answer.body if item.get("id")]
    by_id = Address(action.target.kind, known(run.ids, action.target))
    targets = (Entry(action.target, _NOWHERE), Entry(by_id, _NOWHERE))
    wanted = Resource(action.address, _NOWHERE, links={action.link: targets})
    found = Index(kind, objects).candidates(wanted)
    return found[0] if len(found) == 1 else None
