"""What outlives a request: the state file, the record, dumps, and the control endpoints."""

import stat
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Profile, Tenant
from reconciler.emulator import store as stores
from tests.emulator.embedded import CONNECTOR, FLOW, NEW_FLOW, Graph, error

FLOWS = "identity/b2xUserFlows"


def test_a_tenant_survives_a_restart(tmp_path: Path) -> None:
    """What was written is there again, and so is the profile."""
    file = str(tmp_path / "tenant.db")
    first = Graph(file, profile=Profile(domain="fabrikam.onmicrosoft.com"))
    first.flow()
    first.tenant.close()
    second = Graph(file)
    assert second.ids(FLOWS) == ["B2X_1_Partner"]
    assert second.tenant.profile.domain == "fabrikam.onmicrosoft.com"
    assert len(second.ids("identity/userFlowAttributes")) == 11


def test_two_apps_share_a_state_file(tmp_path: Path) -> None:
    """A write through one is read through the other at once, and so is the record."""
    one, other = Graph(str(tmp_path / "tenant.db")), Graph(str(tmp_path / "tenant.db"))
    one.flow()
    assert other.ids(FLOWS) == ["B2X_1_Partner"]
    other.delete(FLOW)
    assert one.value(FLOWS) == []
    assert one.tenant.requests() == other.tenant.requests()


def test_only_the_owner_can_read_the_state_file(tmp_path: Path) -> None:
    """Secrets are in it in the clear."""
    Graph(str(tmp_path / "tenant.db"))
    assert stat.S_IMODE((tmp_path / "tenant.db").stat().st_mode) == 0o600


def test_a_file_of_something_else_is_not_touched(tmp_path: Path) -> None:
    """Neither a text nor a state file of another layout is taken for a tenant."""
    text = tmp_path / "notes.txt"
    text.write_text("These are notes and no database at all, " * 50)
    with pytest.raises(ValueError, match="not a state file"):
        Tenant(text)
    assert text.read_text().startswith("These are notes")


def test_a_state_file_of_another_layout_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Better no tenant than a wrong one."""
    Tenant(tmp_path / "tenant.db").close()
    monkeypatch.setattr(stores, "LAYOUT", 2)
    with pytest.raises(ValueError, match="layout 1, expected 2"):
        Tenant(tmp_path / "tenant.db")


def test_a_dump_holds_everything_and_can_be_loaded(graph: Graph) -> None:
    """Another tenant with the dump is the same to the last secret and order."""
    graph.flow()
    graph.connector()
    order = {"newAssignmentOrder": {"order": ["displayName", "emailReadonly"]}}
    graph.post(f"{FLOW}/userAttributeAssignments/setOrder", order)
    dump = graph.tenant.dump()
    other = Graph()
    other.tenant.load(dump)
    assert other.tenant.dump() == dump
    assert other.ids(f"{FLOW}/userAttributeAssignments") == ["displayName", "emailReadonly"]
    assert "hush" in str(dump)


def test_a_reset_makes_the_tenant_fresh(graph: Graph) -> None:
    """Objects and the record are gone, what is built in is there."""
    fresh = graph.tenant.dump()
    graph.post(FLOWS, NEW_FLOW)
    assert graph.control("POST", "reset").status_code == 204
    assert graph.tenant.dump() == fresh
    assert graph.tenant.requests() == []


def test_requests_are_recorded_without_their_secrets(graph: Graph) -> None:
    """Method, path with query, version, status, ids and the masked body."""
    answer = graph.post("identity/apiConnectors?colour=red", CONNECTOR, version="beta")
    assert graph.control("GET", "requests").json()["value"] == [
        {
            "time": graph.now,
            "method": "POST",
            "path": "/identity/apiConnectors?colour=red",
            "version": "beta",
            "status": 201,
            "batch": None,
            "request-id": answer.headers["request-id"],
            "client-request-id": answer.headers["client-request-id"],
            "fault": None,
            "body": {
                **CONNECTOR,
                "authenticationConfiguration": {
                    "@odata.type": "#microsoft.graph.basicAuthentication",
                    "username": "graph",
                    "password": "******",
                },
            },
        }
    ]
    assert graph.control("DELETE", "requests").status_code == 204
    assert graph.tenant.requests() == []


def test_the_record_masks_secrets_in_lists_and_leaves_out_what_is_not_json(graph: Graph) -> None:
    """Batches are masked item by item."""
    item = {
        "id": "1",
        "method": "POST",
        "url": "/x",
        "body": CONNECTOR,
        "headers": {"content-type": "application/json"},
    }
    graph.post("$batch", {"requests": [item]})
    graph.send("POST", FLOWS, content=b"{", headers={"Content-Type": "application/json"})
    assert "hush" not in str(graph.tenant.requests())
    assert graph.tenant.requests()[-1]["body"] is None


def test_the_record_keeps_the_last_requests(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not grow for ever."""
    monkeypatch.setattr(stores, "RECORDED_REQUESTS", 3)
    for number in range(5):
        graph.get(f"{FLOWS}?n={number}")
    assert [each["path"][-1] for each in graph.tenant.requests()] == ["2", "3", "4"]


def test_faults_are_ordered_and_cancelled_while_running(graph: Graph) -> None:
    """Through the control endpoint, as text or objects."""
    rules = {"seed": 7, "rules": ["500:route=GET *", {"kind": "latency", "seconds": 2}]}
    assert graph.control("PUT", "faults", rules).json()["rules"][0]["status"] == 500
    assert graph.get(FLOWS).status_code == 500
    assert graph.slept == [2]
    assert len(graph.control("GET", "faults").json()["rules"]) == 2
    assert graph.control("DELETE", "faults").json() == {"seed": 0, "rules": []}
    assert graph.get(FLOWS).status_code == 200


def test_the_profile_is_changed_while_running(graph: Graph) -> None:
    """The switch turns, and turns back; other settings leave it alone."""
    off = graph.control("PUT", "profile", {"self_service_sign_up": False}).json()
    assert off["self_service_sign_up"] is False
    assert error(graph.get("identity/apiConnectors")) == (400, "AADB2C99039")
    graph.control("PUT", "profile", {"self_service_sign_up": True, "page_size": 2, "app_limit": None})
    assert len(graph.value("identity/userFlowAttributes")) == 2
    assert graph.control("GET", "profile").json()["page_size"] == 2


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"colour": "red"},
        {"kind": "school"},
        {"kind": 1},
        {"page_size": 0},
        {"page_size": True},
        {"duplicate_status": 500},
        {"self_service_sign_up": "no"},
        {"app_limit": "many"},
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(graph: Graph, body: Any) -> None:
    """Unknown settings and impossible values are a 400."""
    before = graph.tenant.profile
    assert error(graph.control("PUT", "profile", body)) == (400, "BadRequest")
    assert graph.tenant.profile == before


def test_the_control_endpoints_ask_for_the_token_and_for_json(graph: Graph) -> None:
    """Nothing is told or changed without either."""
    refused = graph.control("GET", "requests", headers={"Authorization": "Bearer wrong"})
    assert error(refused) == (401, "InvalidAuthenticationToken")
    assert error(graph.control("PUT", "faults", content=b"{")) == (400, "BadRequest")


def test_ids_of_a_tenant_follow_from_its_domain() -> None:
    """The same domain gives the same tenant and extensions app, another domain others."""
    one, same, other = Profile(), Profile(), Profile(domain="fabrikam.onmicrosoft.com")
    assert one == same
    assert len(one.extensions_app_id) == 32
    assert {one.tenant_id, one.extensions_app_id}.isdisjoint({other.tenant_id, other.extensions_app_id})
