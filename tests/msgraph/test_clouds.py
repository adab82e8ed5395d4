"""Clouds: which roots are accepted, and where one signs in to them."""

from __future__ import annotations

import asyncio

import pytest

from reconciler.model.errors import UsageError
from reconciler.msgraph.clock import SystemClock
from reconciler.msgraph.clouds import authority_of, is_loopback, root_of


@pytest.mark.parametrize(
    ("graph", "root", "authority"),
    [
        ("global", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ("usgov", "https://graph.microsoft.us", "https://login.microsoftonline.us"),
        ("usgov-dod", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
        ("china", "https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    ],
)
def test_each_cloud_has_its_root_and_its_sign_in(graph: str, root: str, authority: str) -> None:
    """Tokens of one cloud are no good in another, so both places follow from the name."""
    assert root_of(graph) == root
    assert authority_of(root) == authority


@pytest.mark.parametrize(
    ("graph", "root"),
    [
        ("https://Graph.Example/", "https://graph.example"),
        ("https://graph.example/v1.0", "https://graph.example"),
        ("https://graph.example/beta/", "https://graph.example"),
        ("https://gateway.example/graph/v1.0/", "https://gateway.example/graph"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/v1.0", "http://localhost:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_a_root_may_be_a_url(graph: str, root: str) -> None:
    """A slash or a version too many is forgiven."""
    assert root_of(graph) == root


@pytest.mark.parametrize(
    "graph",
    [
        "",
        "azure",
        "graph.microsoft.com",
        "http://graph.microsoft.com",
        "http://127.0.0.1.evil.example",
        "ftp://localhost",
        "https://",
        "https://user:pw@graph.example",
        "https://graph.example?x=1",
        "https://graph.example#x",
        "https://graph.example:port",
        "https://[bad",
        "https://graph .example",
        "https://graph.example\\@evil",
    ],
)
def test_a_root_that_cannot_be_trusted_is_refused(graph: str) -> None:
    """A token never travels unencrypted, nor to a place that is not clearly named."""
    with pytest.raises(UsageError, match=r"^graph: ") as caught:
        root_of(graph)
    assert "pw" not in str(caught.value)
    assert "https" in caught.value.fix


def test_the_place_to_sign_in_can_be_named() -> None:
    """A sovereign or private cloud names its own, by the same rules."""
    assert authority_of("https://graph.example", "https://login.example/") == "https://login.example"
    assert authority_of("https://graph.example") == "https://login.microsoftonline.com"
    with pytest.raises(UsageError, match=r"^authority: "):
        authority_of("https://graph.example", "http://login.example")


def test_this_machine_is_known() -> None:
    """Only these are asked without encryption and without a proxy."""
    assert is_loopback("http://[::1]:1")
    assert not is_loopback("https://graph.microsoft.com")


def test_the_clock_of_the_machine_goes_on() -> None:
    """Waiting takes time."""
    clock = SystemClock()
    before = clock.now()
    asyncio.run(clock.sleep(0.001))
    assert clock.now() > before
