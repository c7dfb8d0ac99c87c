"""Small made-up data in the published layout of ChairV2's train part: every item is a figure of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from models.contracts import Strokes
from models.sketch.strokes import render

SIDE = 256
FRAME = [(40.0, 40.0), (216.0, 40.0), (216.0, 216.0), (40.0, 216.0), (40.0, 40.0)]


def figure(item: int) -> Strokes:
    """A frame that all items share, then a line from its left to its right that tells up to 77 of them apart."""
    heights = [60 + 12 * (item * step % 11) for step in (1, 2, 3)]
    inner = list(zip((40.0, 128.0, 216.0), heights, strict=True))
    return Strokes(tuple(np.array(line, np.float32) for line in (FRAME, inner)))


def published(strokes: Strokes) -> NDArray[np.float32]:
    """Strokes as one array (points, 3), the last point of each with the pen lifted."""
    rows = [np.column_stack([line, np.arange(len(line)) == len(line) - 1]) for line in strokes.lines]
    return np.concatenate(rows).astype(np.float32)


def write_chairs(folder: Path, items: int, sketches: int = 2) -> Path:
    """Write `photo/KEY.png` and `sketches.npz`, so many sketches a photo; photos 3, 8, 13, … are held out."""
    (folder / "photo").mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[np.float32]] = {}
    for item in range(items):
        key = f"{item:04}_v1"
        photo = Image.new("RGB", (SIDE, SIDE), "white")
        for line in figure(item).lines:
            ImageDraw.Draw(photo).line([(float(x), float(y)) for x, y in line], fill=(60, 30, 20), width=3)
        photo.save(folder / "photo" / f"{key}.png")
        arrays |= {f"{key}_{number + 1}": published(figure(item)) for number in range(sketches)}
    np.savez(folder / "sketches.npz", **arrays)  # type: ignore[arg-type]  # numpy takes its own options by name too
    return folder


def canvas(item: int) -> NDArray[np.uint8]:
    """An item's figure on the canvas, uint8 (256, 256)."""
    pixels: NDArray[np.uint8] = render(figure(item))[0].numpy()
    return pixels
