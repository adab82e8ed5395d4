"""One read by itself, and the time by Graph's clock."""

from __future__ import annotations

import time
from email.utils import formatdate

import httpx
import pytest

from reconciler.model.live import Absent, Need, Present, Unknown
from reconciler.msgraph.probe import Probe
from tests.msgraph.support import Server, no, ok

NEED = Need("identity/apiConnectors")


def probed(*script: httpx.Response | Exception) -> Probe:
    return Server(*script).run(lambda graph: graph.probe(NEED))


@pytest.mark.parametrize("offset", [-3600, 0, 3600])
def test_the_date_of_an_answer_tells_whose_clock_is_ahead(offset: int) -> None:
    """Seconds by which ours is ahead; less than none where it is behind."""
    found = probed(ok({"value": []}, Date=formatdate(time.time() - offset, usegmt=True)))
    assert (found.status, found.answer) == (200, Present({"value": []}))
    assert found.ahead == pytest.approx(offset, abs=30)


def test_a_refusal_has_a_date_too() -> None:
    """What counts is that Graph answered."""
    found = probed(no(403, "AADB2C", "No.", Date=formatdate(time.time(), usegmt=True)))
    assert (found.status, isinstance(found.answer, Unknown)) == (403, True)
    assert found.ahead is not None


@pytest.mark.parametrize("date", [{}, {"Date": "noon"}])
def test_without_a_date_nobody_knows(date: dict[str, str]) -> None:
    """No header, or one that is no date."""
    assert probed(no(404, "UnknownError", "Nothing here.", **date)) == Probe(Absent(), 404, None)


def test_no_answer_is_none() -> None:
    """The status is 0, and the reason is the connection's."""
    found = probed(httpx.ConnectError("refused"))
    assert (found.status, found.ahead) == (0, None)
    assert isinstance(found.answer, Unknown)
    assert "no connection" in found.answer.reason


def test_it_costs_one_request() -> None:
    """A plain GET of the first page, and no batch."""
    server = Server(
        ok({"value": [], "@odata.nextLink": "https://graph.microsoft.com/v1.0/identity/apiConnectors?$skip=1"})
    )
    server.run(lambda graph: graph.probe(NEED))
    assert [(each.method, each.url.path) for each in server.seen] == [("GET", "/v1.0/identity/apiConnectors")]
