"""Updating, deleting, detaching and putting in order: what can be sent again without harm."""

from __future__ import annotations

from dataclasses import replace

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
from reconciler.model.paths import link_need, order_need
from reconciler.model.plans import DEFAULTS, Clear, Delete, Detach, Reorder, Update
from reconciler.model.shapes import listeners, unwrapped
from reconciler.model.tenant import Write
from reconciler.model.values import Tree, get


async def update(run: Run, action: Update) -> Result:
    """Change the object or one of its entries."""
    try:
        reply = await run.carry_out(action)
    except RejectedError as error:
        if error.status == 400 and action.implied and not action.emptied:
            return await _update_without_implied(run, action, error)
        error.fix = _born_without(run, action, error) or error.fix
        raise
    run.changed[action.address] = run.clock.now()
    return done(reply=reply)


async def _update_without_implied(run: Run, action: Update, error: RejectedError) -> Result:
    """Change what the manifest itself says. A page that a flow was made without takes no update, which no read shows
    beforehand (Graph docs: Update authenticationEventsFlow)."""
    left = {path.partition(".")[0] for path in action.implied}
    body = {name: value for name, value in action.body.items() if name not in left}
    if any(change.path not in action.implied for change in action.changes):
        await run.carry_out(replace(action, body=body, implied=()))
        run.changed[action.address] = run.clock.now()
    stays = f"{' and '.join(action.implied)} stays as it is, the object was probably made without it"
    return Result(Status.DONE, f"{stays}: {error.message}", error.status, error.request_id)


def _born_without(run: Run, action: Update, error: RejectedError) -> str:
    """What to do where Graph takes an update only of what the object was made with, which no read shows."""
    born = [known for known in run.kind(action).properties if known.born and get(action.body, known.path) is not None]
    if error.status != 400 or not born or action.link:
        return ""
    whole = born[0].mentions.link if born[0].mentions else "nothing"
    way = f"keep one of {action.emptied}" if action.emptied else f"declare {whole} alone"
    return f"if {action.address} was made without {born[0].path}, Graph takes no update of it: {way}"


async def remove(run: Run, action: Delete | Detach | Clear, write: Write | None = None) -> Result:
    """Delete the object, or take a target out of a link; what is gone already is what was wanted."""
    try:
        return done(reply=await run.carry_out(action, write))
    except RejectedError as error:
        if error.status != 404:
            advice = action.advice if isinstance(action, Clear) and error.status == 400 else ""
            error.fix = advice or error.fix
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
    """Make every listener that ties the owner to the target let go of it, and of what went before: reads lag."""
    owner, target = known(run.ids, action.address), known(run.ids, action.target).casefold()
    need = link_need(run.kind(action), "", link)
    answer = (await run.read(need))[need]
    if not isinstance(answer, Present):
        raise StepError(f"{link.name} could not be read: {getattr(answer, 'reason', 'Graph has none')}")
    gone = {target, *run.detached[action.address, action.link]}
    found = [each for each in listeners(link, answer.body, owner) if target in _named(link, each)]
    result = done("was already gone")
    for listener in found:
        result = await remove(run, action, unlisten_write(link, listener, gone))
    return result


def _named(link: Link, listener: Tree) -> set[str]:
    targets = get(listener, link.listener.targets) if link.listener else ()
    return {str(name).casefold() for name in targets or ()}


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
            except LostAnswerError as lost:
                doubt.arisen = True
                await run.heed(lost)
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
