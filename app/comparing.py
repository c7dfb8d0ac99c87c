"""Whether two pictures show the same: their cosine, what it says, and which parts agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.predictors import Predictors, Serving
from app.workers import Workers
from models.calibration import Verdict, of_model
from models.fusion import cosine, cosines
from models.images import decode

if TYPE_CHECKING:
    from torch import Tensor

PAIR = 2
"""Before they are looked at two pictures are as likely as not to show the same: as one true item among two."""


@dataclass(frozen=True)
class Comparison:
    """How alike two pictures are.

    Attributes:
        verdict: what the score says.
        probability: that they show the same, above 0 and below 1, where it was as likely as not before.
        score: the cosine, -1 to 1.
        parts: name of a part -> its cosine; empty where the model's vectors have no parts.
        model: name of the model.
        checkpoint: digest of its weights.
    """

    verdict: Verdict
    probability: float
    score: float
    parts: Mapping[str, float]
    model: str
    checkpoint: str


class Comparing:
    """Compares two pictures, with the default weights of a model."""

    def __init__(self, predictors: Predictors, workers: Workers, max_pixels: int) -> None:
        """Compare by `predictors`; pictures may have `max_pixels`."""
        self._predictors = predictors
        self._workers = workers
        self._max_pixels = max_pixels

    async def compare(self, model: str, one: bytes, other: bytes, rate: float) -> Comparison:
        """Compare two picture files.

        Raises:
            UnknownModel, MissingCheckpoint, CorruptCheckpoint: the model cannot be used.
            NotCalibrated: its weights are not calibrated for the false-match rate `rate`.
            UnreadablePicture, PictureTooLarge, EmptyDrawing: there is nothing to compare.
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time.
        """
        serving = await self._predictors.get(model)
        predictor = serving.predictor
        calibration = of_model(predictor.calibration, model)
        least = calibration.match_score(rate)
        prepared = [await self._workers.compute(self._prepared, serving, content) for content in (one, other)]
        first, second = (answer.value for answer in await serving.items.submit_all(prepared))
        score = cosine(first, second)
        return Comparison(
            verdict=calibration.verdict(score, least),
            probability=float(calibration.probability(score, PAIR)),
            score=score,
            parts=cosines(first, second, predictor.spec.parts),
            model=model,
            checkpoint=predictor.digest,
        )

    def _prepared(self, serving: Serving, content: bytes) -> Tensor:
        return serving.predictor.prepare_item(decode(content, self._max_pixels))
