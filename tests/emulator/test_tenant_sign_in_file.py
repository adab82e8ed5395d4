"""Who may sign in, from a file; and the key and certificate that sign-in wants."""

import json
import os
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from reconciler.emulator import AppSecret, FederatedCredential, ManagedIdentity, Pipeline, RegisteredApp, SignInSettings
from reconciler.emulator.oauth_file import read_sign_in
from reconciler.emulator.tls import prepare
from tests.msgraph.sign_in_place import certificate_of, private


def read(folder: Path, written: Any) -> SignInSettings:
    file = folder / "sign-in.json"
    file.write_text(written if isinstance(written, str) else json.dumps(written))
    return read_sign_in(file)


def test_everything_that_settings_have_can_be_written(tmp_path: Path) -> None:
    """Names in camel case, a secret as its text or with its end, certificates as files beside the file."""
    prepare(tmp_path / "app.pem")
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
                "a",
                (AppSecret("one"), AppSecret("two", 5)),
                ((tmp_path / "app.pem").read_text(),),
                (credential,),
                ("r",),
                ("s",),
                True,
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
        ("[" * 100_000, "not JSON: "),
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
    wanted = {"apps": [{"clientId": "a", "certificates": ["app.pem"]}]}
    with pytest.raises(FileNotFoundError, match=r"app\.pem"):
        read(tmp_path, wanted)
    (tmp_path / "app.pem").write_bytes(b"\xff no certificate")
    with pytest.raises(ValueError, match=r"no certificate in PEM is in app\.pem"):
        read(tmp_path, wanted)


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


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_a_file_without_a_key_is_not_served_with(tmp_path: Path, content: bytes) -> None:
    """What is in it is left alone, and it is named; so is a certificate that has ended."""
    file = tmp_path / "emulator.pem"
    file.write_bytes(content)
    with pytest.raises(OSError, match="no key with its certificate is in it") as caught:
        prepare(file)
    assert (caught.value.filename, file.read_bytes()) == (str(file), content)


def test_a_certificate_that_has_ended_is_not_served_with(tmp_path: Path) -> None:
    """Nobody would trust it, and the words say since when."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "emulator.pem"
    file.write_bytes(private(key) + certificate_of(key, days=-1).public_bytes(Encoding.PEM))
    with pytest.raises(OSError, match=r"its certificate ended on 20\d\d-\d\d-\d\d: remove it"):
        prepare(file)


def test_a_certificate_that_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    """A folder that is not there is named, and so is one in place of a file; no half of a file is left."""
    for file in (tmp_path / "nowhere" / "emulator.pem", tmp_path):
        with pytest.raises(OSError, match=r"No such file|Is a directory|Permission denied") as caught:
            prepare(file)
        assert caught.value.filename == str(file)
    assert list(tmp_path.iterdir()) == []
