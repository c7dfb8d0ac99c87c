"""The labels that weights know, and which of them mean nearly the same."""

from __future__ import annotations

from dataclasses import dataclass

from app.taggers import Tagger, Taggers
from app.workers import Workers
from models.label_space import UnknownLabel, neighbours, unknown_sentence


@dataclass(frozen=True)
class Vocabulary:
    """The labels that weights know, with their thresholds, and the precisions that more thresholds are fitted for."""

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    precisions: tuple[float, ...]
    calibrated: bool
    model: str
    checkpoint: str


@dataclass(frozen=True)
class Neighbours:
    """The labels nearest to one, nearest first, with their cosines."""

    label: str
    nearest: tuple[tuple[str, float], ...]
    model: str
    checkpoint: str


class Vocabularies:
    """Tells what taggers can say."""

    def __init__(self, taggers: Taggers, workers: Workers) -> None:
        """Tell of `taggers`."""
        self._taggers = taggers
        self._workers = workers

    async def vocabulary(self, model: str, checkpoint: str | None) -> Vocabulary:
        """List the labels that a tagger knows.

        Raises:
            UnknownModel, UnknownCheckpoint, MissingCheckpoint, CorruptCheckpoint: the tagger cannot be used.
        """
        predictor = (await self._taggers.get(model, checkpoint)).predictor
        calibration = predictor.calibration
        return Vocabulary(
            predictor.labels,
            tuple(predictor.thresholds().tolist()),
            () if calibration is None else tuple(sorted(calibration.precise)),
            calibration is not None,
            model,
            predictor.digest,
        )

    async def neighbours(self, model: str, checkpoint: str | None, label: str, k: int) -> Neighbours:
        """Find the labels that mean nearly the same as one.

        Raises:
            UnknownLabel: the tagger does not know it.
            UnknownModel, UnknownCheckpoint, MissingCheckpoint, CorruptCheckpoint: the tagger cannot be used.
        """
        tagger = await self._taggers.get(model, checkpoint)
        return await self._workers.compute(_nearest, tagger, label, k)


def _nearest(tagger: Tagger, label: str, k: int) -> Neighbours:
    predictor = tagger.predictor
    if label not in predictor.labels:
        raise UnknownLabel(unknown_sentence([label], predictor.labels))
    nearest = neighbours(predictor.label_vectors, predictor.labels.index(label), k)
    named = tuple((predictor.labels[number], cosine) for number, cosine in nearest)
    return Neighbours(label, named, predictor.spec.name, predictor.digest)
