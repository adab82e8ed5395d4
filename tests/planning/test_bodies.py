"""Request bodies: what is sent beside what the plan shows."""

from __future__ import annotations

from typing import Any

from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.plans import Attach
from reconciler.model.resources import Entry, Resource
from reconciler.planning.links import LinkDiff

FLOW = Address("B2xUserFlow", "Partner")
CITY = Address("UserFlowAttribute", "city")
HERE = Span("manifests.yaml", 1, 1)


def attached(properties: dict[str, Any], target: dict[str, Any]) -> Attach:
    link = load_kinds()["B2xUserFlow"].link("userAttributeAssignments")
    entry = Entry(CITY, HERE, properties)
    actions = LinkDiff(Resource(FLOW, HERE), link, {CITY: entry}, {}, {CITY: target}).actions()
    assert isinstance(actions[0], Attach)
    return actions[0]


def test_an_assignment_without_a_label_gets_its_attributes() -> None:
    """Graph's required members and the attribute's own name are sent; the plan shows what was declared."""
    action = attached({"isOptional": True}, {"displayName": "City"})
    assert action.body == {
        "displayName": "City",
        "isOptional": True,
        "requiresVerification": False,
        "userInputType": "textBox",
        "userAttributeValues": [],
    }
    assert [change.path for change in action.changes] == ["isOptional"]


def test_a_label_of_its_own_is_kept() -> None:
    """What the manifest says wins, and an attribute of which nothing is known lends nothing."""
    assert attached({"displayName": "Town"}, {"displayName": "City"}).body["displayName"] == "Town"
    assert "displayName" not in attached({}, {}).body
