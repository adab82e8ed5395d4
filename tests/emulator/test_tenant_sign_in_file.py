"""Who may sign in, from a file; and the key and certificate that sign-in wants."""

import json
import os
import ssl
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import AppSecret, FederatedCredential, ManagedIdentity, Pipeline, RegisteredApp, SignInSettings
from reconciler.emulator.oauth_file import read_sign_in
from reconciler.emulator.tls import prepare


def read(folder: Path, written: Any) -> SignInSettings:
    file = folder / "sign-in.json"
    file.write_text(written if isinstance(written, str) else json.dumps(written))
    return read_sign_in(file)


def test_everything_that_settings_have_can_be_written(tmp_path: Path) -> None:
    """Names in camel case, a secret as its text or with its end, certificates as files beside the file."""
    (tmp_path / "app.pem").write_text("a certificate")
    federated = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:o/r"}
    app = {
        "clientId": "a",
        "secrets": ["one", {"value": "two", "expires": 5}],
        "certificates": ["app.pem"],
        "federated": [federated],
        "roles": ["r"],
        "scopes": ["s"],
        "publicClient": True,
    }
    found = read(
        tmp_path,
        {
            "apps": [app],
            "identities": [{"clientId": "m", "systemAssigned": True}],
            "pipelines": [{**federated, "requestToken": "t"}],
            "lifetime": 60,
            "singleUse": True,
        },
    )
    credential = FederatedCredential(federated["issuer"], "repo:o/r")
    assert found == SignInSettings(
        apps=(
            RegisteredApp(
                "a", (AppSecret("one"), AppSecret("two", 5)), ("a certificate",), (credential,), ("r",), ("s",), True
            ),
        ),
        identities=(ManagedIdentity("m", system_assigned=True),),
        pipelines=(Pipeline(federated["issuer"], "repo:o/r", "t"),),
        lifetime=60,
        single_use=True,
    )
    assert read(tmp_path, {}) == SignInSettings()


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("{", "not JSON: "),
        ([], "the file is not an object"),
        ({"app": []}, "app is not known: use apps, identities, "),
        ({"apps": {}}, "apps is not a list"),
        ({"apps": [{}]}, r"apps\[0\].clientId is missing"),
        ({"apps": ["a"]}, r"apps\[0\] is not an object"),
        ({"apps": [{"clientId": 1}]}, r"apps\[0\].clientId is not text"),
        ({"apps": [{"clientId": "a", "publicClient": "no"}]}, r"apps\[0\].publicClient is not true or false"),
        ({"apps": [{"clientId": "a", "secrets": [{"value": "s", "expires": "x"}]}]}, "expires is not a number"),
        ({"lifetime": True}, "lifetime is not a whole number"),
    ],
)
def test_a_fault_of_the_file_has_its_place(tmp_path: Path, written: Any, fault: str) -> None:
    """The words say which member is wrong, and what it takes."""
    with pytest.raises(ValueError, match=fault):
        read(tmp_path, written)


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The file that is missing is the one that is named."""
    with pytest.raises(FileNotFoundError, match=r"app\.pem"):
        read(tmp_path, {"apps": [{"clientId": "a", "certificates": ["app.pem"]}]})


def test_a_certificate_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    """The same file serves as key, certificate and authority; a second start uses what is there."""
    file = tmp_path / "emulator.pem"
    prepare(file)
    made = file.read_bytes()
    prepare(file)
    assert file.read_bytes() == made
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(file)
    ssl.create_default_context(cafile=str(file))
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
