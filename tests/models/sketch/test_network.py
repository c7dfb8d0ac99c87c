"""The networks: the paper's table, counted layer by layer, and the promises both keep."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from models.backbones.efficientnet_lite import EfficientNetLite0
from models.registry import spec
from models.sketch import SPEC
from models.sketch.network import DIM, PAPER_MEAN, LiteEmbedding, LitePair, SketchANet, SketchRetrieval

# Layer: kernels, side of a kernel, stride, padding, output, parameters (the released layers).
PAPER = {
    "conv1": (64, 15, 3, 0, (64, 71, 71), 14_464),
    "conv2": (128, 5, 1, 0, (128, 31, 31), 204_928),
    "conv3": (256, 3, 1, 1, (256, 15, 15), 295_168),
    "conv4": (256, 3, 1, 1, (256, 15, 15), 590_080),
    "conv5": (256, 3, 1, 1, (256, 15, 15), 590_080),
    "fc6": (512, 7, 1, 0, (512, 1, 1), 6_423_040),
}
FC7 = ((256,), 131_328)


def parameters(module: nn.Module) -> int:
    """Count the learnt numbers."""
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.fixture(scope="module")
def paper() -> SketchANet:
    """The paper's network with random weights."""
    torch.manual_seed(0)
    return SketchANet().eval()


@pytest.fixture(scope="module", params=[SketchANet, LiteEmbedding, LitePair])
def embedding(request: pytest.FixtureRequest) -> SketchANet | LiteEmbedding | LitePair:
    """Each embedding network with random weights."""
    torch.manual_seed(0)
    network: SketchANet | LiteEmbedding | LitePair = request.param().eval()
    return network


def canvases(count: int, seed: int = 0) -> Tensor:
    """White paper with a few dark boxes, float (n, 1, 256, 256)."""
    generator = torch.Generator().manual_seed(seed)
    paper = torch.full((count, 1, 256, 256), 255.0)
    for canvas, (top, left) in zip(paper, torch.randint(40, 150, (count, 2), generator=generator), strict=True):
        canvas[:, int(top) : int(top) + 3, 40:200] = 0
        canvas[:, 40:200, int(left) : int(left) + 3] = 0
    return paper


def test_sketch_a_net_is_the_papers_layer_by_layer(paper: SketchANet) -> None:
    """Kernels, strides, padding, shapes and parameters of every layer are those of the released network."""
    shapes: dict[str, tuple[int, ...]] = {}

    def note(name: str) -> object:
        return lambda _layer, _inputs, output: shapes.__setitem__(name, tuple(output.shape[1:]))

    handles = [layer.register_forward_hook(note(name)) for name, layer in paper.named_children()]  # type: ignore[arg-type]
    paper(canvases(1))
    for handle in handles:
        handle.remove()
    for name, (kernels, side, stride, padding, output, count) in PAPER.items():
        layer = paper.get_submodule(name)
        assert isinstance(layer, nn.Conv2d)
        assert (layer.out_channels, layer.kernel_size) == (kernels, (side, side))
        assert (layer.stride, layer.padding) == ((stride, stride), (padding, padding))
        assert (shapes[name], parameters(layer)) == (output, count)
    assert (shapes["fc7"], parameters(paper.fc7)) == FC7
    assert parameters(paper) == 8_249_088


def test_sketch_a_net_is_initialised_as_released() -> None:
    """Weights are normal with deviation 0.01, biases 0.01."""
    torch.manual_seed(0)
    network = SketchANet()
    for name, parameter in network.state_dict().items():
        if name.endswith("bias"):
            assert torch.equal(parameter, torch.full_like(parameter, 0.01))
        else:
            assert float(parameter.mean()) == pytest.approx(0, abs=1e-3)
            assert float(parameter.std()) == pytest.approx(0.01, rel=0.05)


def test_sketch_a_net_by_a_second_implementation(paper: SketchANet) -> None:
    """The forward pass written as a chain of torch's modules, in the table's order, gives the same vectors."""
    chain = nn.Sequential(
        paper.conv1,
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        paper.conv2,
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        *(module for layer in (paper.conv3, paper.conv4, paper.conv5) for module in (layer, nn.ReLU())),
        nn.MaxPool2d(3, 2),
        paper.fc6,
        nn.ReLU(),
        nn.Flatten(),
        paper.fc7,
    )
    batch = canvases(2)
    with torch.inference_mode():
        # The central 225 of 256: 15 pixels are cut at the top and left, 16 at the bottom and right.
        expected = chain(batch[:, :, 15:240, 15:240] - PAPER_MEAN)
        expected = expected / expected.square().sum(dim=1, keepdim=True).sqrt()
        torch.testing.assert_close(paper(batch), expected)


def test_vectors_are_of_unit_length(embedding: SketchANet | LiteEmbedding | LitePair) -> None:
    """256 numbers, length 1, for anything that can lie on the canvas."""
    blank = torch.full((1, 1, 256, 256), 255.0)
    with torch.inference_mode():
        vectors = embedding(torch.cat([canvases(2), blank, torch.zeros_like(blank)]))
    assert vectors.shape == (4, DIM)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(4))


def test_a_pair_is_its_members_side_by_side() -> None:
    """Its vector is the projection of both vectors; one that keeps the first member's alone gives that."""
    torch.manual_seed(0)
    both = LitePair().eval()
    batch = canvases(3)
    with torch.inference_mode():
        one, other = (member(batch) for member in both.members)
        expected = torch.cat([one, other], dim=1) @ both.project.weight.T
        torch.testing.assert_close(both(batch), expected / expected.norm(dim=1, keepdim=True))
    with torch.no_grad():
        both.project.weight.copy_(torch.eye(DIM, 2 * DIM))
        torch.testing.assert_close(both(batch), one)


def test_every_parameter_learns(embedding: SketchANet | LiteEmbedding | LitePair) -> None:
    """A gradient reaches every parameter: none lies beside the path from canvas to vector."""
    embedding.zero_grad()
    target = torch.nn.functional.normalize(torch.randn(2, DIM, generator=torch.Generator().manual_seed(1)))
    (embedding(canvases(2)) - target).square().sum().backward()
    without = {name for name, parameter in embedding.named_parameters() if parameter.grad is None}
    assert without == set()


@pytest.mark.parametrize("name", SPEC.networks)
def test_both_sides_share_one_network(name: str) -> None:
    """A photo is embedded as the drawing that the edge detector makes of it, not rounded to grey levels."""
    torch.manual_seed(0)
    system = SPEC.networks[name]().eval()
    photos = torch.randint(0, 256, (2, 3, 256, 256), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        drawn = system.edges.draw(photos.float() / 255) * 255
        torch.testing.assert_close(system.embed_items(photos), system.embedding(drawn))
        view = system.view_items(photos)
        assert (view.dtype, tuple(view.shape)) == (torch.uint8, (2, 256, 256))
        assert float((view.float() - drawn[:, 0]).abs().max()) <= 0.5 + 1e-3
        queries = canvases(2).to(torch.uint8)
        torch.testing.assert_close(system.embed_queries(queries), system.embedding(canvases(2)))


@pytest.mark.parametrize("network", [SketchANet, LiteEmbedding, LitePair])
def test_what_is_cut_off_is_not_seen(network: type[SketchANet | LiteEmbedding | LitePair]) -> None:
    """Only the central crop counts: ink in the outermost 15 pixels changes nothing."""
    torch.manual_seed(0)
    built = network().eval()
    framed = canvases(1)
    framed[..., :15, :] = 0
    framed[..., -16:] = 0
    with torch.inference_mode():
        torch.testing.assert_close(built(framed), built(canvases(1)))


def test_the_spec_builds_what_it_says() -> None:
    """The description's shapes are those the networks take, and its default is what ships."""
    assert spec("sketch") is SPEC
    assert SPEC.default_network == "efficientnet-lite0-pair"
    kinds = {name: type(SPEC.networks[name]().embedding) for name in SPEC.networks}
    assert kinds == {
        "efficientnet-lite0": LiteEmbedding,
        "efficientnet-lite0-pair": LitePair,
        "sketch-a-net": SketchANet,
    }
    assert SPEC.dim == DIM
    system = SketchRetrieval(LiteEmbedding()).eval()
    assert isinstance(system.embedding, LiteEmbedding)
    assert isinstance(system.embedding.trunk, EfficientNetLite0)
    with torch.inference_mode():
        for embed, shape in ((system.embed_queries, SPEC.query_shape), (system.embed_items, SPEC.item_shape)):
            assert embed(torch.zeros(1, *shape, dtype=torch.uint8)).shape == (1, DIM)
