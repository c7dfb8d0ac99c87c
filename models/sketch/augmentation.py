"""Random changes of canvases in training: what another hand, or the same hand on another day, would draw."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Warp:
    """How strongly canvases are bent; lengths are shares of half the canvas.

    Attributes:
        rotation: largest turn in radians.
        scale: largest relative change of width and, independently, of height.
        shear: largest shear.
        shift: largest move.
        bend: deviation of a smooth random displacement field.
        erase: probability that a random box of the canvas is wiped.
        fade: largest darkness, 0 to 1, below which ink vanishes: of an edge map the faint lines, which nobody draws.
    """

    rotation: float = 0.1
    scale: float = 0.1
    shear: float = 0.08
    shift: float = 0.05
    bend: float = 0.025
    erase: float = 0.3
    fade: float = 0.0


@dataclass(frozen=True)
class View:
    """What part of a canvas a network looks at, and in how many pixels.

    Attributes:
        crop: pixels of the canvas from its centre, each way.
        side: pixels that they become, at most as many.
    """

    crop: int
    side: int


def warp(
    canvases: Tensor,
    strength: Warp,
    flips: Tensor,
    generator: torch.Generator,
    fill: float = 1.0,
    view: View | None = None,
) -> Tensor:
    """Bend canvases at random, and look at a part of them.

    Args:
        canvases: float (n, channels, height, width), range 0 to 1.
        strength: how much.
        flips: bool (n,), which to mirror left to right; passed in so that both sides of a pair flip together.
        generator: source of randomness, on the CPU.
        fill: what stands outside of the canvas.
        view: None for the whole canvas in its own pixels.

    Returns:
        float (n, channels, height, width), or (n, channels, side, side) of a view, on the device of `canvases`.
    """
    count, channels, height, width = canvases.shape
    size, share = ((height, width), 1.0) if view is None else ((view.side, view.side), view.crop / width)
    if strength.fade:
        canvases = _faded(canvases, strength.fade, generator)
    if view is not None:
        canvases = _softened(canvases, view)
    grid = _affine(strength, flips, generator).to(canvases.device)
    # The turn is about the centre, so that looking at its part is looking at less of the same plane.
    grid = grid * torch.tensor([share, share, 1.0], device=grid.device)
    points = functional.affine_grid(grid, [count, channels, *size], align_corners=False)
    field = torch.randn(count, 2, 5, 5, generator=generator).to(canvases.device) * strength.bend
    smooth = functional.interpolate(field, size, mode="bicubic", align_corners=True)
    points = points + smooth.permute(0, 2, 3, 1)
    bent = functional.grid_sample(canvases - fill, points, align_corners=False) + fill
    return _erase(bent, strength.erase, generator, fill)


def random_flips(count: int, generator: torch.Generator) -> Tensor:
    """Draw which of `count` pairs to mirror: bool (count,), half of them on average."""
    return torch.rand(count, generator=generator) < 0.5  # noqa: PLR2004 - half


def _faded(canvases: Tensor, limit: float, generator: torch.Generator) -> Tensor:
    """Let ink below a darkness vanish, another one for each canvas, and stretch the rest to the old range."""
    threshold = torch.rand(len(canvases), 1, 1, 1, generator=generator).to(canvases.device) * limit
    return 1 - (1 - canvases - threshold).clamp_min(0) / (1 - threshold)


def _softened(canvases: Tensor, view: View) -> Tensor:
    """Blur lines by about what they are reduced by, so that none falls between the points that are sampled."""
    weight = min(1.0, max(0.0, view.crop / view.side - 1))
    blurred = functional.avg_pool2d(canvases, 3, 1, 1, count_include_pad=False)
    return torch.lerp(canvases, blurred, weight)


def _affine(strength: Warp, flips: Tensor, generator: torch.Generator) -> Tensor:
    def spread(limit: float) -> Tensor:
        return (torch.rand(len(flips), generator=generator) * 2 - 1) * limit

    angle, shear = spread(strength.rotation), spread(strength.shear)
    wide, high = 1 + spread(strength.scale), 1 + spread(strength.scale)
    mirror = torch.where(flips, -1.0, 1.0)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    first = torch.stack(
        [mirror * wide * cosine, mirror * wide * (shear * cosine - sine), spread(strength.shift)], dim=1
    )
    second = torch.stack([high * sine, high * (shear * sine + cosine), spread(strength.shift)], dim=1)
    return torch.stack([first, second], dim=1)


def _erase(canvases: Tensor, probability: float, generator: torch.Generator, fill: float) -> Tensor:
    count, _, height, width = canvases.shape
    chosen = torch.rand(count, generator=generator) < probability
    corners, sizes = torch.rand(count, 2, generator=generator), 0.1 + 0.2 * torch.rand(count, 2, generator=generator)
    rows, columns = torch.arange(height) / height, torch.arange(width) / width
    inside_rows = (rows >= corners[:, :1]) & (rows < corners[:, :1] + sizes[:, :1])
    inside_columns = (columns >= corners[:, 1:]) & (columns < corners[:, 1:] + sizes[:, 1:])
    box = chosen[:, None, None] & inside_rows[:, :, None] & inside_columns[:, None, :]
    return canvases.masked_fill(box[:, None].to(canvases.device), fill)
