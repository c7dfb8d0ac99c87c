"""The benchmark: rank-1, rank-5 and mAP of people whom no training has seen, across cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from models.batches import in_batches
from models.datasets import MissingData, read_picture
from models.reid.datasets import find_parts
from models.reid.ranking import Seen, rank_across_cameras

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from models.contracts import Vectors
    from models.predictor import Predictor
    from models.reid.listings import Listing, Trial


def load_trial(data: Path) -> Trial:
    """List the test part of a folder, as `models.reid.datasets.find_parts` tells it.

    Raises:
        MissingData: the folder holds no such data, or, where no split is published, fewer than five identities.
    """
    trial = find_parts(data).test
    if len(trial.queries) == 0:
        message = f"{data} holds fewer than five identities, of which the last fifth would be the test; add some."
        raise MissingData(message)
    return trial


def evaluate(data: Path, predictor: Predictor) -> Mapping[str, float]:
    """Judge a checkpoint on the test part of a folder.

    Args:
        data: what `models.reid.datasets.find_parts` reads.
        predictor: what to judge.

    Returns:
        "rank-1", "rank-5" and "mAP" in per cent, and "queries", their number. As usual, queries without a match by
        another camera are counted among them, but not in the means.

    Raises:
        MissingData: the folder holds no such data.
        NothingToJudge: nobody was seen by two cameras.
    """
    trial = load_trial(data)
    queries, gallery = (embed_listing(part, predictor) for part in (trial.queries, trial.gallery))
    ranking = rank_across_cameras(queries @ gallery.T, seen_in(trial.queries), seen_in(trial.gallery))
    return {
        "rank-1": ranking.rank(1),
        "rank-5": ranking.rank(5),
        "mAP": ranking.mean_average_precision,
        "queries": len(trial.queries),
    }


def embed_listing(listing: Listing, predictor: Predictor) -> Vectors:
    """Embed listed crops as the service embeds them, some at a time; returns float32 (n, dim).

    Raises:
        MissingData: a file is no picture.
    """

    def embed(paths: tuple[Path, ...]) -> Vectors:
        return predictor.predict_items(torch.stack([predictor.prepare_item(read_picture(path)) for path in paths]))

    return in_batches(embed, listing.paths, predictor.spec.max_batch)


def seen_in(listing: Listing) -> Seen:
    """Tell who is on listed crops."""
    return Seen(listing.identities, listing.cameras)
