"""Tests of keys as values: their secrets, names, scopes and ends."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalogue import ApiKey, InvalidName, KeyScope, issue
from indexer.catalogue.api_keys import digest_of, id_in

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis asks for naive bounds
ALLOWED = {
    KeyScope.READ: {KeyScope.READ},
    KeyScope.WRITE: {KeyScope.READ, KeyScope.WRITE},
    KeyScope.ADMIN: {KeyScope.READ, KeyScope.WRITE, KeyScope.ADMIN},
}


@pytest.mark.parametrize("scope", KeyScope)
def test_a_scope_includes_those_before_it(scope: KeyScope) -> None:
    """Who may change everything may also read; who reads may change nothing."""
    assert {other for other in KeyScope if scope.includes(other)} == ALLOWED[scope]


def test_a_secret_holds_its_id_and_256_bits_of_chance() -> None:
    """A thousand keys share neither ids nor secrets, and every letter of both is one that a click selects."""
    issued = [issue("shop", KeyScope.READ) for _ in range(1000)]
    assert len({one.key.id for one in issued}) == len({one.secret for one in issued}) == 1000
    for one in issued:
        prefix, key_id, chance = one.secret.split("_")
        assert (prefix, key_id) == ("likeness", one.key.id)
        assert id_in(one.secret) == one.key.id
        assert len(chance) * 5 >= 256
        assert set(chance) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_a_secret_is_not_shown_by_accident() -> None:
    """What is logged of a new key is not the key."""
    issued = issue("shop", KeyScope.ADMIN)
    assert issued.secret not in repr(issued)
    assert issued.secret.rsplit("_", 1)[1] not in repr(issued)


def test_what_is_stored_is_a_sha256() -> None:
    """The digest is the one that everybody else computes too."""
    secret = issue("shop", KeyScope.READ).secret
    assert digest_of(secret) == hashlib.sha256(secret.encode("ascii")).hexdigest()


@given(st.text())
def test_no_other_text_has_an_id(text: str) -> None:
    """Whatever somebody sends in place of a key is none, and nothing fails."""
    assert id_in(text) is None


def test_a_secret_cut_or_lengthened_has_no_id() -> None:
    """A key that was copied badly is not looked for."""
    secret = issue("shop", KeyScope.READ).secret
    for wrong in (secret[:-1], f"{secret}a", f" {secret}", f"{secret}\n", secret.upper(), secret.replace("_", "-")):
        assert id_in(wrong) is None


@pytest.mark.parametrize("name", ["", "Shop", "a b", "a/b", "-a", "é", "a" * 65, "a\n"])
def test_a_name_is_one_word(name: str) -> None:
    """A name is typed in commands, so nothing that needs quotes is let in."""
    with pytest.raises(InvalidName, match="A key cannot be called"):
        issue(name, KeyScope.READ)


@given(end=st.none() | MOMENTS, revoked=st.none() | MOMENTS, now=MOMENTS)
def test_a_key_holds_until_it_ends_or_is_revoked(end: datetime | None, revoked: datetime | None, now: datetime) -> None:
    """The moment of the end belongs to the time after it; revoking needs no comparison of clocks."""
    key = ApiKey("a" * 8, "shop", KeyScope.READ, now - timedelta(days=1), end, revoked)
    assert key.holds(now) == (revoked is None and not (end is not None and end <= now))
