"""Small made-up data in the published layouts: QMUL-Shoe and QMUL-Chair, shoe304, QMUL's second sets, icons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.io
from numpy.typing import NDArray
from PIL import Image

from models.sketch.icons import FAMILIES

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


def write_second_sets(folder: Path, items: Sequence[int]) -> None:
    """Write `shoev2_photos` and `chairv2_train` with a photo of each item, and two sketches of each chair."""
    sketches = {}
    for item in items:
        _write_photo(folder / f"shoev2_photos/{item:04}.jpg", item)
        _write_photo(folder / f"chairv2_train/photo/{item:04}.png", item)
        for number in range(2):
            sketches[f"{item:04}_{number}"] = np.array([[0, 0, 0], [item + 1, number, 1]], np.float32)
    np.savez(folder / "chairv2_train/sketches.npz", **sketches)  # type: ignore[arg-type]  # numpy's own options, by name


def write_icons(folder: Path, count: int) -> Path:
    """Some icons without a filled twin: lines across, each at a height of its own; the first shows nothing."""
    for number in range(count):
        line = f'<path d="M2 {2 + number}H22M12 2V22" stroke="#000"/>' if number else ""
        path = folder / FAMILIES[-1].folder / f"icons/{number:02}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{line}</svg>')
    return folder


def _write_photo(path: Path, item: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.repeat(item_lines(item)[..., None], 3, axis=2)).save(path, quality=95)


def write_classes(folder: Path, names: Sequence[str], count: int = 4, suffix: str = ".png", side: int = 300) -> Path:
    """Write `CLASS/NUMBER.png` or another kind: lines of `count` items for each class, SVG as strokes."""
    for label, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            path = folder / name / f"{number}{suffix}"
            if suffix == ".svg":
                path.write_text(
                    vector_file(f"M{10 + number} 10 C10 20 {30 + 40 * label} 40 90 {50 + number}", "M0 0 L9 9")
                )
            else:
                Image.fromarray(item_lines(31 * label + number, side)).save(path)
    return folder


def vector_file(*paths: str) -> str:
    """The text of a file of TU-Berlin's vector release, with these paths."""
    drawn = "\n".join(f'<path id="{number}" d="{data} "/>' for number, data in enumerate(paths))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<svg viewBox="0 0 800 800" version="1.1">\n'
        f'<g fill="none" stroke="black"><g transform="translate(9,9) scale(1.6)">\n{drawn}\n</g></g></svg>\n'
    )
