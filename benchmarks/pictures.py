"""What is measured with: the demo's shoes as product pictures, and their lines as drawings that people would send."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
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
CROP_HEIGHT, CROP_WIDTH = 128, 64
"""As Market-1501's are."""


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


def write_crops(folder: Path, count: int) -> None:
    """Write `count` crops of made-up people, JPEG as trackers send them: head, coat, trousers and noise."""
    for number in range(count):
        random = np.random.default_rng(number)
        scene = np.broadcast_to(random.integers(60, 200, 3), (CROP_HEIGHT, CROP_WIDTH, 3)).astype(np.float64)
        left = CROP_WIDTH // 4 + int(random.integers(-6, 7))
        for top, bottom in pairwise((8, 30, 72, 122)):
            scene[top:bottom, left : left + CROP_WIDTH // 2] = random.integers(0, 256, 3)
        scene += random.normal(0, 8, scene.shape)
        Image.fromarray(scene.clip(0, 255).astype(np.uint8)).save(folder / f"{number:04}.jpg", quality=90)


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
