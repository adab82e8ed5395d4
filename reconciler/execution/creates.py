"""Creating an object exactly once: with a reply, without one, and after a run that never heard."""

from __future__ import annotations

from typing import Any

from reconciler.execution.results import LOST, Doubt, Result, StepError, done, failed
from reconciler.execution.run import Run
from reconciler.model.addresses import Span
from reconciler.model.errors import LostAnswerError, RejectedError
from reconciler.model.identity import Found, Index, is_built_in
from reconciler.model.kinds import Kind
from reconciler.model.live import Absent, LiveObject, Need, Present, Unknown
from reconciler.model.paths import collection_need, object_need
from reconciler.model.plans import Create
from reconciler.model.resources import Resource
from reconciler.model.shapes import tree, unwrapped
from reconciler.model.tenant import Reply
from reconciler.model.values import get

_NOWHERE = Span("", 0, 0)


async def create(run: Run, action: Create) -> Result:
    """Make the object, unless it turns out to be there: as what an earlier run made, or as what a lost POST did."""
    with Doubt(arisen=action.address in run.journal.history.open):
        known = await _from_earlier_run(run, action)
    if known:
        return known
    with Doubt() as doubt:
        for _ in range(1 + run.patience.repeats):
            refusal: RejectedError | None = None
            try:
                return await _made(run, action, await run.carry_out(action))
            except LostAnswerError as lost:
                doubt.arisen = True
                await run.heed(lost)
            except RejectedError as error:
                if not doubt.arisen or error.status not in (400, 409):
                    await _explain(run, action, error)
                    raise
                refusal = error
            found = await _found(run, action, run.clock.now() + run.patience.lag)
            if found:
                return _adopted(run, action, found, "the answer was lost; found as {}")
            if refusal:
                raise refusal
    return failed(f"{LOST}; it is not listed", unsure=True)


async def _explain(run: Run, action: Create, error: RejectedError) -> None:
    """Say what the tenant offers, where what was wanted is not among it. Graph docs: availableProviderTypes."""
    kind = run.kind(action)
    function, path = kind.offers
    wanted = get(action.body, path) if function else None
    if wanted is None or error.status != 400:
        return
    need = Need(f"{kind.collection}/{function}", kind.version)
    answer = (await run.read(need))[need]
    offered = answer.body.get("value") if isinstance(answer, Present) else None
    if isinstance(offered, list) and str(wanted).casefold() not in {str(each).casefold() for each in offered}:
        error.fix = f"this tenant offers {', '.join(map(str, offered))}"


async def _from_earlier_run(run: Run, action: Create) -> Result | None:
    """The object, if the journal knows that an earlier run made it or may have: listings lag."""
    history, address = run.journal.history, action.address
    until = run.clock.now() + run.patience.lag - run.journal.age(address)
    if made := history.made.get(address):
        found = await _same(run, action, made, until)
        return _adopted(run, action, found, "an earlier run made it; found as {}") if found else None
    if address in history.open:
        found = await _found(run, action, until)
        return _adopted(run, action, found, "an earlier run lost the answer; found as {}") if found else None
    return None


async def _made(run: Run, action: Create, reply: Reply) -> Result:
    """The created object's id is known from here on."""
    made = str(reply.body.get("id") or "")
    if not made:
        with Doubt(arisen=True):
            found = await _found(run, action, run.clock.now() + run.patience.lag)
        if not found:
            raise StepError(f"Graph answered {reply.status} without an id, and it is not listed", unsure=True)
        made = _one(action, found).id
    run.adopt(action.address, made)
    return done(reply=reply)


def _adopted(run: Run, action: Create, found: Found, words: str) -> Result:
    made = _one(action, found).id
    run.adopt(action.address, made)
    return done(words.format(made))


def _one(action: Create, found: Found) -> LiveObject:
    if len(found) > 1:
        ids = " and ".join(live.id for live in found)
        raise StepError(f"{len(found)} objects answer to the name of {action.address}: {ids}", unsure=True)
    return found[0]


async def _found(run: Run, action: Create, until: float) -> Found:
    """What the create may have made, by name. Raises StepError when Graph does not say."""
    return await _looked_up(run, action, collection_need(run.kind(action)), until)


async def _same(run: Run, action: Create, made: str, until: float) -> Found:
    """The object of that id, if it is still there and still answers to the name."""
    kind = run.kind(action)
    return await _looked_up(run, action, object_need(kind, made), until)


async def _looked_up(run: Run, action: Create, need: Need, until: float) -> Found:
    last: Found | Unknown = ()

    async def look() -> Found | None:
        nonlocal last
        match (await run.read(need))[need]:
            case Present(body=body):
                last = meant(run.kind(action), action, body)
            case Absent():
                last = Unknown("it cannot be listed") if need.collection else ()
            case unknown:
                last = unknown
        return None if isinstance(last, Unknown) else last or None

    await run.poll(look, until)
    if isinstance(last, Unknown):
        raise StepError(f"nobody knows whether {action.address} was made: {last.reason}", unsure=True)
    return last


def meant(kind: Kind, action: Create, body: Any) -> Found:
    """The objects in an answer that a create may have made: those of its name that are not Graph's own."""
    items = body if isinstance(body, list) else [unwrapped(body)]
    pool = tuple(LiveObject(kind.name, str(item["id"]), tree(item)) for item in items if item.get("id"))
    wanted = Resource(action.address, _NOWHERE, properties=action.body)
    return tuple(live for live in Index(kind, pool).candidates(wanted) if not is_built_in(kind, live))
