"""Lists of crops: who is on each and which camera saw them, what they are for, and which of them are queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.reid.ranking import JUNK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.reid.datasets import Crops

Entry = tuple[str, str, Path]
"""Name of the identity, name of the camera, file."""
JUNK_NAME = "-1"
"""Identity of boxes that show nobody, or too little of somebody: they are passed over in judging."""
TEST_SHARE = 5
"""Where no split is published, the last fifth of the identities is for the final test alone."""
HELD_OUT_EVERY, HELD_OUT_REST = 10, 5
"""Of the other identities every tenth is held out for choosing and stopping."""


@dataclass(frozen=True, eq=False)
class Listing:
    """Pictures by identity, camera and file name, in that order; nothing is decoded yet.

    Attributes:
        paths: of the files.
        identities: int64 (n,), numbered from 0 in the order of their names; -1 for junk.
        cameras: int64 (n,), numbered likewise.
    """

    paths: tuple[Path, ...]
    identities: NDArray[np.int64]
    cameras: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self.paths)

    def where(self, chosen: NDArray[np.bool_]) -> Listing:
        """Return some of the pictures; chosen is bool (n,)."""
        paths = tuple(self.paths[row] for row in np.flatnonzero(chosen))
        return Listing(paths, self.identities[chosen], self.cameras[chosen])


@dataclass(frozen=True, eq=False)
class Trial:
    """Queries and the gallery among which they are looked for; identities and cameras have the same numbers in both."""

    queries: Listing
    gallery: Listing


@dataclass(frozen=True, eq=False)
class Split:
    """Pictures by what they are for; no identity is in two parts.

    Attributes:
        trained: what is learnt from.
        held_out: what weights are chosen by.
        test: what the final figures are of.
    """

    trained: Listing
    held_out: Listing
    test: Trial


def listed(*parts: Iterable[Entry]) -> tuple[Listing, ...]:
    """Put each part in order, and number identities and cameras alike in all of them."""
    ordered = [sorted(part, key=lambda entry: (entry[0], entry[1], entry[2].name)) for part in parts]
    people, cameras = ({entry[place] for part in ordered for entry in part} for place in (0, 1))
    identity_of = {name: number for number, name in enumerate(sorted(people - {JUNK_NAME}))} | {JUNK_NAME: JUNK}
    camera_of = {name: number for number, name in enumerate(sorted(cameras))}
    return tuple(
        Listing(
            tuple(path for _, _, path in part),
            np.array([identity_of[name] for name, _, _ in part], np.int64),
            np.array([camera_of[name] for _, name, _ in part], np.int64),
        )
        for part in ordered
    )


def split(listing: Listing) -> Split:
    """Divide what has no published split by whole identities, in the order of their names."""
    count = int(listing.identities.max()) + 1
    test = listing.identities >= count - count // TEST_SHARE
    return split_rest(listing.where(~test), trial_of(listing.where(test)))


def split_rest(listing: Listing, test: Trial) -> Split:
    """Hold out some of what may be learnt from, beside a test that is given; nobody learns from junk."""
    listing = listing.where(listing.identities != JUNK)
    held_out = listing.identities % HELD_OUT_EVERY == HELD_OUT_REST
    return Split(listing.where(~held_out), listing.where(held_out), test)


def trial_of(listing: Listing) -> Trial:
    """Take queries and gallery from one part of a folder."""
    chosen = is_query(listing)
    return Trial(listing.where(chosen), listing.where(~chosen))


def is_query(listing: Listing | Crops) -> NDArray[np.bool_]:
    """Tell which pictures are queries, bool (n,): the first of each identity and camera; the others are the gallery."""
    pairs = np.stack([listing.identities, listing.cameras], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    chosen = np.zeros(len(listing), bool)
    chosen[first] = True
    return chosen
