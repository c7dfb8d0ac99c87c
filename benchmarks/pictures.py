"""What is measured with: the demo's shoes as product pictures, and their lines as drawings that people would send."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from app.demo.shoes.catalogue import catalogue
from app.demo.shoes.outlines import outline
from app.demo.shoes.painter import paint
from app.demo.shoes.shape import ShoeShape

SIDE = 640
MARGIN = 60
PEN = 4
SHOES = 96


def shoes(count: int) -> list[ShoeShape]:
    """Design `count` shoes, or as many as there are different ones here."""
    return [shoe.shape for shoe in catalogue(min(count, SHOES))]


def write_drawings(shapes: Sequence[ShoeShape], folder: Path) -> None:
    """Write the shoes' lines as PNG files, black on white, as a page with a pen would send them."""
    for number, shape in enumerate(shapes):
        (folder / f"{number:04}.png").write_bytes(_png(_draw(shape)))


def write_photos(shapes: Sequence[ShoeShape], folders: Sequence[Path], count: int) -> None:
    """Write `count` product pictures to each folder, JPEG, all of other bytes: shoes in turn, shifted a little."""
    painted = [paint(shape) for shape in shapes]
    for number in range(count * len(folders)):
        turn, which = divmod(number, len(painted))
        page = Image.new("RGB", (SIDE, SIDE), "white")
        page.paste(painted[which], (MARGIN + turn % 64, MARGIN + turn // 64 % 64))
        page.save(folders[number // count] / f"{number:06}.jpg", quality=90)


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
