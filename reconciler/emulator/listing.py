"""From documents to one page of an OData collection: filter, order, count, page, link to the next page."""

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from reconciler.emulator.call import Call, Reply
from reconciler.emulator.errors import invalid
from reconciler.emulator.filters import compile_filter
from reconciler.emulator.store import Doc

MAX_PAGE = 999


View = Callable[[Doc], Doc]


def page(call: Call, docs: list[Doc], show: View, what: str, filterable: frozenset[str], seen: View = dict) -> Reply:
    """A 200 with one page; the next page's link is absolute and its token opaque. Graph docs: paging.

    ``what`` is the place for ``@odata.context``; ``seen`` is a document as ``$filter`` sees it.
    """
    kept = narrow(call, docs, filterable, seen)
    start = call.options.skip if call.options.skiptoken is None else _start(call.options.skiptoken)
    size = _size(call)
    body: Doc = {"@odata.context": call.context(what)}
    if call.options.count:
        body["@odata.count"] = len(kept)
    if start + size < len(kept):
        body["@odata.nextLink"] = _next_link(call, start + size)
    body["value"] = [show(doc) for doc in kept[start : start + size]]
    return Reply(200, body)


def narrow(call: Call, docs: list[Doc], filterable: frozenset[str], seen: View = dict) -> list[Doc]:
    """The documents that ``$filter`` keeps, in the order ``$orderby`` asks for."""
    if call.options.filter is not None:
        test = compile_filter(call.options.filter, filterable)
        docs = [doc for doc in docs if test(seen(doc))]
    for part in reversed((call.options.orderby or "").split(",")):
        name, _, direction = part.strip().partition(" ")
        if not name:
            continue
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise invalid(f"Syntax error in $orderby: '{part.strip()}'.")
        docs = sorted(docs, key=lambda doc: _sortable(doc, name), reverse=direction.strip().lower() == "desc")
    return docs


def _sortable(doc: Doc, name: str) -> tuple[str, str]:
    value: Any = doc.get(name)
    if name not in doc or isinstance(value, (dict, list)):
        raise invalid(f"The property '{name}' cannot be used in the $orderby query option.")
    return type(value).__name__, str(value).lower()


def _size(call: Call) -> int:
    top = call.options.top
    if top is None:
        return call.profile.page_size
    if not 1 <= top <= MAX_PAGE:
        raise invalid(f"Invalid page size specified: '{top}'. Must be between 1 and {MAX_PAGE} inclusive.")
    return min(top, call.profile.page_size)


def _next_link(call: Call, start: int) -> str:
    token = base64.urlsafe_b64encode(f"from:{start}".encode()).decode().rstrip("=")
    kept = [
        (name, value) for name, value in call.options.given if name.lower().lstrip("$") not in ("skip", "skiptoken")
    ]
    query = urlencode([*kept, ("$skiptoken", token)], quote_via=quote, safe="$(),='")
    return f"{call.root}/{call.path}?{query}"


def _start(token: str) -> int:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
        return int(text.removeprefix("from:"))
    except (binascii.Error, ValueError) as error:
        raise invalid("Skip token is not valid.", "Directory_ExpiredPageToken") from error
