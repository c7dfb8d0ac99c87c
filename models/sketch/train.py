"""From a folder of data to a checkpoint, in stages: edges; icons and photos that nobody drew; drawings by hand."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from models.devices import place
from models.sketch.calibration import calibrate_trained
from models.sketch.canvas import WHITE
from models.sketch.course import Course
from models.sketch.datasets import load_pairs, load_photo_sketches
from models.sketch.edge_recipe import EdgeRecipe
from models.sketch.gallery import pair_photos
from models.sketch.materials import gather, gather_icons
from models.sketch.network import LitePair
from models.sketch.pairing import pair
from models.training import Progress, fit, half_precision

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models.checkpoints import Checkpoint
    from models.devices import Device
    from models.sketch.recipe import EmbeddingRecipe
    from models.training_request import TrainingRequest

PAIR, MEMBER = "efficientnet-lite0-pair", "efficientnet-lite0"
LICENCE = "Trained on research data (QMUL's sets); commercial users must retrain on data of their own."


def train(request: TrainingRequest) -> Checkpoint:
    """Train the sketch system and store the weights, fp16, as a checkpoint in the data folder.

    Args:
        request: its data are a folder that holds `qmul_v1/shoes`, `qmul_v1/chairs` and `shoe304`, unpacked; and, as far
            as they are to be learnt from too, `chairv2_train`, `shoev2_photos` and `icons`. Its network is an embedding
            network.

    Raises:
        MissingData: the folder does not hold the data.
        MissingCheckpoint: the ImageNet weights, or the renderer of icons, are not installed.
    """
    chosen, spec, data, state, device = request.chosen, request.spec, request.data, request.state, request.device
    shoes, chairs = (load_pairs(data / "qmul_v1" / name, "train") for name in ("shoes", "chairs"))
    photos = load_photo_sketches(data / "shoe304")
    length = request.length()

    edges = fit(EdgeRecipe(pair_photos(shoes, photos), **length), state / "edges.pt", device, request.telling("edges"))
    draw = partial(draw_edges, edges.network)
    tell = request.telling("icons")
    icons = gather_icons(
        data / "icons", draw, state / "icons", lambda done, total: tell(Progress(done, total, None, {}))
    )
    materials = gather(data, shoes, chairs, photos, draw, icons)

    course = Course(materials, MEMBER if chosen == PAIR else chosen, state, device, request.report, length)
    learnt = [course.learn(member) for member in (range(1, LitePair.MEMBERS + 1) if chosen == PAIR else (None,))]
    members = [stages[-1].trained.network for stages in learnt]
    embedding = members[0]
    judged: dict[str, Any] = {}
    if chosen == PAIR:
        embedding = pair(members, [source.gallery for source in materials.embedding], device)
        judged = {"pair": _judged(embedding, learnt[0][-1].recipe, device)}
    system = spec.networks[chosen]()
    system.edges.load_state_dict(edges.network.state_dict())
    system.embedding.load_state_dict(embedding.state_dict())
    card = {
        "preprocessing": spec.preprocessing,
        "licence": LICENCE,
        "data": {"QMUL-Shoe train, shoe304 and QMUL-Chair train": "without what is held out", **materials.facts},
        "device": device.name,
        "stages": {
            "edges": edges.card(),
            **{one.name: one.card() for stages in learnt for one in stages},
            **judged,
        },
        "calibration": calibrate_trained(embedding, materials.held_out),
    }
    return request.store.save(spec.name, chosen, half_precision(system), card)


def draw_edges(detector: nn.Module, photos: Tensor, batch: int = 16) -> Tensor:
    """Draw the edges of framed photos, uint8 (n, 3, 256, 256), as canvases, uint8 (n, 1, 256, 256)."""
    with torch.inference_mode():
        parts = [torch.sigmoid(-detector(part.float() / WHITE)) * WHITE for part in torch.split(photos, batch)]
    return torch.cat(parts).round().to(torch.uint8)


def _judged(network: nn.Module, recipe: EmbeddingRecipe, device: Device) -> Mapping[str, Any]:
    """Judge a network, which stays as it is, as a recipe does."""
    copy = deepcopy(network)
    place(copy, device)
    return {"held out": dict(recipe.evaluate(copy, device))}
