"""What no schema can say: names that mean nothing, two manifests for one object, deletions that cannot be.

Every check is about what a `Kind` says, never about one kind by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TypeAlias

from reconciler.manifests.declared import (
    Declared,
    Manifest,
    Reference,
    identity,
    is_well_known,
    looks_like_id,
    mentions,
)
from reconciler.manifests.parts import documents
from reconciler.manifests.surroundings import Surroundings
from reconciler.manifests.words import did_you_mean, listed, plain, quoted
from reconciler.model.kinds import ALL_CLOUDS, Kind, Kinds
from reconciler.model.paths import part_at
from reconciler.model.problems import Problem, Severity
from reconciler.model.resources import PartPath
from reconciler.model.shapes import entries_of
from reconciler.model.values import MISSING, get

Firsts: TypeAlias = dict[tuple[str, str, str], tuple[Manifest, tuple[str, ...]]]
"""The manifest and the path in it where each thing that only one object can have was written first."""

Owners: TypeAlias = dict[tuple[str, str], tuple[Manifest, Reference]]
"""The manifest and the reference that had each exclusive target first."""

_NAME = ("metadata", "name")
_LIVE = "declare it, correct the name, or refer to the live object by its id"


def check_meaning(declared: Declared, kinds: Kinds, around: Surroundings) -> list[tuple[Manifest, Problem]]:
    """What is wrong with manifests that may each be valid. Offline, a name that nothing here bears is an error."""
    firsts: Firsts = {}
    owners: Owners = {}
    problems: list[tuple[Manifest, Problem]] = []
    for manifest in declared.manifests:
        named = manifest.references
        found = (
            _name(manifest),
            _absence(manifest),
            _repeated(manifest, named),
            _targets(manifest, named, declared, kinds, around.offline),
            _another(manifest, firsts),
            _place(manifest, around),
            _mentioned(manifest, named),
            _shared(manifest, named, owners),
            _parts(manifest),
            _items(manifest),
        )
        problems += [(manifest, problem) for problem in chain.from_iterable(found)]
    return problems


def _name(manifest: Manifest) -> Iterator[Problem]:
    if manifest.name and not manifest.kind.bare(manifest.name):
        message = "the name is nothing but Graph's prefix"
        yield Problem(message, "write a name after it", manifest.at(*_NAME), manifest.address)


def _place(manifest: Manifest, around: Surroundings) -> Iterator[Problem]:
    """Whether the cloud has the kind at all (Graph's metadata, per cloud), and the type of tenant its objects."""
    kind, named = manifest.kind, manifest.spec.get("type")
    clouds = kind.type_clouds.get(str(named), kind.clouds)
    if around.cloud in ALL_CLOUDS and around.cloud not in clouds:
        what = f"{kind.name} of the type {named}" if around.cloud in kind.clouds else kind.name
        message = f"the cloud '{around.cloud}' has no {what}"
        fix = f"available in {listed(sorted(clouds), 'and')}: leave the manifest out for this tenant"
        yield Problem(message, fix, manifest.at("kind"), manifest.address)
    elif around.tenant and around.tenant not in (tenants := kind.tenants_of(str(named))):
        what = f"{kind.name} of the type {named}" if str(named) in kind.type_tenants else kind.name
        message = f"{what} belongs to tenants of the type {listed(sorted(tenants), 'or')}"
        fix = f"this one is of the type {around.tenant}: Graph will probably refuse it"
        yield Problem(message, fix, manifest.at("kind"), manifest.address, Severity.WARNING)


def _mentioned(manifest: Manifest, named: tuple[Reference, ...]) -> Iterator[Problem]:
    """What a list mentions and the link it goes with are one set, where both are written."""
    inside = list(mentions(manifest))
    for link in {each.link.name: each.link for each in inside}.values():
        if get(manifest.spec, link.key, MISSING) is MISSING:
            continue
        have = {identity_of(each): each for each in named if each.link is link}
        want = {identity_of(each): each for each in inside if each.link is link}
        for name in [*(each for each in want if each not in have), *(each for each in have if each not in want)]:
            reference = want.get(name) or have[name]
            where = f"not in {link.key}" if name in want else "not asked for by any input"
            message = f"{quoted(reference.name)} is {where}"
            fix = f"write both, or leave {link.key} out: it follows from the inputs"
            yield Problem(message, fix, manifest.at(*reference.path), manifest.address)


def identity_of(reference: Reference) -> str:
    """The form in which two spellings of a reference are equal."""
    return reference.name.casefold()


def _shared(manifest: Manifest, named: tuple[Reference, ...], owners: Owners) -> Iterator[Problem]:
    """Whether another manifest has what only one object can have."""
    for reference in named if manifest.present else ():
        if reference.link.exclusive:
            key = (reference.link.target, identity_of(reference))
            first, earlier = owners.setdefault(key, (manifest, reference))
            if first is not manifest:
                place = first.at(*earlier.path)
                message = (
                    f"{quoted(reference.name)} belongs to one flow only, and {plain(first.address)} has it: {place}"
                )
                yield Problem(message, "remove one of the two", manifest.at(*reference.path), manifest.address)


def _parts(manifest: Manifest) -> Iterator[Problem]:
    """Whether two parts, or two parts of one part, have one name but for the case."""
    known = manifest.kind.parts if manifest.valid else ()
    outer = [(part.name, str(name)) for part in known for name in manifest.spec.get(part.name) or {}]
    inner = [path for path, _ in documents(known, manifest.spec) if len(path) > 2]
    first: dict[PartPath, PartPath] = {}
    for path in (*outer, *inner):
        kept = first.setdefault(tuple(step.casefold() for step in path), path)
        if kept[-1] != path[-1]:
            message = f"'{'.'.join(path)}' and '{'.'.join(kept)}' are one: case makes no difference"
            yield Problem(message, "keep one of the two", manifest.at("spec", *path), manifest.address)


def _items(manifest: Manifest) -> Iterator[Problem]:
    """Whether two items of a list in a document are one thing."""
    for path, wanted in documents(manifest.kind.parts, manifest.spec) if manifest.valid else ():
        keys = part_at(manifest.kind, path).keys
        for name, items in (wanted or {}).items() if keys else ():
            seen: set[str] = set()
            for at, item in enumerate(items):
                (key,) = entries_of([item], keys)
                if key in seen:
                    message, place = f"'{key}' stands twice in {name}", manifest.at("spec", *path, name, at)
                    yield Problem(message, "keep one of the two", place, manifest.address)
                seen.add(key)


def _absence(manifest: Manifest) -> Iterator[Problem]:
    if manifest.present:
        return
    if manifest.kind.singleton:
        message = f"{manifest.kind.name} cannot be absent: a tenant always has one"
        yield Problem(message, "remove the manifest to leave it alone", manifest.at("ensure"), manifest.address)
    elif manifest.built_in:
        message = f"{plain(manifest.address)} cannot be absent: it is built in, and Graph does not delete it"
        fix = "remove the manifest, and take the name out of what refers to it"
        yield Problem(message, fix, manifest.at("ensure"), manifest.address)


def _repeated(manifest: Manifest, named: tuple[Reference, ...]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Reference] = {}
    inside = [(reference, f"the inputs of {reference.link.name}") for reference in mentions(manifest)]
    paths = {reference.path for reference, _ in inside}
    outside = [(reference, reference.link.key) for reference in named if reference.path not in paths]
    for reference, where in (*outside, *inside):
        other = first.setdefault((where, reference.name.casefold()), reference)
        if other is not reference:
            place = manifest.at(*other.path)
            message = f"{quoted(reference.name)} stands twice in {where}, first at {place}"
            yield Problem(message, "remove one of the two", manifest.at(*reference.path), manifest.address)


def _targets(
    manifest: Manifest, named: tuple[Reference, ...], declared: Declared, kinds: Kinds, offline: bool
) -> Iterator[Problem]:
    for reference in named if manifest.present else ():
        kind = kinds.get(reference.link.target)
        target = declared.meant(kind, reference.name) if kind else None
        if target is not None and not target.present:
            message = f"{plain(target.address)} is declared absent, at {target.document.span}"
            span = manifest.at(*reference.path)
            yield Problem(message, "take the reference out, or keep the object", span, manifest.address)
        elif target is not None and (fault := _unfit(manifest, reference, target)):
            yield fault
        elif kind and not target and offline and not _may_live(kind, reference.name):
            yield _unknown(manifest, reference, declared.names(kind), kind)


def _unfit(manifest: Manifest, reference: Reference, target: Manifest) -> Problem | None:
    """A target of another type than the link takes, if both types are written."""
    takes = reference.link.takes
    wanted = takes.get(str(manifest.spec.get("type", "")))
    found = target.spec.get("type")
    if wanted is None or not isinstance(found, str) or found.casefold() == wanted.casefold():
        return None
    message = f"{plain(target.address)} is of the type {found}, and {reference.link.key} takes {wanted}"
    return Problem(message, "refer to one of that type", manifest.at(*reference.path), manifest.address)


def _may_live(kind: Kind, name: str) -> bool:
    """Whether a name can be taken for that of a live object without asking the tenant."""
    return is_well_known(kind, name) or looks_like_id(kind, name)


def _unknown(manifest: Manifest, reference: Reference, names: tuple[str, ...], kind: Kind) -> Problem:
    message = f"no {kind.name} is called {quoted(reference.name)}"
    guess = did_you_mean(reference.name, (*names, *kind.well_known))
    fix = f"{guess} Otherwise {_LIVE}" if guess else _LIVE
    return Problem(message, fix, manifest.at(*reference.path), manifest.address)


def _another(manifest: Manifest, firsts: Firsts) -> Iterator[Problem]:
    """Whether an earlier manifest means the same object, by the first thing of which there is only one."""
    for words, value, path in (*_by_name(manifest), *_by_pin(manifest), *_by_title(manifest), *_by_unique(manifest)):
        first, place = firsts.setdefault((manifest.kind.name, words, value), (manifest, path))
        if first is not manifest:
            message = f"{plain(manifest.address)} {words}, first at {first.at(*place)}"
            yield Problem(message, "remove one of the two", manifest.at(*path), manifest.address)
            return


Sameness: TypeAlias = Iterator[tuple[str, str, tuple[str, ...]]]
"""Words for what makes two manifests mean one object, its value, and where the value stands."""


def _by_name(manifest: Manifest) -> Sameness:
    words = "is declared twice: a tenant has one" if manifest.kind.singleton else "is declared twice"
    yield words, identity(manifest.kind, manifest.name), _NAME


def _by_pin(manifest: Manifest) -> Sameness:
    if manifest.pin:
        yield "is the second with its metadata.id", manifest.pin.casefold(), ("metadata", "id")


def _by_title(manifest: Manifest) -> Sameness:
    """Two unpinned manifests with one display name would both find the same live object."""
    key = manifest.kind.key
    if not manifest.pin and key != "id":
        yield f"is the second with its {key}", manifest.title, ("spec", key) if key in manifest.spec else _NAME


def _by_unique(manifest: Manifest) -> Sameness:
    for path in manifest.kind.also:
        value = manifest.spec.get(path)
        if isinstance(value, str):
            yield f"is the second of its {path}: a tenant has one of each", value.casefold(), ("spec", path)
