"""A valid manifest becomes a resource: properties apart from links, names as addresses, sources as secrets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifests import parts
from reconciler.manifests.certificates import public_part
from reconciler.manifests.declared import Declared, Manifest, lists
from reconciler.manifests.secret_sources import read_secret
from reconciler.manifests.surroundings import Surroundings
from reconciler.model.addresses import Address, IdOf
from reconciler.model.kinds import Kind, Kinds, Link, Mentions, Property, Shape
from reconciler.model.problems import Problem, Severity
from reconciler.model.resources import Entry, PublicPart, Resource
from reconciler.model.secrets import Secret
from reconciler.model.values import MISSING, get, mapped, put

_NO_PASSWORD = Secret("", "no password")
_PFX = "use a PFX file with the certificate and its key, and the password it was made with"


@dataclass(frozen=True, slots=True)
class Resolver:
    """Turns manifests into resources, and collects what stands in the way."""

    declared: Declared
    kinds: Kinds
    around: Surroundings
    problems: list[Problem] = field(default_factory=list)

    def resource(self, manifest: Manifest) -> Resource:
        """What a valid manifest wants. One that wants an object gone needs neither secrets nor targets."""
        properties = self._properties(manifest)
        certificates = dict(self._certificates(manifest, properties)) if manifest.present else {}
        return Resource(
            address=manifest.address,
            span=manifest.document.span,
            present=manifest.present,
            pin=manifest.pin,
            properties=properties,
            links=dict(self._links(manifest)),
            documents=dict(parts.documents(manifest.kind.parts, manifest.spec)) if manifest.present else {},
            certificates=certificates,
            spans=manifest.document.key_spans.below("spec"),
        )

    def _properties(self, manifest: Manifest) -> dict[str, Any]:
        kind = manifest.kind
        elsewhere = [*(link.key for link in kind.links), *(part.name for part in kind.parts)]
        properties = _without(manifest.spec, [tuple(key.split(".")) for key in elsewhere])
        for known in kind.properties:
            if known.secret:
                self._put_secret(manifest, properties, known)
            if known.mentions is not None:
                self._put_addresses(manifest, properties, known, known.mentions)
        if "displayName" not in properties and manifest.present and _names_itself(manifest):
            properties["displayName"] = manifest.name
        return properties

    def _put_addresses(
        self, manifest: Manifest, properties: dict[str, Any], known: Property, mentions: Mentions
    ) -> None:
        """Names inside a list become the addresses of what they mean."""
        value, link = get(properties, known.path, MISSING), manifest.kind.link(mentions.link)
        if value is not MISSING:
            meant = mapped(value, mentions.steps, lambda name: IdOf(self._address(link, name)))
            put(properties, known.path, meant)

    def _certificates(self, manifest: Manifest, properties: dict[str, Any]) -> Iterator[tuple[str, PublicPart]]:
        """What is public of each certificate that has a value. One that cannot be opened is worth a warning: whether
        Graph can is for Graph to say."""
        for known in manifest.kind.properties:
            secret = get(properties, known.path) if known.certificate else None
            if known.certificate is None or not isinstance(secret, Secret) or not secret.is_set:
                continue
            found = public_part(secret, get(properties, known.certificate.password))
            if isinstance(found, PublicPart):
                yield known.path, found
            else:
                span = manifest.at("spec", *known.path.split("."))
                self.problems.append(Problem(found, _PFX, span, manifest.address, Severity.WARNING))

    def _put_secret(self, manifest: Manifest, properties: dict[str, Any], known: Property) -> None:
        *parents, last = known.path.split(".")
        around: Any = get(properties, ".".join(parents)) if parents else properties
        if not isinstance(around, dict):
            return
        if last in around and manifest.present:
            document = manifest.document
            span = document.spans.nearest(("spec", *parents, last))
            binary = known.certificate is not None  # bytes: read raw from a file, and sent in base64
            around[last], problems = read_secret(around[last], binary, document.folder, span, self.around)
            self.problems.extend(problems)
        elif last in around:
            around[last] = Secret(None, "a manifest of what should be absent")
        elif _is_password(manifest.kind, known.path, properties):
            around[last] = _NO_PASSWORD  # Graph wants one with every certificate, and "" where there is none

    def _links(self, manifest: Manifest) -> Iterator[tuple[str, tuple[Entry, ...]]]:
        found: dict[str, list[Entry]] = {}
        for reference in manifest.references:
            link, span = reference.link, manifest.at(*reference.span_path)
            entry = Entry(self._address(link, reference.name), span, reference.properties)
            found.setdefault(link.name, []).append(entry)
        for link in manifest.kind.links:
            said = link.name in found or _is_said(link, get(manifest.spec, link.key, MISSING)) or lists(manifest, link)
            if said and (manifest.present or link.shape is Shape.ADOPTION):  # what is to go may go by another's id
                yield link.name, tuple(found.get(link.name, ()))

    def _address(self, link: Link, name: str) -> Address:
        """The address of the manifest that is meant, else of a live object by the name as it was written."""
        kind = self.kinds.get(link.target)
        meant = self.declared.meant(kind, name) if kind else None
        return meant.address if meant else Address(link.target, kind.bare(name) if kind else name)


def _is_said(link: Link, value: Any) -> bool:
    """Whether a link is declared; a handler that says nothing of what it calls is not."""
    if link.shape is Shape.HANDLER and isinstance(value, dict):
        return link.within.rpartition(".")[2] in value
    return value is not MISSING


def _is_password(kind: Kind, path: str, properties: dict[str, Any]) -> bool:
    """Whether it is the password of a certificate that is given."""
    held = ((known.path, known.certificate) for known in kind.properties if known.certificate)
    return any(each.password == path and get(properties, given) is not None for given, each in held)


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
