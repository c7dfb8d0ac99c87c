"""From a folder of research data to a checkpoint: the edge detector, then an embedding network that sees its edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

from models.sketch.canvas import WHITE
from models.sketch.datasets import load_pairs, load_photo_sketches
from models.sketch.gallery import make_gallery, pair_photos
from models.sketch.recipe import EdgeRecipe, EmbeddingRecipe
from models.training import Progress, Trained, fit

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn

    from models.checkpoints import Checkpoint, CheckpointStore
    from models.contracts import ModelSpec
    from models.devices import Device

# What differs from the recipe's own numbers: without a pretrained trunk, larger batches and smaller steps.
_NUMBERS: Mapping[str, Mapping[str, Any]] = {"sketch-a-net": {"steps": 600, "batch": 48, "rate": 3e-4}}
LICENCE = "Trained on research data (QMUL-Shoe, QMUL-Chair); commercial users must retrain on data of their own."


@dataclass(frozen=True)
class Stage:
    """Progress of one stage of the training: "edges" or "embedding"."""

    name: str
    progress: Progress


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
        data: holds `qmul_v1/shoes`, `qmul_v1/chairs` and `shoe304`, unpacked.
        store: where the checkpoint goes.
        state: a folder for what a resumed run needs; delete it to start anew.
        device: where to train.
        report: called with progress.
        network: which embedding network; None for the default.
        steps: optimiser steps of each stage; None for each recipe's own.

    Raises:
        MissingData: the folder does not hold the data.
        MissingCheckpoint: the ImageNet weights are not installed.
    """
    chosen = network or spec.default_network
    shoes, chairs = (load_pairs(data / "qmul_v1" / name, "train") for name in ("shoes", "chairs"))
    photos = load_photo_sketches(data / "shoe304")
    length: dict[str, Any] = {} if steps is None else {"steps": steps, "evaluate_every": max(1, steps // 10)}

    def stage(name: str) -> Callable[[Progress], None]:
        return lambda progress: report(Stage(name, progress))

    edges = fit(EdgeRecipe(pair_photos(shoes, photos), **length), state / "edges.pt", device, stage("edges"))
    own_edges = draw_edges(edges.network, photos.photos)
    gallery = make_gallery(shoes, chairs, photos, own_edges)
    recipe = EmbeddingRecipe(gallery, network=chosen, **{**_NUMBERS.get(chosen, {}), **length})
    embedding = fit(recipe, state / f"{chosen}.pt", device, stage("embedding"))
    system = spec.networks[chosen]()
    system.edges.load_state_dict(edges.network.state_dict())
    system.embedding.load_state_dict(embedding.network.state_dict())
    card = {
        "preprocessing": spec.preprocessing,
        "licence": LICENCE,
        "data": "QMUL-Shoe train, QMUL-Chair train, shoe304, without the held-out shoes",
        "device": device.name,
        "stages": {"edges": _describe(edges), "embedding": {**_describe(embedding), "recipe": _numbers(recipe)}},
    }
    return store.save(spec.name, chosen, half_precision(system), card)


def draw_edges(detector: nn.Module, photos: Tensor, batch: int = 16) -> Tensor:
    """Draw the edges of framed photos, uint8 (n, 3, 256, 256), as canvases, uint8 (n, 1, 256, 256)."""
    with torch.inference_mode():
        parts = [torch.sigmoid(-detector(part.float() / WHITE)) * WHITE for part in torch.split(photos, batch)]
    return torch.cat(parts).round().to(torch.uint8)


def half_precision(network: nn.Module) -> dict[str, Tensor]:
    """State of a network with every floating tensor in fp16; what fp16 cannot hold is clamped to its range."""
    limit = torch.finfo(torch.float16).max
    return {
        name: tensor.clamp(-limit, limit).half() if tensor.is_floating_point() else tensor
        for name, tensor in network.state_dict().items()
    }


def _describe(trained: Trained) -> Mapping[str, Any]:
    return {"best step": trained.step, "held out": dict(trained.figures), "seconds": round(trained.seconds)}


def _numbers(recipe: EmbeddingRecipe) -> Mapping[str, Any]:
    warps = {"drawing": asdict(recipe.drawing), "item": asdict(recipe.item)}
    names = ("steps", "batch", "rate", "trunk_rate", "temperature", "seed")
    return {**{name: getattr(recipe, name) for name in names}, **warps}
