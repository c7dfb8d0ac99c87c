"""What reid is calibrated by: held-out people, across cameras."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.calibrating import fit_calibration
from models.calibration import Calibration
from models.contracts import Vectors
from models.datasets import MissingData
from models.images import Picture, decode
from models.predictor import Predictor
from models.reid import SPEC, calibration
from models.reid.calibration import calibrate_trained, score
from models.reid.datasets import find_parts
from models.reid.network import EnsembleNet
from tests.models.reid.people import write_market, write_own

PEOPLE = 32
"""Of whom 6 are the test, and those numbered 5, 15 and 25 are held out."""


class Eye:
    """A predictor that embeds crops by the colours down their middle."""

    spec = SPEC

    def prepare_item(self, picture: Picture) -> Tensor:
        """Prepare a crop as the system does."""
        return SPEC.prepare_item(picture)

    def predict_items(self, batch: Tensor) -> Vectors:
        """Embed crops."""
        middle = batch[:, :, :, 38:58].float().mean(dim=3).flatten(1) - 128
        return cast("Vectors", torch.nn.functional.normalize(middle).numpy())


EYE = cast("Predictor", Eye())


def look(path: Path) -> Vectors:
    """Embed one file."""
    vectors = Eye().predict_items(Eye().prepare_item(decode(path.read_bytes()))[None])
    return cast("Vectors", vectors[0])


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough people for three to be held out, with three cameras and three shots each."""
    return write_own(tmp_path_factory.mktemp("people"), PEOPLE, cameras=3, shots=3)


def test_held_out_people_are_compared_across_cameras(own: Path) -> None:
    """The first shot of each camera meets the later shots of all three people; pairs of one camera do not count."""
    (found,) = score(own, EYE).values()
    folders = [own / f"person {who:02}" for who in (5, 15, 25)]
    asked = [(who, camera, folder / f"door{camera}_0.jpg") for who, folder in enumerate(folders) for camera in range(3)]
    shown = [
        (who, camera, folder / f"door{camera}_{shot}.jpg")
        for who, folder in enumerate(folders)
        for camera in range(3)
        for shot in (1, 2)
    ]
    assert found.scores.shape == (len(asked), len(shown)) == (9, 18)
    assert found.compared is not None
    for row, (who, camera, path) in enumerate(asked):
        for column, (person, other, item) in enumerate(shown):
            assert found.scores[row, column] == pytest.approx(float(look(path) @ look(item)), abs=1e-5)
            assert found.compared[row, column] == (camera != other)
            assert (found.truth[row] == found.shown[column]) == (who == person)


def test_both_layouts_are_scored_alike(own: Path, tmp_path: Path) -> None:
    """The same pictures as Market-1501 has them give the same scores, from which a curve can be learnt."""
    (ours,), (theirs,) = (
        score(folder, EYE).values() for folder in (own, write_market(tmp_path, PEOPLE, cameras=3, shots=3))
    )
    np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-6)
    assert fit_calibration([ours]).slope > 0


class Middle(EnsembleNet):
    """A network without weights that embeds crops as `Eye` does."""

    def __init__(self) -> None:
        nn.Module.__init__(self)

    def embed_items(self, batch: Tensor) -> Tensor:
        """Embed crops."""
        return torch.from_numpy(Eye().predict_items(batch))


def test_training_ends_with_what_the_command_finds(own: Path) -> None:
    """What the card keeps of a network is what `calibrate` learns from the same held-out people by its scores."""
    found = calibrate_trained(Middle(), find_parts(own).held_out)
    assert found is not None
    expected = fit_calibration(list(score(own, EYE).values())).card()
    assert found == pytest.approx(expected)


def test_training_leaves_searches_on_the_safe_side(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its own cameras say of strangers that mislead together, for others each picture counts."""
    learnt = Calibration(9.0, -8.0, 60, 0.35, (0.4, 0.5), extremal_index=0.3)
    monkeypatch.setattr(calibration, "fit_calibration", lambda _: learnt)
    assert calibrate_trained(Middle(), find_parts(own).held_out) == {**learnt.card(), "extremal_index": 1}


def test_where_nobody_can_be_confused_nothing_is_kept(tmp_path: Path) -> None:
    """One held-out person is no reason to lose the weights: the card states no calibration."""
    listing = find_parts(write_own(tmp_path, 8)).held_out
    assert len(set(listing.identities.tolist())) == 1
    assert calibrate_trained(Middle(), listing) is None


def test_too_few_people_are_told_how_many_are_needed(tmp_path: Path) -> None:
    """Of ten people one is held out, with whom nobody can be confused."""
    with pytest.raises(MissingData, match="20 or more"):
        score(write_own(tmp_path, 10), EYE)
