"""Small made-up data in the published layouts of QMUL-Shoe, QMUL-Chair and shoe304."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import scipy.io
from numpy.typing import NDArray
from PIL import Image

WHITE = 255


def item_lines(item: int, side: int = 256) -> NDArray[np.uint8]:
    """Lines of an item, black on white, another figure for each number: a grid cell pattern of its bits."""
    picture = np.full((side, side), WHITE, np.uint8)
    cell = side // 8
    picture[cell : 7 * cell : 6 * cell - 3, cell : 7 * cell] = 0
    for bit in range(9):
        row, column = divmod(bit, 3)
        top, left = (2 * row + 1) * cell, (2 * column + 1) * cell
        if (item + 1) >> bit & 1:
            picture[top : top + 3, left : left + 2 * cell] = 0
        else:
            picture[top : top + 2 * cell, left : left + 3] = 0
    return picture


def write_pairs(folder: Path, train: int, test: int, name: str = "shoes") -> Path:
    """Write `*_{sketch,edge}_db_{train,test}.mat` and `*_annotation.json` in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    annotation = {}
    for split, first, count in (("train", 0, train), ("test", 1000, test)):
        planes = np.stack([item_lines(first + item) for item in range(count)])
        for side in ("sketch", "edge"):
            scipy.io.savemat(folder / f"{name}_{side}_db_{split}.mat", {"data": planes}, do_compression=True)
        triplets = [[[item, other] for other in range(count) if other != item] for item in range(count)]
        annotation[split] = {"images": [], "sketches": [], "triplets": triplets}
    (folder / f"{name}_annotation.json").write_text(json.dumps(annotation))
    return folder


def write_photo_sketches(folder: Path, items: list[int], sketches: int = 2) -> Path:
    """Write `photo/NNN.jpg` and `sketch/NNN-K.jpg` of items, counted from 0."""
    for kind in ("photo", "sketch"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for item in items:
        lines = item_lines(item, 128)
        colour = np.where(lines[..., None] < WHITE, [60, 30, 20], [250, 250, 250]).astype(np.uint8)
        Image.fromarray(colour).save(folder / f"photo/{item + 1:03}.jpg", quality=90)
        for number in range(sketches):
            Image.fromarray(lines).save(folder / f"sketch/{item + 1:03}-{number + 1}.jpg", quality=90)
    return folder
