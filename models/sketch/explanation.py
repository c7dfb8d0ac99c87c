"""Which lines of an item's edge map support its match with a drawing: feature times gradient, in one layer.

Source: Draelos and Carin, Use HiResCAM instead of Grad-CAM for faithful explanations (2020), section 3. The cosine of
a drawing's vector q and an item's f(x) is followed back to a feature map A of the network: the cell (i, j) supports the
match by the sum over channels c of A[c, i, j] times the derivative of q . f by it. In the last map, with a linear head
behind it, these sum to the cosine; in an earlier one, which shows more, they are its first-order part. Which layer was
chosen by what happens to the score when the most supporting ink is wiped away (`benchmarks.explanations`). Of networks
side by side each has its own map, and what they add up to is the first-order part of their common vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.sketch.canvas import SIDE

if TYPE_CHECKING:
    from models.sketch.augmentation import View


@dataclass(frozen=True)
class Cells:
    """The layers in which a network explains itself, and where their cells lie in what the network sees.

    Attributes:
        layers: names of the modules whose outputs count, (n, channels, cells, cells) each; none lies behind another.
        first: centre of the first cell, in pixels of the view, 0 being the centre of its first pixel.
        distance: from one cell to the next, in pixels of the view.
    """

    layers: tuple[str, ...]
    first: float
    distance: float


class Explained(Protocol):
    """An embedding network with layers to explain it by."""

    VIEW: View
    EXPLAINED: Cells

    def __call__(self, canvas: Tensor) -> Tensor:
        """Embed canvases."""

    def get_submodule(self, target: str) -> nn.Module:
        """Find a layer."""


def support(embedding: Explained, canvases: Tensor, queries: Tensor) -> Tensor:
    """Tell how much each place of canvases adds to their likeness to queries.

    Args:
        embedding: the network; not called by another thread meanwhile.
        canvases: float (n, 1, 256, 256), range 0 to 255, in the network's number format.
        queries: (n, dim), one unit vector for each canvas.

    Returns:
        float32 (n, 256, 256); what the network does not see has what its nearest cell has.
    """
    kept: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        kept.append(output.detach().requires_grad_())
        return kept[-1]

    layers = [embedding.get_submodule(name) for name in embedding.EXPLAINED.layers]
    # The derivative goes no further back than these layers, so that half of the network runs as for any item.
    hooks = [layer.register_forward_hook(keep) for layer in layers]
    try:
        with torch.enable_grad():
            likeness = (embedding(canvases).float() * queries.float()).sum()
            slopes = torch.autograd.grad(likeness, kept)
    finally:
        for hook in hooks:
            hook.remove()
    products = [output.detach().float() * slope.float() for output, slope in zip(kept, slopes, strict=True)]
    cells = torch.stack([product.sum(dim=1, keepdim=True) for product in products]).sum(dim=0)
    return _spread(cells, embedding.VIEW, embedding.EXPLAINED)[:, 0]


def _spread(cells: Tensor, view: View, layout: Cells) -> Tensor:
    """Interpolate cells (n, 1, r, r) to the pixels of the canvas, (n, 1, 256, 256)."""
    centres = torch.arange(SIDE, device=cells.device) + 0.5 - (SIDE - view.crop) / 2
    places = (centres * view.side / view.crop - 0.5 - layout.first) / layout.distance
    # From -1 at the first cell's centre to 1 at the last one's, as grid_sample counts.
    scaled = 2 * places / (cells.shape[-1] - 1) - 1
    rows, columns = torch.meshgrid(scaled, scaled, indexing="ij")
    grid = torch.stack([columns, rows], dim=-1).expand(len(cells), -1, -1, -1)
    return functional.grid_sample(cells, grid, mode="bilinear", padding_mode="border", align_corners=True)
