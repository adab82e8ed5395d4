"""What the tenant answers when it refuses: a status, a code, a message, and the envelope that carries them."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


class GraphError(Exception):
    """A refusal: the HTTP status, Graph's error code, the message, and headers such as ``Retry-After``.

    ``inner`` is what the inner error says beside the date and the request ids.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        inner: Mapping[str, str] | None = None,
    ):
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.inner = dict(inner or {})


def invalid(message: str, code: str = "BadRequest") -> GraphError:
    """A 400 about the request itself."""
    return GraphError(400, code, message)


def invalid_field(name: str) -> GraphError:
    """A 400 naming a property, worded as a live tenant words an unknown enumeration member."""
    return invalid(f"The '{name}' field is invalid in request")


def no_route(path: str) -> GraphError:
    """A 404 for a URL that leads nowhere: JSON inside the message, as observed on a live tenant, August 2026."""
    text = f"No HTTP resource was found that matches the request URI '{path}'."
    return GraphError(404, "UnknownError", json.dumps({"message": text}))


def missing(identifier: str) -> GraphError:
    """A 404 for an id nobody has; Graph documents the status, the code is the directory's usual one."""
    return GraphError(404, "Request_ResourceNotFound", f"Resource '{identifier}' does not exist.")


def not_allowed() -> GraphError:
    """A 405, worded as in Graph docs: JSON batching."""
    return GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")


def not_permitted(wanted: tuple[str, ...]) -> GraphError:
    """A 403 for lack of a permission, worded as a live tenant words it for delegated ones, August 2026."""
    words = "The application does not have any of the required permissions"
    return GraphError(403, "AADB2C", f"{words} ({', '.join(wanted)}) to access the resource.")


def in_use(identifier: str) -> GraphError:
    """A 400 for deleting what a user flow still refers to; a choice, Graph documents nothing."""
    return invalid(f"Resource '{identifier}' is in use by a user flow and cannot be deleted.")


def service_problem() -> GraphError:
    """A 400 for what the service cannot do, with an id to quote inside, as public reports show it."""
    inner = {"correlationId": str(uuid.uuid4())}
    return GraphError(400, "AADB2C90063", "There is a problem with the service.", inner=inner)


def throttled(seconds: int) -> GraphError:
    """A 429 with ``Retry-After`` in whole seconds, worded as in Graph docs: throttling."""
    headers = {"Retry-After": str(seconds)}
    return GraphError(429, "TooManyRequests", "Please retry again later.", headers)


def envelope(error: GraphError, request_id: str, client_request_id: str, now: float) -> dict[str, Any]:
    """The error object of OData with Graph's inner error; ``now`` is in seconds since the epoch."""
    inner = {
        **error.inner,
        "date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": client_request_id,
    }
    return {"error": {"code": error.code, "message": error.message, "innerError": inner}}
