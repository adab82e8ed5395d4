"""The tenant that most tests speak to."""

import pytest

from tests.emulator.embedded import Graph


@pytest.fixture
def graph() -> Graph:
    return Graph()
