"""The connection to one server: what is sent, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import httpx

from app.answers import Json
from app.bearer import Bearer
from app.failures import LikenessError, failure_of
from app.requests import Call
from app.retries import REPEATABLE, RetryingTransport, RetryPolicy

DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT_S = 30.0

_Answer = TypeVar("_Answer")


class Connection:
    """Sends calls to one server, and reads its answers."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Talk to the server at `url`.

        Args:
            url: where the server is, e.g. "http://127.0.0.1:8000".
            api_key: what `likeness keys create` printed; sent to this server only. None sends none.
            timeout_s: longest wait for a connection, and between two parts of an answer, in seconds.
            retries: how often and how patiently a request is sent again.
            transport: what carries the requests, in place of the network.
            sleep: what waits between two attempts.
        """
        self.url = url
        carried = RetryingTransport(transport or httpx.HTTPTransport(), retries or RetryPolicy(), sleep=sleep)
        try:
            bearer = None if api_key is None else Bearer(api_key, httpx.URL(url))
            self._http = httpx.Client(base_url=url, timeout=timeout_s, transport=carried, auth=bearer)
        except httpx.InvalidURL as error:
            message = f"{url!r} is not the address of a server ({error}); write one like {DEFAULT_URL}."
            raise LikenessError(message) from error

    def __enter__(self) -> Self:
        """Use the client in a `with` statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, call: Call, read: Callable[[Json], _Answer]) -> _Answer:
        response = self._send(call)
        try:
            return read(response.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{self.url} did not answer as a Likeness server of this version does; is it one?"
            raise LikenessError(message, response.status_code) from error

    def _send(self, call: Call) -> httpx.Response:
        extensions = {} if call.repeatable is None else {REPEATABLE: call.repeatable}
        try:
            response = self._http.request(
                call.method,
                call.path,
                params=call.parameters,
                headers=dict(call.headers),
                extensions=extensions,
                **call.body,
            )
        except httpx.ConnectError as error:
            message = f"No server answers at {self.url} ({error}); start one with `likeness serve`."
            raise LikenessError(message) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            message = f"The server at {self.url} gave no answer: {str(error) or type(error).__name__}."
            raise LikenessError(message) from error
        if response.is_success:
            return response
        raise failure_of(response)
