"""What each of the paper's four stages reads, learns and starts from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from models.contracts import MissingCheckpoint
from models.datasets import MissingData
from models.devices import place
from models.sketch.class_folders import find_classes, find_sketches, shared_classes
from models.sketch.classification import hand_on
from models.sketch.classification_recipe import ClassificationRecipe
from models.sketch.datasets import load_pairs
from models.sketch.human_triplets import gather_human_triplets
from models.sketch.network import SketchANet
from models.sketch.pseudo_triplets import Features, embed_all, gather_pseudo_triplets
from models.sketch.ranking_recipe import RankingRecipe
from models.training import save_whole

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from models.contracts import Vectors
    from models.devices import Device
    from models.sketch.class_canvases import ClassCanvases, KeptDrawings

CATEGORY_MARGIN = 0.1
"""Of the third stage, from memory of the paper."""
SKETCHES, EDGE_MAPS = "tu-berlin", "edge-maps"
"""What the third stage reads, in folders of its folder: the data of the second stage and of the first."""
_Start = Mapping[str, "Tensor"]


@dataclass(frozen=True, eq=False)
class Tools:
    """What stages need beside their data.

    Attributes:
        drawings: draws pictures of classes.
        features: a file for what the third stage finds by the network that it starts from.
        device: where that network runs.
    """

    drawings: KeptDrawings
    features: Path
    device: Device


@dataclass(frozen=True, eq=False)
class StageRecipe:
    """A recipe with what belongs to it.

    Attributes:
        recipe: for `models.training.fit`.
        facts: for the card: how much of what it learns from.
        optimiser_of: makes its optimiser.
    """

    recipe: ClassificationRecipe | RankingRecipe
    facts: Mapping[str, Mapping[str, int]]
    optimiser_of: Callable[[Iterable[dict[str, Any]]], torch.optim.Optimizer]

    @property
    def numbers(self) -> Mapping[str, float]:
        """The recipe's own numbers, for the card."""
        values = {field.name: getattr(self.recipe, field.name) for field in fields(self.recipe)}
        return {name: value for name, value in values.items() if isinstance(value, int | float)}


def _edge_maps(data: Path, start: _Start | None, tools: Tools, steps: int | None) -> StageRecipe:
    """Name the class of an edge map."""
    canvases = tools.drawings.edge_maps(find_classes(data))
    recipe = ClassificationRecipe(canvases, start, **(_length(steps) or {"steps": 100_000, "evaluate_every": 1000}))
    return StageRecipe(recipe, {EDGE_MAPS: _counts(canvases)}, torch.optim.AdamW)


def _tu_berlin(data: Path, start: _Start | None, tools: Tools, steps: int | None) -> StageRecipe:
    """Name the class of a sketch."""
    canvases = tools.drawings.sketches(find_sketches(data))
    recipe = ClassificationRecipe(canvases, start, **_length(steps))
    return StageRecipe(recipe, {SKETCHES: _counts(canvases)}, torch.optim.AdamW)


def _pseudo_triplets(data: Path, start: _Start | None, tools: Tools, steps: int | None) -> StageRecipe:
    """Bring a sketch nearer to the edge maps of its class than to others."""
    if start is None:
        message = (
            "Pseudo triplets are found by the distances of a trained network; run the stage tu-berlin first, or name "
            "weights to start from."
        )
        raise MissingCheckpoint(message)
    lacking = [name for name in (SKETCHES, EDGE_MAPS) if not (data / name).is_dir()]
    if lacking:
        message = (
            f"{data} lacks {' and '.join(lacking)}; expected are {SKETCHES}/CLASS/*.png or *.svg and "
            f"{EDGE_MAPS}/CLASS/*.png or *.jpg, which may be links to the data of the stages of these names."
        )
        raise MissingData(message)
    sketched, photographed = shared_classes(find_sketches(data / SKETCHES), find_classes(data / EDGE_MAPS))
    sketches, edge_maps = tools.drawings.sketches(sketched), tools.drawings.edge_maps(photographed)
    triplets = gather_pseudo_triplets(sketches, edge_maps, *_features(start, sketches, edge_maps, tools))
    counts = {SKETCHES: {**_counts(sketches), "kept": len(triplets.anchors)}}
    counts[EDGE_MAPS] = {**_counts(edge_maps), "kept": len(triplets.items)}
    recipe = RankingRecipe(triplets, start, CATEGORY_MARGIN, **_length(steps))
    return StageRecipe(recipe, counts, torch.optim.SGD)


def _human_triplets(data: Path, start: _Start | None, tools: Tools, steps: int | None) -> StageRecipe:  # noqa: ARG001 - as all stages
    """Bring a sketch nearer to the edge map that people found nearer."""
    triplets = gather_human_triplets(load_pairs(data, "train"))
    # Convolutions that nothing has taught are not worth keeping.
    recipe = RankingRecipe(triplets, start, frozen=start is not None, **_length(steps))
    counts = {"pairs": len(triplets.pairs), "votes": sum(map(len, triplets.pairs.triplets))}
    facts = {f"{data.resolve().name} train": {**counts, "held out": len(triplets.held_out.truth)}}
    return StageRecipe(recipe, facts, torch.optim.SGD)


RECIPES: Mapping[str, Callable[[Path, _Start | None, Tools, int | None], StageRecipe]] = {
    "edge-maps": _edge_maps,
    "tu-berlin": _tu_berlin,
    "pseudo-triplets": _pseudo_triplets,
    "human-triplets": _human_triplets,
}
"""The stages in the paper's order, each made of its data, weights to start from, tools, and steps or None."""


def _length(steps: int | None) -> dict[str, Any]:
    return {} if steps is None else {"steps": steps, "evaluate_every": max(1, steps // 10)}


def _counts(canvases: ClassCanvases) -> dict[str, int]:
    held_out = int(canvases.held_out.sum())
    return {"classes": len(canvases.classes), "pictures": len(canvases.labels) - held_out, "held out": held_out}


def _features(
    start: _Start, sketches: ClassCanvases, edge_maps: ClassCanvases, tools: Tools
) -> tuple[Vectors, Vectors]:
    """Describe all pictures by the network that is started from, or read what an earlier run has kept of that."""
    sides = {SKETCHES: sketches, EDGE_MAPS: edge_maps}
    if tools.features.exists():
        kept = [part.numpy() for part in torch.load(tools.features, weights_only=True)]
        if [len(part) for part in kept] == [len(side.labels) for side in sides.values()]:
            return kept[0], kept[1]
    network = SketchANet()
    hand_on(start, network)
    place(network, tools.device)
    described = Features(network).eval()
    found = []
    for name, side in sides.items():
        report = partial(tools.drawings.report, f"describing {name}")
        found.append(embed_all(described, side, np.arange(len(side.labels)), tools.device, report))
    save_whole(tools.features, [torch.from_numpy(part) for part in found])
    return found[0], found[1]
