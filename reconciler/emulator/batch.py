"""JSON batching: twenty requests in one, each answered on its own."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from reconciler.emulator.call import Reply
from reconciler.emulator.errors import GraphError, invalid
from reconciler.emulator.exchange import Ask, Broken, is_json

MAX_ITEMS = 20

Answer = Callable[[Ask], Awaitable[Reply]]


@dataclass(frozen=True)
class Item:
    """One request of a batch; ``url`` is relative to the API version."""

    id: str
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    depends_on: tuple[str, ...] = ()

    def ask(self, batch: Ask, batch_id: str) -> Ask:
        """The request to make in the batch's stead."""
        written = b"" if self.body is None else self._written()
        target = f"/{batch.version}/{self.url.lstrip('/')}"
        return Ask(self.method, target, self.headers, written, batch.root, batch_id, batch.granted)

    def _written(self) -> bytes:
        """The body in bytes: JSON stands in the batch as it is, anything else as base64url text."""
        if not isinstance(self.body, str) or is_json(self.headers.get("content-type", "application/json")):
            return json.dumps(self.body).encode()
        try:
            return base64.urlsafe_b64decode(self.body + "=" * (-len(self.body) % 4))
        except (binascii.Error, ValueError):
            return self.body.encode()


async def run_batch(ask: Ask, batch_id: str, answer: Answer) -> Reply:
    """Answer every item, in an order that respects ``dependsOn``; GraphError 400 for a malformed batch.

    An item whose dependency did not succeed gets 424. Graph docs: JSON batching.
    """
    items = read_items(ask.document(), f"{ask.root}/{ask.version}")
    replies: dict[str, Reply] = {}
    for item in _in_order(items):
        failed = [each for each in item.depends_on if replies[each].status >= 400]
        replies[item.id.lower()] = _not_tried() if failed else await answer(item.ask(ask, batch_id))
    return Reply(200, {"responses": [_response(item, replies[item.id.lower()]) for item in items]})


def read_items(body: Any, base: str) -> list[Item]:
    """The items of a batch; GraphError 400 if there are too many, or ids repeat, or one is not an item.

    URLs are relative to the version. The Python SDK writes them absolute; that is taken if they start with
    ``base``, this server's root and the batch's version.
    """
    written = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(written, list) or not written:
        raise invalid("Invalid batch payload format.")
    if len(written) > MAX_ITEMS:
        raise invalid(f"Number of batch request steps exceeds the maximum value of {MAX_ITEMS}.")
    items = [_item(each, base) for each in written]
    ids = [item.id.lower() for item in items]
    if len(set(ids)) < len(ids):
        raise invalid("Request Id has to be unique in a batch.")
    if any(each not in ids for item in items for each in item.depends_on):
        raise invalid("A request of the batch depends on one that is not in it.")
    return items


def _item(written: Any, base: str) -> Item:
    if not isinstance(written, dict):
        raise invalid("Invalid batch payload format.")
    identifier, method, url = (_text(written.get(name)) for name in ("id", "method", "url"))
    url = url.removeprefix(base)
    headers, depends = written.get("headers", {}), written.get("dependsOn", [])
    if not isinstance(headers, dict) or not isinstance(depends, list) or "://" in url.partition("?")[0]:
        raise invalid("Invalid batch payload format.")
    if url.lower().strip("/").partition("?")[0] == "$batch":
        raise invalid("A batch cannot contain a batch.")
    return Item(
        id=identifier,
        method=method.upper(),
        url=url,
        headers={str(name).lower(): str(value) for name, value in headers.items()},
        body=written.get("body"),
        depends_on=tuple(str(each).lower() for each in depends),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise invalid("Every request of a batch needs an id, a method and a url.")
    return value


def _in_order(items: list[Item]) -> list[Item]:
    by_id = {item.id.lower(): item for item in items}
    sorter = TopologicalSorter({key: item.depends_on for key, item in by_id.items()})
    try:
        return [by_id[key] for key in sorter.static_order()]
    except CycleError as error:
        raise invalid("The requests of the batch depend on each other in a circle.") from error


def _not_tried() -> Reply:
    error = GraphError(424, "FailedDependency", "A request this one depends on did not succeed.")
    return Reply(error.status, {"error": {"code": error.code, "message": error.message}})


def _response(item: Item, reply: Reply) -> dict[str, Any]:
    response = {"id": item.id, "status": reply.status, "headers": dict(reply.headers)}
    return response if reply.body is None else {**response, "body": _shown(reply.body)}


def _shown(body: Any) -> Any:
    """A body as it stands in the batch: JSON as it is, anything else as base64url text. Graph docs: JSON batching."""
    plain = isinstance(body, str) and not isinstance(body, Broken)
    return base64.urlsafe_b64encode(body.encode()).decode() if plain else body
