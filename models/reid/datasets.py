"""Crops of people with who they are and which camera saw them: Market-1501's layout, and a folder of one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.contracts import RetrievalError
from models.datasets import MissingData
from models.images import decode
from models.reid.canvas import keep

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from models.images import Picture

MARKET = "bounding_box_train"
TEST_SHARE = 5
"""The last fifth of the identities is for the final test alone: the last 150 of Market-1501's 751."""
HELD_OUT_EVERY, HELD_OUT_REST = 10, 5
"""Of the other identities every tenth is held out for choosing and stopping: 60 of 601."""
_MARKET_NAME = re.compile(r"(\d{4})_c(\d+)s\d+_.+")
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
_FEWEST = 2


@dataclass(frozen=True, eq=False)
class Listing:
    """Pictures by identity, camera and file name, in that order; nothing is decoded yet.

    Attributes:
        paths: of the files.
        identities: int64 (n,), numbered from 0 in the order of their names.
        cameras: int64 (n,), likewise.
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
class Crops:
    """Decoded pictures.

    Attributes:
        pictures: uint8 (3, h, w) each, RGB, at most as large as the canvas.
        identities: int64 (n,).
        cameras: int64 (n,).
    """

    pictures: tuple[Tensor, ...]
    identities: NDArray[np.int64]
    cameras: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self.pictures)


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
    test: Listing


def find_crops(folder: Path) -> Listing:
    """List an unpacked Market-1501, or a folder that holds `IDENTITY/CAMERA_*.jpg` (or png, webp, bmp).

    Raises:
        MissingData: it holds neither, or fewer than two identities.
    """
    market = folder / MARKET
    found = _market(market) if market.is_dir() else _own(folder)
    found.sort(key=lambda entry: (entry[0], entry[1], entry[2].name))
    identities, cameras = (np.unique([entry[part] for entry in found], return_inverse=True)[1] for part in (0, 1))
    if not found or identities.max() + 1 < _FEWEST:
        message = (
            f"{folder} holds crops of fewer than two identities; name an unpacked market1501, "
            f"which has a folder {MARKET}, or a folder that holds IDENTITY/CAMERA_*.jpg."
        )
        raise MissingData(message)
    return Listing(tuple(path for _, _, path in found), identities.astype(np.int64), cameras.astype(np.int64))


def split(listing: Listing) -> Split:
    """Divide by whole identities, in the order of their names."""
    count = int(listing.identities.max()) + 1
    test = listing.identities >= count - count // TEST_SHARE
    held_out = ~test & (listing.identities % HELD_OUT_EVERY == HELD_OUT_REST)
    return Split(listing.where(~test & ~held_out), listing.where(held_out), listing.where(test))


def is_query(listing: Listing | Crops) -> NDArray[np.bool_]:
    """Tell which pictures are queries, bool (n,): the first of each identity and camera; the others are the gallery."""
    pairs = np.stack([listing.identities, listing.cameras], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    chosen = np.zeros(len(listing), bool)
    chosen[first] = True
    return chosen


def read(listing: Listing) -> Crops:
    """Decode pictures into memory: Market-1501 takes 0.3 GB.

    Raises:
        MissingData: a file is no picture.
    """
    return Crops(tuple(keep(read_picture(path)) for path in listing.paths), listing.identities, listing.cameras)


def read_picture(path: Path) -> Picture:
    """Decode one file.

    Raises:
        MissingData: it is no picture, or gone.
    """
    try:
        return decode(path.read_bytes())
    except (RetrievalError, OSError) as error:
        message = f"{path} cannot be read as a picture ({error}); restore it or take it away."
        raise MissingData(message) from error


def _market(folder: Path) -> list[tuple[str, str, Path]]:
    found = []
    for path in folder.glob("*.jpg"):
        name = _MARKET_NAME.fullmatch(path.stem)
        if name is None:
            message = f"{path} is not called IIII_cCsS_FFFFFF_BB.jpg; unpack market1501 anew."
            raise MissingData(message)
        found.append((name[1], name[2], path))
    return found


def _own(folder: Path) -> list[tuple[str, str, Path]]:
    found = []
    for path in folder.glob("*/*"):
        if path.suffix.lower() not in _SUFFIXES:
            continue
        camera, mark, _ = path.stem.partition("_")
        if not camera or not mark:
            message = f"{path} is not called CAMERA_*{path.suffix}; begin its name with the camera and an underscore."
            raise MissingData(message)
        found.append((path.parent.name, camera, path))
    return found


def stacked(pictures: tuple[Tensor, ...], size: tuple[int, int]) -> Tensor:
    """Stretch pictures, uint8 (3, h, w) each, to one size as the canvas is made: float (n, 3, *size), 0 to 255."""
    return torch.cat(
        [
            torch.nn.functional.interpolate(picture[None].float(), size, mode="bilinear", antialias=True)
            for picture in pictures
        ]
    )
