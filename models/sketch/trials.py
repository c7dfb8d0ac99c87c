"""What the sketch system is judged on: drawings nobody trained with, and the items among which theirs is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.datasets import MissingData
from models.sketch.datasets import load_pairs
from models.sketch.datasets_v2 import load_vector_sketches
from models.sketch.strokes import render

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from models.contracts import Strokes


@dataclass(frozen=True, eq=False)
class Trial:
    """Drawings and the items they were drawn from.

    Attributes:
        title: of the data, a few words.
        setting: what is looked for among what, a sentence.
        sketches: uint8 (queries, 1, 256, 256).
        items: released edge maps, uint8 (items, 1, 256, 256), or framed photos, uint8 (items, 3, 256, 256).
        truth: int64 (queries,), the item of each drawing.
        triplets: per drawing, int64 (votes, 2): items judged (nearer, farther) by people; None where nobody was asked.
        strokes: the drawings stroke by stroke; empty where they are known as pictures alone.
    """

    title: str
    setting: str
    sketches: Tensor
    items: Tensor
    truth: NDArray[np.int64]
    triplets: tuple[NDArray[np.int64], ...] | None
    strokes: tuple[Strokes, ...] = ()

    @property
    def has_photos(self) -> bool:
        """Whether the items are photos, whose edges are still to be found."""
        return self.items.shape[1] > 1


def load_trial(folder: Path) -> Trial:
    """Read the test part of an unpacked `qmul_v1/shoes` or `qmul_v1/chairs`, or what is held out of `chairv2_train`.

    Raises:
        MissingData: the folder is neither, or something is missing in it.
    """
    if any(folder.glob("*_db_*.mat")):
        return _official(folder)
    if (folder / "sketches.npz").exists():
        return _held_out(folder)
    message = (
        f"{folder} is neither an unpacked QMUL set (*_sketch_db_test.mat, *_edge_db_test.mat, *_annotation.json) nor "
        "an unpacked chairv2_train (photo/KEY.png, sketches.npz); name the folder of one."
    )
    raise MissingData(message)


def _official(folder: Path) -> Trial:
    """Read the official test part, whose gallery is that part's items alone, as in the paper."""
    test = load_pairs(folder, "test")
    setting = "Each drawing of the official test part is looked for among the released edge maps of that part."
    return Trial(
        f"QMUL {folder.resolve().name}", setting, test.sketches, test.edges, np.arange(len(test)), test.triplets
    )


def _held_out(folder: Path) -> Trial:
    """Read the photos that training leaves out, every fifth in the order of their keys, with all their drawings."""
    data = load_vector_sketches(folder)
    photos = np.flatnonzero(data.held_out)
    drawn = [(item, strokes) for item, photo in enumerate(photos) for strokes in data.sketches[photo]]
    if not drawn:
        message = f"{folder} holds {len(data)} photos, too few to hold one out; unpack chairv2_train anew."
        raise MissingData(message)
    setting = (
        "Each drawing of every fifth photo, which no training sees, is looked for among those photos, whose edges "
        "the system finds itself."
    )
    strokes = tuple(strokes for _, strokes in drawn)
    return Trial(
        "QMUL ChairV2, photos held out",
        setting,
        torch.stack([render(drawing) for drawing in strokes]),
        data.photos[torch.from_numpy(photos)],
        np.array([item for item, _ in drawn]),
        None,
        strokes,
    )
