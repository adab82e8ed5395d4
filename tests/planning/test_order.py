"""What has to wait for what, where today's kinds cannot show it."""

from __future__ import annotations

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kind, Link, Permissions, Read, Shape
from reconciler.model.plans import Delete
from reconciler.planning.order import ordered


def kind(name: str, target: str) -> Kind:
    link = Link(key="other", target=target, shape=Shape.SLOT, path="other", read=Read("other"))
    return Kind(name=name, collection=name, permissions=Permissions("r", "w"), links=(link,))


def test_objects_that_use_each_other_are_not_deleted_in_some_order_that_fails() -> None:
    """Two deletes that wait for each other are refused, and the refusal shows the whole circle."""
    kinds = {"Hen": kind("Hen", "Egg"), "Egg": kind("Egg", "Hen")}
    steps, refusals = ordered([Delete(address=Address(name, "it")) for name in kinds], kinds)
    assert steps == ()
    assert [refusal.guard for refusal in refusals] == ["cycle"]
    assert "delete Hen/it" in refusals[0].reason
    assert "delete Egg/it" in refusals[0].reason
