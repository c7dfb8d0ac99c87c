"""How sure a score makes: pictures of held-out people, compared across cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.calibrating import Scores
from models.datasets import MissingData
from models.reid.datasets import find_crops, split
from models.reid.evaluation import embed_listing, trial_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from models.predictor import Predictor

_FEWEST = 2


def score(data: Path, predictor: Predictor) -> Mapping[str, Scores]:
    """Score the people by whom weights are chosen: neither what is learnt from nor the test part.

    The first picture of each identity and camera is a query, all others are the gallery. Pairs of one camera are left
    out, of the same person and of others: light and background make them more alike than pictures of two cameras.

    Args:
        data: an unpacked `market1501`, or a folder that holds `IDENTITY/CAMERA_*.jpg`.
        predictor: whose scores.

    Raises:
        MissingData: the folder holds no such data, or fewer than two held-out people with a gallery.
    """
    trial = trial_of(split(find_crops(data)).held_out)
    if len(set(trial.gallery.identities.tolist())) < _FEWEST:
        message = (
            f"{data} holds fewer than two people to calibrate by; of every ten that are not the test one is held out, "
            "so add people until there are 20 or more, with several pictures by each of two cameras."
        )
        raise MissingData(message)
    queries, gallery = (embed_listing(part, predictor) for part in (trial.queries, trial.gallery))
    across = trial.queries.cameras[:, None] != trial.gallery.cameras
    return {"people": Scores(queries @ gallery.T, trial.queries.identities, trial.gallery.identities, across)}
