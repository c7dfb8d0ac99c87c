"""An open-loop load: searches leave when their time has come, whether or not earlier ones are answered.

On plain sockets, because the generator shares the machine with the server: it must cost little for each search.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import TypeAlias
from urllib.parse import urlsplit

BOUNDARY = "likeness-benchmark"
OK = 200
BUSY = 503

_Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Answered:
    """One search that was answered: status, seconds from when it was due, and whether it says when to come again."""

    status: int
    seconds: float
    has_retry_after: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a load.

    Attributes:
        sent: searches that left.
        seconds: how long they were sent for.
        answers: of all that were answered.
        lost: searches whose connection broke.
    """

    sent: int
    seconds: float
    answers: tuple[Answered, ...]
    lost: int

    @property
    def useful(self) -> tuple[float, ...]:
        """Seconds of the searches that were answered with hits, shortest first."""
        return tuple(sorted(answer.seconds for answer in self.answers if answer.status == OK))

    @property
    def refused(self) -> int:
        """How many were told to come again later."""
        return sum(answer.status == BUSY and answer.has_retry_after for answer in self.answers)

    @property
    def wrong(self) -> int:
        """How many were neither answered with hits nor told to come again."""
        return self.lost + len(self.answers) - len(self.useful) - self.refused


def send_at(url: str, drawings: Sequence[bytes], rate: float, seconds: float) -> Outcome:
    """Send `rate` searches a second for so many seconds, evenly, and wait for all answers."""
    return asyncio.run(_send_at(url, drawings, rate, seconds))


async def _send_at(url: str, drawings: Sequence[bytes], rate: float, seconds: float) -> Outcome:
    client = _Client(url, drawings)
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        sent = []
        for number in count():
            due = started + number / rate
            if number / rate >= seconds:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sent.append(group.create_task(client.search(due)))
    await client.close()
    found = [task.result() for task in sent]
    answers = tuple(answer for answer in found if answer is not None)
    return Outcome(len(found), seconds, answers, len(found) - len(answers))


class _Client:
    """Searches on connections that are kept for the next search."""

    def __init__(self, url: str, drawings: Sequence[bytes]) -> None:
        self._address = urlsplit(url)
        self._requests = cycle([self._request(drawing) for drawing in drawings])
        self._idle: list[_Connection] = []

    async def search(self, due: float) -> Answered | None:
        """Send the next drawing; None if the connection breaks."""
        try:
            reader, writer = self._kept() or await self._connect()
        except OSError:
            return None
        try:
            writer.write(next(self._requests))
            head = await reader.readuntil(b"\r\n\r\n")
            status, *fields = head.decode("latin-1").lower().split("\r\n")
            headers = dict(field.partition(": ")[::2] for field in fields if field)
            await reader.readexactly(int(headers["content-length"]))
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return None
        if headers.get("connection") == "close":
            writer.close()
            await writer.wait_closed()
        else:
            self._idle.append((reader, writer))
        return Answered(int(status.split()[1]), time.perf_counter() - due, "retry-after" in headers)

    def _kept(self) -> _Connection | None:
        """Take the connection used last; the server has closed those that were idle for some seconds."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and reader.exception() is None:
                return reader, writer
            writer.close()
        return None

    async def close(self) -> None:
        """Close the connections that were kept."""
        for _, writer in self._idle:
            writer.close()
            await writer.wait_closed()

    async def _connect(self) -> _Connection:
        return await asyncio.open_connection(self._address.hostname, self._address.port)

    def _request(self, drawing: bytes) -> bytes:
        body = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="drawing.png"\r\n\r\n'.encode()
            + drawing
            + f"\r\n--{BOUNDARY}--\r\n".encode()
        )
        head = (
            f"POST {self._address.path}?{self._address.query} HTTP/1.1\r\nHost: {self._address.netloc}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body
