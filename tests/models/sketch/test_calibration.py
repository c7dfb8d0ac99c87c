"""The sketch system's held-out pairs: which they are, scored as the service scores, and a curve for the card."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.calibrating import Scores, fit_calibration
from models.calibration import Calibration
from models.contracts import Vectors
from models.datasets import MissingData
from models.predictor import Predictor
from models.sketch import SPEC
from models.sketch.calibration import calibrate_trained, score
from models.sketch.datasets import is_held_out, load_photo_sketches
from models.sketch.gallery import HeldOut
from tests.models.sketch.chairs import write_chairs
from tests.models.sketch.layouts import write_photo_sketches


class Eye:
    """A predictor that embeds canvases and photos by their grey levels, alike."""

    spec = SPEC

    def predict_queries(self, batch: Tensor) -> Vectors:
        """Embed canvases."""
        return look(batch)

    def predict_items(self, batch: Tensor) -> Vectors:
        """Embed photos as the canvases that they would be."""
        return look(batch.float().mean(dim=1, keepdim=True))


def look(canvases: Tensor) -> Vectors:
    """Where the ink is, in cells of 16 pixels; unit rows."""
    ink = torch.nn.functional.avg_pool2d(255 - canvases.float(), 16).flatten(1)
    return cast("Vectors", nn.functional.normalize(ink + 1e-3).numpy())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six shoes with two drawings each, of which two are held out."""
    folder = tmp_path_factory.mktemp("data")
    write_photo_sketches(folder / "shoe304", [0, 3, 5, 7, 10, 12])
    return folder


def test_only_what_is_held_out_is_scored(data: Path) -> None:
    """Shoes that training sees are neither queries nor items; each drawing's own photo scores as both views say."""
    kinds = score(data, cast("Predictor", Eye()))
    assert set(kinds) == {"shoes"}
    shoes = load_photo_sketches(data / "shoe304")
    photos = [row for row, item in enumerate(shoes.items) if is_held_out(np.array([item]))[0]]
    drawn = [row for row, item in enumerate(shoes.sketch_items) if is_held_out(np.array([item]))[0]]
    assert (len(photos), len(drawn)) == (2, 4)
    items = look(shoes.photos[photos].float().mean(dim=1, keepdim=True))
    for query, row in enumerate(drawn):
        seen = [look(view[None])[0] @ items.T for view in (shoes.sketches[row], shoes.sketches[row].flip(-1))]
        np.testing.assert_allclose(kinds["shoes"].scores[query], np.maximum(*seen), atol=1e-5)
        assert shoes.items[photos[kinds["shoes"].truth[query]]] == shoes.sketch_items[row]


def test_chairs_are_a_gallery_of_their_own(data: Path, tmp_path: Path) -> None:
    """Where ChairV2 lies beside, its held-out photos are compared with drawings of chairs alone."""
    (tmp_path / "shoe304").symlink_to(data / "shoe304")
    write_chairs(tmp_path / "chairv2_train", 9)
    kinds = score(tmp_path, cast("Predictor", Eye()))
    assert list(kinds) == ["shoes", "chairs"]
    assert kinds["shoes"].scores.shape == (4, 2)
    assert kinds["chairs"].scores.shape[1] == 2
    assert set(kinds["chairs"].truth) == {0, 1}


def test_without_shoes_the_folder_is_refused(tmp_path: Path) -> None:
    """Who names another folder is told what it should hold."""
    with pytest.raises(MissingData, match="shoe304"):
        score(tmp_path, cast("Predictor", Eye()))


class Network(nn.Module):
    """An embedding network that looks as `look` does, or always alike."""

    def __init__(self, *, blind: bool = False) -> None:
        """Look, or not."""
        super().__init__()
        self.blind = blind

    def forward(self, canvas: Tensor) -> Tensor:
        """Embed canvases."""
        return torch.from_numpy(look(canvas * 0 if self.blind else canvas))


def held_out(kinds: int, edges: str = "own") -> dict[str, HeldOut]:
    """Strokes across, at heights of their own, drawn twice a little off."""
    found = {}
    for kind in range(kinds):
        items, drawings = torch.full((2, 6, 1, 256, 256), 255, dtype=torch.uint8)
        for item in range(6):
            items[item, :, 40 * item + 10 : 40 * item + 20, 20:] = 0
            drawings[item, :, 40 * item + 12 : 40 * item + 24 + kind, 40:] = 0
        found[str(kind)] = HeldOut(drawings, np.arange(6), {edges: items})
    return found


def test_what_training_leaves_is_calibrated_for_its_card() -> None:
    """The card's numbers are those learnt from all kinds together, scored with the mirror image too."""
    kinds = held_out(2)
    card = calibrate_trained(Network(), kinds)
    galleries = []
    for kind in kinds.values():
        items = look(kind.items["own"])
        sides = [look(drawings) @ items.T for drawings in (kind.drawings, kind.drawings.flip(-1))]
        galleries.append(Scores(np.maximum(*sides), kind.truth))
    assert card == fit_calibration(galleries).card()
    assert Calibration.from_card(card).items == 6


def test_released_edges_say_nothing_of_what_is_served() -> None:
    """A kind without photos, and so without own edges, is left out; if there is no other, the card states nothing."""
    kinds = held_out(1)
    assert calibrate_trained(Network(), {**kinds, "chairs": held_out(1, "released")["0"]}) == calibrate_trained(
        Network(), kinds
    )
    assert calibrate_trained(Network(), held_out(1, "released")) is None


def test_a_network_that_tells_nothing_apart_gets_no_curve() -> None:
    """After a step or two of training there may be nothing to learn, which is no reason to lose the weights."""
    assert calibrate_trained(Network(blind=True), held_out(1)) is None
