"""How sure paths make: pictures by which weights are chosen, neither what is learnt from nor the test part."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from models.batches import in_batches
from models.calibrating import NothingToCalibrate
from models.label_calibrating import fit_labels, judge_labels
from models.paths import Limits
from models.tagger.beam import search
from models.tagger.evaluation import look_at, tags_of
from models.tagger.layouts import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from models.label_calibration import LabelCalibration
    from models.tagger.described import Described
    from models.tagger.network import LabelNet
    from models.tagging import TaggingPredictor


def calibrate(data: Path, predictor: TaggingPredictor) -> tuple[LabelCalibration, dict[str, float]]:
    """Learn from the held-out pictures of a data set what the marginals of a tagger say.

    Args:
        data: what `models.tagger.layouts.load` reads.
        predictor: whose marginals.

    Returns:
        What is to be kept, and how well that is learnt: the figures of `models.label_calibrating.LabelQuality`.

    Raises:
        MissingData: the folder holds no such data, or none of the labels is known to the weights.
        NothingToCalibrate: no label is true, or all are.
    """
    held_out = load(data).held_out
    true = tags_of(held_out, predictor)
    marginals = in_batches(partial(_marginals, predictor), held_out.paths, predictor.spec.max_batch)
    return fit_labels(marginals, true), judge_labels(marginals, true).figures()


def calibrate_trained(network: LabelNet, held_out: Described) -> Mapping[str, Any] | None:
    """Calibrate a network as training leaves it, on the CPU in float32, for the card of its checkpoint.

    Args:
        network: in evaluation mode.
        held_out: the pictures by which its weights were chosen.

    Returns:
        What the card keeps; None where there is nothing to learn from, as after a step or two.
    """
    with torch.inference_mode():
        paths = search(network, held_out.plain(), Limits())
        marginals = paths.marginals().double().numpy()
    try:
        return fit_labels(marginals, held_out.tags).card()
    except NothingToCalibrate:
        return None


def _marginals(predictor: TaggingPredictor, paths: tuple[Path, ...]) -> NDArray[np.float64]:
    found = predictor.label(look_at(paths, predictor), Limits())
    marginals: NDArray[np.float64] = found.marginals().double().cpu().numpy()
    return marginals
