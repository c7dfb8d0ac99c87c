"""How sure a score makes: held-out drawings and the photos they are looked for among, each kind a gallery of its own.

Items are photos through the system's own edges, as they are served. QMUL-Chair publishes no photos, and gives no pairs.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from models.calibrating import NothingToCalibrate, Scores, fit_calibration
from models.sketch.datasets import load_photo_sketches
from models.sketch.evaluation import embed_drawings, embed_photos
from models.sketch.gallery import hold_out
from models.sketch.trials import load_trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from models.contracts import Vectors
    from models.predictor import Predictor
    from models.sketch.gallery import HeldOut


def score(data: Path, predictor: Predictor) -> Mapping[str, Scores]:
    """Score the drawings that no training sees, by kind: shoes, and chairs of ChairV2 where they are there.

    Args:
        data: holds `shoe304` and perhaps `chairv2_train`, unpacked.
        predictor: whose scores.

    Raises:
        MissingData: a folder does not hold what its name says.
    """
    shoes = load_photo_sketches(data / "shoe304")
    held_out = hold_out(shoes)
    embed = partial(embed_drawings, predictor)
    items = embed_photos(predictor, shoes.photos[held_out.photos])
    kinds = {"shoes": _scores(embed, shoes.sketches[held_out.sketches], held_out.truth, items)}
    if (data / "chairv2_train").is_dir():
        chairs = load_trial(data / "chairv2_train")
        items = embed_photos(predictor, chairs.items)
        kinds["chairs"] = _scores(embed, chairs.sketches, chairs.truth, items)
    return kinds


def calibrate_trained(network: nn.Module, held_out: Mapping[str, HeldOut]) -> Mapping[str, Any] | None:
    """Calibrate an embedding network as training leaves it, on the CPU in float32, for the card of its checkpoint.

    Args:
        network: canvases, float (n, 1, 256, 256), range 0 to 255 -> unit vectors (n, dim).
        held_out: kind of things -> what is held out; kinds without own edges say nothing.

    Returns:
        What the card keeps; None where there is nothing to learn from, as after a step or two.
    """
    embed = partial(_embed, network)
    galleries = [
        _scores(embed, kind.drawings, kind.truth, embed(kind.items["own"]))
        for kind in held_out.values()
        if len(kind.items.get("own", ())) > 1
    ]
    try:
        return fit_calibration(galleries).card()
    except NothingToCalibrate:
        return None


def _scores(embed: Callable[[Tensor], Vectors], drawings: Tensor, truth: NDArray[np.int64], items: Vectors) -> Scores:
    """Score drawings as the service does: the mirror image is tried too, and an item scores as the better one does."""
    return Scores(np.maximum(embed(drawings) @ items.T, embed(drawings.flip(-1)) @ items.T), truth)


def _embed(network: nn.Module, canvases: Tensor, batch: int = 32) -> Vectors:
    with torch.inference_mode():
        return np.asarray(torch.cat([network(part.float()) for part in torch.split(canvases, batch)]).numpy())
