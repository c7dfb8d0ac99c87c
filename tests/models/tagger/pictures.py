"""A table of one's own with pictures whose labels are their colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220)}


def write_table(folder: Path, count: int, side: int = 24) -> Path:
    """Write so many pictures of one to three coloured stripes, and a table of them; returns the table."""
    random = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["picture, labels"]
    for number in range(count):
        names = random.permutation(list(COLOURS))[: random.integers(1, 4)].tolist()
        pixels = np.concatenate([np.full((side, side, 3), COLOURS[name], np.uint8) for name in names], axis=1)
        Image.fromarray(pixels).save(folder / f"{number:03}.png")
        lines.append(f"{number:03}.png, {';'.join(names)}")
    (folder / "my.csv").write_text("\n".join(lines) + "\n")
    return folder / "my.csv"
