"""What looks: the map of each trunk, place by place, and the weights it starts from."""

from __future__ import annotations

import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from torch import nn

from models.backbones import efficientnet_lite, vgg
from models.checkpoints import CheckpointStore
from models.contracts import CorruptCheckpoint, MissingCheckpoint
from models.devices import Device
from models.paths import Limits
from models.tagger import pretrained
from models.tagger.canvas import SIDE
from models.tagger.eyes import EARLY, EYES, LITE, VGG, LiteEye, VGGEye
from models.tagger.network import Design
from models.tagger.pretrained import install, load_imagenet
from models.tagger.tagger_net import TaggerNet
from models.tagging import load_tagger
from models.training import half_precision


@pytest.fixture(scope="module")
def small() -> LiteEye:
    """The eye that ships, with random weights."""
    torch.manual_seed(1)
    return LiteEye().eval().requires_grad_(requires_grad=False)


@pytest.fixture(scope="module")
def large() -> VGGEye:
    """The paper's eye, with random weights."""
    torch.manual_seed(1)
    return VGGEye().eval().requires_grad_(requires_grad=False)


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """No weights at all."""
    return CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")


def batch(side: int = 64) -> torch.Tensor:
    """Two pictures of noise, 0 to 255."""
    return torch.randint(0, 256, (2, 3, side, side), generator=torch.Generator().manual_seed(2)).float()


def test_the_small_eye_sees_its_head_and_what_came_early(small: LiteEye) -> None:
    """Of the head's channels first, then of what the early stages end with."""
    seen = small(batch())
    assert seen.shape == (2, small.features, 2, 2)
    normalised = (batch() / 255 - efficientnet_lite.MEAN) / efficientnet_lite.SCALE
    stages = small.trunk.stages(normalised, range(7))
    parts = [small.head(stages[-1]), *(stages[number] for number in EARLY)]
    expected = torch.cat([part.mean(dim=(2, 3)) for part in parts], dim=1)
    torch.testing.assert_close(seen.mean(dim=(2, 3)), expected)


def test_a_place_of_the_map_is_its_part_of_the_picture(small: LiteEye) -> None:
    """Early stages see no further than a place and its neighbourhood: what changes far away changes nothing there."""
    changed = batch(128)
    changed[:, :, :, 96:] = 0
    one, other = (small(pixels)[:, 1280:1304] for pixels in (batch(128), changed))
    torch.testing.assert_close(one[..., :2], other[..., :2])
    assert not torch.allclose(one[..., 3], other[..., 3])


def test_the_papers_eye_sees_fc7_of_normalised_pictures(large: VGGEye) -> None:
    """Colour by colour by ImageNet's mean and deviation; one place at 224 pixels, nine on the service's canvas."""
    pixels = batch(224)[:1]
    mean, scale = (torch.tensor(three).view(3, 1, 1) for three in (vgg.MEAN, vgg.SCALE))
    with torch.inference_mode():
        seen = large(pixels)
        torch.testing.assert_close(seen, large.trunk((pixels / 255 - mean) / scale))
        assert seen.shape == (1, large.features, 1, 1)
        assert large(batch(SIDE)[:1]).shape == (1, large.features, 3, 3)


@pytest.mark.parametrize(("name", "blocks"), [(LITE, 5), (VGG, 5)])
def test_the_first_blocks_are_part_of_the_trunk(name: str, blocks: int) -> None:
    """What is frozen are parameters of the eye, and not all of them."""
    with torch.device("meta"):
        eye = EYES[name]()
    mine = {id(parameter) for parameter in eye.parameters()}
    first = {id(parameter) for part in eye.first(blocks) for parameter in part.parameters()}
    assert first < mine
    assert first


def test_the_small_eye_is_imagenets(store: CheckpointStore) -> None:
    """Trunk and head hold the published weights after loading, no random ones are left, nothing is to be installed."""
    torch.manual_seed(1)
    one, other = LiteEye().eval(), LiteEye().eval()
    try:
        load_imagenet(one, store)
    except MissingCheckpoint as missing:
        pytest.skip(str(missing))
    load_imagenet(other, store)
    assert all(torch.equal(tensor, other.state_dict()[name]) for name, tensor in one.state_dict().items())


class _Few(nn.Module):
    """Stands in for VGG-16: one layer of its names, so that the file need not have 500 MB."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 2, 3))


def test_the_papers_eye_starts_from_what_was_installed(store: CheckpointStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every weight is the file's; without it the message names the command, and another file is not kept."""
    with torch.device("meta"):
        eye = VGGEye()
    eye.trunk = _Few()  # type: ignore[assignment]
    with pytest.raises(MissingCheckpoint, match=f"likeness models install tagger {vgg.OFFICIAL.address}"):
        load_imagenet(eye, store)
    with pytest.raises(CorruptCheckpoint, match="sha256"):
        install(b"not the weights", store)
    whole, stream = _Few(), io.BytesIO()
    torch.save({**whole.state_dict(), "classifier.6.weight": torch.zeros(2)}, stream)
    official = replace(vgg.OFFICIAL, sha256=sha256(stream.getvalue()).hexdigest())
    monkeypatch.setattr(pretrained, "OFFICIAL", official)
    assert install(stream.getvalue(), store).network == VGG
    load_imagenet(eye, store)
    assert torch.equal(eye.trunk.state_dict()["features.0.weight"], whole.state_dict()["features.0.weight"])


def test_the_papers_eye_is_served(large: VGGEye, store: CheckpointStore) -> None:
    """A checkpoint of it is loaded by its name, says labels, and shows where in nine places it saw them."""
    torch.manual_seed(3)
    network = TaggerNet(5, Design(joint=384, hidden=64), VGG).eval()
    network.eye = large
    kept = store.save("tagger", VGG, half_precision(network), {"preprocessing": 1, "labels": list("abcde")})
    predictor = load_tagger(store, "tagger", kept.digest, Device("cpu", torch.float32, 1))
    looked = predictor.look(batch(SIDE)[:1].to(torch.uint8))
    assert looked.maps.shape == (1, large.features, 3, 3)
    torch.testing.assert_close(looked.maps, large(batch(SIDE)[:1]), atol=2e-3, rtol=2e-2)
    assert predictor.label(looked, Limits()).labels.max() < 5
