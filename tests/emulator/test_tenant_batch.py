"""JSON batching."""

import base64
from typing import Any

import httpx
import pytest

from reconciler.emulator import Faults, Profile
from tests.emulator.embedded import NEW_FLOW, Graph, error

READ = {"method": "GET", "url": "/identity/b2xUserFlows"}
JSON = {"Content-Type": "application/json"}


def batch(graph: Graph, *items: dict[str, Any]) -> httpx.Response:
    numbered = [{"id": str(number), **item} for number, item in enumerate(items, 1)]
    return graph.post("$batch", {"requests": numbered})


def responses(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in answer.json()["responses"]}


def test_each_item_is_answered_on_its_own(graph: Graph) -> None:
    """Status, headers and body are those of a request alone; one failure does not spoil the others."""
    answer = batch(
        graph,
        {"method": "POST", "url": "identity/b2xUserFlows", "body": NEW_FLOW, "headers": JSON},
        {"method": "get", "url": "/identity/apiConnectors/none"},
        {"method": "GET", "url": "https://graph.embedded/v1.0/identity/b2xUserFlows?$count=true"},
        {"method": "DELETE", "url": "/identity/b2xUserFlows/B2X_1_Partner"},
    )
    assert answer.status_code == 200
    items = responses(answer)
    assert [items[key]["status"] for key in "1234"] == [201, 404, 200, 204]
    assert items["1"]["headers"]["Location"].endswith("/v1.0/identity/b2xUserFlows/B2X_1_Partner")
    assert items["2"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert items["3"]["body"]["@odata.count"] == 1
    assert "body" not in items["4"]


def test_an_item_waits_for_what_it_depends_on(graph: Graph) -> None:
    """Order follows dependsOn, and what depends on a failure is not tried."""
    create = {"method": "POST", "url": "/identity/b2xUserFlows", "body": NEW_FLOW, "headers": JSON}
    items = responses(
        batch(
            graph,
            {"method": "GET", "url": "/identity/b2xUserFlows/B2X_1_Partner", "dependsOn": ["2"]},
            create,
            {**READ, "url": "/identity/apiConnectors/none"},
            {**create, "body": {**NEW_FLOW, "id": "Other"}, "dependsOn": ["1", "3"]},
            {**READ, "dependsOn": ["4"]},
        )
    )
    assert [items[key]["status"] for key in "12345"] == [200, 201, 404, 424, 424]
    assert items["4"]["body"]["error"]["code"] == "FailedDependency"


def test_a_body_needs_a_content_type(graph: Graph) -> None:
    """The item without one is refused, not the batch."""
    answer = batch(graph, {"method": "POST", "url": "/identity/b2xUserFlows", "body": NEW_FLOW}, READ)
    assert [each["status"] for each in responses(answer).values()] == [400, 200]


def test_a_body_that_is_no_json_is_text_in_base64url(graph: Graph) -> None:
    """A count comes that way and a page's content may be sent that way; content read back is JSON all the same."""
    graph.flow()
    page = "/identity/b2xUserFlows/B2X_1_Partner/languages/en/overridesPages/idpselections/$value"
    content, stream = b'{"LocalizedStrings":[]}', {"content-type": "application/octet-stream"}
    sent = base64.urlsafe_b64encode(content).decode().rstrip("=")
    write = {"method": "PUT", "url": page, "headers": stream}
    items = responses(
        batch(
            graph,
            {"method": "GET", "url": "/identity/b2xUserFlows/$count"},
            {**write, "body": sent},
            {"method": "GET", "url": page, "dependsOn": ["2"]},
            {**write, "body": "A", "dependsOn": ["3"]},
        )
    )
    assert base64.urlsafe_b64decode(items["1"]["body"]) == b"1"
    assert items["1"]["headers"]["Content-Type"] == "text/plain"
    assert [items[key]["status"] for key in "234"] == [204, 200, 400]
    assert items["3"]["body"] == {"LocalizedStrings": []}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"requests": []},
        {"requests": {}},
        {"requests": ["x"]},
        {"requests": [READ]},
        {"requests": [{"id": 1, **READ}]},
        {"requests": [{"id": "1", "method": "GET"}]},
        {"requests": [{"id": "1", **READ, "headers": []}]},
        {"requests": [{"id": "1", **READ, "dependsOn": "2"}]},
        {"requests": [{"id": "1", **READ, "dependsOn": ["2"]}]},
        {"requests": [{"id": "1", **READ, "dependsOn": ["1"]}]},
        {"requests": [{"id": "a", **READ}, {"id": "A", **READ}]},
        {"requests": [{"id": "1", "method": "POST", "url": "/$batch"}]},
        {"requests": [{"id": "1", "method": "GET", "url": "https://elsewhere/v1.0/identity"}]},
        {"requests": [{"id": str(number), **READ} for number in range(21)]},
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(graph: Graph, body: Any) -> None:
    """Too many items, repeated ids, circles and anything that is not a batch are a 400."""
    assert error(graph.post("$batch", body)) == (400, "BadRequest")


def test_items_are_struck_and_limited_one_by_one() -> None:
    """A fault or the limit hits an item, with its Retry-After in the item's headers."""
    faults = Faults.parse(["429:retry-after=7,nth=2"])
    graph = Graph(profile=Profile(app_limit=3), faults=faults)
    items = responses(batch(graph, READ, READ, READ, READ))
    assert [items[key]["status"] for key in "1234"] == [200, 429, 200, 429]
    assert items["2"]["headers"]["Retry-After"] == "7"
    assert items["4"]["headers"]["Retry-After"] == "60"


def test_an_item_can_have_broken_json() -> None:
    """Its body is then a text that does not parse, inside a batch that does."""
    graph = Graph(faults=Faults.parse(["broken-json:nth=1"]))
    items = responses(batch(graph, READ, READ))
    assert isinstance(items["1"]["body"], str)
    assert items["2"]["body"]["value"] == []


def test_a_batch_is_lost_with_its_item() -> None:
    """When the answer to an item is lost, so is the batch's; what was done before stays done."""
    graph = Graph(faults=Faults.parse(["lost-before:route=DELETE *"]))
    create = {"method": "POST", "url": "/identity/b2xUserFlows", "body": NEW_FLOW, "headers": JSON}
    with pytest.raises(httpx.RemoteProtocolError):
        batch(graph, create, {"method": "DELETE", "url": "/identity/b2xUserFlows/B2X_1_Partner"})
    assert graph.ids("identity/b2xUserFlows") == ["B2X_1_Partner"]
    assert [each["fault"] for each in graph.tenant.requests()] == [None, "lost-before", "lost", None]


def test_items_are_recorded_with_their_batch(graph: Graph) -> None:
    """Each item names the request id of its batch."""
    answer = batch(graph, READ, READ)
    *items, envelope = graph.tenant.requests()
    assert [each["batch"] for each in items] == [answer.headers["request-id"]] * 2
    assert (envelope["path"], envelope["batch"]) == ("/$batch", None)
