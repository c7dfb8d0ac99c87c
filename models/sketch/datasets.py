"""Research data in its published layout: QMUL-Shoe and QMUL-Chair, and the colour photos of QMUL-Shoe's train part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.io
import torch

from models.datasets import MissingData, read_picture
from models.images import Picture
from models.sketch.ink import draw_ink
from models.sketch.photos import frame

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

# Photos of shoe304 that show another shoe than QMUL-Shoe's item of that number (0-based).
MISMATCHED_PHOTOS = frozenset({110, 272, 289})
# Every seventh item of a train part is held out for choosing and stopping, with all its drawings.
HELD_OUT_EVERY, HELD_OUT_REST = 7, 3


@dataclass(frozen=True, eq=False)
class Pairs:
    """One split of QMUL-Shoe or QMUL-Chair on the canvas.

    Attributes:
        sketches: uint8 (n, 1, 256, 256); sketch i was drawn from item i.
        edges: uint8 (n, 1, 256, 256), the released edge maps of the photos.
        triplets: per sketch, int (votes, 2): items judged (nearer, farther) by people.
    """

    sketches: Tensor
    edges: Tensor
    triplets: tuple[NDArray[np.int64], ...]

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.sketches)


@dataclass(frozen=True, eq=False)
class PhotoSketches:
    """shoe304: colour photos of QMUL-Shoe's train items and more drawings of them; mismatched items are left out.

    Attributes:
        items: int64 (n,), the QMUL-Shoe train index (0-based) of each photo.
        photos: uint8 (n, 3, 256, 256), framed.
        sketch_items: int64 (m,), the QMUL-Shoe train index of each sketch.
        sketches: uint8 (m, 1, 256, 256).
    """

    items: NDArray[np.int64]
    photos: Tensor
    sketch_items: NDArray[np.int64]
    sketches: Tensor


def is_held_out(items: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which items of a train part are never trained on."""
    chosen: NDArray[np.bool_] = items % HELD_OUT_EVERY == HELD_OUT_REST
    return chosen


def load_pairs(folder: Path, split: str) -> Pairs:
    """Read one split of an unpacked `qmul_v1/shoes` or `qmul_v1/chairs`.

    Args:
        folder: holds `*_sketch_db_train.mat`, `*_edge_db_train.mat`, the same for test, and `*_annotation.json`.
        split: "train" or "test".

    Raises:
        MissingData: a file is missing or is not what its name says.
    """
    sketches, edges = (_matrix(_only(folder, f"*_{side}_db_{split}.mat")) for side in ("sketch", "edge"))
    annotation = _votes(_only(folder, "*_annotation.json"), split)
    if not len(sketches) == len(edges) == len(annotation):
        message = (
            f"{folder} holds {len(sketches)} sketches, {len(edges)} edge maps and {len(annotation)} triplet lists."
        )
        raise MissingData(message)
    triplets = tuple(np.asarray(votes, np.int64).reshape(-1, 2) for votes in annotation)
    return Pairs(_canvases(sketches), _canvases(edges), triplets)


def load_photo_sketches(folder: Path) -> PhotoSketches:
    """Read an unpacked `shoe304`: `photo/NNN.jpg` and `sketch/NNN-K.jpg`.

    Raises:
        MissingData: there are no such files, or one is no picture.
    """
    photos = {_item(path): path for path in sorted((folder / "photo").glob("*.jpg"))}
    drawings = [(_item(path), path) for path in sorted((folder / "sketch").glob("*.jpg"))]
    items = [item for item in photos if item not in MISMATCHED_PHOTOS]
    kept = [(item, path) for item, path in drawings if item not in MISMATCHED_PHOTOS]
    if not items or not kept:
        message = f"{folder} holds no photo/NNN.jpg or no sketch/NNN-K.jpg; name the folder of an unpacked shoe304."
        raise MissingData(message)
    return PhotoSketches(
        np.array(items),
        torch.stack([frame(read_picture(photos[item])) for item in items]),
        np.array([item for item, _ in kept]),
        torch.stack([draw_ink(read_picture(path)) for _, path in kept]),
    )


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        message = (
            f"{folder} should hold one {pattern}, but holds {len(found)}; name the folder of an unpacked QMUL set."
        )
        raise MissingData(message)
    return found[0]


def _item(path: Path) -> int:
    """Index of the item of `NNN.jpg` or `NNN-K.jpg`."""
    number = path.stem.split("-")[0]
    if not number.isdecimal():
        message = f"{path} is not called NNN.jpg or NNN-K.jpg; name the folder of an unpacked shoe304."
        raise MissingData(message)
    return int(number) - 1


def _votes(path: Path, split: str) -> list[list[list[int]]]:
    try:
        votes: list[list[list[int]]] = json.loads(path.read_text())[split]["triplets"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        message = f"{path} holds no triplets of the {split} split ({error!r}); unpack the QMUL set anew."
        raise MissingData(message) from error
    return votes


def _matrix(path: Path) -> NDArray[np.uint8]:
    try:
        data = scipy.io.loadmat(path).get("data")
    except Exception as error:
        message = f"{path} cannot be read as a MATLAB file ({error!r}); unpack the QMUL set anew."
        raise MissingData(message) from error
    if data is None or data.dtype != np.uint8 or data.ndim != 3:  # noqa: PLR2004 - a stack of planes
        message = f"{path} holds no uint8 stack of pictures called data; unpack the QMUL set anew."
        raise MissingData(message)
    planes: NDArray[np.uint8] = data
    return planes


def _canvases(planes: NDArray[np.uint8]) -> Tensor:
    return torch.stack([draw_ink(Picture(np.repeat(plane[..., None], 3, axis=2))) for plane in planes])
