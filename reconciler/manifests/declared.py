"""What the manifests declare: each with its name, and which of them a name means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from reconciler.manifests.documents import Document, Spans
from reconciler.model.addresses import Address, Span
from reconciler.model.kinds import Kind, Link, Shape, folded
from reconciler.model.resources import Path
from reconciler.model.values import MISSING, Tree, get

NOTHING: Tree = MappingProxyType({})

_GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True)  # without slots, for what is worked out once
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

    @cached_property
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

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every name by which it refers to another object, in the order of the kind's links."""
        return tuple(_references(self))

    def at(self, *path: str | int) -> Span:
        """Where the value at a path of the document stands, or of its nearest ancestor."""
        return self._spans.nearest(path)

    @cached_property
    def _spans(self) -> Spans:
        return self.document.spans


class Reference(NamedTuple):
    """A name in a `spec` that stands for another object.

    `path` is where the name is in the document, `span_path` where that which it belongs to is; `properties` are what
    an entry says beside the name.
    """

    link: Link
    path: Path
    name: str
    span_path: Path
    properties: Tree = NOTHING


def _references(manifest: Manifest) -> Iterator[Reference]:
    """A link that is left out follows from a list that mentions its targets."""
    for link in manifest.kind.links:
        if get(manifest.spec, link.key, MISSING) is not MISSING:
            yield from _listed(manifest, link)
        else:
            yield from (each for each in mentions(manifest) if each.link is link)


def mentions(manifest: Manifest) -> Iterator[Reference]:
    """The names that stand inside lists of the manifest."""
    for known in manifest.kind.properties:
        if known.mentions is not None:
            link = manifest.kind.link(known.mentions.link)
            path: Path = ("spec", *known.path.split("."))
            found = _walked(get(manifest.spec, known.path), path, known.mentions.steps)
            yield from (Reference(link, place, name, place) for place, name in found)


def lists(manifest: Manifest, link: Link) -> bool:
    """Whether the manifest gives a list that mentions the targets of a link, be it an empty one."""
    mine = [(known, known.mentions) for known in manifest.kind.properties if known.mentions is not None]
    return any(
        _is_given(get(manifest.spec, known.path, MISSING), said.steps) for known, said in mine if said.link == link.name
    )


def _is_given(value: Any, steps: tuple[str, ...]) -> bool:
    """Whether the steps lead to a list: an outer one without anything in it says that there is nothing inside."""
    step, *rest = steps
    if step != "*":
        return isinstance(value, dict) and step in value and _is_given(value[step], tuple(rest))
    if not isinstance(value, list):
        return False
    return not value or "*" not in rest or any(_is_given(item, tuple(rest)) for item in value)


def _listed(manifest: Manifest, link: Link) -> Iterator[Reference]:
    value = get(manifest.spec, link.key)
    path: Path = ("spec", *link.key.split("."))
    if link.shape is Shape.HANDLER and isinstance(value, dict):
        member = link.within.rpartition(".")[2]
        path, value = (*path, member), value.get(member)
    if isinstance(value, str):
        yield Reference(link, path, value, path)
    for at, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, str) and link.shape is not Shape.ENTRIES:
            yield Reference(link, (*path, at), item, (*path, at))
        elif isinstance(item, dict) and isinstance(name := item.get(link.member), str):
            said = {key: value for key, value in item.items() if key != link.member}
            yield Reference(link, (*path, at, link.member), name, (*path, at), said)


def _walked(value: Any, path: Path, steps: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    if not steps:
        if isinstance(value, str):
            yield path, value
    elif steps[0] == "*":
        for at, item in enumerate(value if isinstance(value, list) else ()):
            yield from _walked(item, (*path, at), steps[1:])
    elif isinstance(value, dict):
        yield from _walked(value.get(steps[0]), (*path, steps[0]), steps[1:])


def is_well_known(kind: Kind, name: str) -> bool:
    """Whether the name is the id of something that every tenant of the right sort has."""
    return name.casefold() in folded(kind.well_known)


def looks_like_id(kind: Kind, name: str) -> bool:
    """Whether a name has the form of an id that Graph gives to objects of a kind."""
    return any(re.fullmatch(pattern, name, re.IGNORECASE) for pattern in (_GUID, kind.id_pattern) if pattern)


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
    _meant: dict[tuple[str, str], Manifest | None] = field(default_factory=dict)

    def meant(self, kind: Kind, name: str) -> Manifest | None:
        """The manifest of that name, else the one pinned to that id, else the one that gives that display name."""
        key = (kind.name, name)
        if key not in self._meant:
            self._meant[key] = self._found(kind, name)
        return self._meant[key]

    def _found(self, kind: Kind, name: str) -> Manifest | None:
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
