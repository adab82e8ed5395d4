"""What a check will cost, told beforehand."""

from __future__ import annotations

from datetime import date

import pytest

from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.outcomes import Estimate
from reconciler.model.resources import Entry, Resource
from reconciler.planning.estimate import estimate
from reconciler.planning.options import Options

HERE = Span("flows.yaml", 1, 1)


def repository(flows: int) -> list[Resource]:
    entry = (Entry(Address("IdentityProvider", "AADSignup-OAUTH"), HERE),)
    kept = [
        Resource(Address("B2xUserFlow", f"F{each}"), HERE, links={"identityProviders": entry}) for each in range(flows)
    ]
    switch = Resource(Address("AuthenticationFlowsPolicy", "tenant"), HERE, properties={"selfServiceSignUp": {}})
    gone = Resource(Address("B2xUserFlow", "Old"), HERE, present=False)
    return [*kept, switch, gone]


@pytest.mark.parametrize(
    ("flows", "limit", "expected"),
    [
        (2, None, Estimate(4, 2, 0, None, 4)),
        (25, 180, Estimate(28, 4, 0, 180, 3)),
        (25, 10, Estimate(28, 4, 120, 10, 3)),
    ],
)
def test_the_requests_of_a_check_are_known_before_it(flows: int, limit: int | None, expected: Estimate) -> None:
    """One request for each listing and each declared link, in batches of twenty; minutes beyond the first are waits.
    From three flows on, a listing that shows providers and one proof may do, or another listing is needed."""
    assert estimate(repository(flows), load_kinds(), Options(today=date(2026, 11, 21)), limit) == expected
