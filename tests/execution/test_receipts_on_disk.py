"""What was last applied, as far as it can be told later without keeping it."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.execution import receipts as kept
from reconciler.model.addresses import Address
from reconciler.model.errors import StateError
from reconciler.model.outcomes import Outcome, Status
from reconciler.model.plans import Attach, Create, Delete, Plan, Step, Unreadable, Update
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Resource
from reconciler.model.secrets import Secret
from tests.execution.world import NOWHERE, PASSWORD, connector, everything, resource, to, world

APPROVAL = Address("ApiConnector", "approval")
SECRET = "authenticationConfiguration.password"
NONE = Receipts(b"k" * 32)
CREATE = Step(Create(address=APPROVAL, body=connector().properties))


def after(*steps: Step, **statuses: Status) -> tuple[Outcome, ...]:
    """Every step done, except where its verb says otherwise."""
    return tuple(Outcome(step.id, statuses.get(step.id.partition(" ")[0], Status.DONE)) for step in steps)


def test_receipts_survive_and_say_nothing(folder: Path) -> None:
    """What is loaded is what was saved; neither values nor secrets are in the files, which are the owner's alone."""
    receipts = kept.updated(NONE, Plan((CREATE,)), [connector()], after(CREATE))
    kept.save(folder, receipts)
    assert kept.load(folder) == (receipts, "")
    for name in (kept.KEY, kept.FILE):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        assert PASSWORD not in (folder / name).read_text()
        assert "https://api.contoso.com" not in (folder / name).read_text()


def test_a_first_run_has_no_receipts_and_a_key_of_its_own(folder: Path) -> None:
    """No file is no warning; two tenants never share a key."""
    (first, warning), (second, _) = kept.load(folder), kept.load(folder)
    assert (dict(first.entries), warning) == ({}, "")
    assert len(first.key) == 32
    assert first.key != second.key
    kept.save(folder, first)
    assert kept.load(folder)[0].key == first.key


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (kept.FILE, b"{"),
        (kept.FILE, b"[]"),
        (kept.FILE, b'{"entries": [1]}'),
        (kept.FILE, b'{"entries": [{"kind": "A", "name": "b", "paths": []}]}'),
        (kept.KEY, b"xyz"),
        (kept.KEY, b"00"),
        (kept.KEY, b"\xff"),
    ],
)
def test_a_broken_file_is_no_receipts_and_a_warning(folder: Path, name: str, content: bytes) -> None:
    """The run goes on without them; secrets are not compared then."""
    kept.save(folder, NONE)
    (folder / name).write_bytes(content)
    receipts, warning = kept.load(folder)
    assert dict(receipts.entries) == {}
    assert str(folder) in warning
    assert "broken" in warning


def test_receipts_without_their_key_are_of_no_use(folder: Path) -> None:
    """A lost key is said, and replaced."""
    kept.save(folder, NONE)
    (folder / kept.KEY).unlink()
    receipts, warning = kept.load(folder)
    assert "is gone" in warning
    assert receipts.key != NONE.key


def test_receipts_that_cannot_be_read_are_a_warning(folder: Path) -> None:
    """A folder in the file's place, or no permission: the run goes on."""
    (folder / kept.FILE).mkdir(parents=True)
    assert "cannot be read" in kept.load(folder)[1]
    with pytest.raises(StateError, match="cannot be used"):
        kept.save(folder, NONE)


def test_an_object_that_is_wholly_applied_is_remembered_leaf_by_leaf() -> None:
    """Every declared value, every link with its entries, and the secret that was sent."""
    flow = resource(
        "B2xUserFlow",
        "Partner",
        userAttributeAssignments=[to("UserFlowAttribute", "email", isOptional=True)],
        apiConnectorConfiguration_postFederationSignup=[],
    )
    receipts = kept.updated(NONE, Plan((CREATE,)), [connector(), flow], after(CREATE))
    password = connector().properties["authenticationConfiguration"]["password"]
    assert receipts.entries[APPROVAL] == {
        "displayName": NONE.fingerprint("approval"),
        "targetUrl": NONE.fingerprint("https://api.contoso.com"),
        "authenticationConfiguration.type": NONE.fingerprint("basicAuthentication"),
        "authenticationConfiguration.username": NONE.fingerprint("u"),
        SECRET: NONE.fingerprint(password),
    }
    assert receipts.entries[flow.address] == {
        "userAttributeAssignments": NONE.fingerprint([["email", {"isOptional": True}]]),
        "apiConnectorConfiguration.postFederationSignup": NONE.fingerprint([]),
    }


def test_a_secret_that_was_never_sent_is_not_said_to_have_been() -> None:
    """An object that needed nothing may have another password in Graph."""
    receipts = kept.updated(NONE, Plan(), [connector()], ())
    assert SECRET not in receipts.entries[APPROVAL]
    assert "targetUrl" in receipts.entries[APPROVAL]


def test_a_secret_that_was_sent_before_stays_known() -> None:
    """A later run that has nothing to do with it forgets nothing."""
    first = kept.updated(NONE, Plan((CREATE,)), [connector()], after(CREATE))
    assert kept.updated(first, Plan(), [connector()], ()).entries == first.entries


def test_a_secret_without_a_value_leaves_no_trace() -> None:
    """What is not set where the command runs was not sent."""
    unset = resource("ApiConnector", "approval", {"authenticationConfiguration": {"password": Secret(None, "P")}})
    assert kept.updated(NONE, Plan(), [unset], ()).entries == {}


def test_an_object_that_failed_in_part_keeps_what_was_known_and_the_secret_that_arrived() -> None:
    """Of a half-applied object only the secret is certain: it is in Graph now."""
    first = kept.updated(NONE, Plan((CREATE,)), [connector(password="old")], after(CREATE))
    moved = connector(url="https://api2.contoso.com", password="new")
    update = Step(Update(address=APPROVAL, body=moved.properties))
    attach = Step(Attach(address=APPROVAL, link="x", target=APPROVAL))
    second = kept.updated(first, Plan((update, attach)), [moved], after(update, attach, attach=Status.FAILED))
    assert second.of(APPROVAL, "targetUrl") == first.of(APPROVAL, "targetUrl")
    assert second.of(APPROVAL, SECRET) != first.of(APPROVAL, SECRET)
    failed = kept.updated(first, Plan((update,)), [moved], after(update, update=Status.FAILED))
    assert failed.entries == first.entries


def test_what_could_not_be_read_or_was_not_tried_is_not_remembered_anew() -> None:
    """Unknown is not applied; neither is a step without an outcome."""
    plan = Plan(unknown=(Unreadable(APPROVAL, "403"),))
    assert kept.updated(NONE, plan, [connector()], ()).entries == {}
    assert kept.updated(NONE, Plan((CREATE,)), [connector()], ()).entries == {}


def test_what_is_gone_is_forgotten() -> None:
    """Deleted by its manifest, by pruning, or gone before: no receipt is left."""
    first = kept.updated(NONE, Plan((CREATE,)), [connector()], after(CREATE))
    delete = Step(Delete(address=APPROVAL))
    absent = Resource(APPROVAL, NOWHERE, present=False)
    assert kept.updated(first, Plan((delete,)), [], after(delete)).entries == {}
    assert kept.updated(first, Plan((delete,)), [absent], after(delete)).entries == {}
    assert kept.updated(first, Plan(), [absent], ()).entries == {}
    assert kept.updated(first, Plan((delete,)), [], after(delete, delete=Status.FAILED)).entries == first.entries


def test_what_is_not_declared_any_more_is_forgotten() -> None:
    """A key that was taken out of a manifest has no receipt after the next apply; other objects keep theirs."""
    first = kept.updated(NONE, Plan((CREATE,)), [connector()], after(CREATE))
    other = resource("ApiConnector", "other", {"displayName": "other"})
    second = kept.updated(first, Plan(), [resource("ApiConnector", "approval", {"displayName": "approval"}), other], ())
    assert set(second.entries[APPROVAL]) == {"displayName"}
    assert set(second.entries[other.address]) == {"displayName"}
    assert _paths(first) >= {"targetUrl"}


def _paths(receipts: Receipts) -> set[str]:
    entries: Mapping[Address, Mapping[str, str]] = receipts.entries
    return {path for paths in entries.values() for path in paths}


async def test_an_apply_leaves_receipts_that_the_next_plan_agrees_with(folder: Path) -> None:
    """After an apply a plan is empty with the receipts as without; a changed secret is seen."""
    async with world(folder) as w:
        plan = await w.plan(*everything())
        outcomes = await w.perform(plan)
        kept.save(folder, kept.updated(kept.load(folder)[0], plan, everything(), outcomes))
        assert await w.left(*everything()) == []
        assert await w.left(connector(password="rotated")) == ["update ApiConnector/approval"]
