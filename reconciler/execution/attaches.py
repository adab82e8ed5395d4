"""Attaching, and looking whether it took: Graph has answered 201 and attached nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from reconciler.execution.adoptions import adopt
from reconciler.execution.links import differing
from reconciler.execution.requests import filled, known, write_for
from reconciler.execution.results import (
    LOST,
    Doubt,
    InterruptedStepError,
    Result,
    StepError,
    Written,
    done,
    failed,
)
from reconciler.execution.run import Entries, Run
from reconciler.model.errors import LostAnswerError, RejectedError
from reconciler.model.kinds import Shape
from reconciler.model.live import Unknown
from reconciler.model.outcomes import Status
from reconciler.model.plans import Attach, Update
from reconciler.model.tenant import Write

_FOUND = "the answer was lost; found"


async def attach(run: Run, action: Attach) -> Result | Written:
    """Attach the target, unless Graph or a lost request already has. What was sent is still to be read back."""
    link = run.link(action)
    write = write_for(action, run.kinds, run.ids, run.root)
    if link.shape is Shape.ADOPTION:
        return await adopt(run, action, write)
    if (link.seeded or link.within) and action.address in run.made:
        seeds = await run.seeds(action.address, link)
        if isinstance(seeds, Unknown):
            raise StepError(f"what Graph put into {link.name} could not be read: {seeds.reason}")
        if _target(run, action) in seeds:
            words = "Graph put it there" if link.seeded else "it went with the create"
            return await _aligned(run, action, seeds, words)
    if link.slotted:
        return await _put(run, action, write)
    return await _posted(run, action, write)


async def _put(run: Run, action: Attach, write: Write) -> Written:
    """A slot holds what was put there last: a lost answer is settled by reading it."""
    try:
        return Written(await run.carry_out(action, write))
    except LostAnswerError:
        return Written()


async def _posted(run: Run, action: Attach, write: Write) -> Result | Written:
    """A target in a set or a list of entries: looked for before a request whose answer was lost is repeated."""
    with Doubt() as doubt:
        for _ in range(1 + run.patience.repeats):
            refusal: RejectedError | None = None
            try:
                return Written(await run.carry_out(action, write))
            except LostAnswerError as lost:
                doubt.arisen = True
                await run.heed(lost)
            except RejectedError as error:
                if error.status not in (400, 409):
                    raise
                refusal = error
            entries = await _seen(run, action, patient=doubt.arisen and refusal is not None)
            if entries is not None:
                return await _aligned(run, action, entries, _FOUND if doubt.arisen else "it was there")
            if refusal:
                raise refusal
    return failed(LOST, unsure=True)


async def _seen(run: Run, action: Attach, *, patient: bool) -> Entries | None:
    """What is attached, once the target is among it: looked for at once, or for as long as Graph's reads may lag."""

    async def look() -> Entries | None:
        entries = await run.entries(action.address, run.link(action))
        there = not isinstance(entries, Unknown) and _target(run, action) in entries
        return entries if there and not isinstance(entries, Unknown) else None

    return await run.poll(look, run.clock.now() + (run.patience.lag if patient else 0.0))


async def _aligned(run: Run, action: Attach, entries: Entries, detail: str) -> Result:
    """An attachment that is there already says what the manifest says, as far as that says anything."""
    link = run.link(action)
    item = entries[_target(run, action)].item
    declared = {change.path for change in action.changes}
    wanted = {name: value for name, value in filled(action.body, run.ids).items() if name in declared}
    body = differing(link, wanted, item) if link.shape is Shape.ENTRIES else {}
    if not body:
        return done(detail)
    update = Update(address=action.address, link=action.link, target=action.target, body=body)
    return done(f"{detail}; changed {', '.join(sorted(body))}", await run.carry_out(update))


async def read_back(run: Run, written: Mapping[str, tuple[Attach, Written]]) -> dict[str, Result]:
    """What became of attaches that one read shows, by step: done are those that are seen before patience ends."""
    actions = [action for action, _ in written.values()]
    links = {action.link: run.link(action) for action in actions}.values()
    last: dict[str, Entries | Unknown] = {}

    async def look() -> bool | None:
        last.update(await run.look_at(actions[0].address, *links))
        return True if all(_is_there(run, action, last[action.link]) for action in actions) else None

    with suppress(InterruptedStepError):
        await run.poll(look, run.clock.now() + run.patience.lag)
    return {step: _verdict(run, action, sent, last[action.link]) for step, (action, sent) in written.items()}


def _is_there(run: Run, action: Attach, entries: Entries | Unknown) -> bool:
    return not isinstance(entries, Unknown) and _target(run, action) in entries


def _verdict(run: Run, action: Attach, written: Written, entries: Entries | Unknown) -> Result:
    reply = written.reply
    if _is_there(run, action, entries):
        return done("" if reply else _FOUND, reply)
    if isinstance(entries, Unknown):
        why = f"it could not be read back: {entries.reason}"
    elif run.brake.pulled:
        why = "interrupted before it was seen"
    else:
        why = "the attachment is not there"
    if reply is None:
        return failed(f"{LOST}; {why}", unsure=True)
    return Result(Status.FAILED, f"Graph answered {reply.status}, but {why}", reply.status, reply.request_id)


def _target(run: Run, action: Attach) -> str:
    return known(run.ids, action.target).casefold()
