"""`Admission`: how many requests that compute may be under way at once; who comes too many is told so at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from models.contracts import RetrievalError


class ServerBusy(RetrievalError):
    """As many requests are under way as may be."""


class Admission:
    """Places for requests, taken before their body is read; for use on the event loop alone.

    Under more load than the machine can bear, whoever gets in is answered within the time that the places take, and no
    work is spent on those who do not: without a bound all would wait, longer and longer, until nobody still listens.
    """

    def __init__(self, places: int, taken: Gauge) -> None:
        """Admit `places` requests at once; `taken` shows how many are in."""
        self._places = places
        self._free = places
        self._taken = taken

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place until the end of the block.

        Raises:
            ServerBusy: none is free.
        """
        if self._free == 0:
            message = f"{self._places} requests are under way, which is as many as may be; try again in a moment."
            raise ServerBusy(message)
        self._free -= 1
        self._taken.inc()
        try:
            yield
        finally:
            self._taken.dec()
            self._free += 1
