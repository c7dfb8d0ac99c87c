"""What the sketch system is compared with: histograms of oriented gradients, and Canny's edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from skimage.feature import canny
from skimage.feature import hog as skimage_hog

from models.sketch.canvas import draw_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from models.contracts import Vectors

GREY = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Canny:
    """Canny's edge detector with its three numbers; thresholds are of a full scale of 1."""

    sigma: float
    low: float
    high: float

    def __str__(self) -> str:
        """Name the numbers as scikit-image does."""
        return f"sigma {self.sigma:g}, thresholds {self.low:g} and {self.high:g}"

    def draw(self, photos: Tensor) -> Tensor:
        """Draw the edges of framed photos, uint8 (n, 3, 256, 256), on the canvas: uint8 (n, 1, 256, 256)."""
        grey = photos.permute(0, 2, 3, 1).numpy().astype(np.float32) @ GREY / 255
        return torch.stack([draw_lines(canny(plane, self.sigma, self.low, self.high)) for plane in grey])


CANNY_CHOICES = tuple(
    Canny(sigma, high / 2, high) for sigma in (0.5, 1.0, 1.5, 2.0, 3.0, 4.0) for high in (0.05, 0.1, 0.2)
)


def hog(pictures: NDArray[np.uint8], cell: int = 32) -> Vectors:
    """Describe grey pictures, uint8 (n, h, w), by plain HOG: square cells, blocks of 2 x 2, 9 directions; unit rows."""
    rows = np.stack([skimage_hog(picture, 9, (cell, cell), (2, 2), "L2-Hys") for picture in pictures])
    unit: Vectors = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit
