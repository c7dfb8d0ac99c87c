"""The lock of an indexer: one holder, whatever becomes of it, and nobody's clock is trusted."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from indexer import locking
from indexer.catalogue import (
    BuildLock,
    BuildLockLost,
    Catalogue,
    CatalogueUnavailable,
    GenerationRecord,
    UnknownCollection,
)
from indexer.generations import BuildRunning, Generations, GenerationStore
from indexer.locking import Rhythm, hold
from tests.indexer.stock import new_catalogue

ELSEWHERE = BuildLock("e" * 32, "process 7 on elsewhere")
QUICK = 0.001


@dataclass
class Clock:
    """A clock that only moves when somebody waits; `then` happens while the nth wait lasts."""

    now: float = 1000.0
    waits: int = 0
    then: dict[int, Callable[[], object]] = field(default_factory=dict)

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.waits += 1
        self.then.get(self.waits, int)()

    def rhythm(self, beat: float = 2.0, silence: float = 30.0) -> Rhythm:
        """Return the rhythm of this clock."""
        return Rhythm(beat, silence, lambda: self.now, self.pause)


@pytest.fixture
def shoes(catalogue: Catalogue, tmp_path: Path) -> Generations:
    """Return the generations of a new collection of that name."""
    collection = catalogue.create_collection("shoes", "fake")
    return GenerationStore(tmp_path / "indexes").of(collection.id, "shoes")


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands."""
    return Clock()


def test_a_holder_is_known_by_name_and_lets_go_in_the_end(catalogue: Catalogue, shoes: Generations) -> None:
    """While it is held everybody can read which process of which machine holds it."""
    with hold(catalogue, shoes, "shoes") as held:
        lock = catalogue.build_lock("shoes")
        assert lock is not None
        assert lock.token == held.token
        assert str(os.getpid()) in lock.holder
        assert socket.gethostname() in lock.holder
        held.check()
    assert catalogue.build_lock("shoes") is None


def test_an_error_lets_go_too(catalogue: Catalogue, shoes: Generations) -> None:
    """A build that fails leaves the way free."""
    with pytest.raises(KeyError), hold(catalogue, shoes, "shoes"):
        raise KeyError
    assert catalogue.build_lock("shoes") is None


def test_a_holder_beats_while_it_works(catalogue: Catalogue, shoes: Generations) -> None:
    """The beat rises by itself, beside whatever the holder does."""
    with hold(catalogue, shoes, "shoes", rhythm=Rhythm(beat=QUICK)):
        seen = 0
        while seen < 3:
            lock = catalogue.build_lock("shoes")
            assert lock is not None
            assert lock.beat >= seen
            seen = lock.beat


def test_two_on_one_machine_exclude_each_other_at_once(catalogue: Catalogue, shoes: Generations, clock: Clock) -> None:
    """The loser is told who holds the lock, without waiting; other collections are free."""
    other = catalogue.create_collection("boots", "fake")
    boots = GenerationStore(shoes.folder(1).parents[1]).of(other.id, "boots")
    with hold(catalogue, shoes, "shoes"):
        expected = f"shoes .* process {os.getpid()} on {socket.gethostname()}: wait"
        with pytest.raises(BuildRunning, match=expected), hold(catalogue, shoes, "shoes", rhythm=clock.rhythm()):
            pass
        with hold(catalogue, boots, "boots"):
            pass
    assert clock.waits == 0
    with hold(catalogue, shoes, "shoes"):
        pass


def test_who_is_still_entering_has_no_name(catalogue: Catalogue, shoes: Generations) -> None:
    """Between the file and the row a holder is told of as another indexer."""
    with shoes.exclusive(), pytest.raises(BuildRunning, match="another indexer"), hold(catalogue, shoes, "shoes"):
        pass


def test_a_holder_elsewhere_that_beats_is_left_alone(catalogue: Catalogue, shoes: Generations, clock: Clock) -> None:
    """A contender on another machine hears of the holder by name as soon as it has beaten once, and takes nothing."""
    catalogue.take_build_lock("shoes", ELSEWHERE)
    clock.then[4] = lambda: catalogue.beat_build_lock("shoes", ELSEWHERE.token)
    told: list[str] = []
    with (
        pytest.raises(BuildRunning, match="process 7 on elsewhere"),
        hold(catalogue, shoes, "shoes", rhythm=clock.rhythm(), waiting=told.append),
    ):
        pass
    assert (clock.waits, told) == (4, [ELSEWHERE.holder])
    lock = catalogue.build_lock("shoes")
    assert lock is not None
    assert (lock.token, lock.beat) == (ELSEWHERE.token, 1)


def test_a_silent_holder_is_followed_after_the_whole_silence(
    catalogue: Catalogue, shoes: Generations, clock: Clock
) -> None:
    """Only when a contender's own clock has seen no beat for as long as is agreed does it take over."""
    catalogue.take_build_lock("shoes", ELSEWHERE)
    with hold(catalogue, shoes, "shoes", rhythm=clock.rhythm(beat=2, silence=30)) as held:
        lock = catalogue.build_lock("shoes")
        assert lock is not None
        assert lock.token == held.token
    assert clock.waits == 15


def test_a_released_lock_is_taken_at_once(catalogue: Catalogue, shoes: Generations, clock: Clock) -> None:
    """A contender that watches does not wait longer than the holder works."""
    catalogue.take_build_lock("shoes", ELSEWHERE)
    clock.then[2] = lambda: catalogue.release_build_lock("shoes", ELSEWHERE.token)
    with hold(catalogue, shoes, "shoes", rhythm=clock.rhythm()):
        assert clock.waits == 2


def test_a_beat_in_the_last_moment_counts(catalogue: Catalogue, shoes: Generations, clock: Clock) -> None:
    """A contender that slept through the whole silence looks once more before it takes anything."""
    catalogue.take_build_lock("shoes", ELSEWHERE)

    def oversleep() -> None:
        clock.now += 3600
        catalogue.beat_build_lock("shoes", ELSEWHERE.token)

    clock.then[1] = oversleep
    with pytest.raises(BuildRunning, match="elsewhere"), hold(catalogue, shoes, "shoes", rhythm=clock.rhythm()):
        pass


def test_of_two_contenders_the_first_is_told_to_the_second(
    catalogue: Catalogue, shoes: Generations, clock: Clock
) -> None:
    """Who takes over during another's watch is the holder that the other is told of."""
    catalogue.take_build_lock("shoes", ELSEWHERE)
    first = BuildLock("f" * 32, "process 8 on a third machine")
    clock.then[3] = lambda: catalogue.take_build_lock("shoes", first, ELSEWHERE)
    with pytest.raises(BuildRunning, match="third machine"), hold(catalogue, shoes, "shoes", rhythm=clock.rhythm()):
        pass
    assert catalogue.build_lock("shoes") == first


def test_the_wall_clock_is_never_asked(
    catalogue: Catalogue, shoes: Generations, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that is set back or forward while a contender watches changes nothing: nobody reads it."""

    def refuse() -> float:
        message = "the wall clock was asked"
        raise AssertionError(message)

    catalogue.take_build_lock("shoes", ELSEWHERE)
    monkeypatch.setattr("time.time", refuse)
    with hold(catalogue, shoes, "shoes", rhythm=clock.rhythm()):
        assert clock.waits == 15


def test_a_holder_that_was_taken_for_dead_learns_it(catalogue: Catalogue, shoes: Generations) -> None:
    """Its beat fails, so that its next step does, and it leaves the lock to whom it belongs now."""
    with hold(catalogue, shoes, "shoes", rhythm=Rhythm(beat=QUICK)) as held:
        taken = False
        while not taken:
            taken = catalogue.take_build_lock("shoes", ELSEWHERE, catalogue.build_lock("shoes"))
        assert held.gone.wait(60)
        with pytest.raises(BuildLockLost, match="shoes"):
            held.check()
        with pytest.raises(BuildLockLost, match="elsewhere"):
            catalogue.publish("shoes", GenerationRecord(1, "a" * 64, 1, 1, "Flat"), held.token)
    assert catalogue.build_lock("shoes") == ELSEWHERE


def test_a_collection_that_is_deleted_takes_the_lock_along(catalogue: Catalogue, shoes: Generations) -> None:
    """The holder learns that too, and can still leave in order."""
    with hold(catalogue, shoes, "shoes", rhythm=Rhythm(beat=QUICK)) as held:
        catalogue.delete_collection("shoes")
        assert held.gone.wait(60)
        with pytest.raises(BuildLockLost):
            held.check()


def test_an_unknown_collection_has_no_lock_to_hold(catalogue: Catalogue, shoes: Generations) -> None:
    """Nothing is held, and the next one can enter."""
    catalogue.delete_collection("shoes")
    with pytest.raises(UnknownCollection), hold(catalogue, shoes, "shoes"):
        pass
    with shoes.exclusive():
        pass


class Failing:
    """A catalogue whose beats fail a few times."""

    def __init__(self, catalogue: Catalogue, failures: int) -> None:
        """Fail that often."""
        self._catalogue = catalogue
        self._failures = failures
        self.recovered = Event()

    def beat_build_lock(self, collection: str, token: str) -> bool:
        """Fail, or beat."""
        if self._failures:
            self._failures -= 1
            message = "The catalogue does not answer."
            raise CatalogueUnavailable(message)
        beaten = self._catalogue.beat_build_lock(collection, token)
        self.recovered.set()
        return beaten

    def __getattr__(self, name: str) -> object:
        """Do everything else as the catalogue does."""
        return getattr(self._catalogue, name)


def test_a_database_that_is_away_for_a_while_costs_no_lock(catalogue: Catalogue, shoes: Generations) -> None:
    """A holder whose beats could not be written goes on beating once they can."""
    failing = Failing(catalogue, 3)
    with hold(failing, shoes, "shoes", rhythm=Rhythm(beat=QUICK)) as held:  # type: ignore[arg-type]  # by __getattr__
        assert failing.recovered.wait(60)
        held.check()


KILLED = """
import os, sys
from pathlib import Path
from indexer.catalogue import open_catalogue
from indexer.generations import GenerationStore
from indexer.locking import hold
with open_catalogue(sys.argv[1]) as catalogue:
    generations = GenerationStore(Path(sys.argv[2])).of(catalogue.collection("shoes").id, "shoes")
    with hold(catalogue, generations, "shoes"):
        os.kill(os.getpid(), 9)
"""


def kill_one(url: str, shoes: Generations) -> None:
    """Let a process of this machine take the lock and die with it."""
    killed = subprocess.run([sys.executable, "-c", KILLED, url, str(shoes.folder(1).parents[1])], check=False)
    assert killed.returncode == -9


def test_a_holder_killed_on_this_machine_is_followed_at_once(
    catalogue: Catalogue, shoes: Generations, database_url: str, clock: Clock
) -> None:
    """Its note in the lock file and the system, which has let go of the file, prove that it is dead."""
    kill_one(database_url, shoes)
    assert catalogue.build_lock("shoes") is not None
    with hold(catalogue, shoes, "shoes", rhythm=clock.rhythm()):
        assert clock.waits == 0


@pytest.mark.parametrize("boot", ["another start of this machine", None])
def test_a_note_of_another_start_or_machine_proves_nothing(
    catalogue: Catalogue,
    shoes: Generations,
    database_url: str,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    boot: str | None,
) -> None:
    """On a shared folder the file may be free here and held there: then the beat is watched."""
    kill_one(database_url, shoes)
    if boot is not None:
        (tmp_path / "boot").write_text(boot)
    monkeypatch.setattr(locking, "_BOOT", tmp_path / "boot")
    with hold(catalogue, shoes, "shoes", rhythm=clock.rhythm()):
        assert clock.waits == 15


def contend(folder: str, turns: int) -> int:
    """Reach for the lock again and again; return how often it was held, alone each time."""
    catalogue = new_catalogue(Path(folder))
    generations = GenerationStore(Path(folder) / "indexes").of(catalogue.collection("shoes").id, "shoes")
    held = 0
    while held < turns:
        try:
            with hold(catalogue, generations, "shoes"):
                inside = Path(folder) / "inside"
                inside.touch(exist_ok=False)
                inside.unlink()
                held += 1
        except BuildRunning:
            continue
    return held


def test_processes_never_hold_it_together(tmp_path: Path) -> None:
    """Three that contend all the time each get their turns, and no two are inside at once."""
    new_catalogue(tmp_path).create_collection("shoes", "fake")
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.starmap(contend, [(str(tmp_path), 5)] * 3) == [5, 5, 5]
