"""What is wanted: manifests after loading, checking and resolving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.addresses import Address, Span
from reconciler.model.values import Tree, Value, get

Path = tuple[str | int, ...]
PartPath = tuple[str, ...]
"""Where a thing inside an object is: the part's name and its own, and so on inwards."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One wanted attachment: the object it points at, and what an entry of its own says about it.

    The target is the address of a manifest, or of a live object by the name that was written.
    """

    target: Address
    span: Span
    properties: Tree = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublicPart:
    """What everybody may know of a certificate: its SHA-1 thumbprint in upper case, and from when until when it is
    valid (Unix time)."""

    thumbprint: str
    not_before: int
    not_after: int


@dataclass(frozen=True, slots=True)
class Resource:
    """One wanted object. Only the keys of `properties`, `links` and `documents` are managed.

    `links` maps a link's name to the whole wanted list; a cleared slot is an empty one. `documents` maps the path of a
    part (`languages`, `en`) to what is wanted there, None where it is to be cleared. `certificates` maps the path of
    one among the secrets to what is public of it. `spans` maps a path inside `spec` to where it was written.
    """

    address: Address
    span: Span
    present: bool = True
    pin: str | None = None
    properties: Tree = field(default_factory=dict)
    links: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    documents: Mapping[PartPath, Tree | None] = field(default_factory=dict)
    certificates: Mapping[str, PublicPart] = field(default_factory=dict)
    spans: Mapping[Path, Span] = field(default_factory=dict)

    def value(self, path: str) -> Value:
        """What is wanted there, as receipts remember it: a member's value, or a link's targets and their entries."""
        if path in self.links:
            return [[entry.target.name, entry.properties] for entry in self.links[path]]
        if (steps := next((steps for steps in self.documents if ".".join(steps) == path), None)) is not None:
            return self.documents[steps]
        return get(self.properties, path)

    @property
    def lists(self) -> tuple[str, ...]:
        """The names of everything that is owned as a whole: links and parts."""
        return (*self.links, *(".".join(path) for path in self.documents))

    def where(self, path: str) -> Span:
        """The position of a dotted path of `spec`, or of its nearest written ancestor."""
        steps: Path = tuple(path.split("."))
        while steps:
            if steps in self.spans:
                return self.spans[steps]
            steps = steps[:-1]
        return self.span
