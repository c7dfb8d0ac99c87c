"""Pictures on a page: which of many are shown, and how they are written into it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from models.images import encode_png

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


def data_uri(pixels: NDArray[np.uint8]) -> str:
    """Write a picture, uint8 (height, width) grey or (height, width, 3) RGB, into an address."""
    return "data:image/png;base64," + base64.b64encode(encode_png(pixels)).decode()


def best_median_worst(order: NDArray[np.int64], most: int) -> Mapping[str, list[int]]:
    """Choose from an order, the best first, at most so many for each of three headings, the very worst first."""
    count = min(most, max(1, len(order) // 3))
    middle = (len(order) - count) // 2
    chosen = {"Best": order[:count], "Median": order[middle : middle + count], "Worst": order[::-1][:count]}
    return {title: rows.tolist() for title, rows in chosen.items()}
