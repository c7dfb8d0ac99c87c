"""How well the sketch system finds, in figures that the paper does not have; prints Markdown.

    python -m benchmarks.sketch --data DIR [--checkpoint NAME]

DIR holds `qmul_v1` and `shoe304`, unpacked. Both tables are over the drawings of shoes that no training run sees
(`models.sketch.datasets.is_held_out`).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchmarks.baselines import CANNY_CHOICES, Canny
from benchmarks.distortions import DISTORTIONS
from benchmarks.machine import describe
from benchmarks.markdown import table, typed, with_interval
from models.checkpoints import CheckpointStore
from models.contracts import EmptyDrawing, RetrievalError
from models.datasets import read_picture
from models.devices import choose_device
from models.judgements import Figure
from models.metrics import accuracy_at, bootstrap_interval, mean_reciprocal_rank, ranks
from models.predictor import load_predictor
from models.sketch.canvas import WHITE
from models.sketch.datasets import is_held_out, load_pairs, load_photo_sketches
from models.sketch.evaluation import embed_drawings, embed_photos

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from models.contracts import Vectors
    from models.images import Picture
    from models.predictor import Predictor
    from models.sketch.datasets import Pairs, PhotoSketches


@dataclass(frozen=True, eq=False)
class Trial:
    """Held-out drawings and the two galleries in which they are looked for.

    Attributes:
        truth: int64 (queries,), row of the true photo among all photos.
        held_out: int64, rows of the held-out photos, ascending.
    """

    truth: NDArray[np.int64]
    held_out: NDArray[np.int64]

    def found(self, queries: Vectors, items: Vectors) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rank each query's photo among the held-out photos, and among all."""
        scores = queries @ items.T
        return (
            ranks(scores[:, self.held_out], np.searchsorted(self.held_out, self.truth)),
            ranks(scores, self.truth),
        )


def figure(found: NDArray[np.int64], k: int, groups: NDArray[np.int64]) -> str:
    """acc@k with its 95 % interval; shoes are resampled, not drawings, because three drawings share a shoe."""
    low, high = bootstrap_interval((found <= k).astype(np.float64), groups=groups)
    return with_interval(Figure(accuracy_at(found, k), 100 * low, 100 * high))


def gain(ours: NDArray[np.int64], theirs: NDArray[np.int64], groups: NDArray[np.int64]) -> str:
    """Difference of two acc@1 over the same drawings, in points, with its 95 % interval."""
    differences = (ours <= 1).astype(np.float64) - (theirs <= 1)
    low, high = bootstrap_interval(differences, groups=groups)
    return f"{100 * differences.mean():+.1f} ({100 * low:+.0f} to {100 * high:+.0f})"


def choose_canny(predictor: Predictor, photos: PhotoSketches, choices: Sequence[Canny] = CANNY_CHOICES) -> Canny:
    """Choose Canny's numbers by the mean reciprocal rank of training drawings among training photos."""
    rows = np.flatnonzero(~is_held_out(photos.items))
    drawn = np.flatnonzero(~is_held_out(photos.sketch_items))
    queries = embed_drawings(predictor, photos.sketches[drawn])
    truth = np.searchsorted(photos.items[rows], photos.sketch_items[drawn])

    def quality(choice: Canny) -> float:
        items = embed_drawings(predictor, choice.draw(photos.photos[rows]))
        return mean_reciprocal_rank(ranks(queries @ items.T, truth))

    return max(choices, key=quality)


def edge_table(predictor: Predictor, pairs: Pairs, photos: PhotoSketches, canny: Canny) -> str:
    """Table A: from a photo through our own edges, through Canny's, and by the released edge maps."""
    drawn = np.flatnonzero(is_held_out(photos.sketch_items))
    trial = trial_of(photos, drawn)
    queries = embed_drawings(predictor, photos.sketches[drawn])
    sources = {
        "photo, our own edges": embed_photos(predictor, photos.photos),
        "photo, Canny": embed_drawings(predictor, canny.draw(photos.photos)),
        "released edge map": embed_drawings(predictor, pairs.edges[photos.items]),
    }
    found = {name: trial.found(queries, items) for name, items in sources.items()}
    rows = [
        [name, *(figure(ranking, k, trial.truth) for ranking in rankings for k in (1, 5))]
        for name, rankings in found.items()
    ]
    ours, *others = found
    for name in others:
        gains = [gain(*pair, trial.truth) for pair in zip(found[ours], found[name], strict=True)]
        rows.append([f"our own minus {name.removeprefix('photo, ')}", gains[0], "", gains[1], ""])
    return table(["items", *gallery_columns(trial, photos)], rows)


def copies_table(predictor: Predictor, photos: PhotoSketches, drawings: Mapping[int, NDArray[np.uint8]]) -> str:
    """Table B: the same drawings as other people would have sent them, photos through our own edges.

    Args:
        predictor: what to judge.
        photos: shoe304.
        drawings: index into `photos.sketches` -> the drawing as it lies in the file, uint8 (h, w).
    """
    drawn = np.array(sorted(drawings))
    trial = trial_of(photos, drawn)
    items = embed_photos(predictor, photos.photos)
    clean = trial.found(embed_drawings(predictor, photos.sketches[drawn]), items)
    rows = [["clean", f"{accuracy_at(clean[0], 1):.1f}", "", f"{accuracy_at(clean[1], 1):.1f}", ""]]
    for name, distort in DISTORTIONS.items():
        copies = [prepared_or_blank(predictor, distort(drawings[i], np.random.default_rng(i))) for i in drawn.tolist()]
        found = trial.found(embed_drawings(predictor, torch.stack(copies)), items)
        blank = np.array([bool((copy == WHITE).all()) for copy in copies])
        missed = [np.where(blank, len(photos.items) + 1, ranking) for ranking in found]
        pairs = zip(missed, clean, strict=True)
        cells = [(f"{accuracy_at(ours, 1):.1f}", gain(ours, theirs, trial.truth)) for ours, theirs in pairs]
        rows.append([f"{name}, {blank.sum()} taken for empty" if blank.any() else name, *cells[0], *cells[1]])
    few, many = len(trial.held_out), len(photos.items)
    return table(["drawing", f"acc@1 of {few}", "points", f"acc@1 of {many}", "points"], rows)


def prepared_or_blank(predictor: Predictor, copy: Picture) -> Tensor:
    """Prepare a copy; one in which no drawing is found is a blank canvas, and counts as not found."""
    try:
        return predictor.prepare_query(copy)
    except EmptyDrawing:
        return torch.full(predictor.spec.query_shape, WHITE, dtype=torch.uint8)


def trial_of(photos: PhotoSketches, drawn: NDArray[np.int64]) -> Trial:
    """Look for these drawings' photos."""
    truth = np.searchsorted(photos.items, photos.sketch_items[drawn])
    return Trial(truth, np.flatnonzero(is_held_out(photos.items)))


def gallery_columns(trial: Trial, photos: PhotoSketches) -> list[str]:
    """Name the columns of both galleries."""
    return [f"acc@{k} of {count}" for count in (len(trial.held_out), len(photos.items)) for k in (1, 5)]


def held_out_drawings(folder: Path, photos: PhotoSketches) -> Mapping[int, NDArray[np.uint8]]:
    """Read the held-out drawings of shoe304 as they lie in their files: index into `photos.sketches` -> grey."""
    files = [path for path in sorted((folder / "sketch").glob("*.jpg")) if int(path.stem[:3]) - 1 in set(photos.items)]
    assert [int(path.stem[:3]) - 1 for path in files] == photos.sketch_items.tolist()
    wanted = np.flatnonzero(is_held_out(photos.sketch_items))
    return {int(index): read_picture(files[index]).rgb[..., 0] for index in wanted}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sketch", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds qmul_v1 and shoe304, unpacked")
    parser.add_argument("--checkpoint", help="network, digest or prefix; without it the default network's")
    parser.add_argument("--home", type=Path, default=Path("var"), help="LIKENESS_HOME, where local checkpoints lie")
    parser.add_argument("--device", help="cpu, cuda or cuda:N")
    chosen = parser.parse_args(arguments)
    store = CheckpointStore(chosen.home / "checkpoints")
    try:
        predictor = load_predictor(store, "sketch", chosen.checkpoint, choose_device(chosen.device))
        pairs, photos = load_pairs(chosen.data / "qmul_v1/shoes", "train"), load_photo_sketches(chosen.data / "shoe304")
    except RetrievalError as error:
        parser.error(str(error))
    command = typed("benchmarks.sketch", arguments, chosen.data)
    print("\n".join([command, "", *describe(chosen.device)]), flush=True)
    print(f"- Checkpoint: {predictor.checkpoint.network}, {predictor.digest[:12]}", flush=True)
    canny = choose_canny(predictor, photos)
    print(f"\nTable A: drawings of held-out shoes -> photos. Canny: {canny}, chosen on training shoes.\n", flush=True)
    print(edge_table(predictor, pairs, photos, canny), flush=True)
    drawings = held_out_drawings(chosen.data / "shoe304", photos)
    print("\nTable B: copies of the same drawings -> photos through our own edges.\n", flush=True)
    print(copies_table(predictor, photos, drawings), flush=True)


if __name__ == "__main__":
    main()
