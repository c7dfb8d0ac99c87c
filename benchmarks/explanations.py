"""Whether what an explanation points at is what the network goes by; prints Markdown.

    python -m benchmarks.explanations --data DIR [--checkpoint NAME]

DIR holds `shoe304` and perhaps `chairv2_train`, unpacked. Of each held-out drawing's true item a fifth of the ink is
wiped away: what supports the match most, as much at random in patches of the same size, and what supports it least. An
explanation is faithful if the score falls most by the first, clearly less by the second, and least by the third.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from benchmarks.machine import describe
from benchmarks.markdown import table
from models.checkpoints import CheckpointStore
from models.contracts import RetrievalError
from models.devices import choose_device
from models.metrics import bootstrap_interval
from models.predictor import load_predictor
from models.sketch.canvas import SIDE, WHITE
from models.sketch.datasets import load_photo_sketches
from models.sketch.evaluation import embed_drawings
from models.sketch.gallery import hold_out
from models.sketch.trials import load_trial
from models.sketch.views import CROPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from models.explanations import Explanation
    from models.predictor import Predictor

SHARE = 0.2
"""Of the ink that is wiped."""
PATCHES = 20
"""Patches a side for the ink that is wiped at random, as many as the default network has cells to explain itself by."""
KINDS = ("supports most", "random", "supports least")


@dataclass(frozen=True, eq=False)
class Pairs:
    """Held-out drawings, uint8 (n, 1, 256, 256), and the framed photo of each, uint8 (n, 3, 256, 256), by its item."""

    drawings: Tensor
    photos: Tensor
    items: NDArray[np.int64]


def held_out(data: Path) -> dict[str, Pairs]:
    """Read the pairs that no training sees, by kind."""
    shoes = load_photo_sketches(data / "shoe304")
    rows = hold_out(shoes)
    kinds = {"shoes": Pairs(shoes.sketches[rows.sketches], shoes.photos[rows.photos[rows.truth]], rows.truth)}
    if (data / "chairv2_train").is_dir():
        chairs = load_trial(data / "chairv2_train")
        kinds["chairs"] = Pairs(chairs.sketches, chairs.items[torch.from_numpy(chairs.truth)], chairs.truth)
    return kinds


def wiped(explanation: Explanation, order: NDArray[np.floating], crop: int, share: float = SHARE) -> NDArray[np.uint8]:
    """Wipe the ink of highest order that the network sees, up to a share of it; returns uint8 (height, width)."""
    margin = (SIDE - crop) // 2
    seen = np.zeros(explanation.lines.shape, dtype=np.bool_)
    seen[margin : margin + crop, margin : margin + crop] = True
    ink = np.where(seen, WHITE - explanation.lines.astype(np.float64), 0).ravel()
    first = np.argsort(-order, axis=None, kind="stable")
    first = first[ink[first] > 0]
    gone = first[ink[first].cumsum() <= share * ink.sum()]
    lines = explanation.lines.copy().ravel()
    lines[gone] = WHITE
    return lines.reshape(explanation.lines.shape)


def falls(predictor: Predictor, pairs: Pairs, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    """How far the score of each pair falls, by what is wiped."""
    crop = CROPS[predictor.checkpoint.network]
    random = torch.Generator().manual_seed(seed)
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for drawing, photo in zip(pairs.drawings, pairs.photos, strict=True):
        views = embed_drawings(predictor, torch.stack([drawing, drawing.flip(-1)]))
        query = views[int((views @ predictor.predict_items(photo[None])[0]).argmax())]
        (why,) = predictor.explain_items(photo[None], query[None])
        noise = torch.randn(1, 1, PATCHES, PATCHES, generator=random)
        patches = functional.interpolate(noise, (SIDE, SIDE), mode="bilinear")[0, 0].numpy()
        canvases = [why.lines, *(wiped(why, order, crop) for order in (why.support, patches, -why.support))]
        scores = embed_drawings(predictor, torch.from_numpy(np.stack(canvases))[:, None]) @ query
        for kind, score in zip(KINDS, scores[1:], strict=True):
            found[kind].append(float(scores[0] - score))
    return {kind: np.array(values) for kind, values in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explanations", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds shoe304, unpacked")
    parser.add_argument("--checkpoint", help="network, digest or prefix; without it the default network's")
    parser.add_argument("--home", type=Path, default=Path("var"), help="LIKENESS_HOME, where local checkpoints lie")
    parser.add_argument("--device", help="cpu, cuda or cuda:N")
    chosen = parser.parse_args(arguments)
    command = shlex.join(
        ["python", "-m", "benchmarks.explanations", *(sys.argv[1:] if arguments is None else arguments)]
    )
    store = CheckpointStore(chosen.home / "checkpoints")
    try:
        predictor = load_predictor(store, "sketch", chosen.checkpoint, choose_device(chosen.device))
        kinds = held_out(chosen.data)
    except RetrievalError as error:
        parser.error(str(error))
    print("\n".join([f"`{command}`", "", *describe(chosen.device)]))
    print(f"- Checkpoint: {predictor.checkpoint.network}, {predictor.digest[:12]}", flush=True)
    print(f"\nHow far the cosine falls when {SHARE:.0%} of the ink is wiped, mean and 95 % interval.\n")
    print(table(["pairs", "", *KINDS], [_row(name, pairs, predictor) for name, pairs in kinds.items()]))


def _row(name: str, pairs: Pairs, predictor: Predictor) -> list[str]:
    cells = []
    for values in falls(predictor, pairs).values():
        low, high = bootstrap_interval(values, groups=pairs.items)
        cells.append(f"{values.mean():+.3f} ({low:+.3f} to {high:+.3f})")
    return [name, str(len(pairs.items)), *cells]


if __name__ == "__main__":
    main()
