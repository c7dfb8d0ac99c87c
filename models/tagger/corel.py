"""Corel-5K (Duygulu et al., Object Recognition as Machine Translation, ECCV 2002), as it is shared with features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.datasets import MissingData
from models.tagger.datasets import Listing, Parts, divided, lines_of, listing_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MARK = "labels/training_label"


def load(folder: Path) -> Parts:
    """Read `{train,test}_jpeg/ID.jpeg`, `labels/{training,test}_label` and `labels/words`; the official split.

    Labels are the words that occur in both parts, 260 of 374: what is usual for this set.

    Raises:
        MissingData: a file is missing, or a line has no word of that number.
    """
    words = lines_of(folder / "labels" / "words")
    train, test = (
        _part(folder, list_name, picture_folder, words)
        for list_name, picture_folder in (("training_label", "train_jpeg"), ("test_label", "test_jpeg"))
    )
    both = np.logical_and(train.tags.any(axis=0), test.tags.any(axis=0))
    shared = tuple(word for word, kept in zip(words, both.tolist(), strict=True) if kept)
    return divided(Listing(train.paths, train.tags[:, both], shared), Listing(test.paths, test.tags[:, both], shared))


def _part(folder: Path, list_name: str, picture_folder: str, words: Sequence[str]) -> Listing:
    entries = []
    for line in lines_of(folder / "labels" / list_name):
        number, *found = line.split()
        try:
            names = frozenset(words[int(word) - 1] for word in found if int(word) > 0)
        except (ValueError, IndexError):
            message = f"{folder / 'labels' / list_name} names a word that labels/words has not: {line}."
            raise MissingData(message) from None
        entries.append((folder / picture_folder / f"{number}.jpeg", names))
    return listing_of(entries, words)
