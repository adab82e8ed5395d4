"""From a method and a path to a reply: the walk through the tree of places."""

import re
from urllib.parse import unquote

from reconciler.emulator.call import Call, Place, Reply
from reconciler.emulator.entities import ROOT
from reconciler.emulator.errors import no_route, not_allowed
from reconciler.emulator.nodes import Node, Policy
from reconciler.emulator.schema import Container, EntitySet, Singleton
from reconciler.emulator.sets import Collection

READS = frozenset({"GET"})
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_KEYED = re.compile(r"([^()']+)\((?:[A-Za-z]+=)?'(.*)'\)")


class Directory(Node):
    """A path segment under which sets are found; reading it leads nowhere, as observed on a live tenant."""

    def __init__(self, call: Call, place: Place, container: Container):
        super().__init__(call, place)
        self._container = container

    def step(self, segment: str) -> Node:
        """To a member by its name in any case."""
        for member in self._container.members:
            if member.name.lower() == segment.lower():
                return self._open(member)
        return super().step(segment)

    def _open(self, member: EntitySet | Singleton | Container) -> Node:
        if isinstance(member, Container):
            return Directory(self.call, self.place.under(member.name), member)
        if self.call.version not in member.versions or self.call.profile.cloud not in member.clouds:
            return super().step(member.name)
        if isinstance(member, Singleton):
            return Policy(self.call, self.place, member)
        return Collection(self.call, self.place.under(member.name), member)

    def get(self) -> Reply:
        """Nothing to read here."""
        raise no_route(f"{self.call.root}/{self.call.path}")


def perform(call: Call, method: str) -> Reply:
    """Carry out one request; GraphError for every refusal."""
    if method not in METHODS:
        raise not_allowed()
    node: Node = Directory(call, Place("", ""), ROOT)
    for segment in segments(call.path):
        node = node.step(segment)
    reply: Reply = getattr(node, method.lower())()
    return reply


def segments(path: str) -> list[str]:
    """The segments of a path, decoded; ``name('key')`` counts as two. Empty ones are skipped."""
    found: list[str] = []
    for segment in path.split("/"):
        decoded = unquote(segment)
        keyed = _KEYED.fullmatch(decoded)
        found.extend((keyed[1], keyed[2].replace("''", "'")) if keyed else (decoded,) if decoded else ())
    return found
