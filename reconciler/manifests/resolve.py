"""A valid manifest becomes a resource: properties apart from links, names as addresses, sources as secrets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifests.declared import Declared, Manifest
from reconciler.manifests.secret_sources import read_secret
from reconciler.manifests.surroundings import Surroundings
from reconciler.model.addresses import Address, Span
from reconciler.model.kinds import Kinds, Link, Shape
from reconciler.model.problems import Problem
from reconciler.model.resources import Entry, Path, Resource
from reconciler.model.secrets import Secret
from reconciler.model.values import MISSING, get

# A certificate is bytes: read raw from a file, and sent in base64.
_BINARY = frozenset(["pkcs12Value"])
_NO_PASSWORD = Secret("", "no password")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Turns manifests into resources, and collects what stands in the way."""

    declared: Declared
    kinds: Kinds
    around: Surroundings
    problems: list[Problem] = field(default_factory=list)

    def resource(self, manifest: Manifest) -> Resource:
        """What a valid manifest wants. One that wants an object gone needs neither secrets nor targets."""
        return Resource(
            address=manifest.address,
            span=manifest.document.span,
            present=manifest.present,
            pin=manifest.pin,
            properties=self._properties(manifest),
            links=dict(self._links(manifest)) if manifest.present else {},
            spans=manifest.document.key_spans.below("spec"),
        )

    def _properties(self, manifest: Manifest) -> dict[str, Any]:
        kind = manifest.kind
        properties = _without(manifest.spec, [tuple(link.name.split(".")) for link in kind.links])
        for known in kind.properties:
            if known.secret:
                self._put_secret(manifest, properties, known.path)
        if "displayName" not in properties and manifest.present and _names_itself(manifest):
            properties["displayName"] = manifest.name
        return properties

    def _put_secret(self, manifest: Manifest, properties: dict[str, Any], path: str) -> None:
        *parents, last = path.split(".")
        around: Any = get(properties, ".".join(parents)) if parents else properties
        if not isinstance(around, dict):
            return
        if last in around and manifest.present:
            document = manifest.document
            span = document.spans.nearest(("spec", *parents, last))
            around[last], problems = read_secret(around[last], last in _BINARY, document.folder, span, self.around)
            self.problems.extend(problems)
        elif last in around:
            around[last] = Secret(None, "a manifest of what should be absent")
        elif last == "password" and around.get("type") == "pkcs12Certificate":
            around[last] = _NO_PASSWORD  # Graph wants one with every certificate, and "" where there is none

    def _links(self, manifest: Manifest) -> Iterator[tuple[str, tuple[Entry, ...]]]:
        for link in manifest.kind.links:
            value = get(manifest.spec, link.name, MISSING)
            if value is not MISSING:
                path = ("spec", *link.name.split("."))
                yield link.name, tuple(self._entries(manifest, link, path, value))

    def _entries(self, manifest: Manifest, link: Link, path: Path, value: Any) -> Iterator[Entry]:
        if link.shape is Shape.SLOT:
            if value is not None:
                yield Entry(self._address(link, value), manifest.at(*path))
            return
        for at, item in enumerate(value):
            yield self._entry(link, item, manifest.at(*path, at))

    def _entry(self, link: Link, item: Any, span: Span) -> Entry:
        if not isinstance(item, dict):
            return Entry(self._address(link, item), span)
        properties = {name: value for name, value in item.items() if name != link.member}
        return Entry(self._address(link, item[link.member]), span, properties)

    def _address(self, link: Link, name: str) -> Address:
        """The address of the manifest that is meant, else of a live object by the name as it was written."""
        kind = self.kinds.get(link.target)
        meant = self.declared.meant(kind, name) if kind else None
        return meant.address if meant else Address(link.target, kind.bare(name) if kind else name)


def _names_itself(manifest: Manifest) -> bool:
    """Whether the object's display name is the manifest's unless it says otherwise."""
    return (
        manifest.kind.key == "displayName" and manifest.kind.member("displayName") is not None and not manifest.built_in
    )


def _without(tree: Any, paths: list[tuple[str, ...]]) -> dict[str, Any]:
    """A copy without these paths, and without the mappings that they leave empty."""
    result: dict[str, Any] = {}
    for name, value in tree.items():
        below = [path[1:] for path in paths if path[0] == name]
        if () in below:
            continue
        if not isinstance(value, dict):
            result[name] = value
        elif (copy := _without(value, below)) or not below:
            result[name] = copy
    return result
