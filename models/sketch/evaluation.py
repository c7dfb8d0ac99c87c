"""The benchmark of the paper, acc@1, acc@10 and %corr, on drawings and items that no training has seen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch

from models.batches import in_batches
from models.judgements import Judgement
from models.sketch.trials import load_trial
from models.sketch.unfinished import moments
from models.sketch.views import CROPS, VIEWS, embed_ten_views

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from models.contracts import Vectors
    from models.predictor import Predictor
    from models.sketch.trials import Trial

_PROTOCOLS = {
    1: "The centre of each picture is compared, one view of either side.",
    10: "Ten views of each picture are compared one by one, the four corners, the centre and their mirror images.",
}


def evaluate(data: Path, predictor: Predictor, views: int = 1) -> Mapping[str, float]:
    """Judge a checkpoint on the official test split; the gallery is that split's items alone.

    Args:
        data: an unpacked `qmul_v1/shoes` or `qmul_v1/chairs`, or an unpacked `chairv2_train`, of whose photos every
            fifth is held out.
        predictor: what to judge.
        views: of each picture, 1 or, as the released test of the paper, 10.

    Returns:
        "acc@1", "acc@10" and "corr" in per cent, and "queries", their number; ChairV2 has no human triplets and no
        "corr".

    Raises:
        MissingData: the folder holds no such data.
        ValueError: another number of views.
    """
    return _judged(load_trial(data), predictor, views, closely=False).figures


def judge(data: Path, predictor: Predictor, views: int = 1) -> Judgement:
    """Judge a checkpoint as `evaluate` does, and return all that was found, of vector sketches also while drawing.

    Raises:
        MissingData: the folder holds no such data.
        ValueError: another number of views.
    """
    return _judged(load_trial(data), predictor, views, closely=True)


def embed_drawings(predictor: Predictor, canvases: Tensor) -> Vectors:
    """Embed canvases, uint8 (n, 1, 256, 256), in batches; returns float32 (n, dim)."""
    return in_batches(predictor.predict_queries, canvases, predictor.spec.max_batch)


def embed_photos(predictor: Predictor, photos: Tensor) -> Vectors:
    """Embed framed photos, uint8 (n, 3, 256, 256), in batches; returns float32 (n, dim)."""
    return in_batches(predictor.predict_items, photos, predictor.spec.max_batch)


def draw_edges(predictor: Predictor, photos: Tensor) -> NDArray[np.uint8]:
    """Draw the edges of framed photos, uint8 (n, 3, 256, 256), in batches; returns uint8 (n, 256, 256)."""
    return in_batches(predictor.view_items, photos, predictor.spec.max_batch)


def _judged(trial: Trial, predictor: Predictor, views: int, *, closely: bool) -> Judgement:
    embed = _eye(predictor, views)
    outlines = draw_edges(predictor, trial.items) if trial.has_photos else trial.items[:, 0].numpy()
    if trial.has_photos and views == 1:
        # As the service embeds them, without a detour over grey levels in whole numbers.
        items = embed_photos(predictor, trial.items)
    else:
        # Released edge maps are drawings already: they enter where drawings enter, past the edge detector.
        items = embed(torch.from_numpy(outlines)[:, None])
    return Judgement(
        trial.title,
        f"{trial.setting} {_PROTOCOLS[views]}",
        embed(trial.sketches) @ items.T,
        trial.truth,
        trial.triplets,
        trial.sketches[:, 0].numpy(),
        trial.items.permute(0, 2, 3, 1).numpy() if trial.has_photos else outlines,
        outlines,
        moments(trial.strokes, embed, items, trial.truth) if closely and trial.strokes else (),
        query_word="drawing",
        outline_word="edge map",
    )


def _eye(predictor: Predictor, views: int) -> Callable[[Tensor], Vectors]:
    """Return what embeds canvases, looking at each from so many sides."""
    alone = partial(embed_drawings, predictor)
    if views not in VIEWS:
        message = f"Pictures are looked at in {' or '.join(map(str, VIEWS))} views, not {views}."
        raise ValueError(message)
    if views == 1:
        return alone
    return partial(embed_ten_views, alone, crop=CROPS[predictor.checkpoint.network])
