"""When a request is worth sending again, and after how long: what stands between the client and the network."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

REPEATABLE = "likeness.repeatable"
"""Request extension, a boolean: whether sending the request twice does no more than sending it once."""

# The server did not begin: whatever the request asks, it may be sent again.
_REFUSED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
# What stands before the server lost the answer: nobody knows how far the request came.
_LOST = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a request is sent again.

    Attributes:
        attempts: how often a request is sent at most, the first time included.
        first_wait_s: longest wait after the first failure where the server names none; it doubles with each failure.
        longest_wait_s: longest wait of all; a server that asks for more gets no second request.
    """

    attempts: int = 4
    first_wait_s: float = 0.25
    longest_wait_s: float = 30.0


class RetryingTransport(httpx.BaseTransport):
    """Sends a request again when it was refused for now, or when it failed and repeating it does no harm."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        policy: RetryPolicy,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Send through `inner`; `sleep`, `now` and `chance` (a number from 0 to 1) can be replaced by a test."""
        self._inner = inner
        self._policy = policy
        self._sleep = sleep
        self._now = now
        self._chance = chance

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request until it is answered for good or the attempts are used up; the answer is read whole."""
        for failures in range(1, self._policy.attempts):
            asked = None
            try:
                response = self._inner.handle_request(request)
                # Here, so that an answer that breaks off half-way counts as a failure.
                response.read()
            except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.TimeoutException):
                if not _is_repeatable(request):
                    raise
            else:
                asked = wait_asked(response.headers.get("Retry-After"), self._now())
                if not _is_worth_repeating(request, response) or (asked or 0.0) > self._policy.longest_wait_s:
                    return response
            self._sleep(self._own_wait(failures) if asked is None else asked)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _own_wait(self, failures: int) -> float:
        """Anything up to a limit that doubles, so that clients refused together do not return together."""
        limit = min(self._policy.first_wait_s * 2.0 ** (failures - 1), self._policy.longest_wait_s)
        return self._chance() * limit


def wait_asked(retry_after: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for, whether it holds seconds or a date; None if it asks for nothing."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # A date without a zone is UTC: HTTP knows no other.
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (aware - now).total_seconds())


def _is_repeatable(request: httpx.Request) -> bool:
    return bool(request.extensions.get(REPEATABLE, request.method in _IDEMPOTENT))


def _is_worth_repeating(request: httpx.Request, response: httpx.Response) -> bool:
    return response.status_code in _REFUSED or (response.status_code in _LOST and _is_repeatable(request))
