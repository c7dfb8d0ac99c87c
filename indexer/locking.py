"""The lock of an indexer: one at a time changes the generations of a collection, whatever machine it runs on.

The lock is a row in SQL with a beat that its holder counts up. Whoever finds it held watches the beat with a clock of
its own: if it rises the holder lives, and if it stands still for long enough the holder is gone. No two clocks are ever
compared, and none that can be set. A holder that was only asleep finds out by its token, which publishing demands.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from indexer.catalogue import BuildLock, Catalogue, UnknownCollection
from indexer.catalogue.sql_locks import lost
from indexer.generations import BuildRunning, Generations, LockFile
from models.contracts import RetrievalError

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Rhythm:
    """How a holder shows that it lives, and how long a contender waits for that.

    Attributes:
        beat: seconds between two beats.
        silence: seconds without a beat after which the holder counts as gone.
        clock: seconds that only rise, of this machine.
        pause: waits for some seconds.
    """

    beat: float = 2.0
    silence: float = 30.0
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


@dataclass(frozen=True, eq=False)
class Hold:
    """The lock of one collection, held by this process.

    Attributes:
        generations: what only the holder may change.
        collection: its name.
        token: what publishing demands.
        gone: set once somebody has been seen to have taken over.
    """

    generations: Generations
    collection: str
    token: str
    gone: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Make sure that no one has been seen to take over.

        Raises:
            BuildLockLost: somebody has.
        """
        if self.gone.is_set():
            raise lost(self.collection, None)


@contextmanager
def hold(
    catalogue: Catalogue,
    generations: Generations,
    collection: str,
    *,
    rhythm: Rhythm | None = None,
    waiting: Callable[[str], None] | None = None,
) -> Iterator[Hold]:
    """Hold the lock of a collection, and show all the while that this process lives.

    Args:
        catalogue: where the lock is.
        generations: those of the collection.
        collection: its name.
        rhythm: of the beats; None for the usual one.
        waiting: hears whose beat is watched, as a name for people, if that takes time.

    Raises:
        BuildRunning: another holds it and lives; the message says who.
        UnknownCollection: there is no such collection.
    """
    rhythm = rhythm or Rhythm()
    own = BuildLock(secrets.token_hex(16), f"process {os.getpid()} on {socket.gethostname()}")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(generations.exclusive())
        except BuildRunning as error:
            raise _running(collection, catalogue.build_lock(collection)) from error
        _take(catalogue, collection, own, file, rhythm, waiting)
        held = Hold(generations, collection, own.token)
        stack.enter_context(_beating(catalogue, held, rhythm))
        yield held


def _take(
    catalogue: Catalogue,
    collection: str,
    own: BuildLock,
    file: LockFile,
    rhythm: Rhythm,
    waiting: Callable[[str], None] | None,
) -> None:
    seen = catalogue.build_lock(collection)
    if seen is not None and file.note() != _note(seen.token):
        if waiting is not None:
            waiting(seen.holder)
        seen = _watched(catalogue, collection, seen, rhythm)
    file.leave(_note(own.token))
    if not catalogue.take_build_lock(collection, own, seen):
        raise _running(collection, catalogue.build_lock(collection))


def _note(token: str) -> str:
    """Return what a holder leaves in the lock file.

    Whoever finds the note of the lock's own token, of the same start of the same machine, and nobody inside, knows that
    the holder has died, and need not watch its beat.
    """
    try:
        boot = _BOOT.read_text().strip()
    except OSError:
        # This system does not tell its starts apart: no note is like another.
        boot = secrets.token_hex(16)
    return f"{boot} {token}"


def _watched(catalogue: Catalogue, collection: str, seen: BuildLock, rhythm: Rhythm) -> BuildLock | None:
    """Return a lock once its holder has been silent for long enough, or None once it is released.

    Raises:
        BuildRunning: the holder lives.
    """
    begun = rhythm.clock()
    while True:
        rhythm.pause(rhythm.beat)
        # Asked before the lock is read: a contender that was asleep has not watched while it slept.
        silence = rhythm.clock() - begun
        now = catalogue.build_lock(collection)
        if now is not None and now != seen:
            raise _running(collection, now)
        if now is None or silence >= rhythm.silence:
            return now


@contextmanager
def _beating(catalogue: Catalogue, held: Hold, rhythm: Rhythm) -> Iterator[None]:
    """Beat in a thread of its own, and release the lock at the end."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(rhythm.beat):
            try:
                lives = catalogue.beat_build_lock(held.collection, held.token)
            except UnknownCollection:
                lives = False
            except RetrievalError:
                # As long as nothing can be written nobody can take over either.
                continue
            if not lives:
                held.gone.set()
                return

    thread = threading.Thread(target=beat, name="build-lock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        # What cannot be released is found to be silent.
        with suppress(RetrievalError):
            catalogue.release_build_lock(held.collection, held.token)


def _running(collection: str, lock: BuildLock | None) -> BuildRunning:
    holder = "another indexer" if lock is None else lock.holder
    return BuildRunning(f"The collection {collection} is being indexed by {holder}: wait until that has finished.")
