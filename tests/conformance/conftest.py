"""Both official clients, each with a tenant of every kind."""

import pytest

from tests.conformance.sdk import PACKAGES, Sdk


@pytest.fixture(params=list(PACKAGES))
def workforce(request: pytest.FixtureRequest) -> Sdk:
    return Sdk(request.param)


@pytest.fixture(params=list(PACKAGES))
def external(request: pytest.FixtureRequest) -> Sdk:
    return Sdk(request.param, kind="external")


@pytest.fixture
def b2c() -> Sdk:
    return Sdk("beta", kind="b2c", user_flows=True)
