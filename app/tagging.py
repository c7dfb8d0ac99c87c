"""Labels of pictures: how sure each is, where it was seen, and which label said before made it more probable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.explaining import address_of
from app.taggers import Asked, Tagger, Taggers
from app.telemetry import Telemetry
from app.workers import Workers
from models.attention import SHADES, Box, hottest, laid_on, shaded
from models.choosing import Wanted
from models.contracts import RetrievalError
from models.images import decode, encode_shades
from models.label_space import InvalidLabels, merged, unknown_sentence
from models.tagging import Tag

if TYPE_CHECKING:
    from torch import Tensor

Order: TypeAlias = Literal["path", "probability"]

EXPLAINED_LABELS = 10
"""Of so many labels of a picture, the most probable ones, it is shown where they were seen: each is a picture more."""
CELLS = 64
"""Cells along the longer side of a picture among which the hottest part is found, and pixels of what shows it."""


@dataclass(frozen=True)
class Options:
    """Which labels are wanted, and how they are told.

    Attributes:
        k: so many, the most probable; None for as many as there are.
        min_probability: those that are at least so probable; None for thresholds, or for any where `k` is given.
        precision: thresholds fitted for this precision instead of for F1.
        labels: those that may be said; empty for all.
        beam: paths that are followed at once.
        order: that of the most probable path, or falling probability.
        merge: cosine from which on two labels count as one; None keeps all apart.
        explain: whether it is shown of the first `EXPLAINED_LABELS` by probability where each was seen.
    """

    k: int | None = None
    min_probability: float | None = None
    precision: float | None = None
    labels: tuple[str, ...] = ()
    beam: int = Wanted().beam
    order: Order = "path"
    merge: float | None = None
    explain: bool = False


@dataclass(frozen=True)
class Evidence:
    """What made a label more probable than the picture alone does.

    Attributes:
        label: the one said before that does most by itself.
        factor: by which it alone multiplies the probability, above 1.
        all_before: by which all labels said before it multiply the probability together, above 0.
    """

    label: str
    factor: float
    all_before: float


@dataclass(frozen=True)
class Said:
    """A label of a picture.

    Attributes:
        label: its name.
        probability: how likely it is true, 0 to 1.
        region: box around the place where it was seen most, in pixels of the picture as sent; None where no place
            speaks for it.
        evidence: which label said before made it more probable; None where none did.
        merged: labels that count as the same and were less probable.
        attention: address of a picture that shows where it was seen if it is laid over the one that was sent; None
            where that was not asked for, and of labels that are less probable than `EXPLAINED_LABELS` others.
    """

    label: str
    probability: float
    region: Box | None
    evidence: Evidence | None
    merged: tuple[str, ...]
    attention: str | None


@dataclass(frozen=True)
class Labelled:
    """A picture, its size in pixels as sent, after its EXIF rotation, and its labels."""

    width: int
    height: int
    tags: tuple[Said, ...]


@dataclass(frozen=True)
class Answer:
    """What is said of pictures, in their order, and by which weights."""

    pictures: tuple[Labelled, ...]
    model: str
    checkpoint: str


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A picture for the network, and its size."""

    tensor: Tensor
    width: int
    height: int


class Tagging:
    """Says labels of pictures that are stored nowhere."""

    def __init__(self, taggers: Taggers, workers: Workers, telemetry: Telemetry, max_pixels: int) -> None:
        """Label pictures of up to `max_pixels`."""
        self._taggers = taggers
        self._workers = workers
        self._telemetry = telemetry
        self._max_pixels = max_pixels

    async def tag(self, model: str, checkpoint: str | None, pictures: Sequence[bytes], options: Options) -> Answer:
        """Say labels of picture files.

        Args:
            model: name of the tagger.
            checkpoint: its weights; None for those that were promoted, or else the default ones.
            pictures: at least one.
            options: which labels, and how they are told.

        Raises:
            UnknownModel, UnknownCheckpoint, MissingCheckpoint, CorruptCheckpoint: the tagger cannot be used.
            InvalidLabels: some of `options.labels` are not known to it.
            NotCalibrated: nothing is known of the precision that is asked for.
            UnreadablePicture, PictureTooLarge: a picture cannot be labelled.
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time.
        """
        tagger = await self._taggers.get(model, checkpoint)
        wanted = _wanted(tagger, options)
        prepared: list[_Prepared] = []
        for place, content in enumerate(pictures):
            try:
                prepared.append(await self._workers.compute(self._prepared, tagger, content))
            except RetrievalError as error:
                if len(pictures) == 1:
                    raise
                message = f"Picture {place + 1} of {len(pictures)}: {error}"
                raise type(error)(message) from error
        answers = await tagger.tags.submit_all([Asked(one.tensor, wanted) for one in prepared])
        said = [answer.value for answer in answers]
        labelled = await self._workers.compute(_all_labelled, tagger, prepared, said, options)
        return Answer(labelled, model, tagger.predictor.digest)

    def _prepared(self, tagger: Tagger, content: bytes) -> _Prepared:
        with self._telemetry.decode.time():
            picture = decode(content, self._max_pixels)
        with self._telemetry.prepare.time():
            tensor = tagger.predictor.prepare_item(picture)
        return _Prepared(tensor, picture.width, picture.height)


def _wanted(tagger: Tagger, options: Options) -> Wanted:
    """Check, before anything waits for the device, what is asked for."""
    predictor = tagger.predictor
    numbers = {label: number for number, label in enumerate(predictor.labels)}
    unknown = [label for label in options.labels if label not in numbers]
    if unknown:
        raise InvalidLabels(unknown_sentence(unknown, predictor.labels))
    predictor.thresholds(options.precision)
    return Wanted(
        most=options.k,
        least_probability=options.min_probability,
        precision=options.precision,
        allowed=tuple(sorted({numbers[label] for label in options.labels})),
        beam=options.beam,
    )


def _all_labelled(
    tagger: Tagger, pictures: Sequence[_Prepared], tags: Sequence[Sequence[Tag]], options: Options
) -> tuple[Labelled, ...]:
    """Tell of each picture of a request what was said: a way to another thread costs more than one picture does."""
    return tuple(_labelled(tagger, picture, said, options) for picture, said in zip(pictures, tags, strict=True))


def _labelled(tagger: Tagger, picture: _Prepared, tags: Sequence[Tag], options: Options) -> Labelled:
    """Tell of a picture what was said: put together what means the same, in the order that is asked for."""
    predictor = tagger.predictor
    by_probability = sorted(tags, key=lambda tag: -tag.probability)
    together = (
        {tag.label: [] for tag in tags}
        if options.merge is None
        else merged([tag.label for tag in by_probability], predictor.label_vectors, options.merge)
    )
    kept = [tag for tag in by_probability if tag.label in together]
    explained = {tag.label for tag in kept[:EXPLAINED_LABELS]} if options.explain else set()
    ordered = kept if options.order == "probability" else [tag for tag in tags if tag.label in together]
    size = picture.width, picture.height
    if not ordered:
        return Labelled(*size, ())
    laid = laid_on(np.stack([tag.heat for tag in ordered]), predictor.spec.shown(*size), size, _cells(size))

    def said(tag: Tag, heat: NDArray[np.float32]) -> Said:
        return Said(
            label=predictor.labels[tag.label],
            probability=tag.probability,
            region=hottest(heat, size),
            evidence=None
            if tag.giver is None
            else Evidence(predictor.labels[tag.giver], math.exp(tag.given), math.exp(tag.gained)),
            merged=tuple(predictor.labels[label] for label in together[tag.label]),
            attention=address_of(encode_shades(shaded(heat), SHADES)) if tag.label in explained else None,
        )

    return Labelled(*size, tuple(map(said, ordered, laid)))


def _cells(size: tuple[int, int]) -> tuple[int, int]:
    """Cut a picture of a width and a height into square cells: columns and rows."""
    longest = max(size)
    width, height = (max(1, min(side, round(CELLS * side / longest))) for side in size)
    return width, height
