"""API connectors and how they sign in."""

from typing import Any

import pytest

from tests.emulator.embedded import CONNECTOR, NOON, Graph, error, pfx

CONNECTORS = "identity/apiConnectors"


def certificates(*files: str, password: str = "") -> dict[str, Any]:
    kind = "microsoft.graph.Pkcs12Certificate"
    return {"@odata.type": kind, "pkcs12Value": files[0], "password": password}


def test_a_connector_hides_its_password(graph: Graph) -> None:
    """Basic sign-in is echoed with its password masked, in every answer."""
    answer = graph.post(CONNECTORS, CONNECTOR)
    assert answer.status_code == 201
    assert answer.json()["authenticationConfiguration"] == {
        "@odata.type": "#microsoft.graph.basicAuthentication",
        "username": "graph",
        "password": "******",
    }
    assert "hush" not in graph.get(CONNECTORS).text + graph.get(f"{CONNECTORS}/{answer.json()['id']}").text


def test_connectors_may_share_a_name_but_not_be_too_many(graph: Graph) -> None:
    """Names are not unique; twenty connectors are the limit of a tenant."""
    for _ in range(20):
        graph.connector()
    assert error(graph.post(CONNECTORS, CONNECTOR)) == (400, "BadRequest")


@pytest.mark.parametrize(
    "change",
    [
        {"authenticationConfiguration": {"username": "u", "password": "p"}},
        {"authenticationConfiguration": {"@odata.type": "microsoft.graph.basicAuthentication", "username": "u"}},
        {"authenticationConfiguration": {"@odata.type": "microsoft.graph.clientCertificateAuthentication"}},
        {"authenticationConfiguration": None},
        {"authenticationConfiguration": "secret"},
        {"authenticationConfiguration": certificates("not base64!")},
        {"authenticationConfiguration": certificates("bm90IGEgY2VydGlmaWNhdGU=")},
        {"authenticationConfiguration": certificates(pfx("right"), password="wrong")},
        {"authenticationConfiguration": certificates("***")},
        {"authenticationConfiguration": certificates(pfx(bare=True))},
        {"targetUrl": 7},
        {"id": "my-own"},
    ],
)
def test_a_connector_that_makes_no_sense_is_refused(graph: Graph, change: dict[str, Any]) -> None:
    """On create and on update alike, and nothing is changed."""
    connector = graph.connector()
    before = graph.tenant.dump()
    assert error(graph.post(CONNECTORS, {**CONNECTOR, **change})) == (400, "BadRequest")
    assert error(graph.patch(f"{CONNECTORS}/{connector}", change)) == (400, "BadRequest")
    assert graph.tenant.dump() == before


def test_a_certificate_file_turns_into_a_certificate(graph: Graph) -> None:
    """What was written as PKCS #12 is read as thumbprint and validity in seconds."""
    sealed = {**CONNECTOR, "authenticationConfiguration": certificates(pfx("open sesame"), password="open sesame")}
    shown = graph.post(CONNECTORS, sealed).json()["authenticationConfiguration"]
    assert shown["@odata.type"] == "#microsoft.graph.clientCertificateAuthentication"
    (certificate,) = shown["certificateList"]
    assert certificate["isActive"] is True
    assert certificate["notBefore"] == NOON - 86400
    assert certificate["notAfter"] == NOON + 30 * 86400
    assert len(certificate["thumbprint"]) == 40


def test_an_update_replaces_the_sign_in_as_a_whole(graph: Graph) -> None:
    """From basic to certificate and back; other properties stay."""
    connector = graph.connector()
    path = f"{CONNECTORS}/{connector}"
    assert graph.patch(path, {"authenticationConfiguration": certificates(pfx())}).status_code == 204
    assert "password" not in graph.get(path).json()["authenticationConfiguration"]
    assert graph.patch(path, {"displayName": "Renamed"}).status_code == 204
    assert graph.patch(path, {}).status_code == 204
    assert len(graph.get(path).json()["authenticationConfiguration"]["certificateList"]) == 1
    graph.patch(path, {"authenticationConfiguration": CONNECTOR["authenticationConfiguration"]})
    assert graph.get(path).json()["authenticationConfiguration"]["username"] == "graph"
    assert graph.get(path).json()["displayName"] == "Renamed"


def test_uploaded_certificates_gather_and_the_last_valid_one_is_active(graph: Graph) -> None:
    """Uploads add up; one not valid yet waits for its day, the same one again does not count twice."""
    path = f"{CONNECTORS}/{graph.connector()}"
    first, future = pfx(), pfx(days_from=10, days_to=20)
    for file in (first, first, future):
        answer = graph.post(f"{path}/uploadClientCertificate", {"pkcs12Value": file, "password": ""})
        assert answer.status_code == 200
    listed = answer.json()["authenticationConfiguration"]["certificateList"]
    assert [each["isActive"] for each in listed] == [True, False]
    graph.now += 15 * 86400
    listed = graph.get(path).json()["authenticationConfiguration"]["certificateList"]
    assert [each["isActive"] for each in listed] == [False, True]
    graph.now += 30 * 86400
    listed = graph.get(path).json()["authenticationConfiguration"]["certificateList"]
    assert [each["isActive"] for each in listed] == [False, False]


def test_an_upload_needs_a_connector_and_a_file(graph: Graph) -> None:
    """An unknown connector is a 404, an empty upload a 400."""
    assert graph.post(f"{CONNECTORS}/none/uploadClientCertificate", {}).status_code == 404
    assert graph.post(f"{CONNECTORS}/{graph.connector()}/uploadClientCertificate", {}).status_code == 400
