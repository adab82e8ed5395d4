"""A request as it came in and a reply as it goes out: bodies, headers, masks."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any

from reconciler.emulator.call import JSON, TEXT, Reply
from reconciler.emulator.errors import GraphError, invalid
from reconciler.emulator.values import MASK

MAX_BODY = 4 * 1024 * 1024
VERSIONS = ("v1.0", "beta")
_SECRET = re.compile(r"password|secret|pkcs12value|certificatedata|privatekey", re.IGNORECASE)
_CLIENT_REQUEST_ID = re.compile(r"[!-~]{1,128}")


class Dropped(BaseException):
    """The connection ends without an answer.

    Not an Exception, so that no layer between here and the transport turns it into a 500.
    """


class Broken(str):
    """A body that was meant to be JSON and is not."""

    __slots__ = ()


@dataclass(frozen=True)
class Ask:
    """One request: ``target`` is the path with its query as sent, header names are in lower case.

    ``batch`` is the request-id of the batch it is an item of, if it is one; ``granted`` are the permissions of a signed
    token, None for a token that may do everything.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    root: str = ""
    batch: str | None = None
    granted: frozenset[str] | None = None

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query without its question mark."""
        return self.target.partition("?")[2]

    @property
    def version(self) -> str:
        """The API version; GraphError 400 if the path does not start with one."""
        first = self.path.lstrip("/").partition("/")[0]
        if first.lower() not in VERSIONS:
            raise invalid(f"Invalid version: {first}")
        return first.lower()

    @property
    def route(self) -> str:
        """The path under the version."""
        return self.path.lstrip("/").partition("/")[2]

    def document(self) -> Any:
        """The body read as JSON, None if there is none; GraphError if it cannot be."""
        if len(self.body) > MAX_BODY:
            raise GraphError(413, "RequestEntityTooLarge", "The request body is too large.")
        if not self.body.strip():
            return None
        self._check_content_type()
        return read_json(self.body)

    def _check_content_type(self) -> None:
        written = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not written:
            raise invalid(
                "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
            )
        content = self.path.lower().endswith("/$value") and written == "application/octet-stream"
        if not is_json(written) and not content:
            raise GraphError(415, "UnsupportedMediaType", f"The media type '{written}' is not supported.")


def is_json(content_type: str) -> bool:
    """Whether a media type, parameters aside, is one of JSON."""
    media = content_type.partition(";")[0].strip().lower()
    return media in ("application/json", "text/json") or media.endswith("+json")


def read_json(body: bytes) -> Any:
    """Read JSON that can be kept: valid UTF-8, finite numbers, not nested too deeply; else GraphError 400."""
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise invalid("Unable to read JSON request payload. Please ensure the payload is valid JSON.") from error
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def masked(value: Any) -> Any:
    """The same JSON with every value under a name that sounds secret replaced by asterisks."""
    if isinstance(value, dict):
        return {name: MASK if _SECRET.search(name) else masked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def recorded_body(body: bytes) -> Any:
    """A body as it is recorded: masked JSON, or None for what is not JSON."""
    try:
        return masked(read_json(body)) if body.strip() else None
    except (GraphError, RecursionError):
        return None


def client_request_id(ask: Ask, request_id: str) -> str:
    """The client's id for the request, which is echoed, or else the service's own."""
    given = ask.headers.get("client-request-id", "")
    return given if _CLIENT_REQUEST_ID.fullmatch(given) else request_id


def finished(reply: Reply, ask: Ask, request_id: str, now: float) -> Reply:
    """The reply with the headers every Graph answer has; ``now`` in seconds since the epoch."""
    headers = {
        "request-id": request_id,
        "client-request-id": client_request_id(ask, request_id),
        "Date": formatdate(now, usegmt=True),
        "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Emulator"}}',
    }
    if reply.body is not None:
        plain = isinstance(reply.body, str) and not isinstance(reply.body, Broken)
        headers |= {"Content-Type": TEXT if plain else JSON, "OData-Version": "4.0"}
    return replace(reply, headers=headers | dict(reply.headers))


def broken(reply: Reply) -> Reply:
    """The reply with its JSON cut off in the middle."""
    if reply.body is None:
        return reply
    text = json.dumps(reply.body)
    return replace(reply, body=Broken(text[: max(1, len(text) // 2)]))


def content(body: Any) -> bytes:
    """A reply's body in bytes."""
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
