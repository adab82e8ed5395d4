"""One request as the tenant's entities see it, the place it is about, and the reply."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from reconciler.emulator.options import Options
from reconciler.emulator.profile import Profile
from reconciler.emulator.store import State

JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
TEXT = "text/plain"


@dataclass(frozen=True)
class Call:
    """One request: ``root`` is the URL up to and with the version, ``now`` in seconds since the epoch."""

    state: State
    profile: Profile
    now: float
    root: str
    version: str
    path: str
    options: Options
    body: Any = None

    def new_id(self) -> str:
        """A new GUID."""
        return str(uuid.uuid4())

    def context(self, what: str) -> str:
        """The value of ``@odata.context`` for a place or type."""
        return f"{self.root}/$metadata#{what}"


@dataclass(frozen=True)
class Place:
    """Where a collection or entity is: in key syntax, by which it is stored, and as URL path segments."""

    address: str
    path: str

    def under(self, name: str) -> "Place":
        """The place of a navigation."""
        return Place(f"{self.address}/{name}".lstrip("/"), f"{self.path}/{name}".lstrip("/"))

    def entity(self, identifier: str) -> "Place":
        """The place of one entity of a collection."""
        return Place(key_address(self.address, identifier), f"{self.path}/{quote(identifier, safe='')}")


def key_address(collection: str, identifier: str) -> str:
    """The address of an entity, with quotes in its id doubled as OData wants."""
    doubled = identifier.replace("'", "''")
    return f"{collection}('{doubled}')"


@dataclass(frozen=True)
class Reply:
    """A status, a body (an object is sent as JSON, a string as text, None not at all) and extra headers."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


DONE = Reply(204)
