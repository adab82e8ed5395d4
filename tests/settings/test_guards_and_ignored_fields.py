"""How far a run may go: limits, protected objects, ignored fields."""

from __future__ import annotations

from datetime import date

import pytest

from reconciler.model.addresses import Address
from reconciler.model.policy import Guards, Ignore, Limit

LEGACY = Address("ApiConnector", "legacy")
TODAY = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("written", "count", "live", "allowed"),
    [
        ("30%", 3, 10, True),
        ("30%", 4, 10, False),
        ("30%", 9, 9, True),
        ("0%", 1, 10, False),
        ("12.5%", 1, 10, True),
        (5, 5, 6, True),
        (5, 6, 6, False),
        ("0", 1, 1, False),
    ],
)
def test_a_percentage_binds_from_ten_objects_and_a_number_always(
    written: str | int, count: int, live: int, allowed: bool
) -> None:
    """Deleting one of two connectors is no mass deletion; six of six is one where five are allowed."""
    assert Limit.parse(written).allows(count, live) is allowed


@pytest.mark.parametrize("written", ["", "many", "101%", "-1", "1.5", "3 0", True, float("inf"), float("nan")])
def test_a_limit_that_says_nothing_is_refused(written: str | float) -> None:
    """What is neither a count nor a percentage is a fault, not a limit of zero."""
    with pytest.raises(ValueError, match=r"is"):
        Limit.parse(written)


def test_a_limit_reads_as_it_was_written() -> None:
    """A refusal shows the limit in the words of the project file."""
    assert [str(Limit.parse(written)) for written in ("30%", 5, "12.5%")] == ["30%", "5", "12.5%"]


def test_protected_objects_may_be_named_by_a_glob() -> None:
    """One entry can protect a whole kind."""
    guards = Guards(protect=("B2xUserFlow/*", "ApiConnector/legacy"))
    assert guards.protects(LEGACY)
    assert guards.protects(Address("B2xUserFlow", "Partner"))
    assert not guards.protects(Address("ApiConnector", "other"))


@pytest.mark.parametrize(
    ("path", "covered"),
    [("auth", True), ("auth.password", True), ("authority", False), ("targetUrl", False)],
)
def test_an_ignored_field_takes_everything_inside_with_it(path: str, covered: bool) -> None:
    """A prefix is a whole step of the path, not some letters of it."""
    assert Ignore("ApiConnector/*", "auth", "owned by others").covers(LEGACY, path, TODAY) is covered


def test_an_ignored_field_counts_again_the_day_after_its_last() -> None:
    """The day that is written is the last one on which the rule holds."""
    rule = Ignore("ApiConnector/legacy", "targetUrl", "owned by others", TODAY)
    assert rule.covers(LEGACY, "targetUrl", TODAY)
    assert not rule.expired(TODAY)
    assert not rule.covers(LEGACY, "targetUrl", date(2027, 4, 1))
    assert not rule.covers(Address("ApiConnector", "other"), "targetUrl", TODAY)
