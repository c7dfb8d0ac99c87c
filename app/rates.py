"""How many requests somebody may send: counted in one small file that all workers of a machine share.

Every caller has one number: the moment at which all requests so far would be paid for, each costing a fixed time (the
generic cell rate algorithm). A request is taken as long as that moment lies no further ahead than a burst costs. The
file never grows: it is a table of sets, and who comes new takes the place of whoever has been silent longest.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import math
import os
import secrets
import stat
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from models.contracts import RetrievalError

BURST_S = 10
"""A caller who was silent for so long may send the requests of so many seconds at once."""

_ROUNDING_S = 1e-6
_SALT_BYTES = 32
_SETS = 4096
_PLACES = 8
_PLACE = struct.Struct("<Qd")
_SET_BYTES = _PLACES * _PLACE.size
_FILE_BYTES = _SALT_BYTES + _SETS * _SET_BYTES

_logger = logging.getLogger("likeness.rates")


class RateExceeded(RetrievalError):
    """Somebody sends more requests than allowed.

    Attributes:
        wait_s: in how many seconds the next request will be taken.
    """

    def __init__(self, message: str, wait_s: float = 1.0) -> None:
        """Carry how long to wait."""
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Rate:
    """How many requests a second are taken, on average over `BURST_S` seconds."""

    per_second: float

    @property
    def cost(self) -> float:
        """What a request costs, in seconds."""
        return 1 / self.per_second

    @property
    def credit(self) -> float:
        """How far ahead a caller may be, in seconds; enough for one request at least."""
        return max(float(BURST_S), self.cost)


class Rates:
    """The counts of all callers, shared by all processes that use the same file; made when the first one is counted."""

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        """Open nothing yet.

        Args:
            path: of the file, on a disk or in memory of this machine.
            now: seconds of a clock that all processes of the machine share and nobody sets.
        """
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._file: int | None = None
        self._salt = b""
        self._failed = False

    def __enter__(self) -> Self:
        """Use the counts in a `with` statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; the counts stay in it for other processes."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
            self._file = None

    def charge(self, caller: str, rate: Rate) -> float:
        """Count a request of a caller. Where the file cannot be used nobody is limited, and the log says so once.

        Returns:
            0.0 if the request is to be taken; else it is not counted, and this is how many seconds to wait.
        """
        with self._lock:
            try:
                if self._file is None:
                    self._file, self._salt = _open(self._path)
                with _alone(self._file):
                    return _charge(self._file, _place_of(caller, self._salt), rate, self._now())
            except OSError as error:
                if not self._failed:
                    _logger.warning("Requests are not limited: %s cannot be used (%s).", self._path, error)
                self._failed = True
                return 0.0


def _charge(file: int, where: tuple[int, int], rate: Rate, now: float) -> float:
    offset, mark = where
    places = list(_PLACE.iter_unpack(os.pread(file, _SET_BYTES, offset)))
    own = [place for place, (owner, _) in enumerate(places) if owner == mark]
    place = own[0] if own else min(range(_PLACES), key=lambda number: places[number][1])
    paid = max(now, places[place][1]) if own else now
    if paid - now > rate.credit + _ROUNDING_S * 2:
        # Nobody is allowed to get so far ahead: the number is of before the machine started, or of another rate.
        paid = now
    wait = paid + rate.cost - rate.credit - now
    if wait > _ROUNDING_S:
        return wait
    os.pwrite(file, _PLACE.pack(mark, paid + rate.cost), offset + place * _PLACE.size)
    return 0.0


def _place_of(caller: str, salt: bytes) -> tuple[int, int]:
    """Return where a caller's set begins in the file, and the number by which the caller is known in it."""
    number, mark = struct.unpack("<QQ", hashlib.blake2b(caller.encode(), digest_size=16, key=salt).digest())
    return _SALT_BYTES + number % _SETS * _SET_BYTES, mark or 1


def _open(path: Path) -> tuple[int, bytes]:
    """Open or make the file, and return it with its salt, by which nobody can tell who shares a set."""
    # A folder for temporary files is everybody's: no link is followed, and nobody else's file is trusted.
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    try:
        _check_owner(os.fstat(file))
        with _alone(file):
            if os.fstat(file).st_size < _FILE_BYTES:
                # All of it now, so that a disk that fills up later does not matter.
                os.posix_fallocate(file, 0, _FILE_BYTES)
                os.pwrite(file, secrets.token_bytes(_SALT_BYTES), 0)
            return file, os.pread(file, _SALT_BYTES, 0)
    except BaseException:
        os.close(file)
        raise


@contextmanager
def _alone(file: int) -> Iterator[None]:
    """Keep other processes out of the file until the end of the block; a process that dies lets them in."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _check_owner(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        message = "it belongs to somebody else; remove it, or set TMPDIR to a folder of your own"
        raise PermissionError(message)


def rates_file(home: Path) -> Path:
    """Return where the counts of all servers of a data folder on this machine stand: never on a shared disk."""
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"likeness-{os.geteuid()}-{name}.rates"


def check_rate(rates: Rates, caller: str, rate: Rate, whose: str) -> None:
    """Count a request.

    Args:
        rates: the counts.
        caller: who is counted.
        rate: how many requests are taken.
        whose: what the caller shares the count with, such as "this key", for the sentence.

    Raises:
        RateExceeded: there were too many.
    """
    wait = rates.charge(caller, rate)
    if wait > 0:
        message = (
            f"More than {rate.per_second:g} requests a second came from {whose}; "
            f"wait {math.ceil(wait)} s, and send fewer."
        )
        raise RateExceeded(message, wait)
