"""How many requests are taken: judged by a bucket of tokens in exact fractions, and across real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rates import BURST_S, Rate, RateExceeded, Rates, check_rate, rates_file

BOOT = 1_000_000.0
"""Seconds on a machine's clock after some days."""

SENDER = """
import sys
from pathlib import Path
from app.rates import Rate, Rates

with Rates(Path(sys.argv[1]), lambda: 5000.0) as rates:
    sys.stdout.write(f"{sum(rates.charge('key a', Rate(20)) == 0 for _ in range(150))}")
"""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = BOOT) -> None:
        self.now = now

    def __call__(self) -> float:
        """Tell the seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock of a machine that has run for days."""
    return Clock()


@pytest.fixture
def rates(tmp_path: Path, clock: Clock) -> Iterator[Rates]:
    """Counts in a file of their own."""
    with Rates(tmp_path / "rates", clock) as opened:
        yield opened


def burst(rates: Rates, caller: str, rate: Rate, most: int = 5000) -> int:
    """Send until refused; returns how many were taken."""
    return next((number for number in range(most) if rates.charge(caller, rate) > 0), most)


@pytest.mark.parametrize("per_second", [0.5, 1, 3, 20, 100])
def test_a_burst_is_ten_seconds_worth(rates: Rates, per_second: float) -> None:
    """Whoever was silent may send what ten seconds allow at once, and then must wait."""
    assert burst(rates, "a", Rate(per_second)) == per_second * BURST_S


def test_one_request_is_always_possible(rates: Rates) -> None:
    """Also where less than one is allowed in ten seconds."""
    assert burst(rates, "a", Rate(0.01)) == 1


def test_whoever_waits_as_long_as_told_is_taken(rates: Rates, clock: Clock) -> None:
    """The time that is named is neither too short nor longer than needed."""
    rate = Rate(3)
    burst(rates, "a", rate)
    for _ in range(10):
        wait = rates.charge("a", rate)
        assert wait > 0
        clock.now += wait * 0.99
        assert rates.charge("a", rate) > 0
        clock.now += wait * 0.01 + 1e-6
        assert rates.charge("a", rate) == 0


@given(
    per_second=st.sampled_from([1, 2, 5, 8]),
    steps=st.lists(st.tuples(st.integers(0, 64), st.integers(1, 30)), max_size=20),
)
def test_it_is_a_bucket_of_tokens(
    tmp_path_factory: pytest.TempPathFactory, per_second: int, steps: list[tuple[int, int]]
) -> None:
    """After any pauses, any number of requests is answered as a bucket that fills evenly answers it."""
    clock = Clock()
    tokens = Fraction(per_second * BURST_S)
    with Rates(tmp_path_factory.mktemp("rates") / "rates", clock) as rates:
        for eighths, requests in steps:
            clock.now += eighths / 8
            tokens = min(Fraction(per_second * BURST_S), tokens + Fraction(eighths * per_second, 8))
            taken = sum(rates.charge("a", Rate(per_second)) == 0 for _ in range(requests))
            assert taken == min(requests, int(tokens))
            tokens -= taken


def test_callers_do_not_pay_for_each_other(rates: Rates) -> None:
    """Thousands of others, more than would fit into any one place, do not change what one may send."""
    rate = Rate(2)
    for number in range(3000):
        assert rates.charge(f"address {number}", rate) == 0
    assert burst(rates, "a", rate) == 20
    assert burst(rates, "b", rate) == 20


def test_the_file_never_grows(rates: Rates, tmp_path: Path) -> None:
    """However many come, nothing is kept but a number for the latest of them."""
    rates.charge("first", Rate(1))
    before = (tmp_path / "rates").stat().st_size
    for number in range(5000):
        rates.charge(f"address {number}", Rate(1))
    assert (tmp_path / "rates").stat().st_size == before < 2**20


def test_numbers_from_before_a_restart_of_the_machine_lock_nobody_out(tmp_path: Path) -> None:
    """The clock begins at nothing again; what the file says then is far in the future and is not believed."""
    with Rates(tmp_path / "rates", Clock(BOOT)) as before:
        burst(before, "a", Rate(5))
    with Rates(tmp_path / "rates", Clock(12.0)) as after:
        assert burst(after, "a", Rate(5)) == 50


def test_what_one_process_counts_all_others_see(tmp_path: Path) -> None:
    """Of 600 requests that four processes take at once for one key, exactly the allowed ones are taken."""
    argv = [sys.executable, "-c", SENDER, str(tmp_path / "rates")]
    running = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    taken = [int(process.communicate(timeout=300)[0]) for process in running]
    assert sum(taken) == 200


def test_threads_do_not_lose_a_count(rates: Rates) -> None:
    """Four threads of one process together are taken as often as one would be."""
    taken: list[int] = []

    def send() -> None:
        taken.append(sum(rates.charge("a", Rate(10)) == 0 for _ in range(60)))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(taken) == 100


def unlimited(rates: Rates, caplog: pytest.LogCaptureFixture) -> str:
    """Send more than allowed, all of which is taken; returns what the log says, once."""
    with rates:
        assert burst(rates, "a", Rate(1), 50) == 50
    (said,) = caplog.messages
    caplog.clear()
    return said


def test_only_a_file_of_ones_own_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """In a folder that others write to, a link is not followed, and what is no file is left alone."""
    target = tmp_path / "precious"
    target.write_text("mine")
    (tmp_path / "link").symlink_to(target)
    assert "link cannot be used" in unlimited(Rates(tmp_path / "link"), caplog)
    assert target.read_text() == "mine"
    os.mkfifo(tmp_path / "pipe")
    assert "TMPDIR" in unlimited(Rates(tmp_path / "pipe"), caplog)


def test_a_file_of_somebody_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever made the file first does not get to read and change the counts."""
    with Rates(tmp_path / "rates") as own:
        own.charge("a", Rate(1))
    owner = os.geteuid()
    monkeypatch.setattr("app.rates.os.geteuid", lambda: owner + 1)
    assert "somebody else" in unlimited(Rates(tmp_path / "rates"), caplog)


def test_a_server_goes_on_where_nothing_can_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without a place for the counts nobody is limited, and the log says so once."""
    assert "not limited" in unlimited(Rates(tmp_path / "nowhere" / "rates"), caplog)


def test_the_file_is_made_for_its_owner_when_somebody_is_counted(tmp_path: Path) -> None:
    """Nothing is left behind by a server that nobody sent a key to, and others cannot read the counts."""
    with Rates(tmp_path / "rates") as rates:
        assert list(tmp_path.iterdir()) == []
        rates.charge("a", Rate(1))
    assert (tmp_path / "rates").stat().st_mode & 0o077 == 0


def test_servers_of_one_folder_share_a_file_that_lies_elsewhere() -> None:
    """The data folder may be shared with other machines, whose clocks are others."""
    one, two = Path("/srv/one"), Path("/srv/two")
    assert rates_file(one) == rates_file(one) != rates_file(two)
    assert not rates_file(one).is_relative_to(one)


def test_a_refusal_says_how_much_and_how_long(rates: Rates) -> None:
    """The sentence names the limit, who is limited, and the wait; the error carries the wait."""
    for _ in range(10):
        check_rate(rates, "key a", Rate(1), "this key")
    with pytest.raises(RateExceeded, match="1 requests a second came from this key; wait 1 s") as refused:
        check_rate(rates, "key a", Rate(1), "this key")
    assert refused.value.wait_s == pytest.approx(1.0)
