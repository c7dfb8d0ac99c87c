"""What a request brings to show who sends it, what it needs, and what is said when it is not enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPMethod
from http.cookies import CookieError, SimpleCookie

from indexer.catalogue import ApiKey, KeyScope
from models.contracts import RetrievalError

CALLER = "likeness.caller"
"""Where a request's ASGI scope holds its `Caller`, for routes and logs."""
COOKIE = "likeness_session"
SESSION_PATH = "/v1/session"
TAGS_PATH = "/v1/tags"

_BEARER = "bearer"
_OPEN_PATHS = frozenset({"/"})
_OPEN_FOLDERS = ("/static/", "/health/")
_READING = frozenset({HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS})
_ASKING_FOLDERS = ("/v1/search/", "/v1/view/", "/v1/embed/", "/v1/compare/")
_COLLECTIONS = "/v1/collections"


class KeyRequired(RetrievalError):
    """A request brought no key, or none that holds."""


class ScopeTooNarrow(RetrievalError):
    """A key does not allow what was asked for."""


@dataclass(frozen=True)
class Caller:
    """Who sent a request.

    Attributes:
        key: whose bearer it is; None where no key is asked for.
        session: token of the session in place of the key itself; None without one.
    """

    key: ApiKey | None = None
    session: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What the key is called; `-` without one."""
        return "-" if self.key is None else self.key.name

    def may(self, needed: KeyScope) -> bool:
        """Whether the caller may do what needs a scope. A browser's session reads, whatever its key may do."""
        if self.key is None:
            return True
        scope = KeyScope.READ if self.session is not None else self.key.scope
        return scope.includes(needed)


@dataclass(frozen=True)
class Credentials:
    """What a request brought: the secret of a key, or else the token of a session."""

    secret: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)


def read_credentials(headers: Mapping[str, str]) -> Credentials:
    """Read a request's headers; only here a key is taken from, never from an address, which logs and browsers keep.

    Raises:
        KeyRequired: the Authorization header holds something else than a key.
    """
    authorization = headers.get("authorization")
    if authorization is None:
        return Credentials(session=_session_in(headers.get("cookie", "")))
    kind, _, secret = authorization.partition(" ")
    if kind.lower() != _BEARER or not secret.strip():
        message = "The Authorization header holds no key; write it as `Authorization: Bearer KEY`."
        raise KeyRequired(message)
    return Credentials(secret=secret.strip())


def needed_scope(method: str, path: str) -> KeyScope | None:
    """Return the scope that a request needs; None for what everybody may see: the page's files, and whether it runs.

    What is not known asks for more rather than less, so that a new address is never open by oversight.
    """
    if path in _OPEN_PATHS or path.startswith(_OPEN_FOLDERS):
        return None
    if method in _READING or path.startswith(_ASKING_FOLDERS) or path in {SESSION_PATH, TAGS_PATH}:
        return KeyScope.READ
    within = path.removeprefix(_COLLECTIONS).strip("/")
    if path.startswith(_COLLECTIONS) and within.count("/") > 0:
        return KeyScope.WRITE
    return KeyScope.ADMIN


def _session_in(cookie: str) -> str | None:
    try:
        found = SimpleCookie(cookie).get(COOKIE)
    except CookieError:
        return None
    return None if found is None or not found.value else found.value
