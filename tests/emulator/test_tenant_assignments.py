"""What a user flow collects, in which order, and in which languages it speaks."""

from typing import Any

import pytest

from tests.emulator.embedded import FLOW, NEW_ASSIGNMENT, Graph, error, message

ASSIGNMENTS = f"{FLOW}/userAttributeAssignments"


def test_an_attribute_is_assigned_last_and_under_its_own_id(graph: Graph) -> None:
    """The assignment has the attribute's id, stands at the end and does not echo the attribute."""
    graph.flow()
    answer = graph.post(ASSIGNMENTS, NEW_ASSIGNMENT)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"https://graph.embedded/v1.0/{ASSIGNMENTS}/city"
    assert answer.json() == {
        "@odata.context": "https://graph.embedded/v1.0/$metadata#identity/b2xUserFlows('B2X_1_Partner')"
        "/userAttributeAssignments/$entity",
        "id": "city",
        "isOptional": False,
        "requiresVerification": False,
        "userInputType": "textBox",
        "displayName": "Your city",
        "userAttributeValues": [],
    }
    assert graph.get(f"{ASSIGNMENTS}/getOrder").json()["order"] == ["emailReadonly", "displayName", "city"]


def test_assignments_fill_in_what_is_left_out(graph: Graph) -> None:
    """The label is the attribute's name, the flags are false; the attribute may be bound by URL."""
    graph.flow()
    url = "https://graph.microsoft.com/v1.0/identity/userFlowAttributes/city"
    answer = graph.post(ASSIGNMENTS, {"userInputType": "textBox", "userAttribute@odata.bind": url}).json()
    assert (answer["displayName"], answer["isOptional"], answer["userAttributeValues"]) == ("City", False, [])


def test_the_attribute_of_an_assignment_is_shown_when_expanded(graph: Graph) -> None:
    """In the list, in one assignment, and at its own path."""
    graph.flow()
    hobby = graph.attribute()
    graph.post(ASSIGNMENTS, {**NEW_ASSIGNMENT, "userAttribute": {"id": hobby}})
    listed = graph.value(f"{ASSIGNMENTS}?$expand=userAttribute")
    kinds = [each["userAttribute"]["@odata.type"] for each in listed]
    assert kinds[0] == "#Microsoft.Graph.BuiltInUserFlowAttribute"
    assert kinds[2] == "#Microsoft.Graph.CustomUserFlowAttribute"
    assert graph.get(f"{ASSIGNMENTS}/{hobby}?$expand=userAttribute").json()["userAttribute"]["id"] == hobby
    assert graph.get(f"{ASSIGNMENTS}/{hobby}/userAttribute").json()["displayName"] == "Hobby"


def test_an_assignment_changes_but_not_its_attribute(graph: Graph) -> None:
    """Labels, flags, values and input type can be updated; the attribute is read-only."""
    graph.flow()
    change = {
        "userInputType": "RADIOSINGLESELECT",
        "isOptional": True,
        "userAttributeValues": [{"name": "S", "value": "1"}],
    }
    assert graph.patch(f"{ASSIGNMENTS}/displayname", change).status_code == 204
    assignment = graph.get(f"{ASSIGNMENTS}/displayName").json()
    assert assignment["userInputType"] == "radioSingleSelect"
    assert assignment["userAttributeValues"] == [{"name": "S", "value": "1", "isDefault": False}]
    answer = graph.patch(f"{ASSIGNMENTS}/displayName", {"userAttribute": {"id": "city"}})
    assert "'userAttribute'" in message(answer)


@pytest.mark.parametrize(
    "change",
    [
        {"userAttribute": {"id": "none"}},
        {"userAttribute": {}},
        {"userInputType": "slider"},
        {"isOptional": None},
        {"userAttributeValues": {}},
        {"userAttributeValues": [1]},
    ],
)
def test_an_assignment_that_makes_no_sense_is_refused(graph: Graph, change: dict[str, Any]) -> None:
    """Unknown attributes and values of the wrong kind are a 400."""
    graph.flow()
    assert error(graph.post(ASSIGNMENTS, {**NEW_ASSIGNMENT, **change})) == (400, "BadRequest")


def test_an_attribute_is_assigned_once(graph: Graph) -> None:
    """A second assignment of the same attribute is a duplicate."""
    graph.flow()
    graph.post(ASSIGNMENTS, NEW_ASSIGNMENT)
    assert graph.post(ASSIGNMENTS, NEW_ASSIGNMENT).status_code == 409


def test_the_order_is_what_was_set(graph: Graph) -> None:
    """A new order holds in getOrder, in the list and after an update; ids may be in any case."""
    graph.flow()
    graph.post(ASSIGNMENTS, NEW_ASSIGNMENT)
    order = {"newAssignmentOrder": {"order": ["City", "emailReadonly", "displayName"]}}
    assert graph.post(f"{ASSIGNMENTS}/setOrder", order).status_code == 204
    graph.patch(f"{ASSIGNMENTS}/emailReadonly", {"displayName": "Mail"})
    answer = graph.get(f"{ASSIGNMENTS}/microsoft.graph.getOrder()").json()
    assert answer["@odata.context"].endswith("$metadata#microsoft.graph.assignmentOrder")
    assert answer["order"] == graph.ids(ASSIGNMENTS) == ["city", "emailReadonly", "displayName"]


@pytest.mark.parametrize("order", [["displayName"], ["emailReadonly", "displayName", "city"], ["displayName"] * 2])
def test_an_order_names_every_assignment_once(graph: Graph, order: list[str]) -> None:
    """Partial orders and strangers are refused."""
    graph.flow()
    answer = graph.post(f"{ASSIGNMENTS}/setOrder", {"newAssignmentOrder": {"order": order}})
    assert error(answer) == (400, "BadRequest")


def test_an_assignment_can_be_removed(graph: Graph) -> None:
    """Also a default one, and it leaves the order."""
    graph.flow()
    assert graph.delete(f"{ASSIGNMENTS}/emailReadonly").status_code == 204
    assert graph.get(f"{ASSIGNMENTS}/getOrder").json()["order"] == ["displayName"]


def test_languages_and_their_pages_are_read(graph: Graph) -> None:
    """Languages, default pages and the texts on them are there to read."""
    graph.flow()
    english = graph.get(f"{FLOW}/languages/EN").json()
    assert english["@odata.context"].endswith("#identity/b2xUserFlows('B2X_1_Partner')/languages/$entity")
    assert (english["id"], english["isEnabled"], english["displayName"]) == ("en", True, "English")
    pages = f"{FLOW}/languages/en/defaultPages"
    assert graph.value(pages) == [{"id": "idpselections"}, {"id": "selfasserted1_1"}, {"id": "phonefactor"}]
    texts = graph.get(f"{pages}/idpselections/$value").json()["LocalizedStrings"]
    assert texts[0]["StringId"] == "ServiceThrottled"
    assert graph.put(f"{pages}/idpselections/$value", {"LocalizedStrings": []}).status_code == 405
    assert graph.delete(f"{pages}/idpselections/$value").status_code == 405
    assert graph.get(f"{FLOW}/languages/tlh").status_code == 404


def test_texts_are_overridden_and_restored(graph: Graph) -> None:
    """An override is written, replaced, read and dropped; only pages that exist can have one."""
    graph.flow()
    pages = f"{FLOW}/languages/en/overridesPages"
    text = {"LocalizedStrings": [{"ElementType": "UxElement", "StringId": "alert_message", "Value": "Sure?"}]}
    assert graph.value(pages) == []
    assert graph.get(f"{pages}/selfasserted1_1/$value").status_code == 404
    assert graph.put(f"{pages}/SelfAsserted1_1/$value", text).status_code == 204
    binary = {"Content-Type": "application/octet-stream"}
    assert graph.put(f"{pages}/selfasserted1_1/$value", content=b'{"a": 1}', headers=binary).status_code == 204
    assert graph.get(f"{pages}/selfasserted1_1/$value").json() == {"a": 1}
    assert graph.value(pages) == [{"id": "selfasserted1_1"}]
    assert graph.delete(f"{pages}/selfasserted1_1/$value").status_code == 204
    assert graph.delete(f"{pages}/selfasserted1_1/$value").status_code == 404
    assert graph.put(f"{pages}/unknown/$value", text).status_code == 404
    assert graph.put(f"{pages}/idpselections/$value", []).status_code == 400
