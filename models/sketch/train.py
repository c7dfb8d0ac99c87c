"""From a folder of data to a checkpoint, in stages: edges; icons and photos that nobody drew; drawings by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from models.averaging import average
from models.devices import place
from models.sketch.calibration import calibrate_trained
from models.sketch.canvas import WHITE
from models.sketch.datasets import load_pairs, load_photo_sketches
from models.sketch.edge_recipe import EdgeRecipe
from models.sketch.gallery import pair_photos
from models.sketch.materials import gather, gather_icons
from models.sketch.recipe import PHOTOGRAPHED, EmbeddingRecipe, Source
from models.training import Progress, Stage, Trained, fit, half_precision

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn

    from models.checkpoints import Checkpoint, CheckpointStore
    from models.contracts import ModelSpec
    from models.devices import Device

# What differs from the recipe's own numbers, by stage and network. Without a pretrained trunk steps are smaller.
_NUMBERS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("pretraining", "efficientnet-lite0"): {"steps": 1200, "trunk_rate": 5e-4, "evaluate_every": 100},
    ("pretraining", "sketch-a-net"): {"batch": 48, "rate": 3e-4, "evaluate_every": 100},
    ("embedding", "sketch-a-net"): {"steps": 600, "batch": 48, "rate": 3e-4},
}
RUNS = 3
"""Runs of the last stage, with other batches from the same start, whose weights are averaged."""
LICENCE = "Trained on research data (QMUL's sets); commercial users must retrain on data of their own."


def train(
    spec: ModelSpec,
    data: Path,
    store: CheckpointStore,
    state: Path,
    device: Device,
    report: Callable[[Stage], None],
    network: str | None = None,
    steps: int | None = None,
) -> Checkpoint:
    """Train the sketch system and store the weights, fp16, as a checkpoint in the data folder.

    A killed run goes on where it was, if called again with the same `state`.

    Args:
        spec: the sketch system's description.
        data: holds `qmul_v1/shoes`, `qmul_v1/chairs` and `shoe304`, unpacked; and, as far as they are to be learnt
            from too, `chairv2_train`, `shoev2_photos` and `icons`.
        store: where the checkpoint goes.
        state: a folder for what a resumed run needs; delete it to start anew.
        device: where to train.
        report: called with progress.
        network: which embedding network; None for the default.
        steps: optimiser steps of each stage; None for each recipe's own.

    Raises:
        MissingData: the folder does not hold the data.
        MissingCheckpoint: the ImageNet weights, or the renderer of icons, are not installed.
    """
    chosen = network or spec.default_network
    shoes, chairs = (load_pairs(data / "qmul_v1" / name, "train") for name in ("shoes", "chairs"))
    photos = load_photo_sketches(data / "shoe304")
    length: dict[str, Any] = {} if steps is None else {"steps": steps, "evaluate_every": max(1, steps // 10)}

    def stage(name: str) -> Callable[[Progress], None]:
        return lambda progress: report(Stage(name, progress))

    edges = fit(EdgeRecipe(pair_photos(shoes, photos), **length), state / "edges.pt", device, stage("edges"))
    draw = partial(draw_edges, edges.network)
    icons = gather_icons(
        data / "icons", draw, state / "icons", lambda done, total: stage("icons")(Progress(done, total, None, {}))
    )
    materials = gather(data, shoes, chairs, photos, draw, icons)

    def learn(name: str, sources: tuple[Source, ...], start: Mapping[str, Tensor] | None) -> Learnt:
        numbers = {**_NUMBERS.get((name, chosen), {}), **length}
        recipe = EmbeddingRecipe(sources, materials.held_out, chosen, start, **numbers)
        # A head that no stage has taught starts from chance, and of other starts the weights cannot be averaged.
        names = [name] if start is None or name == "pretraining" else [f"{name} {run + 1}" for run in range(RUNS)]
        runs = [
            fit(replace(recipe, seed=recipe.seed + run), state / f"{chosen}-{which}.pt", device, stage(which))
            for run, which in enumerate(names)
        ]
        return Learnt(recipe, runs, average([run.network for run in runs]))

    stages: dict[str, Learnt] = {}
    if materials.pretraining:
        stages["pretraining"] = learn("pretraining", materials.pretraining, None)
    start = stages["pretraining"].network.state_dict() if stages else None
    stages["embedding"] = learn("embedding", materials.embedding, start)
    embedding = stages["embedding"].network
    system = spec.networks[chosen]()
    system.edges.load_state_dict(edges.network.state_dict())
    system.embedding.load_state_dict(embedding.state_dict())
    card = {
        "preprocessing": spec.preprocessing,
        "licence": LICENCE,
        "data": {"QMUL-Shoe train, shoe304 and QMUL-Chair train": "without what is held out", **materials.facts},
        "device": device.name,
        "stages": {"edges": edges.card(), **{name: learnt.card(device) for name, learnt in stages.items()}},
        "calibration": calibrate_trained(embedding, materials.held_out),
    }
    return store.save(spec.name, chosen, half_precision(system), card)


@dataclass(frozen=True, eq=False)
class Learnt:
    """What a stage has learnt.

    Attributes:
        recipe: by which; that of the first run.
        runs: from the same start, with other batches.
        network: the runs' average, on the CPU.
    """

    recipe: EmbeddingRecipe
    runs: Sequence[Trained]
    network: nn.Module

    def card(self, device: Device) -> dict[str, Any]:
        """Return what a checkpoint's card tells of it; the average is judged on a device."""
        network = deepcopy(self.network)
        place(network, device)
        return {
            "held out": dict(self.recipe.evaluate(network, device)),
            "runs": [run.card() for run in self.runs],
            "recipe": _numbers(self.recipe),
        }


def draw_edges(detector: nn.Module, photos: Tensor, batch: int = 16) -> Tensor:
    """Draw the edges of framed photos, uint8 (n, 3, 256, 256), as canvases, uint8 (n, 1, 256, 256)."""
    with torch.inference_mode():
        parts = [torch.sigmoid(-detector(part.float() / WHITE)) * WHITE for part in torch.split(photos, batch)]
    return torch.cat(parts).round().to(torch.uint8)


def _numbers(recipe: EmbeddingRecipe) -> Mapping[str, Any]:
    names = ("steps", "batch", "rate", "trunk_rate", "temperature", "people_weight", "people_temperature", "seed")
    sources = {source.name: {"share": source.share, "drawing": asdict(source.drawing)} for source in recipe.sources}
    return {**{name: getattr(recipe, name) for name in names}, "sources": sources, "item": asdict(PHOTOGRAPHED)}
