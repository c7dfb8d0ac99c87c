"""What a key for the API is: a secret that is shown once, and the record that is kept of it."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from indexer.catalogue.errors import InvalidName

PREFIX = "likeness"
ID_BYTES = 5
SECRET_BYTES = 32

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SECRET = re.compile(rf"{PREFIX}_(?P<id>[a-z2-7]{{8}})_[a-z2-7]{{52}}")


class KeyScope(StrEnum):
    """What the bearer of a key may do; each scope includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def includes(self, other: KeyScope) -> bool:
        """Whether who has this scope may do what asks for the other."""
        order = tuple(KeyScope)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class ApiKey:
    """A key as the catalogue knows it: everything but the secret.

    Attributes:
        id: never given to another key; it stands in the secret and in logs.
        name: for people; no two keys that are in use share one.
        scope: what the bearer may do.
        created_at: when, in UTC.
        expires_at: from this moment on, in UTC, the key is refused; None if it holds until it is revoked.
        revoked_at: when it was revoked, in UTC; None while it is in use.
    """

    id: str
    name: str
    scope: KeyScope
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the key is accepted at a moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True)
class IssuedKey:
    """A new key with its secret, which is stored nowhere."""

    key: ApiKey
    secret: str = field(repr=False)


def issue(name: str, scope: KeyScope, expires_at: datetime | None = None) -> IssuedKey:
    """Make a key; it opens nothing before it is added to the catalogue.

    Raises:
        InvalidName: a name is 1 to 64 lower-case letters, digits, `-` and `_`, the first a letter or digit.
    """
    if not _NAME.fullmatch(name):
        message = (
            f"A key cannot be called {name[:80]!r}: use 1 to 64 lower-case letters, digits, '-' and '_', "
            "with a letter or digit first."
        )
        raise InvalidName(message)
    key_id = _letters(ID_BYTES)
    created = ApiKey(key_id, name, scope, datetime.now(UTC), expires_at)
    return IssuedKey(created, f"{PREFIX}_{key_id}_{_letters(SECRET_BYTES)}")


def id_in(secret: str) -> str | None:
    """Return the id of the key that a text would be the secret of; None if it has another form."""
    found = _SECRET.fullmatch(secret)
    return None if found is None else found["id"]


def digest_of(secret: str) -> str:
    """Return what is stored of a secret: with 256 bits of chance in it, one SHA-256 cannot be turned back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _letters(count: int) -> str:
    """Return that many bytes of chance as lower-case letters and digits, which one click selects."""
    return base64.b32encode(secrets.token_bytes(count)).decode().rstrip("=").lower()
