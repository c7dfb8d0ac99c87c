"""Keys for the API, and the sessions that browsers begin with one, in SQL; of every secret only a digest is stored."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from indexer.catalogue.api_keys import ApiKey, IssuedKey, KeyScope, digest_of, id_in
from indexer.catalogue.database import Database
from indexer.catalogue.errors import ApiKeyExists, UnknownApiKey
from indexer.catalogue.tables import api_keys, sessions

TOKEN_BYTES = 32

_COLUMNS = (
    api_keys.c.id,
    api_keys.c.name,
    api_keys.c.scope,
    api_keys.c.created_at,
    api_keys.c.expires_at,
    api_keys.c.revoked_at,
)
_NOBODY = "0" * 64
"""A digest of nothing: who asks with an unknown id is compared as long as everybody else."""


class Keyring:
    """All keys; safe to use from any number of threads and processes, and what one writes all others see.

    Every method raises `CatalogueUnavailable` if the database does not answer.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Keep keys in a database that has the catalogue's tables; `now` can be replaced by a test."""
        self._database = database
        self._now = now

    def add(self, issued: IssuedKey) -> None:
        """Store a key; from now on its secret is accepted, and requests without one are refused.

        Raises:
            ApiKeyExists: a key of that name is in use.
        """
        key = issued.key
        row = {
            "id": key.id,
            "name": key.name,
            "scope": key.scope.value,
            "digest": digest_of(issued.secret),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        try:
            with self._database.writing() as connection:
                connection.execute(insert(api_keys), row)
        except IntegrityError as error:
            message = f"There is a key {key.name!r} already; choose another name, or revoke that one first."
            raise ApiKeyExists(message) from error

    def all(self) -> list[ApiKey]:
        """Return every key, oldest first, also those that expired or were revoked."""
        with self._database.selecting() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(api_keys.c.created_at, api_keys.c.id)).all()
        return [_to_key(*row) for row in rows]

    def is_in_use(self) -> bool:
        """Whether a key was ever made; from then on requests have to bring one, even if all were revoked since."""
        with self._database.selecting() as connection:
            return bool(connection.execute(select(exists().select_from(api_keys))).scalar_one())

    def revoke(self, reference: str) -> ApiKey:
        """Refuse a key from now on, with all sessions that began with it; it is named by its id or its name.

        Raises:
            UnknownApiKey: no key that is in use has that id or name.
        """
        in_use = update(api_keys).where(api_keys.c.revoked_at.is_(None)).values(revoked_at=self._now())
        with self._database.writing() as connection:
            # In this order: somebody may have called a key by the letters of another one's id.
            for column in (api_keys.c.id, api_keys.c.name):
                row = connection.execute(in_use.where(column == reference).returning(*_COLUMNS)).one_or_none()
                if row is not None:
                    connection.execute(delete(sessions).where(sessions.c.key_id == row.id))
                    return _to_key(*row)
        message = f"There is no key {reference[:80]!r} in use; `likeness keys list` shows all."
        raise UnknownApiKey(message)

    def find(self, secret: str) -> ApiKey | None:
        """Return the key whose secret this is, also one that does not hold any more; None if it is no key's."""
        key_id = id_in(secret)
        if key_id is None:
            return None
        with self._database.selecting() as connection:
            found = select(*_COLUMNS, api_keys.c.digest).where(api_keys.c.id == key_id)
            row = connection.execute(found).one_or_none()
        stored = _NOBODY if row is None else row.digest
        if not hmac.compare_digest(stored, digest_of(secret)) or row is None:
            return None
        return _to_key(*row[: len(_COLUMNS)])

    def begin_session(self, key_id: str, lasting: timedelta) -> str:
        """Begin a session for the bearer of a key, and return its token; sessions that ended are forgotten."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._now()
        row = {"digest": digest_of(token), "key_id": key_id, "expires_at": now + lasting}
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(insert(sessions), row)
        return token

    def find_session(self, token: str) -> ApiKey | None:
        """Return the key that a session began with, also one that does not hold any more; None if it has ended."""
        found = (
            select(*_COLUMNS)
            .join_from(sessions, api_keys, sessions.c.key_id == api_keys.c.id)
            .where(sessions.c.digest == digest_of(token), sessions.c.expires_at > self._now())
        )
        with self._database.selecting() as connection:
            row = connection.execute(found).one_or_none()
        return None if row is None else _to_key(*row)

    def end_session(self, token: str) -> None:
        """End a session; one that is not known is no error."""
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest_of(token)))


def _to_key(
    key_id: str,
    name: str,
    scope: str,
    created_at: datetime,
    expires_at: datetime | None,
    revoked_at: datetime | None,
) -> ApiKey:
    return ApiKey(key_id, name, KeyScope(scope), created_at, expires_at, revoked_at)
