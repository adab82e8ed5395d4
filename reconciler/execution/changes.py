"""Updating, deleting, detaching and putting in order: what can be sent again without harm."""

from __future__ import annotations

from reconciler.execution.requests import (
    detach_write,
    id_of,
    inner_path,
    known,
    link_path,
    order_of,
    order_write,
    unlisten_write,
)
from reconciler.execution.results import LOST, Doubt, InterruptedStepError, Result, StepError, done, failed, trouble
from reconciler.execution.run import Entries, Run
from reconciler.model.errors import GraphError, LostAnswerError, RejectedError
from reconciler.model.kinds import Link, Shape
from reconciler.model.live import Present, Unknown
from reconciler.model.outcomes import Status
from reconciler.model.paths import order_need
from reconciler.model.plans import DEFAULTS, Clear, Delete, Detach, Reorder, Update
from reconciler.model.shapes import unwrapped
from reconciler.model.tenant import Write


async def update(run: Run, action: Update) -> Result:
    """Change the object or one of its entries."""
    reply = await run.carry_out(action)
    run.changed[action.address] = run.clock.now()
    return done(reply=reply)


async def remove(run: Run, action: Delete | Detach | Clear, write: Write | None = None) -> Result:
    """Delete the object, or take a target out of a link; what is gone already is what was wanted."""
    try:
        return done(reply=await run.carry_out(action, write))
    except RejectedError as error:
        if error.status != 404:
            raise
        return Result(Status.DONE, "was already gone", error.status, error.request_id)


async def detach(run: Run, action: Detach) -> Result:
    """Take a target out of a link, or everything that Graph put there and the manifest does not list."""
    if action.target.name == DEFAULTS:
        return await _without_defaults(run, action)
    link = run.link(action)
    result = await (_unlisten(run, action, link) if link.shape is Shape.LISTENERS else remove(run, action))
    run.detached[action.address, action.link].add(run.ids.get(action.target, "").casefold())
    return result


async def _unlisten(run: Run, action: Detach, link: Link) -> Result:
    """Make every listener that ties the owner to the target let go of it."""
    entries = await run.entries(action.address, link)
    if isinstance(entries, Unknown):
        raise StepError(f"{link.name} could not be read: {entries.reason}")
    target = known(run.ids, action.target)
    found = entries.get(target.casefold())
    if found is None:
        return done("was already gone")
    return await remove(run, action, unlisten_write(link, found.item, target))


async def _without_defaults(run: Run, action: Detach) -> Result:
    link = run.link(action)
    seeds = await run.seeds(action.address, link)
    if isinstance(seeds, Unknown):
        raise StepError(f"what Graph put into {link.name} could not be read: {seeds.reason}")
    path = link_path(run.kind(action), run.ids, action.address, link)
    result, removed = done("there was nothing to remove"), list[str]()
    for target in _unwanted(run, action, seeds):
        try:
            result = await remove(run, action, detach_write(path, link, target))
        except (GraphError, InterruptedStepError) as error:
            return _half_done(trouble(error), removed)
        run.detached[action.address, action.link].add(target.casefold())
        removed.append(target)
    return Result(Status.DONE, _removed(removed) or result.detail, result.http_status, result.request_id)


def _unwanted(run: Run, action: Detach, seeds: Entries) -> list[str]:
    keep = {known(run.ids, target).casefold() for target in action.keep}
    return [each.id for name, each in seeds.items() if name not in keep]


def _half_done(result: Result, removed: list[str]) -> Result:
    """A removal that stopped on the way has failed, even where the rest of it was not tried."""
    status = Status.FAILED if removed else result.status
    detail = "; ".join(filter(None, [_removed(removed), result.detail]))
    return Result(status, detail, result.http_status, result.request_id, result.unsure)


def _removed(ids: list[str]) -> str:
    return f"removed {', '.join(ids)}" if ids else ""


async def reorder(run: Run, action: Reorder) -> Result:
    """Put the entries in order, unless Graph has them in it. What nobody manages stays behind the rest."""
    path, link = inner_path(run.kind(action), run.ids, action.address), run.link(action)
    with Doubt() as doubt:
        for _ in range(1 + run.patience.repeats):
            current = await _order(run, action)
            wanted = _wanted(run, action, current)
            if _folded(wanted) == _folded(current):
                return done("already in this order")
            try:
                return done(reply=await run.carry_out(action, order_write(path, link, wanted)))
            except LostAnswerError:
                doubt.arisen = True
    return failed(LOST, unsure=True)


def _wanted(run: Run, action: Reorder, current: list[str]) -> list[str]:
    """The order to be written: the wanted ids, then entries that were seen and nobody mentioned.

    An order may name what is not an entry any more, and Graph may refuse to have that named again.
    """
    seen = run.seen.get((action.address, action.link), {})
    gone = run.detached[action.address, action.link]
    there = [each for each in current if each.casefold() in seen and each.casefold() not in gone]
    return in_order([known(run.ids, each) for each in action.order], there)


def in_order(wanted: list[str], current: list[str]) -> list[str]:
    """The wanted ids, then those that are there and nobody mentioned, in their present order."""
    known_ids = {each.casefold() for each in wanted}
    return [*wanted, *(each for each in current if each.casefold() not in known_ids)]


async def _order(run: Run, action: Reorder) -> list[str]:
    kind = run.kind(action)
    need = order_need(kind, id_of(kind, run.ids, action.address), order_of(run.link(action)))
    unread = "it is not there"

    async def look() -> list[str] | None:
        nonlocal unread
        answer = (await run.read(need))[need]
        if isinstance(answer, Present):
            return [str(each) for each in unwrapped(answer.body).get("order") or ()]
        unread = answer.reason if isinstance(answer, Unknown) else unread
        return None

    current = await run.poll(look, run.visible_by([action.address]))
    if current is None:
        raise StepError(f"the present order could not be read: {unread}")
    return current


def _folded(ids: list[str]) -> list[str]:
    return [each.casefold() for each in ids]
