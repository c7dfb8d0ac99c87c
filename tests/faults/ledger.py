"""What may be stored, kept by a client alone from what it asked for and what it was answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Content:
    """What an item holds; `picture` is a number."""

    picture: int
    title: str
    colour: str


State: TypeAlias = Content | None
"""None for an item that does not exist."""


class Ledger:
    """The keys that one client alone writes to.

    A request that was answered has happened; one that was not has happened as a whole or not at all.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        """Nothing is stored yet."""
        self._possible: dict[str, frozenset[State]] = {key: frozenset({None}) for key in keys}

    @property
    def keys(self) -> list[str]:
        """The keys, in order."""
        return sorted(self._possible)

    def state(self, key: str) -> State:
        """Return what is stored; only for a key of which that is known."""
        (state,) = self._possible[key]
        return state

    def stored(self) -> list[str]:
        """Return the keys of which it is known that they hold something."""
        return [key for key in self.keys if None not in self._possible[key]]

    def ask(self, changes: Mapping[str, State]) -> None:
        """From now on each of these may be as it was, or changed."""
        for key, state in changes.items():
            self._possible[key] |= {state}

    def answered(self, changes: Mapping[str, State]) -> None:
        """From now on each of these is changed."""
        self._possible.update({key: frozenset({state}) for key, state in changes.items()})

    def see(self, found: Mapping[str, Content]) -> None:
        """Compare with everything that is stored, and know from now on what became of the unanswered.

        Raises:
            AssertionError: something is stored that cannot be, or is not that must be.
        """
        for key in self.keys:
            state = found.get(key)
            assert state in self._possible[key], f"{key} is {state}, and may be one of {set(self._possible[key])}"
            self._possible[key] = frozenset({state})
