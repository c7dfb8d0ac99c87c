"""What `likeness models calibrate` learns of each kind of model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.calibration import Calibration
    from models.label_calibration import LabelCalibration
    from models.predictor import Predictor
    from models.tagging import TaggingPredictor


def learn_calibration(
    calibration: Any,  # noqa: ANN401 - a system's module, whose functions it promises
    data: Path,
    predictor: Predictor | TaggingPredictor,
) -> tuple[Calibration | LabelCalibration, dict[str, float]]:
    """Learn what a model's scores or marginals say; tell how well that is learnt, and from how much.

    Raises:
        MissingData: the folder does not hold what is learnt from.
        NothingToCalibrate: nothing can be learnt from it.
    """
    from models.calibrating import fit_calibration, judge_calibration
    from models.contracts import Kind

    if predictor.spec.kind is Kind.TAG:
        learnt: tuple[LabelCalibration, dict[str, float]] = calibration.calibrate(data, predictor)
        return learnt
    kinds = calibration.score(data, predictor)
    galleries = list(kinds.values())
    sizes = {f"items of {kind}": scores.scores.shape[1] for kind, scores in kinds.items()}
    return fit_calibration(galleries), {**judge_calibration(galleries).figures(), **sizes}
