"""QMUL's second sets in their layout: the train part of ChairV2 with vector sketches, and the photos of ShoeV2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.contracts import Strokes
from models.datasets import MissingData, read_picture
from models.sketch.photos import frame

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor


# Every fifth photo of ChairV2's train part, in the order of their keys, is held out with all its drawings: 60 of 300.
_HELD_OUT_EVERY, _HELD_OUT_REST = 5, 3


@dataclass(frozen=True, eq=False)
class VectorSketches:
    """ChairV2's train part.

    Attributes:
        photos: uint8 (n, 3, 256, 256), framed, in the order of their keys.
        sketches: for each photo, what was drawn of it, in drawing order.
    """

    photos: Tensor
    sketches: tuple[tuple[Strokes, ...], ...]

    def __len__(self) -> int:
        """Count the photos."""
        return len(self.photos)

    @property
    def held_out(self) -> NDArray[np.bool_]:
        """Tell which photos are never trained on, bool (n,)."""
        chosen: NDArray[np.bool_] = np.arange(len(self)) % _HELD_OUT_EVERY == _HELD_OUT_REST
        return chosen


def load_vector_sketches(folder: Path) -> VectorSketches:
    """Read an unpacked `chairv2_train`: `photo/KEY.png`, and `sketches.npz` with an array (points, 3) per KEY_n.

    A point is x, y in 0 to 256 and 1 where the pen is lifted after it.

    Raises:
        MissingData: there are no such files, a photo has no sketch, or is no picture.
    """
    paths = sorted((folder / "photo").glob("*.png"))
    drawn: dict[str, list[Strokes]] = {path.stem: [] for path in paths}
    try:
        with np.load(folder / "sketches.npz") as arrays:
            for name in sorted(arrays):
                drawn[name.rpartition("_")[0]].append(_strokes(arrays[name]))
    except (OSError, ValueError, KeyError, IndexError) as error:
        message = (
            f"{folder} holds no photo/KEY.png with a sketches.npz of theirs ({error!r}); unpack chairv2_train anew."
        )
        raise MissingData(message) from error
    if not paths or not all(drawn.values()):
        message = f"{folder} holds no photos, or photos without a sketch; name the folder of an unpacked chairv2_train."
        raise MissingData(message)
    return VectorSketches(_framed(paths), tuple(tuple(drawn[path.stem]) for path in paths))


def load_photos(folder: Path) -> Tensor:
    """Read an unpacked `shoev2_photos`, or any folder of JPEG photos.

    Returns:
        uint8 (n, 3, 256, 256), framed, in the order of their names.

    Raises:
        MissingData: there are none, or one is no picture.
    """
    paths = sorted(folder.glob("*.jpg"))
    if not paths:
        message = f"{folder} holds no photos *.jpg; name the folder of the unpacked shoev2_photos."
        raise MissingData(message)
    return _framed(paths)


def _framed(paths: list[Path]) -> Tensor:
    return torch.stack([frame(read_picture(path)) for path in paths])


def _strokes(points: NDArray[np.float32]) -> Strokes:
    lifted = np.flatnonzero(points[:, 2] > 0) + 1
    return Strokes(tuple(line for line in np.split(points[:, :2].astype(np.float32), lifted) if len(line)))
