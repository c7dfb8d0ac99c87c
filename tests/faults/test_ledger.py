"""Tests of what the crasher judges by."""

from __future__ import annotations

import pytest

from tests.faults.ledger import Content, Ledger

ONE, OTHER = Content(1, "one", "red"), Content(2, "other", "blue")


@pytest.fixture
def ledger() -> Ledger:
    """A ledger in which `a` is known to hold one thing, and nothing is known to be in `b`."""
    ledger = Ledger("ab")
    ledger.ask({"a": ONE})
    ledger.answered({"a": ONE})
    return ledger


def test_what_was_answered_must_be_there(ledger: Ledger) -> None:
    """An item that is lost, or that is what it was before, is found out."""
    for found in ({}, {"a": OTHER}):
        with pytest.raises(AssertionError, match="a is"):
            ledger.see(found)
    ledger.see({"a": ONE})
    assert ledger.stored() == ["a"]


def test_what_was_not_answered_is_as_before_or_as_asked(ledger: Ledger) -> None:
    """Nothing between the two is accepted, and once seen it stays."""
    ledger.ask({"a": OTHER, "b": OTHER})
    assert ledger.stored() == ["a"]
    with pytest.raises(AssertionError):
        ledger.see({"a": Content(ONE.picture, OTHER.title, OTHER.colour)})
    ledger.see({"a": OTHER})
    assert (ledger.state("a"), ledger.state("b")) == (OTHER, None)
    with pytest.raises(AssertionError):
        ledger.see({"a": ONE})


def test_what_was_deleted_is_no_more(ledger: Ledger) -> None:
    """An item that comes back is found out."""
    ledger.ask({"a": None})
    ledger.answered({"a": None})
    with pytest.raises(AssertionError):
        ledger.see({"a": ONE})
    ledger.see({})
