"""Files to resources in one call: the facade of this package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.manifests.declared import Manifest, declared
from reconciler.manifests.documents import Document, Loaded, in_order
from reconciler.manifests.files import find
from reconciler.manifests.load import load_file
from reconciler.manifests.resolve import Resolver
from reconciler.manifests.semantics import check_meaning
from reconciler.manifests.surroundings import Surroundings
from reconciler.manifests.validate import checked
from reconciler.manifests.variables import substituted
from reconciler.manifests.words import did_you_mean, listed, quoted, type_of
from reconciler.model.kinds import Kinds
from reconciler.model.problems import Problem, Severity
from reconciler.model.resources import Resource
from reconciler.model.values import get

__all__ = ["Manifests", "Surroundings", "compile_documents", "compile_manifests"]


@dataclass(frozen=True, slots=True)
class Manifests:
    """What the manifests want, and everything that is wrong with them by place.

    `documents` is how many were read, `files` in how many files.

    Where anything is wrong with a document, there is no resource for it.
    """

    resources: tuple[Resource, ...] = ()
    problems: tuple[Problem, ...] = ()
    documents: int = 0
    files: int = 0


def compile_manifests(paths: Sequence[Path], kinds: Kinds, around: Surroundings) -> Manifests:
    """The resources that the files and folders declare. Raises nothing on account of what is in them."""
    files, unreadable = find(paths, around.root)
    loaded = [Loaded(problems=unreadable), *(load_file(file, around.root) for file in files)]
    documents = tuple(document for part in loaded for document in part.documents)
    problems = tuple(problem for part in loaded for problem in part.problems)
    return compile_documents(Loaded(documents, problems), kinds, around)


def compile_documents(loaded: Loaded, kinds: Kinds, around: Surroundings) -> Manifests:
    """The resources that documents declare, whatever their order."""
    ours = [document for document in loaded.documents if not _is_project(document)]
    problems, manifests = list(loaded.problems), []
    for document in ours:
        manifest, faults = _manifest(document, kinds, around)
        problems += faults
        manifests += [manifest] if manifest else []
    known, told = declared(manifests), {problem.span for problem in problems}
    meaningless = [found for found in check_meaning(known, kinds, around) if found[1].span not in told]
    faulty = {manifest.document.span for manifest, problem in meaningless if problem.severity is Severity.ERROR}
    resolver = Resolver(known, kinds, around)
    resources = [resolver.resource(item) for item in known.manifests if item.valid and item.document.span not in faulty]
    problems += [*(problem for _, problem in meaningless), *resolver.problems]
    files = len({document.file for document in ours})
    return Manifests(tuple(resources), in_order(problems), len(ours), files)


def _is_project(document: Document) -> bool:
    return isinstance(document.data, dict) and document.data.get("kind") == "Project"


def _manifest(document: Document, kinds: Kinds, around: Surroundings) -> tuple[Manifest | None, Iterable[Problem]]:
    """The manifest in a document, if it can be told what it is, and what is wrong with it by itself."""
    if unknown := _unknown_kind(document, kinds):
        return None, [unknown]
    document, unresolved = substituted(document, around.variables)
    document, faults = checked(document, document.data["kind"])
    told = {problem.span for problem in unresolved}
    problems = [*unresolved, *(fault for fault in faults if fault.span not in told)]
    name = get(document.data, "metadata.name")
    if not isinstance(name, str):
        return None, problems
    return Manifest(kinds[document.data["kind"]], document, name, document.sound and not problems), problems


def _unknown_kind(document: Document, kinds: Kinds) -> Problem | None:
    """Why it cannot be told what a document is about, if it cannot."""
    data = document.data
    if isinstance(data, dict) and isinstance(data.get("kind"), str) and data["kind"] in kinds:
        return None
    known = f"known: {listed(sorted(kinds), 'and')}"
    if not isinstance(data, dict):
        fix = "a manifest has apiVersion, kind, metadata and spec"
        return Problem(f"expected a mapping, found {type_of(data)}", fix, document.span)
    if "kind" not in data:
        return Problem("'kind' is missing", known, document.span)
    kind, span = data["kind"], document.spans[("kind",)]
    if not isinstance(kind, str):
        return Problem(f"expected a kind, found {type_of(kind)}", known, span)
    return Problem(f"unknown kind {quoted(kind)}", did_you_mean(kind, kinds, known), span)
