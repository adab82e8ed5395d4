"""Receipts on disk, and what an apply adds to them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace as changed
from pathlib import Path
from types import MappingProxyType

from reconciler.execution.folder import prepare, replace, usable
from reconciler.model.addresses import Address
from reconciler.model.kinds import Kinds
from reconciler.model.outcomes import Outcome, Status
from reconciler.model.plans import Certify, Create, Delete, Plan, Update
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Resource
from reconciler.model.values import MISSING, Value, get, has_secret, leaves

KEY = "key"
FILE = "receipts.json"
_KEY_BYTES = 32

Fingerprints = Mapping[str, str]


def load(folder: Path) -> tuple[Receipts, str]:
    """The receipts of earlier runs, and a warning where they were there and of no use."""
    try:
        written = (folder / FILE).read_bytes()
    except FileNotFoundError:
        written = b""
    except OSError as error:
        return _none(), f"the receipts in {folder} cannot be read and are not used: {error.strerror}"
    try:
        key = _key(folder)
        return (Receipts(key, _entries(written)) if written else Receipts(key)), ""
    except FileNotFoundError:
        lost = f"the key of the receipts in {folder} is gone: they are not used" if written else ""
        return _none(), lost
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return _none(), f"the receipts in {folder} are broken and not used"


def save(folder: Path, receipts: Receipts) -> None:
    """Keep the receipts, and the key they were made with. Raises StateError."""
    prepare(folder)
    entries = [
        {"kind": address.kind, "name": address.name, "paths": dict(sorted(paths.items()))}
        for address, paths in sorted(receipts.entries.items())
    ]
    with usable(folder):
        replace(folder / KEY, receipts.key.hex().encode() + b"\n")
        replace(folder / FILE, json.dumps({"formatVersion": 1, "entries": entries}, indent=1).encode() + b"\n")


def updated(
    receipts: Receipts,
    plan: Plan,
    resources: Iterable[Resource],
    outcomes: Sequence[Outcome],
    kinds: Kinds = MappingProxyType({}),
) -> Receipts:
    """The receipts after an apply of these resources.

    An object all of whose steps are done, or that needed none, is what its manifest says. One that failed in part
    keeps what was known, except for secrets that did arrive. A secret counts as arrived only when a step carried it,
    and is remembered (by the paths of its kind) also while the manifest leaves it out: Graph goes on having it.
    """
    status = {outcome.id: outcome.status for outcome in outcomes}
    unsettled = pending(plan, outcomes)
    sent = _sent(plan, status)
    entries = dict(receipts.entries)
    for step in plan.steps:
        if isinstance(step.action, Delete) and status.get(step.id) is Status.DONE:
            entries.pop(step.action.address, None)
    for resource in resources:
        address = resource.address
        before = receipts.entries.get(address, {})
        arrived = _arrived(receipts, resource, sent.get(address, frozenset()))
        if address in unsettled:
            after = {**before, **arrived}
        else:
            known = {**before, **arrived}
            kept = {path: known[path] for path in _secret_paths(resource, kinds) & known.keys()}
            after = {**kept, **_whole(receipts, resource, known)} if resource.present else {}
        entries.pop(address, None)
        entries.update({address: after} if after else {})
    return changed(receipts, entries=entries)


def pending(plan: Plan, outcomes: Iterable[Outcome]) -> set[Address]:
    """The objects that an apply did not bring to their end: unknown, or not all of their steps done."""
    status = {outcome.id: outcome.status for outcome in outcomes}
    unknown = {found.address for found in plan.unknown}
    return unknown | {step.action.address for step in plan.steps if status.get(step.id) is not Status.DONE}


def _secret_paths(resource: Resource, kinds: Kinds) -> set[str]:
    kind = kinds.get(resource.address.kind)
    return {known.path for known in kind.properties if known.secret} if kind else set()


def _sent(plan: Plan, status: Mapping[str, Status]) -> dict[Address, frozenset[str]]:
    """The paths of the secrets that done steps carried, by object."""
    found: dict[Address, frozenset[str]] = {}
    for step in plan.steps:
        action = step.action
        if isinstance(action, Create | Update | Certify) and status.get(step.id) is Status.DONE:
            carried = leaves(action.body) if not isinstance(action, Certify) else _told(action)
            paths = {path for path, value in carried if has_secret(value)}
            found[action.address] = found.get(action.address, frozenset()) | paths
    return found


def _told(action: Certify) -> Iterator[tuple[str, Value]]:
    return ((change.path, change.after) for change in action.changes)


def _arrived(receipts: Receipts, resource: Resource, paths: Iterable[str]) -> dict[str, str]:
    wanted = {path: get(resource.properties, path, MISSING) for path in paths}
    return {path: receipts.fingerprint(value) for path, value in wanted.items() if value is not MISSING}


def _whole(receipts: Receipts, resource: Resource, secrets_known: Fingerprints) -> dict[str, str]:
    """The fingerprints of everything a resource wants; of a secret only that which is known to have arrived."""
    found: dict[str, str] = {}
    for path, value in _wanted(resource):
        if not has_secret(value):
            found[path] = receipts.fingerprint(value)
        elif path in secrets_known:
            found[path] = secrets_known[path]
    return found


def _wanted(resource: Resource) -> Iterator[tuple[str, Value]]:
    yield from leaves(resource.properties)
    for name in resource.lists:
        yield name, resource.value(name)


def _none() -> Receipts:
    return Receipts(secrets.token_bytes(_KEY_BYTES))


def _key(folder: Path) -> bytes:
    key = bytes.fromhex((folder / KEY).read_text("ascii").strip())
    if len(key) != _KEY_BYTES:
        raise ValueError("a key of another length")
    return key


def _entries(written: bytes) -> dict[Address, Fingerprints]:
    entries = json.loads(written)["entries"]
    return {Address(str(entry["kind"]), str(entry["name"])): _strings(entry["paths"]) for entry in entries}


def _strings(paths: Mapping[object, object]) -> Fingerprints:
    return {str(path): str(fingerprint) for path, fingerprint in paths.items()}
