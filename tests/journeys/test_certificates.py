"""Connectors that sign in with certificates: how they come by one, change it, and go back to a password."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.behind import item
from tests.journeys.shell import Shell

CERTIFICATES = Path(__file__).parents[1] / "certificates"
FIRST, SECOND, LOCKED_ONE = (
    "1AD9EF8F5541CF33ABB8D351DFFD5C469F450DEF",
    "A3A2674111F926A271418FD73D290AEEC6225323",
    "DF12573DAAD4B653BA17378EAAB06F5DC9AA8BA7",
)
BASIC = """
    type: basicAuthentication
    username: entra
    password: {fromEnv: CONNECTOR_PASSWORD}
"""
PKCS12 = """
    type: pkcs12Certificate
    pkcs12Value: {fromFile: connector.pfx}
"""
LOCKED = """
    type: pkcs12Certificate
    pkcs12Value: {fromFile: connector.pfx}
    password: {fromEnv: PFX_PASSWORD}
"""


@pytest.fixture
def repository(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A repository with one connector, which has a password."""
    for old in (shell.folder / "manifests").iterdir():
        old.unlink()
    monkeypatch.setenv("PFX_PASSWORD", "open sesame")
    sign_in(shell, BASIC)
    assert shell.run("apply", "--yes") == 0
    return shell


def sign_in(shell: Shell, how: str, certificate: str = "") -> None:
    if certificate:
        shutil.copyfile(CERTIFICATES / f"{certificate}.pfx", shell.folder / "manifests" / "connector.pfx")
    head = "apiVersion: userflow/v1\nkind: ApiConnector\nmetadata: {name: approval}\n"
    shell.write(
        "manifests/connector.yaml",
        f"{head}spec:\n  targetUrl: https://api.contoso.com\n  authenticationConfiguration:{how}",
    )


def connector(shell: Shell) -> dict[str, Any]:
    return item(shell.tenant(), "identity/apiConnectors", "approval")


def listed(shell: Shell) -> list[tuple[str, bool]]:
    """The thumbprints, and whether each is in use."""
    found = connector(shell)["authenticationConfiguration"]["certificateList"]
    return [(each["thumbprint"], each["isActive"]) for each in found]


def applied(shell: Shell) -> list[str]:
    """What one apply does, once it has done it and a further plan has nothing left."""
    done = shell.json("apply", "--yes")
    assert done["exit"] == 0
    assert {each["status"] for each in done["outcomes"]} == {"done"}
    assert shell.json("plan", "--detailed-exitcode")["exit"] == 0
    assert shell.run("drift") == 0
    return [each["id"] for each in done["actions"]]


def sent(shell: Shell) -> list[str]:
    """Every write, by method and the end of its path."""
    writes = [each for each in shell.tenant().requests() if each["method"] != "GET"]
    ends = (f"{each['method']} {each['path'].rpartition('/')[2]}" for each in writes)
    return [each for each in ends if not each.endswith("$batch")]


def test_from_a_password_to_a_certificate_and_back(repository: Shell) -> None:
    """Each way is one update of the same connector, and nothing is left to do after it."""
    made = connector(repository)["id"]
    for how, certificate, answered in (
        (PKCS12, "first", "clientCertificateAuthentication"),
        (BASIC, "", "basicAuthentication"),
        (LOCKED, "locked", "clientCertificateAuthentication"),
        (BASIC, "", "basicAuthentication"),
    ):
        sign_in(repository, how, certificate)
        assert applied(repository) == ["update ApiConnector/approval"]
        now = connector(repository)
        assert (now["id"], now["authenticationConfiguration"]["@odata.type"].rpartition(".")[2]) == (made, answered)
    assert sent(repository) == ["POST apiConnectors", *[f"PATCH {made}"] * 4]


def test_a_certificate_is_renewed_beside_the_old_one(repository: Shell) -> None:
    """The connector stays what it is: one upload, no delete; the new certificate is in use, the old one is kept."""
    sign_in(repository, PKCS12, "first")
    applied(repository)
    made, before = connector(repository)["id"], len(sent(repository))
    assert listed(repository) == [(FIRST, True)]
    sign_in(repository, PKCS12, "second")
    found = repository.json("drift")["drift"]
    assert [(each["name"], each["state"], each["direction"]) for each in found] == [
        ("approval", "changed", "repository")
    ]
    shown = found[0]["changes"][1]
    assert (shown["from"], shown["to"]) == (f"{FIRST} until 2046-01-01", f"{SECOND} until 2046-06-01")
    assert applied(repository) == ["upload ApiConnector/approval"]
    assert connector(repository)["id"] == made
    assert listed(repository) == [(FIRST, False), (SECOND, True)]
    assert sent(repository)[before:] == ["POST uploadClientCertificate"]


def test_a_certificate_of_the_past_can_be_used_again(repository: Shell) -> None:
    """One with a password, and then the one before it: each is uploaded once more and is then in use."""
    sign_in(repository, PKCS12, "first")
    applied(repository)
    for how, certificate, used in ((LOCKED, "locked", LOCKED_ONE), (PKCS12, "first", FIRST)):
        sign_in(repository, how, certificate)
        assert applied(repository) == ["upload ApiConnector/approval"]
        assert [each for each, active in listed(repository) if active] == [used]
    assert sorted(each for each, _ in listed(repository)) == sorted([FIRST, LOCKED_ONE])


def test_a_certificate_that_others_uploaded_is_drift_of_the_tenant(repository: Shell) -> None:
    """Somebody's newer certificate is named as what moved, and the repository's is put into use again."""
    sign_in(repository, PKCS12, "first")
    applied(repository)
    upload = f"identity/apiConnectors/{connector(repository)['id']}/uploadClientCertificate"
    theirs = base64.b64encode((CERTIFICATES / "second.pfx").read_bytes()).decode()
    repository.tenant().perform("POST", upload, {"pkcs12Value": theirs, "password": ""})
    (found,) = repository.json("drift")["drift"]
    assert (found["state"], found["direction"]) == ("changed", "tenant")
    assert applied(repository) == ["upload ApiConnector/approval"]
    assert [each for each, active in listed(repository) if active] == [FIRST]


def test_neither_certificate_nor_password_is_printed_or_kept(
    repository: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plans, outcomes, journal and receipts have thumbprints, never the file or its password."""
    sign_in(repository, LOCKED, "locked")
    for words in (["plan"], ["plan", "--out", "saved.plan"], ["apply", "--yes", "-vv"], ["drift"]):
        assert repository.run(*words) == 0 or words == ["drift"]
    monkeypatch.setenv("PFX_PASSWORD", "wrong")
    repository.run("plan", "-vv")
    secret = base64.b64encode((CERTIFICATES / "locked.pfx").read_bytes()).decode()[:60]
    kept = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in repository.folder.rglob("*")
        if path.is_file() and not path.name.startswith("local.db") and path.suffix != ".pfx"
    ]
    assert not [text for text in [*repository.said, *kept] if secret in text or "open sesame" in text]
