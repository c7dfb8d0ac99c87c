"""Crops of people with who they are and which camera saw them: published data sets, and a folder of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from models.datasets import MissingData, read_picture
from models.reid import cuhk03_np, msmt17
from models.reid.box_folders import TRAIN, has_official
from models.reid.canvas import keep
from models.reid.cuhk03_np import CUHK03_NP
from models.reid.listings import Entry, Listing, Split, listed, split
from models.reid.market1501 import MARKET

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor


_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
_FEWEST = 2


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


def find_parts(folder: Path) -> Split:
    """List an unpacked data set by what its pictures are for.

    MSMT17, CUHK03-NP, and Market-1501 with its three folders are divided as published. Of a Market-1501 with nothing
    but `bounding_box_train`, and of a folder that holds `IDENTITY/CAMERA_*.jpg`, the last fifth of the identities is
    the test: the last 150 of Market-1501's 751. Of those who may be learnt from every tenth is held out everywhere.

    Raises:
        MissingData: it holds none of these, fewer than two identities to learn from, or names that tell nothing.
    """
    if msmt17.is_here(folder):
        return msmt17.official(folder)
    if (folder / TRAIN).is_dir() and cuhk03_np.is_here(folder):
        return CUHK03_NP.official(folder)
    if has_official(folder):
        return MARKET.official(folder)
    if cuhk03_np.is_around(folder):
        message = f"{folder} holds CUHK03-NP twice; name {folder / 'labeled'} or {folder / 'detected'}."
        raise MissingData(message)
    return split(find_crops(folder))


def find_crops(folder: Path) -> Listing:
    """List what no published split divides: `bounding_box_train` of Market-1501, or a folder of one's own.

    Pictures of one's own are called `IDENTITY/CAMERA_*.jpg` (or png, webp, bmp).

    Raises:
        MissingData: it holds neither, or fewer than two identities.
    """
    market = folder / TRAIN
    (listing,) = listed(MARKET.entries(market) if market.is_dir() else _own(folder))
    if len(set(listing.identities.tolist())) < _FEWEST:
        message = (
            f"{folder} holds crops of fewer than two identities; name an unpacked market1501, CUHK03-NP or MSMT17_V1, "
            f"which have a folder {TRAIN} or a file {msmt17.TRAIN_LIST}, or a folder that holds IDENTITY/CAMERA_*.jpg."
        )
        raise MissingData(message)
    return listing


def read(listing: Listing) -> Crops:
    """Decode pictures into memory: Market-1501 takes 0.3 GB.

    Raises:
        MissingData: a file is no picture.
    """
    return Crops(tuple(keep(read_picture(path)) for path in listing.paths), listing.identities, listing.cameras)


def _own(folder: Path) -> list[Entry]:
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
