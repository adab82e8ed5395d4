"""What the official clients can ask: every operation of a request builder and of all builders beneath it."""

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

VERBS = ("get", "post", "put", "patch", "delete")


class Operation(NamedTuple):
    """One operation: its verb in lower case, and its path with ``{}`` for every key."""

    verb: str
    path: str
    builder: Any

    @property
    def name(self) -> str:
        """As it is written of."""
        return f"{self.verb.upper()} {self.path}"


def operations(builder: Any, keys: Mapping[str, str]) -> Iterator[Operation]:
    """Every operation of a builder and of those beneath it; ``keys`` says which entity each ``by_…`` leads to."""
    for each in _builders(builder, keys):
        path = re.sub(r"\{[^}]*\}", "{}", re.sub(r"\{\?.*\}$|\{\+baseurl\}/", "", each.url_template))
        path = path.removeprefix("{}/")
        for verb in VERBS:
            if inspect.iscoroutinefunction(getattr(each, verb, None)):
                yield Operation(verb, path, each)


def _builders(builder: Any, keys: Mapping[str, str]) -> Iterator[Any]:
    yield builder
    for name, member in inspect.getmembers(type(builder)):
        if isinstance(member, property):
            yield from _builders(getattr(builder, name), keys)
        elif name.startswith("by_"):
            yield from _builders(getattr(builder, name)(keys[name]), keys)


def at(client: Any, path: str) -> Any:
    """The builder that a dotted path leads to."""
    for name in path.split("."):
        client = getattr(client, name)
    return client
