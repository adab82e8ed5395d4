"""Where things inside objects are, and what planning does without knowing of them."""

from __future__ import annotations

from datetime import date

import pytest

from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.paths import part_at, part_need, part_path
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Resource
from reconciler.planning.options import Options
from reconciler.planning.plan import make_plan

HERE = Span("manifests.yaml", 1, 1)


def test_a_kind_says_that_it_has_no_such_part() -> None:
    """Asking for a part that a kind does not have is a fault of the program, not an empty answer."""
    with pytest.raises(KeyError, match="pages"):
        part_at(load_kinds()["B2cUserFlow"], ("languages", "en", "pages", "phonefactor"))


def test_names_of_parts_are_single_segments_of_a_path() -> None:
    """Whatever stands in the name of a page, it stays inside its flow."""
    kind = load_kinds()["B2cUserFlow"]
    path = ("languages", "en", "overridesPages", "../x y")
    assert part_path(kind, path) == "languages/en/overridesPages/..%2Fx%20y/$value"
    assert (
        part_need(kind, "B2C_1_Customer", path).path == f"identity/b2cUserFlows/B2C_1_Customer/{part_path(kind, path)}"
    )


def test_nothing_is_planned_on_a_link_that_was_not_read() -> None:
    """A live object of which a declared link is not known is left alone, and the plan says why."""
    address = Address("B2xUserFlow", "Partner")
    wanted = Resource(address, HERE, links={"identityProviders": ()})
    live = LiveObject("B2xUserFlow", "B2X_1_Partner")
    plan = make_plan(
        [wanted],
        load_kinds(),
        Snapshot({"B2xUserFlow": (live,)}),
        Receipts(b"k" * 32),
        Options(today=date(2026, 11, 21)),
    )
    assert plan.steps == ()
    assert [gap.reason for gap in plan.unknown] == ["identityProviders: it was not read"]
