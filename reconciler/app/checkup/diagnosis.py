"""From what was found out to the answers: one check a question, in the order in which they are best dealt with."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.app.checkup.facts import Facts
from reconciler.app.checkup.tenant import about_graph, about_tenant
from reconciler.app.checkup.token import about_permissions, about_token
from reconciler.model.checkups import Check, Standing
from reconciler.model.problems import errors_of


def diagnose(facts: Facts) -> Iterator[Check]:
    """Every check that applies to this tenant and token."""
    yield _manifests(facts)
    yield from about_token(facts)
    yield from about_graph(facts)
    yield from about_tenant(facts)
    yield from about_permissions(facts)


def _manifests(facts: Facts) -> Check:
    name, errors = "manifests", len(errors_of(facts.problems))
    warnings = len(facts.problems) - errors
    read = f"{_counted(facts.documents, 'manifest')} in {_counted(facts.files, 'file')}"
    if errors:
        detail = f"{read}: {_counted(errors, 'error')}, below; the faulty ones are left out of what follows"
        return Check(name, Standing.MISSING, detail, "correct them: 'reconciler validate' shows them too")
    if warnings:
        return Check(name, Standing.WARNING, f"{read}: {_counted(warnings, 'warning')}, below")
    return Check(name, Standing.OK, f"{read}: no faults")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"
