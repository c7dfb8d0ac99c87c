"""Why an item matches: support is where it belongs, sums to what it explains, and disturbs nothing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.sketch.augmentation import View
from models.sketch.explanation import Cells, support
from models.sketch.network import LiteEmbedding, LitePair, SketchANet, SketchRetrieval

NETWORKS: list[type[LiteEmbedding | LitePair | SketchANet]] = [LiteEmbedding, LitePair, SketchANet]


class Sums(nn.Module):
    """A network whose likeness is known: the ink of each square of 32 pixels, one number each, not normalised."""

    VIEW = View(crop=256, side=256)
    EXPLAINED = Cells(("squares",), first=16, distance=32)

    def __init__(self) -> None:
        """Count ink."""
        super().__init__()
        self.squares = nn.AvgPool2d(32)

    def forward(self, canvas: Tensor) -> Tensor:
        """Return (n, 64) sums."""
        features: Tensor = self.squares(255 - canvas).flatten(1)
        return features


def canvases(count: int, seed: int = 0) -> Tensor:
    """Canvases with a few lines, float, range 0 to 255."""
    random = np.random.default_rng(seed)
    pages = torch.full((count, 1, 256, 256), 255.0)
    for page in pages:
        for row, column in random.integers(30, 220, (4, 2)):
            page[0, row : row + 3, 40:200] = 0
            page[0, 40:200, column : column + 3] = 0
    return pages


def queries(count: int, dim: int = 256, seed: int = 1) -> Tensor:
    """Unit vectors."""
    return functional.normalize(torch.randn(count, dim, generator=torch.Generator().manual_seed(seed)), dim=1)


def test_a_linear_network_is_explained_exactly() -> None:
    """At the middle of each cell stands what that cell adds to the likeness, and together they are the likeness."""
    network, pages, asked = Sums(), canvases(3), queries(3, 64)
    middles = support(network, pages, asked)[:, 16::32, 16::32]
    expected = (network(pages) * asked).unflatten(1, (8, 8))
    torch.testing.assert_close(middles, expected, atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(middles.sum(), (network(pages) * asked).sum(), atol=1e-2, rtol=1e-4)


@pytest.mark.parametrize("kind", NETWORKS)
def test_support_is_what_a_cell_adds(kind: type[LiteEmbedding | LitePair | SketchANet]) -> None:
    """Where support is greatest and least, a cell made a little stronger moves the likeness in proportion to it."""
    torch.manual_seed(3)
    network = kind().eval()
    page, asked = canvases(1), queries(1)
    found = support(network, page, asked)[0]
    view, cells = network.VIEW, network.EXPLAINED
    # In double precision small differences can be measured, of untrained networks too.
    network.double()
    layers = [network.get_submodule(name) for name in cells.layers]

    def likeness(row: int, column: int, by: float) -> float:
        def stronger(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
            changed = output.clone()
            changed[..., row, column] *= by
            return changed

        hooks = [layer.register_forward_hook(stronger) for layer in layers]
        with torch.no_grad():
            value = float((network(page.double()) * asked.double()).sum())
        for hook in hooks:
            hook.remove()
        return value

    stated, measured = [], []
    margin = (256 - view.crop) / 2
    for extreme in (found.argmax(), found.argmin()):
        places = [(float(place) + 0.5 - margin) * view.side / view.crop - 0.5 for place in divmod(int(extreme), 256)]
        row, column = (round((place - cells.first) / cells.distance) for place in places)
        stated.append(float(found.flatten()[extreme]))
        measured.append((likeness(row, column, 1.05) - likeness(row, column, 0.95)) / 0.1)
    # Of the same sign and size; the pixel need not lie in the very middle of its cell.
    for one, other in zip(stated, measured, strict=True):
        assert 0.5 < other / one < 1.5


@pytest.mark.parametrize("kind", NETWORKS)
def test_cells_lie_where_they_look(kind: type[LiteEmbedding | LitePair | SketchANet]) -> None:
    """What changes when a dot appears in the view is near the cell that is said to lie there."""
    torch.manual_seed(5)
    network = kind().eval()
    for name in network.EXPLAINED.layers:
        check_cells(network, network.get_submodule(name))


def check_cells(network: LiteEmbedding | LitePair | SketchANet, layer: nn.Module) -> None:
    """Put dots into the view and see where the layer's map changes."""
    view, cells, seen = network.VIEW, network.EXPLAINED, list[Tensor]()
    layer.register_forward_hook(lambda _m, _i, output: seen.append(output))
    with torch.no_grad():
        white = torch.full((1, 1, view.side, view.side), 255.0)
        for place in (60, 100):
            dotted = white.clone()
            dotted[..., place : place + 4, place + 20 : place + 24] = 0
            seen.clear()
            for page in (white, dotted):
                network(page)
            change = (seen[1] - seen[0]).abs().sum(dim=1)[0]
            weights = change / change.sum()
            for axis, middle in ((0, place + 1.5), (1, place + 21.5)):
                along = weights.sum(dim=1 - axis)
                centre = float((along * torch.arange(len(along))).sum()) * cells.distance + cells.first
                # Strided layers that pad to one side shift what they see by up to half a cell.
                assert abs(centre - middle) <= 0.75 * cells.distance + 1


@pytest.mark.parametrize("kind", NETWORKS)
def test_what_is_explained_is_served_as_before(kind: type[LiteEmbedding | LitePair | SketchANet]) -> None:
    """Explaining leaves no hook, no gradient and no change behind, and each item is explained as if alone."""
    torch.manual_seed(7)
    system = SketchRetrieval(kind()).eval().requires_grad_(requires_grad=False)
    photos = torch.randint(0, 256, (3, 3, 256, 256), dtype=torch.uint8)
    with torch.inference_mode():
        before = system.embed_items(photos)
    lines, found = system.explain_items(photos, queries(3))
    with torch.inference_mode():
        assert torch.equal(system.embed_items(photos), before)
        assert torch.equal(lines, system.view_items(photos))
    assert (lines.dtype, found.dtype) == (torch.uint8, torch.float32)
    assert lines.shape == found.shape == (3, 256, 256)
    assert not any(module._forward_hooks for module in system.modules())  # noqa: SLF001 - where torch keeps them
    assert all(parameter.grad is None for parameter in system.parameters())
    alone = torch.cat([system.explain_items(photos[i : i + 1], queries(3)[i : i + 1])[1] for i in range(3)])
    torch.testing.assert_close(found, alone, atol=1e-5, rtol=1e-3)
    assert torch.isfinite(found).all()


@pytest.mark.parametrize("kind", NETWORKS)
def test_an_error_leaves_no_hook(kind: type[LiteEmbedding | LitePair | SketchANet]) -> None:
    """A batch that cannot be explained does not spoil the next one."""
    network = kind().eval()
    with pytest.raises(RuntimeError):
        support(network, canvases(2), queries(2, dim=3))
    assert not any(module._forward_hooks for module in network.modules())  # noqa: SLF001 - where torch keeps them


def test_support_moves_smoothly() -> None:
    """Between the middles of cells it is interpolated: neighbours differ by no more than their cells' share."""
    found = support(Sums(), canvases(1), queries(1, 64))[0]
    largest = float(found.abs().max())
    for one, other in pairwise(found):
        assert float((one - other).abs().max()) <= 2 * largest / 32 + 1e-4
