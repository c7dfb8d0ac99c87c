"""The tables of results in the sketch system's model card; prints Markdown and draws one curve.

    python -m benchmarks.sketch_card --data DIR [--home HOME] [--curve models/sketch/while-drawing.svg]

DIR holds `qmul_v1` and `chairv2_train`, unpacked. Every network of which there are weights is judged; every network is
timed, on the CPU. What is printed replaces one block of `models/sketch/README.md`, from the command to the last table.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchmarks.bare_network import embed, served
from benchmarks.growth_chart import growth_chart
from benchmarks.interleaved import median_seconds
from benchmarks.markdown import table, typed, with_interval
from models.checkpoints import CheckpointStore
from models.contracts import MissingCheckpoint, RetrievalError
from models.devices import Device, choose_device, describe
from models.predictor import load_predictor
from models.registry import embedding_spec as find_spec
from models.sketch.canvas import WHITE
from models.sketch.evaluation import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from models.contracts import EmbeddingSpec
    from models.judgements import Judgement
    from models.predictor import Predictor

MODEL, PEER = "sketch", "sketch-a-net"
GROWN, GROWN_DATA = "ChairV2, 60 photos held out", "chairv2_train"
"""The trial whose drawings are strokes, and its folder."""
TRIALS = (
    ("QMUL-Shoe", "qmul_v1/shoes", 1),
    ("QMUL-Shoe, ten views", "qmul_v1/shoes", 10),
    ("QMUL-Chair", "qmul_v1/chairs", 1),
    ("QMUL-Chair, ten views", "qmul_v1/chairs", 10),
    (GROWN, GROWN_DATA, 1),
)
BATCHES = (1, 8)


def predictors(store: CheckpointStore, device: Device) -> Iterator[Predictor]:
    """Load every network of which there are weights, the default one first."""
    for network in find_spec(MODEL).networks:
        try:
            yield load_predictor(store, MODEL, network, device)
        except MissingCheckpoint:
            continue


def judged(data: Path, predictor: Predictor) -> dict[str, Judgement]:
    """Judge a checkpoint on every trial, by name."""
    return {name: judge(data / folder, predictor, views) for name, folder, views in TRIALS}


def results_table(judgements: Mapping[str, Mapping[str, Judgement]]) -> str:
    """How often the true item is found, trial by trial.

    Args:
        judgements: network -> trial -> what was found.
    """
    rows = []
    for trial, _, _ in TRIALS:
        for network, found in judgements.items():
            figures, count = found[trial].measured(), len(found[trial].truth)
            cells = [with_interval(figures[key]) if key in figures else "" for key in ("acc@1", "acc@10", "corr")]
            rows.append([f"{trial}, `{network}`", str(count), *cells])
    return table(["items, network", "queries", "acc@1", "acc@10", "%corr"], rows)


def growth_table(judgements: Mapping[str, Judgement]) -> str:
    """Where the true photo stands while its drawing grows.

    Args:
        judgements: network -> what was found, with moments.
    """
    rows = [
        [
            f"{100 * moment.share:.0f} % of the ink, `{network}`",
            f"{np.median(moment.found):.0f}",
            *(with_interval(judgement.measured_at(moment)[key]) for key in ("acc@1", "acc@5")),
        ]
        for network, judgement in judgements.items()
        for moment in judgement.moments
    ]
    return table(["drawn, network", "median rank", "acc@1", "acc@5"], rows)


def times_table(spec: EmbeddingSpec, threads: int, rounds: int) -> str:
    """Milliseconds of processor time that one view of a drawing takes in each network, float32, one after the other."""
    device = Device("cpu", torch.float32, threads)
    torch.set_num_threads(threads)
    networks = {name: served(build(), device) for name, build in spec.networks.items()}
    actions = {
        (name, batch): partial(embed, network, torch.full((batch, *spec.query_shape), WHITE, dtype=torch.uint8))
        for name, network in networks.items()
        for batch in BATCHES
    }
    taken = median_seconds(actions, rounds)
    rows = []
    for name in networks:
        cells = [
            cell
            for batch in BATCHES
            for cell in (
                f"{1000 * taken[name, batch] / batch:.1f}",
                f"{taken[name, batch] / taken[PEER, batch]:.2f}",
            )
        ]
        rows.append([f"`{name}`", *cells])
    columns = [column for batch in BATCHES for column in (f"ms a view, batch {batch}", f"of `{PEER}`'s")]
    return table(["network", *columns], rows)


def rounding(found: Judgement, exact: Judgement) -> str:
    """Say how far scores in the device's number format are from those in float32."""
    apart = np.abs(found.scores - exact.scores)
    return f"scores differ from those in float32 by {apart.mean():.4f}, and by {apart.max():.4f} at most"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables and draw the curve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sketch_card", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds qmul_v1 and chairv2_train")
    parser.add_argument("--home", type=Path, default=Path("var"), help="LIKENESS_HOME, where local checkpoints lie")
    parser.add_argument("--device", help="where the networks are judged: cpu, cuda or cuda:N")
    parser.add_argument("--threads", type=int, default=1, help="of a network while it is timed")
    parser.add_argument("--rounds", type=int, default=100, help="how often each network is timed")
    parser.add_argument("--curve", type=Path, help="SVG file for the default network's curve while drawing")
    chosen = parser.parse_args(arguments)
    device, store, spec = choose_device(chosen.device), CheckpointStore(chosen.home / "checkpoints"), find_spec(MODEL)
    try:
        loaded = {predictor.checkpoint.network: predictor for predictor in predictors(store, device)}
        judgements = {network: judged(chosen.data, predictor) for network, predictor in loaded.items()}
    except RetrievalError as error:
        parser.error(str(error))
    weights = ", ".join(f"{network} {predictor.digest[:12]}" for network, predictor in loaded.items()) or "none"
    facts = [
        f"- {describe(device)}",
        f"- Weights: {weights}",
        f"- Times: of the processor, float32, threads: {chosen.threads}, median of {chosen.rounds} rounds",
    ]
    print("\n".join([typed("benchmarks.sketch_card", arguments, chosen.data), "", *facts]))
    grown = {network: found[GROWN] for network, found in judgements.items()}
    print(f"\n{results_table(judgements)}\n\n{growth_table(grown)}\n", flush=True)
    print(times_table(spec, chosen.threads, chosen.rounds))
    if device.dtype is not torch.float32:
        for network, found in grown.items():
            same = load_predictor(store, MODEL, network, replace(device, dtype=torch.float32))
            exact = judge(chosen.data / GROWN_DATA, same)
            print(f"\nOn a device like this `{network}`'s {rounding(found, exact)} ({GROWN}).")
    if chosen.curve is not None and spec.default_network in grown:
        chosen.curve.write_text(growth_chart(grown[spec.default_network]), "utf-8")


if __name__ == "__main__":
    main()
