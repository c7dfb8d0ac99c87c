"""EnsembleNet: its parts written out a second time, its size, and what its branches start from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from models.backbones.efficientnet_lite import EfficientNetLite0
from models.backbones.folding import fold_batch_norm
from models.backbones.resnet import ResNet50
from models.reid.network import DIM, NAMES, Design, EnsembleNet
from models.reid.trunks import LITE, RESNET, TRUNKS
from models.training import half_precision

MIB = 2**20
BACKBONES = {LITE: EfficientNetLite0, RESNET: ResNet50}
SIZE = (64, 32)


def pictures(count: int = 2) -> torch.Tensor:
    """Noise, uint8 (count, 3, 64, 32)."""
    return torch.randint(0, 256, (count, 3, *SIZE), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def net(trunk: str = LITE, *, neck: bool = True, stripes: tuple[int, ...] = (1, 2, 3)) -> EnsembleNet:
    """A network with random weights whose normalisations are not those of a new one."""
    torch.manual_seed(0)
    network = EnsembleNet(Design(trunk, stripes=stripes, width=16, neck=neck)).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.get_buffer("running_mean"), -0.1, 0.1)
            if module.bias.requires_grad:
                nn.init.uniform_(module.bias, -0.5, 0.5)
    return network


@pytest.mark.parametrize("neck", [True, False])
@pytest.mark.parametrize("trunk", TRUNKS)
def test_the_feature_is_the_papers(trunk: str, *, neck: bool) -> None:
    """Each branch's map is cut into stripes of equal height; each one's mean is projected, normalised and joined."""
    network = net(trunk, neck=neck, stripes=(1, 2))
    with torch.inference_mode():
        found = network.embed_items(pictures())
        centre, scale = (torch.tensor(values).view(3, 1, 1) for values in (TRUNKS[trunk].mean, TRUNKS[trunk].scale))
        shared = network.shared((pictures() / 255 - centre) / scale)
        features: list[torch.Tensor] = []
        for branch, stripes in zip(network.branches, (1, 2), strict=True):
            rows = branch(shared)
            for stripe in np.array_split(np.arange(rows.shape[2]), stripes):
                reduction = network.reductions[len(features)]
                pooled = rows[:, :, stripe].mean(dim=(2, 3))
                reduced = pooled @ reduction.get_parameter("convolution.weight")[:, :, 0, 0].T
                weight, shift, mean, variance = (
                    reduction.state_dict()[f"norm.{name}"] for name in ("weight", "bias", "running_mean", "running_var")
                )
                reduced = (reduced - mean) / (variance + 1e-5).sqrt() * weight + (0 if neck else shift)
                features.append(reduced if neck else reduced.relu())
        expected = functional.normalize(torch.cat(features, dim=1))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)
    assert found.shape == (2, 16 * 3)


def test_parts_are_named_from_top_to_bottom() -> None:
    """With white above and black below each named part of an embedding sees how much of its stripe is white."""
    network = EnsembleNet()
    network.shared = nn.Identity()
    network.branches = nn.ModuleList(nn.Identity() for _ in network.branches)
    pixels = torch.zeros(1, 3, 192, 96)
    pixels[:, :, :64] = 255
    black, white = (network.pool(torch.full((1, 3, 192, 96), level))[0].mean() for level in (0.0, 255.0))
    seen = [float((stripe.mean() - black) / (white - black)) for stripe in network.pool(pixels)]
    assert dict(zip(NAMES, seen, strict=True)) == pytest.approx(
        {"whole": 1 / 3, "upper half": 2 / 3, "lower half": 0, "top third": 1, "middle third": 0, "bottom third": 0},
        abs=1e-3,
    )


def test_a_neck_parts_what_is_compared_from_what_is_classified() -> None:
    """With it the two features differ by a normalisation; without it they are one."""
    for neck in (True, False):
        network = net(neck=neck)
        compared, classified = network.reduce([torch.randn(3, 320, 1, 1) for _ in range(6)])
        assert all(torch.equal(one, other) != neck for one, other in zip(compared, classified, strict=True))


def test_the_network_that_ships_is_small() -> None:
    """All of it in fp16 is below 12 MiB, and its vectors have the length that is stated."""
    state = half_precision(EnsembleNet())
    assert sum(tensor.numel() * tensor.element_size() for tensor in state.values()) < 12 * MIB
    with torch.inference_mode():
        assert EnsembleNet().eval().embed_queries(pictures()).shape == (2, DIM)


def test_the_papers_network_has_its_size() -> None:
    """ResNet-50: 8,543,296 parameters are shared, each branch has 14,964,736, the reductions 3.1 million together."""
    network = EnsembleNet(Design(RESNET))

    def count(module: nn.Module) -> int:
        return sum(parameter.numel() for parameter in module.parameters())

    assert count(network.shared) == 8_543_296
    assert [count(branch) for branch in network.branches] == [14_964_736] * 3
    assert count(network.reductions) == 6 * (2048 * 256 + 2 * 256)


@pytest.mark.parametrize("trunk", TRUNKS)
def test_all_branches_start_from_the_trunks_own_weights(trunk: str) -> None:
    """With one branch and no reduction the network is the backbone, whose weights were loaded before it was split."""
    torch.manual_seed(7)
    whole = BACKBONES[trunk](1).eval()

    def load(fresh: nn.Module) -> None:
        fresh.load_state_dict(whole.state_dict())

    network = EnsembleNet(Design(trunk), load).eval()
    pixels = torch.randn(1, 3, *SIZE)
    with torch.inference_mode():
        expected = whole(pixels)
        for branch in network.branches:
            torch.testing.assert_close(branch(network.shared(pixels)), expected, atol=1e-4, rtol=1e-3)
    # Parameters keep the names of the published file, up to the branch they are of.
    names = {name.removeprefix("shared.") for name in network.state_dict() if name.startswith("shared.")}
    assert names < set(whole.state_dict())


def test_branches_are_copies_and_not_one() -> None:
    """What one branch learns the others do not."""
    network = EnsembleNet(Design(width=8))
    first, second, third = ({id(parameter) for parameter in branch.parameters()} for branch in network.branches)
    assert not first & second
    assert not second & third


@pytest.mark.parametrize(("last_stride", "places"), [(1, (4, 2)), (2, (2, 1))])
@pytest.mark.parametrize("trunk", TRUNKS)
def test_the_last_stride_decides_how_closely_is_looked(trunk: str, last_stride: int, places: tuple[int, int]) -> None:
    """Maps have a sixteenth of the height and width, or a thirty-second."""
    network = EnsembleNet(Design(trunk, last_stride=last_stride)).eval()
    with torch.inference_mode():
        rows = network.branches[0](network.shared(torch.zeros(1, 3, *SIZE)))
    assert tuple(rows.shape) == (1, TRUNKS[trunk].channels, *places)


def test_folding_changes_nothing() -> None:
    """With its normalisations folded into the convolutions, the network computes what it did."""
    network = net()
    with torch.inference_mode():
        before = network.embed_items(pictures())
        fold_batch_norm(network)
        after = network.embed_items(pictures())
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-3)
