"""A judgement of made-up labels, of which every case occurs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.images import encode_png
from models.judgements import Figure
from models.label_judgements import LabelJudgement

FIXED_NAMES = ("f1", "precision", "recall", "O-F1", "O-P", "O-R", "MAP@10")
OWN_NAMES = ("own C-F1", "own C-P", "own C-R", "own O-F1", "own O-P", "own O-R")


def some_label_judgement(pictures: int = 17, labels: int = 9, folder: Path | None = None) -> LabelJudgement:
    """Random labels, said where they are likely; the last three are never true, never said, and neither.

    The pictures are written where a folder is named; they differ in size and in every pixel.
    """
    random = np.random.default_rng(6)
    true = random.random((pictures, labels)) < 1 / np.arange(2, labels + 2)
    likely = np.clip(random.uniform(0, 0.6, true.shape) + 0.4 * true, 0, 1)
    said = likely >= 0.5
    true[:, -3], said[:, -3], likely[:, -2] = False, True, 0
    said[:, -2], true[:, -2] = False, True
    true[:, -1] = said[:, -1] = False
    paths = tuple((folder or Path("nowhere")) / f"{number:03}.png" for number in range(pictures))
    if folder is not None:
        for number, path in enumerate(paths):
            path.write_bytes(encode_png(random.integers(0, 256, (8 + number % 3, 12, 3), dtype=np.uint8)))
    measured = {name: Figure(40 + place, 30 + place, 50 + place) for place, name in enumerate(FIXED_NAMES + OWN_NAMES)}
    measured["own labels"] = Figure(float(said.sum(axis=1).mean()), 2.25, 4.75)
    figures = {name: figure.value for name, figure in measured.items()}
    counts = {"n_plus": 5, "images": pictures, "labels": int(true.any(axis=0).sum())}
    return LabelJudgement(
        title="made-up pictures",
        protocol="Everything is said.",
        labels=tuple(f"label {number}" for number in range(labels)),
        paths=paths,
        true=true,
        said=said,
        likely=likely,
        fixed=4,
        figures={**figures, **counts},
        measured=measured,
    )
