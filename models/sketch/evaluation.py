"""The benchmark of the paper: acc@1, acc@10 and %corr on a test split, by sketches against released edge maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from models.metrics import accuracy_at, correct_triplets, ranks
from models.sketch.datasets import load_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from models.contracts import Vectors
    from models.predictor import Predictor


def evaluate(data: Path, predictor: Predictor) -> Mapping[str, float]:
    """Judge a checkpoint on the official test split; the gallery is that split's items alone.

    Args:
        data: an unpacked `qmul_v1/shoes` or `qmul_v1/chairs`.
        predictor: what to judge.

    Returns:
        "acc@1", "acc@10" and "corr" in per cent, and "queries", their number.

    Raises:
        MissingData: the folder holds no such data.
    """
    test = load_pairs(data, "test")
    # Released edge maps are drawings already: they enter where drawings enter, past the edge detector.
    scores = embed_drawings(predictor, test.sketches) @ embed_drawings(predictor, test.edges).T
    found = ranks(scores, np.arange(len(test)))
    return {
        "acc@1": accuracy_at(found, 1),
        "acc@10": accuracy_at(found, 10),
        "corr": correct_triplets(scores, test.triplets),
        "queries": len(test),
    }


def embed_drawings(predictor: Predictor, canvases: Tensor) -> Vectors:
    """Embed canvases, uint8 (n, 1, 256, 256), in batches; returns float32 (n, dim)."""
    return np.concatenate([predictor.predict_queries(part) for part in torch.split(canvases, predictor.spec.max_batch)])


def embed_photos(predictor: Predictor, photos: Tensor) -> Vectors:
    """Embed framed photos, uint8 (n, 3, 256, 256), in batches; returns float32 (n, dim)."""
    return np.concatenate([predictor.predict_items(part) for part in torch.split(photos, predictor.spec.max_batch)])
