"""How well people are found, plain and re-ranked, and how well if some are not there; prints Markdown.

    python -m benchmarks.reid --data DIR [--checkpoint NAME] [--peer FILE] [--held-out]

DIR is what `likeness models evaluate reid` takes. FILE is an ONNX network of crops, 256 x 128, normalised
as ImageNet's are, to be judged in the same run; it needs onnxruntime.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from benchmarks.machine import describe
from models.backbones.resnet import MEAN, SCALE
from models.batches import in_batches
from models.calibrating import false_match_score
from models.calibration import FALSE_MATCH_RATES
from models.checkpoints import CheckpointStore
from models.contracts import RetrievalError
from models.datasets import read_picture
from models.devices import choose_device
from models.predictor import load_predictor
from models.reid.canvas import WHITE
from models.reid.datasets import find_parts
from models.reid.evaluation import embed_listing, load_trial, seen_in
from models.reid.listings import Listing, Trial, trial_of
from models.reid.open_set import best_hits, judge, judge_pairs, pairs_across
from models.reid.ranking import rank_across_cameras
from models.reid.rerank import rerank, rerank_best

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from models.calibration import Calibration
    from models.contracts import Vectors

BEST = 100
"""Hits of a query that a search would order anew."""
PEER_BATCH = 16
PEER_WIDTH, PEER_HEIGHT = 128, 256


def orders(queries: Vectors, gallery: Vectors) -> Mapping[str, Callable[[], NDArray[np.floating]]]:
    """Ways to score the gallery for every query, by name."""
    return {
        "cosine": lambda: queries @ gallery.T,
        f"the best {BEST} re-ranked": lambda: best_reranked(queries, gallery),
        "re-ranked exactly": lambda: rerank(queries, gallery),
    }


def best_reranked(queries: Vectors, gallery: Vectors) -> NDArray[np.floating]:
    """Order the best hits of each query anew; the others stay behind them in their order."""
    scores: NDArray[np.floating] = queries @ gallery.T - 2
    for query, row in zip(queries, scores, strict=True):
        best = np.argsort(-row)[:BEST]
        row[best] = rerank_best(query, gallery[best])
    return scores


def rows(name: str, trial: Trial, queries: Vectors, gallery: Vectors) -> list[str]:
    """One row of the table for each way to score what was embedded."""
    seen = seen_in(trial.queries), seen_in(trial.gallery)
    lines = []
    for order, score in orders(queries, gallery).items():
        began = time.process_time()
        scores = score()
        spent = 1000 * (time.process_time() - began) / len(queries)
        ranking = rank_across_cameras(scores, *seen)
        figures = (
            ranking.rank(1),
            ranking.rank(5),
            ranking.mean_average_precision,
            ranking.mean_inverse_negative_penalty,
        )
        lines.append(f"| {name}, {order} | {' | '.join(f'{figure:.1f}' for figure in figures)} | {spent:.2f} |")
    return lines


def open_rows(
    name: str, trial: Trial, queries: Vectors, gallery: Vectors, calibration: Calibration | None = None
) -> list[str]:
    """Rows of open-set figures at each false-match rate, from the score of these pictures on, and as calibrated."""
    given = queries @ gallery.T, seen_in(trial.queries), seen_in(trial.gallery)
    best, pairs = best_hits(*given), pairs_across(*given)
    searched, compared = partial(judge, best), partial(judge_pairs, pairs)
    lines = []
    for what, strangers, judged, items in (
        ("pairs", pairs.strangers, compared, 1),
        ("searches", best.strangers, searched, len(gallery)),
    ):
        for rate in FALSE_MATCH_RATES:
            scores = {"of these": false_match_score(strangers, rate)}
            if calibration is not None and calibration.false_matches is not None:
                scores["calibrated"] = calibration.match_score(rate, items)
            for source, score in scores.items():
                figures = judged(score)
                found = f"{score:.3f} | {figures.false:.2f} | {figures.found:.1f}"
                lines.append(f"| {name}, {what}, score {source} | {100 * rate:g} % | {found} |")
    return lines


def parity(found: Vectors, exact: Vectors) -> str:
    """Say how near vectors come to those of float32, and the scores among them."""
    least = float((found * exact).sum(axis=1).min())
    most = float(np.abs(found @ found.T - exact @ exact.T).max())
    return f"To float32 the queries' vectors have cosines of {least:.4f} or more; scores differ by {most:.4f} or less."


def peer(path: Path) -> Callable[[Listing], Vectors]:
    """Return what embeds crops by an ONNX network."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    name = session.get_inputs()[0].name

    def stretched(path: Path) -> NDArray[np.uint8]:
        crop = Image.fromarray(read_picture(path).rgb)
        return np.asarray(crop.resize((PEER_WIDTH, PEER_HEIGHT), Image.Resampling.BILINEAR))

    def embed(paths: tuple[Path, ...]) -> Vectors:
        pixels = np.stack([stretched(path) for path in paths]).astype(np.float32) / WHITE
        normal = (pixels - np.array(MEAN, np.float32)) / np.array(SCALE, np.float32)
        found = session.run(None, {name: np.ascontiguousarray(normal.transpose(0, 3, 1, 2))})[0]
        unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit

    return lambda listing: in_batches(embed, listing.paths, PEER_BATCH)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reid", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of an unpacked market1501, or one's own")
    parser.add_argument("--checkpoint", help="network, digest or prefix; without it the default network's")
    parser.add_argument("--peer", type=Path, help="an ONNX file to compare with")
    parser.add_argument("--held-out", action="store_true", help="judge by the people that weights are chosen by")
    parser.add_argument("--home", type=Path, default=Path("var"), help="LIKENESS_HOME, where local checkpoints lie")
    parser.add_argument("--device", help="cpu, cuda or cuda:N")
    chosen = parser.parse_args(arguments)
    command = shlex.join(["python", "-m", "benchmarks.reid", *(sys.argv[1:] if arguments is None else arguments)])
    print("\n".join([f"`{command}`", "", *describe(chosen.device)]), flush=True)
    try:
        store = CheckpointStore(chosen.home / "checkpoints")
        device = choose_device(chosen.device)
        predictor = load_predictor(store, "reid", chosen.checkpoint, device)
        trial = trial_of(find_parts(chosen.data).held_out) if chosen.held_out else load_trial(chosen.data)
        print(f"- Checkpoint: {predictor.checkpoint.network}, {predictor.digest[:12]}", flush=True)
        print(f"\n{len(trial.queries)} queries, {len(trial.gallery)} pictures in the gallery\n")
        print("| network, order | rank-1 | rank-5 | mAP | mINP | ms a query |\n|---|---:|---:|---:|---:|---:|")
        network = predictor.checkpoint.network
        own = embed_listing(trial.queries, predictor), embed_listing(trial.gallery, predictor)
        print("\n".join(rows(network, trial, *own)), flush=True)
        open_set = open_rows(network, trial, *own, predictor.calibration)
        if chosen.peer is not None:
            embed = peer(chosen.peer)
            theirs = embed(trial.queries), embed(trial.gallery)
            print("\n".join(rows(chosen.peer.stem, trial, *theirs)))
            open_set += open_rows(chosen.peer.stem, trial, *theirs)
        print("\nTwo pictures of two cameras are compared; each query is asked among all, and among others only:\n")
        print("| network | false matches, at most | from a score of | false, % | found, % |\n|---|---:|---:|---:|---:|")
        print("\n".join(open_set))
        if device.dtype is not torch.float32:
            exact = load_predictor(store, "reid", chosen.checkpoint, replace(device, dtype=torch.float32))
            print(f"\n{parity(own[0], embed_listing(trial.queries, exact))}")
    except RetrievalError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
