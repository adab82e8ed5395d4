"""Manifests and a tenant in, the reads and the plan out: one folder a case under tests/cases/planning."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.app.memory import Memory
from reconciler.app.survey import survey
from reconciler.kinds import load_kinds
from reconciler.manifests.compile import Surroundings, compile_manifests
from reconciler.model.addresses import Address
from reconciler.model.live import Absent, Answer, Answers, Need, Present, Unknown
from reconciler.model.outcomes import Requests
from reconciler.model.plans import Plan
from reconciler.model.policy import Guards, Ignore, Limit
from reconciler.model.receipts import Receipts
from reconciler.model.runs import Run
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Reply, Write
from reconciler.model.values import masked
from reconciler.planning.options import Options
from reconciler.reports import as_json

CASES = Path(__file__).parent.parent / "cases" / "planning"
CERTIFICATES = Path(__file__).parent.parent / "certificates"
ENVIRON = {
    "GOOGLE": "g-secret",
    "PASSWORD": "p-secret",
    "PFX": base64.b64encode((CERTIFICATES / "first.pfx").read_bytes()).decode(),
    "RENEWED_PFX": base64.b64encode((CERTIFICATES / "second.pfx").read_bytes()).decode(),
}
TODAY = date(2026, 11, 21)
KEY = b"k" * 32
MADE = ("made", "unfinished")


class WrittenTenant:
    """A tenant that is a file: what it was asked is kept, what it does not have is absent."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    @property
    def requests(self) -> Requests:
        return Requests(len(self.asked), 0)

    async def read(self, needs: Any) -> Answers:
        return {need: self._answer(need) for need in needs}

    async def write(self, write: Write) -> Reply:
        raise AssertionError(f"a plan wrote {write}")

    def _answer(self, need: Need) -> Answer:
        self.asked.append(f"{need.version} {need.path}")
        if need.path not in self._answers:
            return Absent()
        body = self._answers[need.path]
        return (
            Unknown(body["unknown"], body.get("code", ""), body.get("status", 0))
            if isinstance(body, dict) and "unknown" in body
            else Present(body)
        )


def given_to(case: Path) -> dict[str, Any]:
    written = case / "options.yaml"
    return yaml.safe_load(written.read_text()) if written.exists() else {}


def planned(case: Path) -> tuple[Plan, list[str]]:
    given = given_to(case)
    kinds = {name: kind.within(given.get("type")) for name, kind in load_kinds().items()}
    around = Surroundings(variables={}, environ=given.get("environ", ENVIRON), offline=False, secrets="warn", root=case)
    compiled = compile_manifests([case / "manifests.yaml"], kinds, around)
    assert [problem.message for problem in compiled.problems if problem.severity == "error"] == []
    tenant = WrittenTenant(yaml.safe_load((case / "tenant.yaml").read_text()))
    made, unfinished = ({address_of(name): id for name, id in given.get(key, {}).items()} for key in MADE)
    memory = Memory(receipts_of(given), made, unfinished=unfinished)
    plan = asyncio.run(survey(compiled.resources, kinds, tenant, memory, options_of(given)))
    return plan, tenant.asked


def options_of(given: dict[str, Any]) -> Options:
    guards = given.get("guards", {})
    limits = {name: Limit.parse(guards[key]) for name, key in [("max_updates", "maxUpdates")] if key in guards}
    return Options(
        today=TODAY,
        select=tuple(given.get("select", ())),
        prune=frozenset(given["prune"]) if "prune" in given else None,
        send_secrets=frozenset(given["send_secrets"]) if "send_secrets" in given else None,
        unmanaged_all=given.get("unmanaged_all", False),
        guards=Guards(protect=tuple(guards.get("protect", ())), **limits),
        ignore=tuple(Ignore(**rule) for rule in given.get("ignore", ())),
    )


def receipts_of(given: dict[str, Any]) -> Receipts:
    blank = Receipts(KEY)
    return Receipts(
        KEY,
        {
            address_of(name): {path: blank.fingerprint(last_sent(value)) for path, value in paths.items()}
            for name, paths in given.get("receipts", {}).items()
        },
    )


def last_sent(value: Any) -> Any:
    return Secret(ENVIRON[value["env"]]) if isinstance(value, dict) and "env" in value else value


def address_of(name: str) -> Address:
    return Address(*name.split("/", 1))


def as_document(plan: Plan, asked: list[str], *, bodies: bool = False) -> str:
    document = as_json.document(Run("drift", 0, plan=plan))
    wanted = ["actions", "unmanaged", "unknown", "problems", "refusals", "drift"]
    shown = {name: document[name] for name in wanted if document[name]}
    if bodies:
        shown["bodies"] = {step.id: masked(step.action.body) for step in plan.steps if hasattr(step.action, "body")}
    return json.dumps({"reads": sorted(asked), **shown}, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_manifests_and_tenant_give_the_expected_reads_and_plan(case: Path, rewrite: bool) -> None:
    """What is read, planned, refused and reported for these manifests on this tenant is what the file says."""
    found = as_document(*planned(case), bodies=given_to(case).get("bodies", False))
    expected = case / "expected.json"
    if rewrite:
        expected.write_text(found)
    assert json.loads(found) == json.loads(expected.read_text())
