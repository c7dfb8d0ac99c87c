"""When the client sends a request again, seen from a scripted network and a clock that only the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.retries import REPEATABLE, RetryingTransport, RetryPolicy, wait_asked

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Step = int | Exception | httpx.Response


class ScriptedNetwork(httpx.BaseTransport):
    """Gives the answers of a script, one a request, and keeps the bodies it was sent."""

    def __init__(self, script: list[Step]) -> None:
        self._script = iter(script)
        self.bodies: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Give the next answer."""
        self.bodies.append(request.read())
        step = next(self._script)
        if isinstance(step, Exception):
            raise step
        return httpx.Response(step) if isinstance(step, int) else step


def send(
    script: list[Step],
    method: str = "GET",
    policy: RetryPolicy | None = None,
    *,
    repeatable: bool | None = None,
    chance: Callable[[], float] = lambda: 1.0,
) -> tuple[httpx.Response | Exception, list[float], list[bytes]]:
    """Send one request; returns how it ended, the waits, and the bodies that reached the network."""
    waits: list[float] = []
    network = ScriptedNetwork(script)
    transport = RetryingTransport(network, policy or RetryPolicy(), sleep=waits.append, now=lambda: NOW, chance=chance)
    extensions = {} if repeatable is None else {REPEATABLE: repeatable}
    with httpx.Client(transport=transport) as client:
        try:
            outcome: httpx.Response | Exception = client.request(
                method, "http://likeness.test/", files={"image": b"picture"}, extensions=extensions
            )
        except httpx.HTTPError as error:
            outcome = error
    return outcome, waits, network.bodies


def status(outcome: httpx.Response | Exception) -> int:
    """Return the status of an answer, which there must be."""
    assert isinstance(outcome, httpx.Response), outcome
    return outcome.status_code


def refusal(retry_after: str, code: int = 503) -> httpx.Response:
    """Answer "not now", with a hint when."""
    return httpx.Response(code, headers={"Retry-After": retry_after})


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PATCH"])
def test_a_refused_request_is_sent_again_whatever_its_method(code: int, method: str) -> None:
    """429 and 503 mean that nothing was begun, so that any request may come again, with the same body."""
    outcome, waits, bodies = send([code, code, 200], method)
    assert status(outcome) == 200
    assert len(waits) == 2
    assert len(bodies) == 3
    assert bodies[0] == bodies[1] == bodies[2] != b""


@pytest.mark.parametrize(
    "step", [502, 504, httpx.ReadError("reset"), httpx.ReadTimeout("slow"), httpx.ConnectError("")]
)
@pytest.mark.parametrize(
    ("method", "repeatable", "sent_again"),
    [
        ("GET", None, True),
        ("PUT", None, True),
        ("DELETE", None, True),
        ("POST", None, False),
        ("PATCH", None, False),
        ("POST", True, True),
        ("GET", False, False),
    ],
)
def test_a_request_whose_fate_is_unknown_is_sent_again_only_if_that_does_no_harm(
    step: Step, method: str, repeatable: bool | None, sent_again: bool
) -> None:
    """A lost answer says nothing about what the server did."""
    outcome, _, bodies = send([step, 200], method, repeatable=repeatable)
    assert len(bodies) == 1 + sent_again
    if sent_again:
        assert status(outcome) == 200
    elif isinstance(step, Exception):
        assert outcome is step
    else:
        assert status(outcome) == step


@pytest.mark.parametrize("code", [200, 204, 301, 400, 404, 409, 413, 422, 500, 501])
def test_an_answer_that_would_not_change_is_final(code: int) -> None:
    """Success, the caller's mistakes and the server's own are answered once."""
    outcome, waits, _ = send([code])
    assert status(outcome) == code
    assert waits == []


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_attempts_are_bounded_and_the_last_answer_is_returned(attempts: int) -> None:
    """A server that never recovers is asked `attempts` times, and its refusal comes back."""
    outcome, waits, bodies = send([503] * attempts, policy=RetryPolicy(attempts=attempts))
    assert status(outcome) == 503
    assert len(bodies) == attempts
    assert len(waits) == attempts - 1


def test_the_last_failure_is_raised() -> None:
    """Where no attempt is answered, the caller learns of the last failure."""
    errors = [httpx.ConnectError(str(number)) for number in range(4)]
    outcome, _, _ = send([*errors])
    assert outcome is errors[-1]


def test_an_answer_that_breaks_off_is_a_failure() -> None:
    """A connection lost in the middle of a body is repeated like one lost before it."""

    def broken() -> Iterator[bytes]:
        yield b"{"
        message = "reset"
        raise httpx.ReadError(message)

    outcome, _, _ = send([httpx.Response(200, content=broken()), 200])
    assert status(outcome) == 200


@pytest.mark.parametrize("code", [429, 503])
def test_the_wait_the_server_asks_for_is_kept_exactly(code: int) -> None:
    """Retry-After stands, whether in seconds or as a date, and whatever the client's own waits are."""
    date = format_datetime(NOW + timedelta(seconds=11), usegmt=True)
    _, waits, _ = send([refusal("7", code), refusal(date, code), refusal("0", code), 200], "POST")
    assert waits == [7.0, 11.0, 0.0]


def test_a_server_that_asks_for_too_much_gets_no_second_request() -> None:
    """Coming back sooner than asked would be rude, and waiting that long is the caller's decision."""
    policy = RetryPolicy(longest_wait_s=10)
    for hint, sent in (("10", 2), ("11", 1), ("9" * 400, 1)):
        outcome, waits, bodies = send([refusal(hint), 200], policy=policy)
        assert status(outcome) == (200 if sent == 2 else 503)
        assert len(bodies) == sent
        assert len(waits) == sent - 1


@settings(deadline=None)
@given(chances=st.lists(st.floats(0, 1), min_size=5, max_size=5), first=st.floats(0.01, 5), longest=st.floats(0.01, 20))
def test_own_waits_grow_no_faster_than_doubling_and_stay_bounded(
    chances: list[float], first: float, longest: float
) -> None:
    """Without a hint the n-th wait lies between 0 and the smaller of first * 2^n and the longest."""
    draws = iter(chances)
    policy = RetryPolicy(attempts=6, first_wait_s=first, longest_wait_s=longest)
    _, waits, _ = send([503] * 6, policy=policy, chance=lambda: next(draws))
    assert waits == pytest.approx([chance * min(first * 2**n, longest) for n, chance in enumerate(chances)])


@settings(deadline=None)
@given(seconds=st.integers(0, 10**9))
def test_seconds_and_dates_mean_the_same(seconds: int) -> None:
    """A Retry-After of n seconds and the date n seconds from now ask for the same wait."""
    as_date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert wait_asked(str(seconds), NOW) == wait_asked(f" {as_date} ", NOW) == seconds


def test_a_date_in_the_past_asks_for_no_wait() -> None:
    """A negative wait does not exist."""
    assert wait_asked("Fri, 02 Jan 2026 03:04:00 GMT", NOW) == 0
    assert wait_asked("Fri, 02 Jan 2026 03:04:06 -0000", NOW) == 1


FAR = f"Fri, 2 Jan {'9' * 30} 03:04:05 GMT"


@settings(deadline=None)
@given(text=st.none() | st.text(max_size=30) | st.sampled_from(["-1", "1.5", "soon", "", FAR]))
def test_any_other_hint_is_no_hint(text: str | None) -> None:
    """Nonsense in the header never fails the request and never gives a negative wait."""
    asked = wait_asked(text, NOW)
    assert asked is None or asked >= 0
    if text in {None, "-1", "1.5", "soon", "", FAR}:
        assert asked is None
