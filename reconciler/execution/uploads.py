"""Writing what is inside an object whole, and certificates: what was written is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.execution.requests import object_path, part_path
from reconciler.execution.results import LOST, Result, done, failed
from reconciler.execution.run import Run
from reconciler.model.errors import LostAnswerError, RejectedError
from reconciler.model.live import Answer, Need, Present
from reconciler.model.outcomes import Status
from reconciler.model.plans import Certify, Upload
from reconciler.model.shapes import same_document, tree, unwrapped
from reconciler.model.tenant import Reply
from reconciler.model.values import Tree, get

Check = Callable[[Tree], bool]

_OTHERWISE = "Graph shows something else; clear it first (null), then write it"
_UNLISTED = "Graph does not list it"


async def upload(run: Run, action: Upload) -> Result:
    """Write it whole. A document is read back: whether Graph replaces or merges one is nowhere documented."""
    path = part_path(run.kind(action), run.ids, action)

    def there(found: Tree) -> bool:
        return same_document(action.body, found, action.keys) if action.keys else _says(action.body, found)

    try:
        reply = await run.carry_out(action)
    except LostAnswerError as lost:
        await run.heed(lost)
        return await _settled(run, Need(path, action.version), there, None)
    except RejectedError as error:
        if error.status == 404:
            error.fix = (
                "check the names of language and page; a language that a B2C flow lacks is declared by isEnabled: true"
            )
        raise
    if not action.keys:
        return done(reply=reply)
    return await _settled(run, Need(path, action.version), there, reply)


async def certify(run: Run, action: Certify) -> Result:
    """Upload a certificate once: after a lost answer it is looked for before anything is sent again."""
    kind = run.kind(action)
    need = Need(object_path(kind, run.ids, action.address), kind.version)

    def there(found: Tree) -> bool:
        listed = get(found, action.shown) or ()
        return any(str(each.get("thumbprint", "")).upper() == action.thumbprint for each in listed)

    for _ in range(1 + run.patience.repeats):
        try:
            reply = await run.carry_out(action)
            return await _settled(run, need, there, reply, _UNLISTED) if action.thumbprint else done(reply=reply)
        except LostAnswerError as lost:
            await run.heed(lost)
        found = await _settled(run, need, there, None, _UNLISTED)
        if found.status is Status.DONE:
            return found
    return failed(LOST, unsure=True)


async def _settled(run: Run, need: Need, there: Check, reply: Reply | None, otherwise: str = _OTHERWISE) -> Result:
    """What became of a write, as a read shows it before patience ends."""
    answer: Answer | None = None

    async def look() -> bool | None:
        nonlocal answer
        answer = (await run.read(need))[need]
        return (isinstance(answer, Present) and there(tree(unwrapped(answer.body)))) or None

    if await run.poll(look, run.clock.now() + run.patience.lag):
        return done("" if reply else "the answer was lost; found", reply)
    why = otherwise if isinstance(answer, Present) else "it is not there"
    if reply is None:
        return failed(f"{LOST}; {why}", unsure=True)
    return Result(Status.FAILED, f"Graph answered {reply.status}, but {why}", reply.status, reply.request_id)


def _says(wanted: Tree, found: Mapping[str, object]) -> bool:
    return all(_folded(found.get(name)) == _folded(value) for name, value in wanted.items())


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
