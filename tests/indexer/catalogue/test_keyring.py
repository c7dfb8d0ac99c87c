"""Tests of the keys in real databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from indexer.catalogue import ApiKeyExists, KeyScope, SqlCatalogue, UnknownApiKey, issue, open_catalogue
from indexer.catalogue.api_keys import IssuedKey
from indexer.catalogue.database import connect
from indexer.catalogue.keyring import Keyring

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@pytest.fixture
def keyring(catalogue: SqlCatalogue) -> Keyring:
    """An empty keyring."""
    return catalogue.keyring


def add(keyring: Keyring, name: str = "shop", scope: KeyScope = KeyScope.READ) -> IssuedKey:
    """Add a key."""
    issued = issue(name, scope)
    keyring.add(issued)
    return issued


def test_a_key_is_found_by_its_secret_and_by_nothing_else(keyring: Keyring) -> None:
    """The right secret gives the very key that was issued; every single changed letter gives none."""
    one, other = add(keyring, "one", KeyScope.WRITE), add(keyring, "other")
    assert keyring.find(one.secret) == one.key
    assert keyring.find(other.secret) == other.key
    for place in range(len(one.secret)):
        letter = "b" if one.secret[place] == "a" else "a"
        assert keyring.find(one.secret[:place] + letter + one.secret[place + 1 :]) is None
    assert keyring.find(f"likeness_{one.key.id}_{other.secret.rsplit('_', 1)[1]}") is None


def test_no_secret_and_no_token_is_in_the_database(catalogue: SqlCatalogue, database_url: str) -> None:
    """Who reads the whole database can send no request with what stands there."""
    issued = add(catalogue.keyring)
    token = catalogue.keyring.begin_session(issued.key.id, HOUR)
    database = connect(database_url)
    with database.reading() as connection:
        rows = [
            str(value)
            for table in ("api_keys", "sessions")
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - two names of our own
            for value in row
        ]
    database.close()
    assert len(rows) > 8
    assert not any(part in row for row in rows for part in (issued.secret.rsplit("_", 1)[1], token))
    assert all(catalogue.keyring.find(row) is None and catalogue.keyring.find_session(row) is None for row in rows)


def test_once_made_a_key_counts_for_ever(keyring: Keyring) -> None:
    """A server that asked for keys does not open its doors because the last one was revoked."""
    assert not keyring.is_in_use()
    add(keyring)
    assert keyring.is_in_use()
    keyring.revoke("shop")
    assert keyring.is_in_use()


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_revoked_key_is_known_as_such(keyring: Keyring, by: str) -> None:
    """It is found with the moment of its end, and only it has ended."""
    one, other = add(keyring, "one"), add(keyring, "other")
    revoked = keyring.revoke(one.key.id if by == "id" else one.key.name)
    assert revoked == keyring.find(one.secret)
    assert revoked.revoked_at is not None
    assert not revoked.holds(datetime.now(UTC))
    assert keyring.find(other.secret) == other.key
    assert {key.name: key.revoked_at is None for key in keyring.all()} == {"one": False, "other": True}
    with pytest.raises(UnknownApiKey, match="keys list"):
        keyring.revoke("one")


def test_an_id_comes_before_a_name(keyring: Keyring) -> None:
    """A key that is called by the letters of another one's id cannot be revoked in its place."""
    victim = add(keyring, "victim")
    namesake = add(keyring, victim.key.id)
    assert keyring.revoke(victim.key.id).name == "victim"
    assert keyring.find(namesake.secret) == namesake.key


def test_a_name_is_free_again_after_its_key(keyring: Keyring) -> None:
    """Two keys in use have two names; a key can be replaced by one of the same name any number of times."""
    for _ in range(3):
        add(keyring, "shop")
        with pytest.raises(ApiKeyExists, match="shop"):
            add(keyring, "shop")
        keyring.revoke("shop")
    assert [key.name for key in keyring.all()] == ["shop"] * 3


def test_of_many_who_take_a_name_at_once_one_gets_it(keyring: Keyring) -> None:
    """Whoever comes second is told, also in the same moment."""

    def attempt(_: int) -> bool:
        try:
            add(keyring, "shop")
        except ApiKeyExists:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(attempt, range(8))) == 1


def test_what_one_process_writes_all_others_see(keyring: Keyring, database_url: str) -> None:
    """A key made or revoked elsewhere counts from the next look on."""
    with open_catalogue(database_url) as elsewhere:
        issued = add(elsewhere.keyring)
        assert keyring.find(issued.secret) == issued.key
        keyring.revoke("shop")
        found = elsewhere.keyring.find(issued.secret)
        assert found is not None
        assert found.revoked_at is not None


def test_a_session_lasts_as_long_as_it_was_given(database_url: str) -> None:
    """Until the last moment it leads to its key; from then on to nobody, and its row goes with the next session."""
    database, clock = connect(database_url), Clock()
    keyring = Keyring(database, clock)
    issued = add(keyring)
    token = keyring.begin_session(issued.key.id, HOUR)
    clock.now = START + HOUR - timedelta(microseconds=1)
    assert keyring.find_session(token) == issued.key
    clock.now = START + HOUR
    assert keyring.find_session(token) is None
    keyring.begin_session(issued.key.id, HOUR)
    with database.selecting() as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar_one() == 1
    database.close()


def test_a_session_can_be_ended_and_ends_with_its_key(keyring: Keyring) -> None:
    """Ending one leaves the others; revoking the key ends all of them, and none of another key."""
    one, other = add(keyring, "one"), add(keyring, "other")
    first, second = (keyring.begin_session(one.key.id, HOUR) for _ in range(2))
    third = keyring.begin_session(other.key.id, HOUR)
    keyring.end_session(first)
    keyring.end_session("unknown")
    assert [keyring.find_session(token) for token in (first, second, third)] == [None, one.key, other.key]
    keyring.revoke("one")
    assert [keyring.find_session(token) for token in (first, second, third)] == [None, None, other.key]


@pytest.mark.parametrize("token", ["", "x", "é", "\0", "0" * 64, "' OR 1=1 --"])
def test_no_other_text_is_a_session(keyring: Keyring, token: str) -> None:
    """Whatever a browser sends in place of a token leads to nobody."""
    keyring.begin_session(add(keyring).key.id, HOUR)
    assert keyring.find_session(token) is None
