"""The words everybody uses: secrets that do not show, names, fingerprints."""

from __future__ import annotations

import pickle

import pytest

from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, IdOf
from reconciler.model.receipts import Receipts
from reconciler.model.secrets import Secret
from reconciler.model.shapes import canonical
from reconciler.model.values import masked


def test_a_secret_shows_in_no_way_of_printing() -> None:
    """str, repr, format, containers and masked values give (secret), never the value."""
    secret = Secret("hunter2", "environment variable X")
    shown = [str(secret), repr(secret), f"{secret:>10}", repr({"a": [secret]}), repr(masked({"a": [secret]}))]
    assert all("(secret)" in each and "hunter2" not in each for each in shown)


def test_a_secret_is_neither_hashed_nor_serialised() -> None:
    """What would leave a copy of the value behind is refused."""
    with pytest.raises(TypeError):
        hash(Secret("hunter2"))
    with pytest.raises(TypeError, match="not serialised"):
        pickle.dumps(Secret("hunter2"))


def test_a_secret_without_a_value_is_not_sent() -> None:
    """Revealing one whose source is not set names the source."""
    unset = Secret(None, "environment variable X")
    assert not unset.is_set
    with pytest.raises(ValueError, match="environment variable X"):
        unset.reveal()


def test_secrets_compare_by_value() -> None:
    """Equal values are equal, whatever their source; one without a value equals only another such."""
    assert Secret("a", "here") == Secret("a", "there")
    assert Secret("a") != Secret("b")
    assert Secret(None) == Secret(None)
    assert Secret(None) != Secret("a")
    assert Secret("a") != "a"


def test_an_id_that_is_still_to_come_says_whose_it_is() -> None:
    """In plans and errors it is spoken of by the object's address."""
    assert str(IdOf(Address("ApiConnector", "approval"))) == "approval"


def test_a_kind_says_that_it_has_no_such_link() -> None:
    """Asking for a link that a kind does not have is a fault of the program, not an empty answer."""
    with pytest.raises(KeyError, match="nothing"):
        load_kinds()["B2xUserFlow"].link("nothing")


def test_fingerprints_follow_values_and_not_their_spelling() -> None:
    """1 and 1.0, lists and tuples, and any order of members are the same; a secret is not the word it holds."""
    receipts = Receipts(b"key")
    assert receipts.fingerprint({"a": 1, "b": [2.0]}) == receipts.fingerprint({"b": (2,), "a": 1.0})
    assert receipts.fingerprint(Secret("x")) == receipts.fingerprint(Secret("x"))
    assert receipts.fingerprint(Secret("x")) != receipts.fingerprint("x")
    assert receipts.fingerprint("x") != Receipts(b"another key").fingerprint("x")


def test_nothing_is_left_of_nulls_however_deep() -> None:
    """Null, an empty list and an absent member are one, inside the items of a list too."""
    assert canonical([{"a": {"b": None, "c": 1}, "d": []}], None) == [{"a": {"c": 1}}]
