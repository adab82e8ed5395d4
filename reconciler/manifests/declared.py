"""What the manifests declare: each with its name, and which of them a name means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reconciler.manifests.documents import Document
from reconciler.model.addresses import Address, Span
from reconciler.model.kinds import Kind, Link, Shape
from reconciler.model.resources import Path
from reconciler.model.values import Tree, get

_ID = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|extension_[0-9a-f]{32}_.+|.+-(OAUTH|OIDC)|OIDC-V1-.+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A document whose kind and name could be read. `valid` is false when anything is wrong with it."""

    kind: Kind
    document: Document
    name: str
    valid: bool = True

    @property
    def address(self) -> Address:
        """What the object is called, without Graph's prefix."""
        return Address(self.kind.name, self.kind.bare(self.name))

    @property
    def spec(self) -> Tree:
        """What is wanted of it; nothing where that cannot be read."""
        spec = self.document.data.get("spec")
        return spec if isinstance(spec, dict) else {}

    @property
    def present(self) -> bool:
        """Whether the object should be there."""
        return bool(self.document.data.get("ensure") != "absent")

    @property
    def pin(self) -> str | None:
        """The id of the live object it is, where that was written."""
        pin = get(self.document.data, "metadata.id")
        return pin if isinstance(pin, str) else None

    @property
    def title(self) -> str:
        """The value of the property that people name the object by."""
        title = self.spec.get(self.kind.key)
        return title if isinstance(title, str) else self.name

    @property
    def built_in(self) -> bool:
        """Whether the object is one that Graph made."""
        made = self.kind.built_in is not None and self.kind.built_in.holds(self.spec)
        return made or is_well_known(self.kind, self.name)

    def at(self, *path: str | int) -> Span:
        """Where the value at a path of the document stands, or of its nearest ancestor."""
        return self.document.spans.nearest(path)


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a `spec` that stands for another object; `path` is where it is in the document."""

    link: Link
    path: Path
    name: str


def references(manifest: Manifest) -> Iterator[Reference]:
    """Every name by which a manifest refers to another object, in the order of the kind's links."""
    for link in manifest.kind.links:
        value = get(manifest.spec, link.name)
        path = ("spec", *link.name.split("."))
        if isinstance(value, str):
            yield Reference(link, path, value)
        for at, item in enumerate(value if isinstance(value, list) else ()):
            inner: Path = (link.member,) if link.shape is Shape.ENTRIES else ()
            name: Any = (get(item, link.member) if isinstance(item, dict) else None) if inner else item
            if isinstance(name, str):
                yield Reference(link, (*path, at, *inner), name)


def is_well_known(kind: Kind, name: str) -> bool:
    """Whether the name is the id of something that every tenant of the right sort has."""
    return name.casefold() in _folded(kind.well_known)


@cache
def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def looks_like_id(name: str) -> bool:
    """Whether a name has the form of an id that Graph gives."""
    return bool(_ID.fullmatch(name))


def identity(kind: Kind, name: str) -> str:
    """The form in which two spellings of one name are equal: ids have no case and no prefix, other names do."""
    if kind.singleton:
        return ""
    return kind.bare(name).casefold() if kind.key == "id" or is_well_known(kind, name) else name


@dataclass(frozen=True, slots=True)
class Declared:
    """All manifests, to be asked which of them a reference means."""

    manifests: tuple[Manifest, ...]
    _names: dict[tuple[str, str], Manifest] = field(default_factory=dict)
    _others: dict[tuple[str, str], Manifest] = field(default_factory=dict)

    def meant(self, kind: Kind, name: str) -> Manifest | None:
        """The manifest of that name, else the one pinned to that id, else the one that gives that display name."""
        found = self._names.get((kind.name, identity(kind, name)))
        return found or self._others.get((kind.name, name.casefold())) or self._others.get((kind.name, f"={name}"))

    def names(self, kind: Kind) -> tuple[str, ...]:
        """The names of all manifests of a kind."""
        return tuple(manifest.name for manifest in self.manifests if manifest.kind.name == kind.name)


def declared(manifests: Iterable[Manifest]) -> Declared:
    """The manifests by place, indexed by name."""
    found = Declared(tuple(sorted(manifests, key=lambda manifest: manifest.document.span)))
    for manifest in found.manifests:
        kind = manifest.kind
        found._names.setdefault((kind.name, identity(kind, manifest.name)), manifest)
        if manifest.pin:
            found._others.setdefault((kind.name, manifest.pin.casefold()), manifest)
        if manifest.title != manifest.name:
            found._others.setdefault((kind.name, f"={manifest.title}"), manifest)
    return found
