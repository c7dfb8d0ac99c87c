"""The benchmark: labels of pictures that no training has seen, at a fixed number and at the model's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.datasets import MissingData
from models.label_judgements import LabelJudgement
from models.paths import NOTHING, Limits
from models.tagger.datasets import read_picture
from models.tagger.intervals import mean_interval, precision_interval, tag_intervals
from models.tagger.layouts import load
from models.tagger.measures import judge_met, mean_average_precision, said_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from models.judgements import Figure
    from models.paths import Looked, Paths
    from models.tagger.datasets import Listing
    from models.tagger.measures import Judgement
    from models.tagging import TaggingPredictor

FIXED = 5
"""Labels a picture where their number is fixed, as is usual for Corel-5K."""
RANKED = 10
"""Labels a picture that are put in an order for MAP."""
FIVE, LONG = Limits(least=FIXED, most=FIXED), Limits(least=RANKED, most=RANKED)
"""Paths that go on until so many labels are said."""
_LESS_THAN_ANY_SHARE = 1e-6
# As the command prints them.
_PRINTED = {"C-P": "precision", "C-R": "recall", "C-F1": "f1"}


@dataclass(frozen=True, eq=False)
class Said:
    """What a tagger says of n pictures.

    Attributes:
        fixed: int64 (n, `FIXED`), the labels of the best path of this length; -1 where there are fewer labels.
        ranked: int64 (n, `RANKED`), the surest labels first; -1 as above.
        likely: float64 (n, labels), how probable each label is by paths of any length; 0 where none of them says it.
        own: bool (n, labels), what it says unasked: what is as probable as its threshold, among paths of any length.
    """

    fixed: NDArray[np.int64]
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
    fixed, own = (judge_met(table, true) for table in (said_of(said.fixed, true.shape[1]), said.own))
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
    fixed, own = (tag_intervals(table, true) for table in (said_of(said.fixed, true.shape[1]), said.own))
    return {
        **{_PRINTED.get(name, name): figure for name, figure in fixed.items()},
        "MAP@10": precision_interval(said.ranked, true),
        **{f"own {name}": figure for name, figure in own.items()},
        "own labels": mean_interval(said.own.sum(axis=1)),
    }


def say(paths: Sequence[Path], predictor: TaggingPredictor) -> Said:
    """Look at each picture once, and search its paths three times: of any length, of five labels, and of ten.

    Raises:
        MissingData: a file is no picture.
    """
    parts, size = [], predictor.spec.max_batch
    for start in range(0, len(paths), size):
        looked = look_at(paths[start : start + size], predictor)
        free, five, long = (predictor.label(looked, limits) for limits in (Limits(), FIVE, LONG))
        likely = predictor.probabilities(free)
        own = (likely > 0) & (likely >= predictor.thresholds())
        parts.append(Said(five.labels[:, 0].cpu().numpy(), ranked(free, long, len(predictor.labels)), likely, own))
    return Said(*(np.concatenate([getattr(part, name) for part in parts]) for name in Said.__dataclass_fields__))


def ranked(paths: Paths, long: Paths, labels: int) -> NDArray[np.int64]:
    """Order labels by how sure they are: by the share of the paths that say them, and then as a long path does.

    Args:
        paths: of any length, whose shares count.
        long: of n labels or more, whose best one tells the order of equal shares, and what follows what no path says.
        labels: how many there are.

    Returns:
        int64 (n, labels of the long path), `NOTHING` where there are fewer.
    """
    best, shares = long.labels[:, 0], paths.marginals(labels)
    steps = best.shape[1]
    # The last column takes what stands after the end of a path.
    order = shares.new_full((len(best), labels + 1), steps)
    order.scatter_(1, best.where(best != NOTHING, labels), torch.arange(steps).to(order).expand_as(best))
    surest = (shares - order[:, :-1] * _LESS_THAN_ANY_SHARE).topk(min(steps, labels), dim=1)
    said = surest.values > -steps * _LESS_THAN_ANY_SHARE
    return np.asarray(surest.indices.masked_fill(~said, NOTHING).cpu().numpy())


def _overall(judged: Judgement) -> Mapping[str, float]:
    return {"O-P": judged.overall_precision, "O-R": judged.overall_recall, "O-F1": judged.overall_f1}
