"""Comparing values: what counts as a difference and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.kinds import Property
from reconciler.planning.diff import by_path, changes


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        ({"a": None}, {}),
        ({"a": []}, {}),
        ({"a": []}, {"a": None}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": ["x", 2.0]}, {"a": ["x", 2]}),
        ({"a": {}}, {"a": {"b": 1}}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}]}),
        ({"a": "textBox"}, {"a": "TextBox"}),
    ],
)
def test_what_means_the_same_is_no_drift(wanted: dict[str, Any], live: dict[str, Any]) -> None:
    """Nulls, empty lists, whole floats, undeclared members and Graph's casing never show up as differences."""
    assert changes(wanted, live, by_path([Property("a", folded=True)])) == ()


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        ({"a": "x"}, {"a": "X"}),
        ({"a": None}, {"a": "x"}),
        ({"a": None}, {"a": {"b": 1}}),
        ({"a": []}, {"a": ["x"]}),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": 2}]}),
        ({"a": False}, {}),
        ({"a": {"b": 1}}, {"a": "scalar"}),
        ({"a": [1.0, "x"]}, {"a": [1, "y"]}),
    ],
)
def test_what_means_something_else_is_named(wanted: dict[str, Any], live: dict[str, Any]) -> None:
    """A real difference in a declared member gives exactly one change, for that member."""
    found = changes(wanted, live, by_path([]))
    assert [change.path.split(".")[0] for change in found] == ["a"]
