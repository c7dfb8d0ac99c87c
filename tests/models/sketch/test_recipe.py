"""The recipes: a batch can be learnt by heart, and is the seed's and the step's alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from models.contracts import MissingCheckpoint
from models.devices import Device
from models.sketch.datasets import load_pairs, load_photo_sketches
from models.sketch.edge_recipe import EdgeRecipe
from models.sketch.gallery import EdgePairs, Gallery, HeldOut, gather_shoes, of_themselves, pair_photos
from models.sketch.network import LiteEmbedding, SketchANet
from models.sketch.recipe import DISTORTED, EmbeddingRecipe, Source, embed_canvases
from models.training import Recipe
from tests.models.sketch.layouts import write_pairs, write_photo_sketches

CPU = Device("cpu", torch.float32, 1)
NETWORKS = ("efficientnet-lite0", "sketch-a-net")
ITEMS = 12


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[EdgePairs, Gallery, HeldOut]:
    """A few made-up items, some of them held out."""
    folder = tmp_path_factory.mktemp("data")
    shoes = load_pairs(write_pairs(folder / "shoes", ITEMS, 1), "train")
    photos = load_photo_sketches(write_photo_sketches(folder / "shoe304", list(range(ITEMS)), sketches=1))
    own = shoes.edges[photos.items]
    return pair_photos(shoes, photos), *gather_shoes(shoes, photos, own)


@pytest.fixture(scope="module")
def make(data: tuple[EdgePairs, Gallery, HeldOut]) -> Callable[[str], EdgeRecipe | EmbeddingRecipe]:
    """Recipes with small batches, by name; a skip where the ImageNet weights are not installed."""

    def recipe(name: str) -> EdgeRecipe | EmbeddingRecipe:
        pairs, gallery, held_out = data
        if name == "edges":
            return EdgeRecipe(pairs, batch=2)
        made = EmbeddingRecipe((Source("shoes", gallery, 1),), {"shoes": held_out}, network=name, batch=4)
        try:
            made.build()
        except MissingCheckpoint as missing:
            pytest.skip(str(missing))
        return made

    return recipe


def loss_of(recipe: Recipe, network: nn.Module, step: int = 0) -> float:
    """The loss of a step, without learning."""
    with torch.no_grad():
        return float(recipe.loss(network, step, CPU))


@pytest.mark.parametrize(
    ("name", "steps", "share"), [("edges", 12, 0.8), (NETWORKS[0], 6, 0.5), (NETWORKS[1], 10, 0.8)]
)
def test_a_batch_is_learnt_by_heart(
    make: Callable[[str], EdgeRecipe | EmbeddingRecipe], name: str, steps: int, share: float
) -> None:
    """A few steps on one batch, at the recipe's own rates, drive its loss down."""
    recipe = make(name)
    network = recipe.build().train()
    optimiser = torch.optim.AdamW(recipe.parameter_groups(network))
    first = last = 0.0
    for step in range(steps):
        loss = recipe.loss(network, 0, CPU)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        last = float(loss.detach())
        first = first if step else last
    assert np.isfinite(last)
    assert last < share * first


@pytest.mark.parametrize("name", ["edges", *NETWORKS])
def test_a_step_is_the_seeds_and_the_numbers_alone(
    make: Callable[[str], EdgeRecipe | EmbeddingRecipe], name: str
) -> None:
    """The same step has the same loss whatever came before; another step or seed has another."""
    recipe = make(name)
    network = recipe.build().eval()
    first = loss_of(recipe, network)
    torch.rand(7)
    other = loss_of(recipe, network, step=1)
    assert loss_of(recipe, network) == first
    assert other != first
    assert loss_of(replace(recipe, seed=2), network) != first


@pytest.mark.parametrize("name", ["edges", *NETWORKS])
def test_the_start_is_the_same_every_time(make: Callable[[str], EdgeRecipe | EmbeddingRecipe], name: str) -> None:
    """Two builds hold equal weights: a resumed run judges with the network it started from."""
    recipe = make(name)
    one, other = recipe.build().state_dict(), recipe.build().state_dict()
    assert all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("name", ["edges", *NETWORKS])
def test_every_parameter_has_one_rate(make: Callable[[str], EdgeRecipe | EmbeddingRecipe], name: str) -> None:
    """The groups share out all parameters, none twice; only what was pretrained learns at the trunk's rate."""
    recipe = make(name)
    network = recipe.build()
    groups = recipe.parameter_groups(network)
    shared_out = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(shared_out) == sorted(map(id, network.parameters()))
    if isinstance(recipe, EmbeddingRecipe) and isinstance(network, LiteEmbedding):
        rates = {id(parameter): group["lr"] for group in groups for parameter in group["params"]}
        trunk = {id(parameter) for parameter in network.trunk.parameters()}
        assert all(rate == (recipe.trunk_rate if key in trunk else recipe.rate) for key, rate in rates.items())


def test_the_paper_network_starts_from_nothing(make: Callable[[str], EdgeRecipe | EmbeddingRecipe]) -> None:
    """Each name builds its own network."""
    assert isinstance(make("sketch-a-net").build(), SketchANet)
    assert isinstance(make("efficientnet-lite0").build(), LiteEmbedding)


def test_a_stage_starts_where_the_one_before_ended(make: Callable[[str], EdgeRecipe | EmbeddingRecipe]) -> None:
    """Weights that are handed over are those that training starts from."""
    recipe = make("sketch-a-net")
    assert isinstance(recipe, EmbeddingRecipe)
    before = {name: tensor + 1 for name, tensor in recipe.build().state_dict().items()}
    after = replace(recipe, start=before).build().state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_batches_are_of_one_source_and_as_often_as_its_share() -> None:
    """No batch mixes sources; one with a share of three is taken three times as often."""
    dark, light = (of_themselves(torch.full((6, 1, 256, 256), level, dtype=torch.uint8)) for level in (0, 128))
    sources = (Source("dark", dark, 3), Source("light", light, 1, DISTORTED))
    met: list[float] = []

    class Eye(nn.Module):
        def forward(self, canvases: torch.Tensor) -> torch.Tensor:
            levels = canvases[4:, 0].flatten(1).median(dim=1).values
            assert levels.min() == pytest.approx(levels.max(), abs=1)
            met.append(float(levels[0]))
            return nn.functional.normalize(canvases.flatten(1)[:, :8] + 1)

    recipe = EmbeddingRecipe(sources, {}, batch=4)
    for step in range(100):
        loss_of(recipe, Eye(), step)
    assert 60 <= sum(level < 64 for level in met) <= 90


def test_people_pull_as_they_voted() -> None:
    """A vote and its opposite pull in opposite directions, at the recipe's weight; without votes nothing pulls."""
    recipe = EmbeddingRecipe((), {})
    unit = torch.nn.functional.normalize(torch.rand(3, 4, generator=torch.Generator().manual_seed(0)) - 0.5)
    one, opposite, nobody = (torch.zeros(3, 3, 3) for _ in range(3))
    one[0, 1, 2], opposite[0, 2, 1] = 3, 3
    pulls = []
    for said in (one, opposite, nobody):
        items = unit.clone().requires_grad_()
        recipe.people(unit.flip(0), items, said).backward()  # type: ignore[no-untyped-call]
        assert items.grad is not None
        pulls.append(items.grad)
    assert float((pulls[0] * pulls[1]).sum()) < 0
    assert not pulls[2].any()
    assert float(replace(recipe, people_weight=0.0).people(unit.flip(0), unit, one)) == 0


class Lookup(nn.Module):
    """Embeds a canvas by its own reduced pixels: equal canvases meet, others do not."""

    def forward(self, canvas: torch.Tensor) -> torch.Tensor:
        """Embed canvases."""
        return nn.functional.normalize(nn.functional.avg_pool2d(255 - canvas, 8).flatten(1))


def test_judgement_is_by_held_out_items(data: tuple[EdgePairs, Gallery, HeldOut]) -> None:
    """A network that tells all items apart gets the best of every figure by both sources of edges; the mean leads."""
    _, gallery, held_out = data
    mirrored = HeldOut(held_out.drawings.flip(-1), held_out.truth, held_out.items)
    figures = EmbeddingRecipe((Source("shoes", gallery, 1),), {"shoes": held_out, "mirrored": mirrored}).evaluate(
        Lookup(), CPU
    )
    assert next(iter(figures)) == "mean MRR"
    kinds = {f"{kind}, {edges}" for kind in ("shoes", "mirrored") for edges in ("released", "own")}
    assert {name.rpartition(" ")[0] for name in figures} == {"mean", *kinds}
    assert {value for name, value in figures.items() if name.endswith("MRR")} == {1.0}
    assert {value for name, value in figures.items() if "acc@" in name} == {100.0}


def test_the_detector_is_judged_by_held_out_photos(data: tuple[EdgePairs, Gallery, HeldOut]) -> None:
    """A detector that draws the very lines is better than one that draws nothing, and the figure rises with worth."""
    pairs, _, _ = data

    class Drawn(nn.Module):
        def __init__(self, *, right: bool) -> None:
            super().__init__()
            self.right = right

        def forward(self, photos: torch.Tensor) -> torch.Tensor:
            lines = 1 - pairs.lines[pairs.held_out].float() / 255
            return 8 * (2 * lines[: len(photos)] - 1) if self.right else torch.full_like(lines[: len(photos)], -4.0)

    recipe = EdgeRecipe(pairs, batch=len(pairs.held_out))
    (good,), (bad,) = (recipe.evaluate(Drawn(right=right), CPU).values() for right in (True, False))
    assert bad < good < 0


def test_embedding_in_batches_is_embedding() -> None:
    """Split into batches or not, the rows are the same, in order."""
    canvases = torch.randint(0, 256, (5, 1, 256, 256), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    whole, parts = (embed_canvases(Lookup(), canvases, CPU, batch) for batch in (8, 2))
    assert whole.shape[0] == 5
    np.testing.assert_allclose(whole, parts, atol=1e-6)
