"""Sign-in of a person by a device code, and what is kept of it."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msal_extensions  # type: ignore[import-untyped]
import pytest

from reconciler.model.errors import SignInError, UsageError
from reconciler.msgraph import TokenSource
from reconciler.msgraph.caches import cache_folder
from tests.msgraph.sign_in_place import CLIENT, PUBLIC, ROOT, Place, claims, get

NOT_KEPT = "kept in memory only"


class Person:
    """Reads what the terminal shows, and does something with the code."""

    def __init__(self, place: Place, does: Callable[[str], None] | None = None) -> None:
        self.place = place
        self.does = does or self.approve
        self.heard: list[str] = []

    def __call__(self, message: str) -> None:
        self.heard.append(message)
        found = re.search(r"enter the code (\w+)", message)
        if found:
            self.does(found[1])

    def approve(self, code: str) -> None:
        self.place.service.grants.decide(code, "approved", pending=2)

    @property
    def prompts(self) -> list[str]:
        """The codes that were shown."""
        return [each for each in self.heard if "enter the code" in each]


def source(place: Place, person: Person | None, environ: dict[str, str] | None = None, **told: Any) -> TokenSource:
    environ = environ if environ is not None else {"CI": "true"}
    return place.source("device-code", **{"client": PUBLIC, "tell": person, "environ": environ, **told})


def test_a_person_signs_in_with_a_code(place: Place) -> None:
    """The message is shown once; the token is the person's, with the app's delegated permissions."""
    person = Person(place)
    said = claims(get(source(place, person)))
    assert (said["aud"], said["scp"], said["idtyp"]) == (ROOT, "IdentityUserFlow.ReadWrite.All", "user")
    assert len(person.heard) == 1
    assert place.service.grants.polls == 3


def test_a_refused_token_is_renewed_without_the_person(place: Place) -> None:
    """It is renewed with what the first sign-in left; another run asks anew."""
    person = Person(place)
    signed_in = source(place, person)
    first = get(signed_in)
    second = get(signed_in, rejected=first)
    assert second != first
    assert len(person.prompts) == 1
    assert get(signed_in) == second
    again = source(place, person)
    assert get(again)
    assert len(person.prompts) == 2


def test_a_sign_in_that_was_ended_elsewhere_asks_anew(place: Place) -> None:
    """When nothing renews the sign-in any more, the person is asked in the middle of the run."""
    person, now = Person(place), [0.0]
    signed_in = source(place, person, now=lambda: now[0])
    first = get(signed_in)
    place.service.grants.forget()
    now[0] = 4000.0
    assert get(signed_in, rejected=first) != first
    assert len(person.prompts) == 2


@pytest.mark.parametrize(
    ("does", "code", "fix"),
    [("declined", "AADSTS65004", "approve it"), ("forgets", "AADSTS70019", "run again")],
)
def test_a_code_that_leads_nowhere_is_told(place: Place, does: str, code: str, fix: str) -> None:
    """Declined, or not entered in time: the run ends, and says how to do better."""

    def act(word: str) -> None:
        if does == "declined":
            place.service.grants.decide(word, "declined")
        else:
            place.clock.ahead = 901.0

    with pytest.raises(SignInError) as caught:
        get(source(place, Person(place, act)))
    assert caught.value.code == code
    assert fix in caught.value.fix


def test_where_nobody_can_be_told_a_code_there_is_none(place: Place) -> None:
    """A pipeline hears at once which methods are for it."""
    with pytest.raises(SignInError, match="needs a person at a terminal") as caught:
        get(source(place, None))
    assert "workload-identity" in caught.value.fix


def test_an_app_without_public_client_flows_is_told(place: Place) -> None:
    """The switch is in the app registration."""

    def act(word: str) -> None:
        place.service.grants.decide(word, "approved")

    with pytest.raises(SignInError) as caught:
        get(source(place, Person(place, act), client=CLIENT))
    assert caught.value.code == "AADSTS7000218"
    assert "'Allow public client flows'" in caught.value.fix
    with pytest.raises(SignInError, match="AADSTS700016"):
        get(source(place, Person(place), client="unknown"))
    with pytest.raises(UsageError, match="needs 'clientId'"):
        source(place, None, client="")


def test_a_run_that_is_interrupted_does_not_wait_for_the_person(place: Place) -> None:
    """Ctrl-C while the code is shown ends the wait: nobody polls on."""
    shown = threading.Event()
    person = Person(place, lambda _: shown.set())
    place.change(interval=1, code_lifetime=8)

    async def run() -> None:
        task = asyncio.create_task(source(place, person).token())
        await asyncio.to_thread(shown.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < 5
    assert place.service.grants.polls <= 2


def test_without_an_encrypted_store_nothing_is_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """That is said once, and no file is left that holds a token."""

    def none(_: str) -> None:
        raise RuntimeError("libsecret did not perform properly.\n* and more")

    monkeypatch.setattr(msal_extensions, "build_encrypted_persistence", none)
    person = Person(place)
    signed_in = source(place, person, {"XDG_CACHE_HOME": str(tmp_path)})
    first = get(signed_in)
    get(signed_in, rejected=first)
    assert [NOT_KEPT in each for each in person.heard] == [True, False]
    assert "libsecret did not perform properly." in person.heard[0]
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_with_an_encrypted_store_once_is_enough(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The next run renews the sign-in without asking; another app, and CI, have nothing of it."""
    monkeypatch.setattr(msal_extensions, "build_encrypted_persistence", msal_extensions.FilePersistence)
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    first, second, third = Person(place), Person(place), Person(place)
    assert get(source(place, first, environ))
    assert get(source(place, second, environ))
    assert get(source(place, third, environ | {"CI": "1"}))
    assert [len(each.prompts) for each in (first, second, third)] == [1, 0, 1]
    assert first.heard == first.prompts
    assert tmp_path.joinpath("reconciler").stat().st_mode & 0o077 == 0


def test_a_store_that_cannot_be_opened_is_not_the_end(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A damaged or locked store is as good as none."""

    class Locked(msal_extensions.FilePersistence):  # type: ignore[misc]
        def load(self) -> str:
            raise OSError("the keychain is locked")

    monkeypatch.setattr(msal_extensions, "build_encrypted_persistence", Locked)
    person = Person(place)
    assert get(source(place, person, {"XDG_CACHE_HOME": str(tmp_path)}))
    assert "the keychain is locked" in person.heard[0]


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/reconciler"),
        ("linux", {}, "HOME/.cache/reconciler"),
        ("darwin", {}, "HOME/Library/Caches/reconciler"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/reconciler"),
    ],
)
def test_each_platform_has_its_folder(
    monkeypatch: pytest.MonkeyPatch, platform: str, environ: dict[str, str], folder: str
) -> None:
    """What is kept stands where the platform keeps such things."""
    monkeypatch.setattr("reconciler.msgraph.caches.sys.platform", platform)
    assert str(cache_folder(environ)) == folder.replace("HOME", str(Path.home()))
