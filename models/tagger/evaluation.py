"""The benchmark: labels of pictures that no training has seen, at a fixed number and at the model's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.datasets import MissingData, read_picture
from models.label_judgements import LabelJudgement
from models.paths import Limits
from models.tagger.intervals import mean_interval, precision_interval, tag_intervals
from models.tagger.layouts import load
from models.tagger.measures import judge_met, mean_average_precision, said_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from models.judgements import Figure
    from models.paths import Looked
    from models.tagger.datasets import Listing
    from models.tagger.measures import Judgement
    from models.tagging import TaggingPredictor

FIXED = 5
"""Labels a picture where their number is fixed, as is usual for Corel-5K."""
RANKED = 10
"""Labels a picture that are put in an order for MAP."""
# As the command prints them.
_PRINTED = {"C-P": "precision", "C-R": "recall", "C-F1": "f1"}


@dataclass(frozen=True, eq=False)
class Said:
    """What a tagger says of n pictures.

    Attributes:
        ranked: int64 (n, `RANKED` at most), the surest labels first; of a fixed number it is the first of these.
        likely: float64 (n, labels), how probable each label is.
        own: bool (n, labels), what it says unasked: what is as probable as its threshold.
    """

    ranked: NDArray[np.int64]
    likely: NDArray[np.float64]
    own: NDArray[np.bool_]


def evaluate(data: Path, predictor: TaggingPredictor) -> Mapping[str, float]:
    """Judge a checkpoint on the test part of a data set, over the labels that both know.

    Args:
        data: what `models.tagger.layouts.load` reads.
        predictor: what to judge.

    Returns:
        In per cent, with five labels a picture: "precision", "recall" and "f1", means over labels (the paper's C-P, C-R
        and C-F1; a label that is never said has a precision of 0) and "n_plus", how many labels are said rightly at
        least once; "O-P", "O-R" and "O-F1", over all labels together; "MAP@10"; the same six with "own " before them,
        of what the model says when it is asked for no number, and "own labels", how many that are a picture;
        "images" and "labels", how many there are of both. A label
        that is on no picture counts where it is said.

    Raises:
        MissingData: the folder holds no such data, or none of the labels is known to the weights.
    """
    test = load(data).test
    true = tags_of(test, predictor)
    return figures(say(test.paths, predictor), true)


def judge(data: Path, predictor: TaggingPredictor) -> LabelJudgement:
    """Judge a checkpoint as `evaluate` does, and return all that was found.

    Raises:
        MissingData: the folder holds no such data, or none of the labels is known to the weights.
    """
    test = load(data).test
    true = tags_of(test, predictor)
    said = say(test.paths, predictor)
    found = figures(said, true)
    return LabelJudgement(
        title=f"The test part of {data.resolve().name}",
        protocol=(
            f"The weights know {len(predictor.labels)} labels, of which {found['labels']:.0f} are on these pictures. "
            f"{FIXED} labels are those of the most probable path of this length. A label that is never said has a "
            "precision of 0, one that is said but on no picture a recall of 0."
        ),
        labels=predictor.labels,
        paths=test.paths,
        true=true,
        said=said.own,
        likely=said.likely,
        fixed=FIXED,
        figures=found,
        measured=measured(said, true),
    )


def tags_of(listing: Listing, predictor: TaggingPredictor) -> NDArray[np.bool_]:
    """Return which of the labels that a tagger knows are true of listed pictures: bool (n, labels).

    Raises:
        MissingData: there are no pictures, or no label of them is known to the weights.
    """
    column = {label: number for number, label in enumerate(listing.labels)}
    shared = [number for number, label in enumerate(predictor.labels) if label in column]
    true = np.zeros((len(listing), len(predictor.labels)), bool)
    true[:, shared] = listing.tags[:, [column[predictor.labels[number]] for number in shared]]
    if not true.any():
        message = (
            f"The weights {predictor.digest[:12]} know no label of these pictures, such as {listing.labels[0]!r}; name "
            "weights that were trained on such data by --checkpoint."
        )
        raise MissingData(message)
    return true


def look_at(paths: Sequence[Path], predictor: TaggingPredictor) -> Looked:
    """Look at picture files, at most as many as are worth it at once.

    Raises:
        MissingData: a file is no picture.
    """
    return predictor.look(torch.stack([predictor.prepare_item(read_picture(path)) for path in paths]))


def figures(said: Said, true: NDArray[np.bool_]) -> Mapping[str, float]:
    """Return the figures of `evaluate`, over the labels that are said or true of some picture."""
    fixed, own = (judge_met(table, true) for table in (said_of(said.ranked[:, :FIXED], true.shape[1]), said.own))
    return {
        "precision": fixed.class_precision,
        "recall": fixed.class_recall,
        "f1": fixed.class_f1,
        "n_plus": fixed.recalled,
        "images": len(true),
        "labels": int(true.any(axis=0).sum()),
        **_overall(fixed),
        "MAP@10": mean_average_precision(said.ranked, true),
        "own C-P": own.class_precision,
        "own C-R": own.class_recall,
        "own C-F1": own.class_f1,
        **{f"own {name}": value for name, value in _overall(own).items()},
        "own labels": float(said.own.sum(axis=1).mean()),
    }


def measured(said: Said, true: NDArray[np.bool_]) -> Mapping[str, Figure]:
    """Return those figures of `figures` that have an interval, with it; N+ has none."""
    fixed, own = (tag_intervals(table, true) for table in (said_of(said.ranked[:, :FIXED], true.shape[1]), said.own))
    return {
        **{_PRINTED.get(name, name): figure for name, figure in fixed.items()},
        "MAP@10": precision_interval(said.ranked, true),
        **{f"own {name}": figure for name, figure in own.items()},
        "own labels": mean_interval(said.own.sum(axis=1)),
    }


def say(paths: Sequence[Path], predictor: TaggingPredictor) -> Said:
    """Say what is on pictures.

    Raises:
        MissingData: a file is no picture.
    """
    parts, size = [], predictor.spec.max_batch
    for start in range(0, len(paths), size):
        found = predictor.label(look_at(paths[start : start + size], predictor), Limits())
        likely = predictor.probabilities(found)
        own = (likely > 0) & (likely >= predictor.thresholds())
        parts.append(Said(found.surest(RANKED).cpu().numpy(), likely, own))
    return Said(*(np.concatenate([getattr(part, name) for part in parts]) for name in Said.__dataclass_fields__))


def _overall(judged: Judgement) -> Mapping[str, float]:
    return {"O-P": judged.overall_precision, "O-R": judged.overall_recall, "O-F1": judged.overall_f1}
