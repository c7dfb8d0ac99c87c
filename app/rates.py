"""How many requests somebody may send: counted in one small file that all workers of a machine share.

Every caller has one number: the moment at which all requests so far would be paid for, each costing a fixed time (the
generic cell rate algorithm). A request is taken as long as that moment lies no further ahead than a burst costs. The
file never grows: it is a table of sets, and who comes new takes the place of whoever has been silent longest.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import os
import secrets
import stat
import struct
import tempfile
import threading
import time
from collections.abc import Callable
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


class RateExceeded(RetrievalError):
    """Somebody sends more requests than allowed.

    Attributes:
        wait_s: in how many seconds the next request will be taken.
    """

    def __init__(self, message: str, wait_s: float) -> None:
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
    """The counts of all callers, shared by all processes that open the same file."""

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        """Open the file, or make it.

        Args:
            path: of the file, on a disk or in memory of this machine.
            now: seconds of a clock that all processes of the machine share and nobody sets.

        Raises:
            OSError: the file cannot be used, or belongs to another user.
        """
        self._now = now
        self._lock = threading.Lock()
        # A folder for temporary files is everybody's: no link is followed, and nobody else's file is trusted.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            _check_owner(os.fstat(self._file), path)
            self._salt = self._begun()
        except BaseException:
            os.close(self._file)
            raise

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
        os.close(self._file)

    def charge(self, caller: str, rate: Rate) -> float:
        """Count a request of a caller.

        Returns:
            0.0 if the request is to be taken; else it is not counted, and this is how many seconds to wait.
        """
        digest = hashlib.blake2b(caller.encode(), digest_size=16, key=self._salt).digest()
        number, mark = struct.unpack("<QQ", digest)
        offset = _SALT_BYTES + number % _SETS * _SET_BYTES
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                return self._charge(offset, mark or 1, rate)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _charge(self, offset: int, mark: int, rate: Rate) -> float:
        places = list(_PLACE.iter_unpack(os.pread(self._file, _SET_BYTES, offset)))
        own = [place for place, (owner, _) in enumerate(places) if owner == mark]
        place = own[0] if own else min(range(_PLACES), key=lambda number: places[number][1])
        now = self._now()
        paid = max(now, places[place][1]) if own else now
        if paid - now > rate.credit + _ROUNDING_S * 2:
            # Nobody is allowed to get so far ahead: the number is of before the machine started, or of another rate.
            paid = now
        wait = paid + rate.cost - rate.credit - now
        if wait > _ROUNDING_S:
            return wait
        os.pwrite(self._file, _PLACE.pack(mark, paid + rate.cost), offset + place * _PLACE.size)
        return 0.0

    def _begun(self) -> bytes:
        """Return the file's salt, by which nobody can tell who shares a set; the first process writes it."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            if os.fstat(self._file).st_size < _FILE_BYTES:
                os.posix_fallocate(self._file, 0, _FILE_BYTES)
                os.pwrite(self._file, secrets.token_bytes(_SALT_BYTES), 0)
            return os.pread(self._file, _SALT_BYTES, 0)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)


def _check_owner(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        message = f"{path} belongs to somebody else; remove it, or set TMPDIR to a folder of your own"
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
