"""The edge detector and its loss."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from models.sketch.edges import EdgeDetector, edge_loss


@pytest.fixture(scope="module")
def detector() -> EdgeDetector:
    """A detector with random weights."""
    torch.manual_seed(0)
    return EdgeDetector().eval()


def test_it_is_small(detector: EdgeDetector) -> None:
    """It is far below a million parameters: fp16, it adds less than a megabyte to what ships."""
    assert sum(parameter.numel() for parameter in detector.parameters()) < 500_000


@pytest.mark.parametrize("side", [64, 256])
def test_a_line_map_of_the_photos_size(detector: EdgeDetector, side: int) -> None:
    """One logit for each pixel, and lines drawn dark on white within 0 to 1."""
    photos = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        logits, drawn = detector(photos), detector.draw(photos)
    assert logits.shape == drawn.shape == (2, 1, side, side)
    torch.testing.assert_close(drawn, 1 / (1 + logits.exp()))
    assert ((drawn >= 0) & (drawn <= 1)).all()


def test_every_parameter_learns() -> None:
    """A gradient reaches every parameter."""
    detector = EdgeDetector()
    edge_loss(detector(torch.rand(2, 3, 32, 32)), torch.zeros(2, 1, 32, 32)).backward()  # type: ignore[no-untyped-call]
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in detector.parameters())


def by_loops(logits: Tensor, lines: Tensor) -> float:
    """Cross-entropy and Dice, pixel by pixel."""
    entropy, dice = 0.0, 0.0
    for map_of_logits, map_of_lines in zip(logits.flatten(1).tolist(), lines.flatten(1).tolist(), strict=True):
        shares = [1 / (1 + math.exp(-logit)) for logit in map_of_logits]
        entropy -= math.fsum(
            line * math.log(share) + (1 - line) * math.log(1 - share)
            for share, line in zip(shares, map_of_lines, strict=True)
        )
        common = math.fsum(share * line for share, line in zip(shares, map_of_lines, strict=True))
        dice += 1 - 2 * common / (math.fsum(shares) + math.fsum(map_of_lines) + 1)
    return entropy / logits.numel() + dice / len(logits)


def test_the_loss_by_loops() -> None:
    """Binary cross-entropy plus one minus the soft Dice overlap."""
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(3, 1, 5, 6, generator=generator, dtype=torch.float64)
    lines = torch.rand(3, 1, 5, 6, generator=generator, dtype=torch.float64)
    assert float(edge_loss(logits, lines)) == pytest.approx(by_loops(logits, lines))


def test_the_loss_knows_right_from_wrong() -> None:
    """Certain and right costs almost nothing, certain and wrong much, and paper without lines can be right too."""
    lines = torch.zeros(2, 1, 8, 8)
    lines[:, :, 4] = 1
    sure = 20 * (2 * lines - 1)
    assert float(edge_loss(sure, lines)) == pytest.approx(1 / 17, abs=1e-3)
    assert float(edge_loss(-sure, lines)) > 20
    assert float(edge_loss(torch.full_like(lines, -20.0), torch.zeros_like(lines))) == pytest.approx(1, abs=1e-3)
