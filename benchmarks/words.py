"""Bags of visual words over histograms of oriented gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from skimage.feature import hog
from sklearn.cluster import MiniBatchKMeans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from models.contracts import Vectors

DIRECTIONS, CELLS = 9, 4
SAMPLE = 60_000
BLANK = 1e-3


def windows(picture: NDArray[np.uint8], cell: int) -> Vectors:
    """Describe every window of 4 x 4 cells of a grey picture, one at each cell, but not those without a gradient.

    Args:
        picture: uint8 (h, w).
        cell: side of a cell in pixels.

    Returns:
        float32 (n, 144).
    """
    rows = hog(picture, DIRECTIONS, (cell, cell), (CELLS, CELLS), "L2-Hys", feature_vector=False)
    flat: Vectors = rows.reshape(-1, CELLS * CELLS * DIRECTIONS).astype(np.float32)
    kept: Vectors = flat[np.linalg.norm(flat, axis=1) > BLANK]
    return kept


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words into which windows are sorted.

    Attributes:
        cell: side of a cell in pixels.
        words: the fitted clusters.
    """

    cell: int
    words: MiniBatchKMeans

    def count(self, pictures: Iterable[NDArray[np.uint8]]) -> Vectors:
        """Count the words of pictures: square roots of shares, so that rows, float32 (n, words), have unit length."""
        counts: Vectors = np.stack([self._count(windows(picture, self.cell)) for picture in pictures])
        return counts

    def _count(self, found: Vectors) -> Vectors:
        if not len(found):
            return np.zeros(self.words.n_clusters, np.float32)
        counts = np.bincount(self.words.predict(found), minlength=self.words.n_clusters)
        shares: Vectors = np.sqrt(counts / counts.sum()).astype(np.float32)
        return shares


def learn_vocabulary(pictures: Iterable[NDArray[np.uint8]], cell: int, words: int, seed: int = 0) -> Vocabulary:
    """Cluster the windows of pictures, at most 60,000 of them, by k-means.

    Args:
        pictures: uint8 (h, w) each.
        cell: side of a cell in pixels.
        words: how many clusters; the pictures have at least as many windows.
        seed: of the sample and of the clusters' beginning.
    """
    found = np.concatenate([windows(picture, cell) for picture in pictures])
    sample = np.random.default_rng(seed).permutation(found)[:SAMPLE]
    return Vocabulary(cell, MiniBatchKMeans(words, random_state=seed, n_init=1, batch_size=4096).fit(sample))
