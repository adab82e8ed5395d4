"""Reads: many needs in few requests, every one of them answered.

Reads travel in batches. What a batch does not settle is asked again in a later one, no sooner than the server wants;
pages after the first, and a need left alone, are plain GETs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

import httpx

from reconciler.model.kinds import Version
from reconciler.model.live import Answer, Need, Present, Unknown
from reconciler.msgraph import batch
from reconciler.msgraph.answers import BrokenAnswerError, Got, answer, broken, denied, page, refusal
from reconciler.msgraph.errors import clean, unanswered
from reconciler.msgraph.guard import ForeignUrlError, below, next_page, place
from reconciler.msgraph.patience import SHORT, TRIED_AGAIN, WAITED_OUT, OutOfPatienceError, Patience, pause
from reconciler.msgraph.trip import trip_for, trip_for_batch
from reconciler.msgraph.wire import Unanswered, Wire

PAGES = 10_000  # more of them than any collection here has: a server that counts on for ever
MISSING = Unknown("broken answer: the batch came back without this item, or with it twice")

Note = Callable[[Need, Answer], None]


class Reader:
    """Reads needs below one root."""

    def __init__(self, wire: Wire, patience: Patience, *, batch_size: int = batch.SIZE) -> None:
        self._wire = wire
        self._patience = patience
        self._size = max(1, min(batch_size, batch.SIZE))
        self._batches = True  # until the server refuses one

    async def read(self, needs: Iterable[Need], progress: Callable[[int, int], None]) -> Mapping[Need, Answer]:
        """The answer to every need; `progress` hears how many of how many are known. Raises SignInError."""
        wanted = sorted(set(needs))
        answers: dict[Need, Answer] = {}

        def note(need: Need, found: Answer) -> None:
            answers[need] = found
            progress(len(answers), len(wanted))

        paths = {need: path for need in wanted if (path := self._path(need, note)) is not None}
        await together(self._chunk(chunk, paths, note) for chunk in chunks(list(paths), self._size))
        return {need: answers[need] for need in wanted}

    def _path(self, need: Need, note: Note) -> str | None:
        try:
            return below(self._wire.root, need.version, need.path)
        except ForeignUrlError as error:
            note(need, Unknown(clean(error)))
            return None

    async def _chunk(self, needs: Sequence[Need], paths: Mapping[Need, str], note: Note) -> None:
        attempt = 0
        while len(needs) > 1 and self._batches:
            attempt += 1
            came = await self._batch([paths[need] for need in needs], needs[0].version)
            if came is None:
                break
            results = dict(zip(needs, came, strict=True))
            waits = {need: self._wait(result, attempt) for need, result in results.items()}
            needs = [need for need in needs if waits[need] is not None]
            await together(self._settle(need, result, note) for need, result in results.items() if waits[need] is None)
            try:
                await self._patience.wait(max((waits[need] or 0.0 for need in needs), default=0.0))
            except OutOfPatienceError:
                await together(self._settle(need, results[need], note) for need in needs)
                return
        await together(self._single(need, note) for need in needs)

    async def _batch(self, paths: Sequence[str], version: Version) -> list[Got | Unknown] | None:
        """What came back for each; None when the server takes no batch."""
        root = self._wire.root
        content = json.dumps(batch.envelope(paths)).encode()
        trip = trip_for_batch(len(paths))
        result = await self._wire.send("POST", place(root, version, "$batch"), trip, content=content)
        if isinstance(result, Unanswered):
            return [unanswered(result.error, result.veil)] * len(paths)
        if result.status in batch.REFUSED:
            self._batches = False
            return None
        if not result.is_success:
            return [denied(result)] * len(paths)
        if result.is_broken:
            return [broken(BrokenAnswerError("a batch that is not a JSON object"))] * len(paths)
        return [item or MISSING for item in batch.items(result.body, len(paths), result.veil)]

    def _wait(self, result: Got | Unknown, attempt: int) -> float | None:
        """Seconds until an item is worth another batch; None when it is settled."""
        if isinstance(result, Unknown):
            wait = pause(attempt, None) if result is MISSING and attempt < SHORT else None
        elif result.status in WAITED_OUT or ((result.status in TRIED_AGAIN or result.is_broken) and attempt < SHORT):
            wait = pause(attempt, result.hint)
        else:
            wait = None
        return wait if wait is not None and self._patience.allows(wait) else None

    async def _single(self, need: Need, note: Note) -> None:
        await self._settle(need, await self._get(place(self._wire.root, need.version, need.path)), note)

    async def _settle(self, need: Need, result: Got | Unknown, note: Note) -> None:
        if isinstance(result, Unknown):
            note(need, result)
        elif not need.collection:
            note(need, answer(result))
        elif not result.is_success:
            note(need, refusal(result))
        else:
            note(need, await self._pages(need, result))

    async def _pages(self, need: Need, got: Got) -> Answer:
        """All items of a collection whose first page was got: all of them, or nobody knows."""
        items: list[Any] = []
        seen = set[httpx.URL]()
        while True:
            try:
                found = page(got.body)
                items += found.items
                if found.link is None:
                    return Present(items)
                url = next_page(self._wire.root, need.version, found.link)
            except BrokenAnswerError as error:
                return broken(error)
            except ForeignUrlError as error:
                return Unknown(clean(error))
            seen = seen or {place(self._wire.root, need.version, need.path)}
            if url in seen or len(seen) >= PAGES:
                return Unknown("broken answer: the pages of the collection lead in a circle or never end")
            seen.add(url)
            result = await self._get(url)
            if isinstance(result, Unknown):
                return result
            if not result.is_success:
                return denied(result)
            got = result

    async def _get(self, url: httpx.URL) -> Got | Unknown:
        result = await self._wire.send("GET", url, trip_for("GET"))
        return unanswered(result.error, result.veil) if isinstance(result, Unanswered) else result


def chunks(needs: Sequence[Need], size: int) -> list[list[Need]]:
    """The needs in groups of one version each, none larger than `size`."""
    by_version = ([need for need in needs if need.version is version] for version in Version)
    return [group[start : start + size] for group in by_version for start in range(0, len(group), size)]


async def together(tasks: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run all of them at once; the first failure cancels the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(task)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
