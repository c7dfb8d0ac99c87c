"""What ships: whole, small, served, and as good as its card says; golden numbers where the research data lies."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

import models
from models.calibration import Calibration
from models.checkpoints import Checkpoint, CheckpointStore
from models.devices import Device
from models.images import Picture
from models.predictor import Predictor, load_predictor
from models.registry import specs
from models.sketch import SPEC
from models.sketch.evaluation import evaluate
from tests.models.sketch.drawings import SHAPES, grey, page

MIB = 2**20
SKETCH_LIMIT, ALL_LIMIT = 17 * MIB, 48 * MIB
# Plain HOG, cells of 32, cosine, on the official test split of QMUL-Shoe.
HOG_SHOES = 27.0
DATA_VARIABLE = "LIKENESS_TEST_DATA"
CPU = Device("cpu", torch.float32, 1)

SHIPPED = CheckpointStore(Path("/nowhere")).all("sketch")
shipped = pytest.mark.skipif(not SHIPPED, reason="no sketch weights ship yet: models/sketch/weights is empty")


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    """The shipped default network."""
    return load_predictor(CheckpointStore(Path("/nowhere")), "sketch", None, CPU)


@shipped
@pytest.mark.parametrize("checkpoint", SHIPPED, ids=lambda checkpoint: checkpoint.network)
def test_shipped_weights_are_those_of_their_cards(checkpoint: Checkpoint) -> None:
    """Digest, network and preprocessing of every shipped file are what its card states, in fp16."""
    tensors = CheckpointStore(Path("/nowhere")).load(checkpoint)
    assert checkpoint.folder.name == checkpoint.network
    assert checkpoint.network in SPEC.networks
    assert checkpoint.card["preprocessing"] == SPEC.preprocessing
    assert {tensor.dtype for tensor in tensors.values()} <= {torch.float16, torch.int64}
    assert all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values())


@shipped
def test_the_default_network_ships(predictor: Predictor) -> None:
    """What a newcomer's first search uses lies in the package."""
    assert predictor.checkpoint.network == SPEC.default_network


@shipped
@pytest.mark.parametrize("checkpoint", SHIPPED, ids=lambda checkpoint: checkpoint.network)
def test_shipped_weights_know_how_sure_they_are(checkpoint: Checkpoint) -> None:
    """A newcomer's first search has probabilities, which near 1 are likely and below the threshold are not."""
    assert isinstance(checkpoint.calibration, Calibration)
    low, high = checkpoint.calibration.probability([checkpoint.calibration.threshold, 0.99], 50)
    assert low < 0.1
    assert high > 0.5


def test_what_ships_is_small() -> None:
    """All systems together stay under 48 MiB, the sketch system with its edges under 17."""
    root = Path(models.__path__[0])
    sizes = {
        name: sum(path.stat().st_size for path in (root / name / "weights").rglob("*") if path.is_file())
        for name in specs()
    }
    assert sizes["sketch"] < SKETCH_LIMIT
    assert sum(sizes.values()) < ALL_LIMIT


def filled(shape: int) -> Picture:
    """A product photo of a drawn thing: its outline filled with colour on a white ground, its lines darker."""
    lines = page(shape)
    inside = np.array(Image.fromarray(lines).convert("L"))
    colour: NDArray[np.uint8] = np.repeat(inside[..., None], 3, axis=2)
    colour[lines < 128] = (90, 40, 20)
    return Picture(colour)


@shipped
def test_a_drawing_finds_the_picture_of_what_was_drawn(predictor: Predictor) -> None:
    """Each made-up drawing is nearest to the picture of its own thing: the shipped weights are trained ones."""
    queries = torch.stack([predictor.prepare_query(grey(page(shape))) for shape in range(len(SHAPES))])
    items = torch.stack([predictor.prepare_item(filled(shape)) for shape in range(len(SHAPES))])
    scores = predictor.predict_queries(queries) @ predictor.predict_items(items).T
    assert scores.argmax(axis=1).tolist() == list(range(len(SHAPES)))


@shipped
def test_rounding_hardly_moves_scores(predictor: Predictor) -> None:
    """Where a device computes in bfloat16, cosines of drawings to pictures move, but by 0.01 at most."""
    coarse = load_predictor(CheckpointStore(Path("/nowhere")), "sketch", None, Device("cpu", torch.bfloat16, 1))
    queries = torch.stack([predictor.prepare_query(grey(page(shape))) for shape in range(len(SHAPES))])
    items = torch.stack([predictor.prepare_item(filled(shape)) for shape in range(len(SHAPES))])
    exact, moved = (one.predict_queries(queries) @ one.predict_items(items).T for one in (predictor, coarse))
    assert 0 < np.abs(exact - moved).max() <= 0.01


@shipped
def test_the_edges_of_a_plain_shape_are_its_border(predictor: Predictor) -> None:
    """The shipped detector draws the border of a dark box on white, and leaves the ground and most of the box blank."""
    photo = np.full((200, 300, 3), 250, np.uint8)
    photo[60:140, 50:250] = (90, 50, 40)
    drawn = predictor.view_items(predictor.prepare_item(Picture(photo))[None])[0]
    box = np.full((256, 256), False)
    height = round(208 * 80 / 200)
    top = (256 - height) // 2
    box[top - 5 : top + height + 5, 19:237] = True
    box[top + 5 : top + height - 5, 29:227] = False
    assert (255 - drawn[box].astype(float)).mean() > 5 * (255 - drawn[~box].astype(float)).mean()


@shipped
def test_the_official_test_beats_plain_hog(predictor: Predictor) -> None:
    """acc@1 on QMUL-Shoe's test split is above plain HOG's 27.0, and as the card says where it says."""
    folder = os.environ.get(DATA_VARIABLE)
    if folder is None:
        pytest.skip(
            f"set {DATA_VARIABLE} to a folder that holds qmul_v1/shoes, unpacked, to check the shipped accuracy"
        )
    figures = evaluate(Path(folder) / "qmul_v1/shoes", predictor)
    assert figures["queries"] == 115
    assert figures["acc@1"] > HOG_SHOES
    for name, stated in predictor.checkpoint.card.get("official test", {}).items():
        # One query more or less may turn on the last bit of another machine.
        assert figures[name] == pytest.approx(stated, abs=100 / 115 + 0.1)
