"""What is measured with: the demo's shoes as product pictures, and their lines as drawings that people would send."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from app.demo.catalogue import catalogue
from app.demo.outlines import outline
from app.demo.painter import paint
from app.demo.shape import ShoeShape

SIDE = 640
MARGIN = 60
PEN = 4
SHOES = 96


def write_drawings(folder: Path) -> None:
    """Write the shoes' lines as PNG files, black on white, as a page with a pen would send them."""
    for number, shape in enumerate(_shapes()):
        (folder / f"{number:04}.png").write_bytes(_png(_draw(shape)))


def write_photos(folder: Path, count: int) -> None:
    """Write `count` product pictures, JPEG, no two of the same bytes: the shoes in turn, shifted by some pixels."""
    painted = [paint(shape) for shape in _shapes()]
    for number in range(count):
        turn, which = divmod(number, len(painted))
        page = Image.new("RGB", (SIDE, SIDE), "white")
        page.paste(painted[which], (MARGIN + turn % 64, MARGIN + turn // 64 % 64))
        page.save(folder / f"{number:06}.jpg", quality=90)


def _shapes() -> Iterator[ShoeShape]:
    for shoe in catalogue(SHOES):
        yield shoe.shape


def _draw(shape: ShoeShape) -> Image.Image:
    lines = [np.asarray(path, dtype=np.float64) for path in outline(shape)]
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (SIDE - 2 * MARGIN) / float((high - low).max())
    page = Image.new("L", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(page)
    for line in lines:
        # A shoe's millimetres rise, a picture's rows fall.
        placed = (line - low) * scale
        pen.line([(MARGIN + x, SIDE - MARGIN - y) for x, y in placed.tolist()], fill="black", width=PEN)
    return page


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
