"""From what a server sent to one of the three answers of a read. Pure: no waiting, no sending."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from reconciler.model.live import Absent, Answer, Present, Unknown
from reconciler.msgraph.errors import Fault, Veil, fault_of, unknown
from reconciler.msgraph.patience import retry_after
from reconciler.msgraph.retry import decoded

NEXT = "@odata.nextLink"
DEPTH = 50  # levels of an answer; Graph's objects have fewer than ten
_NESTED = (dict, list)


class BrokenAnswerError(ValueError):
    """A success whose body is not what Graph sends."""


@dataclass(frozen=True, slots=True)
class Got:
    """One HTTP answer, or one item of a batch: a decoded body, or text where it was no JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    veil: Veil = field(default_factory=Veil)

    @property
    def fault(self) -> Fault:
        """The refusal it holds."""
        return fault_of(self.status, self.body, self.headers, self.veil)

    @property
    def hint(self) -> float | None:
        """Seconds to wait as the server asked, where it did."""
        return retry_after(self.headers)

    @property
    def is_success(self) -> bool:
        """Whether Graph did what was asked."""
        return 200 <= self.status < 300

    @property
    def is_broken(self) -> bool:
        """Whether it is a success without the object that a read is answered with."""
        return self.status == 200 and not isinstance(self.body, Mapping)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection, and the link to the next, which is the server's and not to be trusted."""

    items: list[Mapping[str, Any]]
    link: object = None


def got(response: httpx.Response, veil: Veil) -> Got:
    """An HTTP answer as it was got."""
    body = decoded(response)
    return Got(response.status_code, response.text if body is None else body, response.headers, veil)


def got_item(item: Mapping[str, Any], veil: Veil) -> Got:
    """An item of a batch as it was got; a stream is base64url text in it. Source: Graph docs: JSON batching."""
    headers = item.get("headers")
    named = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, Mapping) else {}
    body = item.get("body")
    return Got(item["status"], _unpacked(body) if isinstance(body, str) else body, named, veil)


def answer(got: Got) -> Answer:
    """The answer for a single object.

    204 is a navigation to nothing (OData 4.01: 11.2.6). A 404 for a path that the service does not route says nothing
    about an object, so it is unknown.
    """
    if got.status == 204:
        return Absent()
    if not got.is_success:
        return refusal(got)
    try:
        return Present(whole(got.body))
    except BrokenAnswerError as error:
        return broken(error)


def refusal(got: Got) -> Absent | Unknown:
    """The answer for anything but a success: absent, or why it is not known."""
    if got.status == 404 and "No HTTP resource was found" not in got.fault.message:
        return Absent()
    return denied(got)


def denied(got: Got) -> Unknown:
    """Why it is not known, for anything but a success."""
    fault = got.fault
    if 300 <= got.status < 400:
        return Unknown(f"{fault}; the redirect was refused: the token stays with the configured root", fault.code)
    return unknown(fault)


def page(body: object) -> Page:
    """A page of a collection. Raises BrokenAnswerError for anything else. Source: Graph docs: paging."""
    found = whole(body)
    items = found.get("value")
    if not isinstance(items, list):
        raise BrokenAnswerError("a collection without a list 'value'")
    if not all(isinstance(item, Mapping) for item in items):
        raise BrokenAnswerError("a collection with items that are no objects")
    return Page(items, found.get(NEXT))


def whole(body: object) -> Mapping[str, Any]:
    """A body that is an object and complete.

    Raises BrokenAnswerError for another one, and where an expanded member goes on elsewhere: taking its first page for
    all of it would read as detached.
    """
    if not isinstance(body, Mapping):
        raise BrokenAnswerError("not a JSON object")
    part = _continued(body)
    if part:
        raise BrokenAnswerError(f"only a part of '{part}' was sent")
    return body


def broken(error: BrokenAnswerError) -> Unknown:
    """The answer for a success that cannot be used."""
    return Unknown(f"broken answer: {error}")


def _continued(body: Mapping[str, Any]) -> str:
    """The first member found that goes on elsewhere, level by level; nothing where there is none."""
    level: list[Any] = [body]
    for _ in range(DEPTH):
        names = (name for value in level if isinstance(value, dict) for name in value)
        if part := next((name for name in names if name.endswith(NEXT) and name != NEXT), ""):
            return str(part.removesuffix(NEXT))
        inside = (value.values() if isinstance(value, dict) else value for value in level)
        level = [item for items in inside for item in items if isinstance(item, _NESTED)]
        if not level:
            return ""
    raise BrokenAnswerError("objects within objects without end")


def _unpacked(text: str) -> object:
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return text
