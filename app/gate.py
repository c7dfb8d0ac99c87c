"""Who may do what, and how often: asked for every request before anything of it is read."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.credentials import CALLER, Caller, Credentials, KeyRequired, ScopeTooNarrow, needed_scope, read_credentials
from app.problems import of_error
from app.rates import Rate, Rates, check_rate
from app.workers import Workers
from indexer.catalogue import ApiKey, Keyring
from models.contracts import RetrievalError

OPEN_S = 1.0
"""Seconds for which a server that asks for no key may not have heard yet of the first one."""

_NETWORK_BITS = 64
_HOW = "send one as `Authorization: Bearer KEY`, or set LIKENESS_API_KEY for the command line"


class Gate:
    """Lets requests through, or not, by the keys and the rates of a running server."""

    def __init__(
        self,
        keyring: Keyring,
        workers: Workers,
        rates: Rates | None,
        *,
        always: bool,
        per_key: float = 0.0,
        per_address: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask nobody yet.

        Args:
            keyring: the keys.
            workers: the threads to look keys up in.
            rates: the counts of requests; None where nothing is limited.
            always: whether a key is asked for even while there is none.
            per_key: how many requests a second one key may send; 0 for any number.
            per_address: how many requests a second may come from one address; 0 for any number.
            clock: seconds that only rise.
        """
        self._keyring = keyring
        self._workers = workers
        self._rates = rates
        self._asks = always
        self._clock = clock
        self._open_until = -math.inf
        self._per_key = Rate(per_key) if per_key else None
        self._per_address = Rate(per_address) if per_address else None

    async def admit(self, method: str, path: str, headers: Headers, address: str | None) -> Caller:
        """Return who sends a request, if it may be sent.

        Raises:
            KeyRequired: it needs a key, or brings one that does not hold.
            ScopeTooNarrow: its key does not allow this.
            RateExceeded: there were too many of this address, or of this key.
            CatalogueUnavailable: nobody can be known now.
        """
        needed = needed_scope(method, path)
        if needed is None:
            return Caller()
        if self._rates is not None and self._per_address is not None and address is not None:
            check_rate(self._rates, f"address {_network(address)}", self._per_address, "this address")
        caller = await self._caller(read_credentials(headers))
        if self._rates is not None and self._per_key is not None and caller.key is not None:
            check_rate(self._rates, f"key {caller.key.id}", self._per_key, "this key")
        if not caller.may(needed):
            scope = "read" if caller.key is None or caller.session is not None else caller.key.scope
            message = f"This needs a key with the scope {needed}, and this one has the scope {scope}."
            raise ScopeTooNarrow(message)
        return caller

    async def is_open_to(self, headers: Headers) -> bool:
        """Whether a request to an address that needs no key may be told more than a stranger."""
        try:
            await self._caller(read_credentials(headers))
        except KeyRequired:
            return False
        except RetrievalError:
            # Of a catalogue that does not answer: nobody is known now, so it hangs on whether keys were asked for.
            return not self._asks
        return True

    async def _caller(self, brought: Credentials) -> Caller:
        if brought.secret is not None:
            return Caller(_sound(await self._workers.store(self._keyring.find, brought.secret)))
        if brought.session is not None:
            found = await self._workers.store(self._keyring.find_session, brought.session)
            if found is not None:
                return Caller(_sound(found), brought.session)
        if await self._asks_for_keys():
            message = f"This server asks for a key: {_HOW}."
            raise KeyRequired(message)
        return Caller()

    async def _asks_for_keys(self) -> bool:
        """Whether a key was ever made; that it was stays so, that it was not is believed for `OPEN_S`."""
        if self._asks or self._clock() < self._open_until:
            return self._asks
        looked = self._clock()
        if await self._workers.store(self._keyring.is_in_use):
            self._asks = True
        self._open_until = looked + OPEN_S
        return self._asks


class Gated:
    """Middleware: lets requests through that the server's `Gate` admits."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`, whose state has the server's parts once it runs."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            gate = cast("Gate", scope["app"].state.services.gate)
            client = scope.get("client")
            try:
                scope[CALLER] = await gate.admit(
                    scope["method"], scope["path"], Headers(scope=scope), None if client is None else client[0]
                )
            except RetrievalError as error:
                await of_error(scope["path"], error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _sound(key: ApiKey | None) -> ApiKey:
    """Return a key that holds; whoever brings one is told if it does not, even where none is needed."""
    if key is None:
        message = "This server knows no such key; `likeness keys create` makes one."
        raise KeyRequired(message)
    if not key.holds(datetime.now(UTC)):
        ended = "was revoked" if key.revoked_at is not None else f"expired on {key.expires_at:%Y-%m-%d}"
        message = f"The key {key.name} {ended}; `likeness keys create` makes another."
        raise KeyRequired(message)
    return key


def _network(address: str) -> str:
    """Return what one subscriber has: an address of IPv4, or the first half of one of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:  # noqa: PLR2004 - the name of a protocol
        return address
    return str(ipaddress.ip_network((int(found), _NETWORK_BITS), strict=False))
