"""Features on disk: computed once, of these very pictures, and gone on with where a run was killed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from models.datasets import read_picture
from models.devices import Device
from models.tagger import features as module
from models.tagger.canvas import stretch
from models.tagger.datasets import Listing
from models.tagger.eyes import LiteEye
from models.tagger.features import describe
from models.tagger.tables import load
from models.training import Progress
from tests.models.tagger.pictures import write_table

CPU = Device("cpu", torch.float32, 1)


class Mean(nn.Module):
    """An eye that sees the mean of the left third and of the right one, and counts what it looks at."""

    looked, features = 0, 6

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Look."""
        Mean.looked += len(pixels)
        third = pixels.shape[3] // 3
        return torch.cat([pixels[..., :third], pixels[..., -third:]], dim=1)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few pictures at a time."""
    monkeypatch.setattr(module, "_BATCH", 8)
    monkeypatch.setattr(Mean, "looked", 0)


@pytest.fixture
def listing(tmp_path: Path) -> Listing:
    """Pictures to learn from."""
    return load(write_table(tmp_path / "data", 30)).trained


def described(
    listing: Listing, folder: Path, told: list[Progress] | None = None
) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    """Describe by the small eye."""
    found = describe(listing, Mean(), folder, CPU, (told if told is not None else []).append)  # type: ignore[arg-type]
    assert found.tags is listing.tags
    return np.asarray(found.features.numpy())


def test_features_are_of_the_picture_and_of_its_mirror_image(listing: Listing, tmp_path: Path) -> None:
    """As the service prepares it; the mirror image has left and right exchanged."""
    found = described(listing, tmp_path / "features")
    assert found.shape == (len(listing), 2, 6)
    for row, path in zip(found, listing.paths, strict=True):
        pixels = stretch(read_picture(path)).float()
        sides = [pixels[..., :96].mean(dim=(1, 2)).tolist(), pixels[..., -96:].mean(dim=(1, 2)).tolist()]
        expected = [sides[0] + sides[1], sides[1] + sides[0]]
        np.testing.assert_allclose(row, expected, rtol=2e-3)


def test_they_are_computed_once(listing: Listing, tmp_path: Path) -> None:
    """A second time nothing is looked at; another order, or a picture that has changed, is another listing."""
    first = described(listing, tmp_path)
    count = Mean.looked
    assert count == 2 * len(listing)
    np.testing.assert_array_equal(described(listing, tmp_path), first)
    assert Mean.looked == count
    listing.paths[0].write_bytes(listing.paths[1].read_bytes() + b" ")
    again = described(listing, tmp_path)
    assert Mean.looked == 2 * count
    np.testing.assert_array_equal(again[0], again[1])


def test_a_killed_run_goes_on_where_it_was(listing: Listing, tmp_path: Path) -> None:
    """What was kept is not looked at again, and progress counts it."""
    whole = described(listing, tmp_path / "whole")

    class Killed(Exception):
        pass

    def kill(progress: Progress) -> None:
        if progress.step >= 16:
            raise Killed

    with pytest.raises(Killed):
        describe(listing, Mean(), tmp_path / "part", CPU, kill)  # type: ignore[arg-type]
    Mean.looked = 0
    told: list[Progress] = []
    np.testing.assert_array_equal(described(listing, tmp_path / "part", told), whole)
    assert Mean.looked == 2 * (len(listing) - 16)
    assert told[0].step > 16
    assert told[-1].step == told[-1].steps == len(listing)


def test_the_eye_is_left_as_it_was() -> None:
    """What is folded and cast to be fast is a copy."""
    eye = LiteEye()
    names = set(eye.state_dict())
    module._fast(eye, Device("cpu", torch.bfloat16, 1))  # noqa: SLF001 - the copy is not to be had elsewhere
    assert set(eye.state_dict()) == names
    assert next(eye.parameters()).dtype is torch.float32
