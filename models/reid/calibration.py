"""How sure a score makes: pictures of held-out people, compared across cameras."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from models.batches import in_batches
from models.calibrating import NothingToCalibrate, Scores, fit_calibration
from models.datasets import MissingData, read_picture
from models.reid.canvas import stretch
from models.reid.datasets import find_parts
from models.reid.evaluation import embed_listing
from models.reid.listings import trial_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from models.contracts import Vectors
    from models.predictor import Predictor
    from models.reid.listings import Listing, Trial
    from models.reid.network import EnsembleNet

_FEWEST = 2
_BATCH = 32


def score(data: Path, predictor: Predictor) -> Mapping[str, Scores]:
    """Score the people by whom weights are chosen: neither what is learnt from nor the test part.

    The first picture of each identity and camera is a query, all others are the gallery. Pairs of one camera are left
    out, of the same person and of others: light and background make them more alike than pictures of two cameras.

    Args:
        data: what `models.reid.datasets.find_parts` reads.
        predictor: whose scores.

    Raises:
        MissingData: the folder holds no such data, or fewer than two held-out people with a gallery.
    """
    trial = trial_of(find_parts(data).held_out)
    if len(set(trial.gallery.identities.tolist())) < _FEWEST:
        message = (
            f"{data} holds fewer than two people to calibrate by; of every ten that are not the test one is held out, "
            "so add people until there are 20 or more, with several pictures by each of two cameras."
        )
        raise MissingData(message)
    queries, gallery = (embed_listing(part, predictor) for part in (trial.queries, trial.gallery))
    return {"people": _scores(trial, queries, gallery)}


def calibrate_trained(network: EnsembleNet, held_out: Listing) -> Mapping[str, Any] | None:
    """Calibrate a network as training leaves it, on the CPU in float32, for the card of its checkpoint.

    Other cameras than those it has learnt from mislead it more. So what would make searches bolder, that pictures of
    one stranger mislead together, is left to whoever calibrates by cameras of their own.

    Args:
        network: in evaluation mode.
        held_out: the people by whom its weights were chosen, scored as `score` does.

    Returns:
        What the card keeps; None where there is nothing to learn from, as with one person or after a step or two.
    """

    def embed(paths: tuple[Path, ...]) -> Vectors:
        with torch.inference_mode():
            crops = torch.stack([stretch(read_picture(path)) for path in paths])
            return np.asarray(network.embed_items(crops).numpy())

    trial = trial_of(held_out)
    queries, gallery = (in_batches(embed, part.paths, _BATCH) for part in (trial.queries, trial.gallery))
    try:
        return replace(fit_calibration([_scores(trial, queries, gallery)]), extremal_index=1.0).card()
    except NothingToCalibrate:
        return None


def _scores(trial: Trial, queries: Vectors, gallery: Vectors) -> Scores:
    across = trial.queries.cameras[:, None] != trial.gallery.cameras
    return Scores(queries @ gallery.T, trial.queries.identities, trial.gallery.identities, across)
