"""Recipes with one thing changed: what their losses are, and that nothing else is another."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmarks.varied_recipe import LOSSES, PairRecipe, TripletRecipe, TwoNetworks, identities, pairwise_loss, part_of
from models.devices import Device
from models.sketch.augmentation import View
from models.sketch.datasets import Pairs
from models.sketch.gallery import Gallery
from models.sketch.losses import MARGIN, contrastive_loss, in_batch_triplet_loss
from models.sketch.recipe import EmbeddingRecipe, Source
from models.training import Recipe

CPU = Device("cpu", torch.float32, 1)
ITEMS = 6


class Grid(nn.Module):
    """A small network that stands for the real ones: mean darkness of 8 x 8 boxes, and a weight."""

    VIEW = View(crop=224, side=64)

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Identity()
        self.weight = nn.Parameter(torch.ones(64))

    def forward(self, canvas: Tensor) -> Tensor:
        """Embed pictures of any number of channels."""
        grey = canvas.float().mean(dim=1, keepdim=True)
        boxes = nn.functional.adaptive_avg_pool2d(255 - grey, 8).flatten(1) + 1e-3
        return nn.functional.normalize(boxes * self.weight)


def pictures(channels: int, seed: int) -> Tensor:
    """Canvases that no two of are alike, uint8 (6, channels, 256, 256)."""
    generator = torch.Generator().manual_seed(seed)
    small = torch.randint(0, 256, (ITEMS, channels, 8, 8), generator=generator).float()
    return nn.functional.interpolate(small, (256, 256)).to(torch.uint8)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every recipe builds the small network."""
    monkeypatch.setattr(EmbeddingRecipe, "build", lambda _: Grid())
    monkeypatch.setattr("models.sketch.recipe.LiteEmbedding", Grid)


def base(channels: int = 1) -> EmbeddingRecipe:
    """Six items with a drawing each."""
    gallery = Gallery(list(pictures(1, 1)[:, None]), list(pictures(channels, 2)[:, None]))
    return EmbeddingRecipe((Source("things", gallery, 1),), {}, batch=4, seed=3)


def votes(pairs: list[list[tuple[int, int]]]) -> Pairs:
    """Six pairs with these votes."""
    triplets = tuple(np.array(some, np.int64).reshape(-1, 2) for some in pairs)
    return Pairs(pictures(1, 1), pictures(1, 2), triplets)


def test_the_pairwise_loss_by_hand() -> None:
    """Half of the mean squared distance of pairs, and half of the mean hinge of strangers."""
    sketches = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    items = torch.tensor([[0.6, 0.8], [0.0, 1.0]])
    # Pairs are 0.8 and 0 apart; strangers are 2 apart, and 2 - 1.6 = 0.4, which is 0.6 too near.
    assert float(pairwise_loss(sketches, items)) == pytest.approx((0.4 + 0.3) / 2)
    assert float(pairwise_loss(sketches, items, margin=0.3)) == pytest.approx(0.2)


def test_with_the_same_loss_it_is_the_same_recipe() -> None:
    """Given the loss of the recipe it is like, a varied one has the same batches, changes and loss, step by step."""
    recipe = base()
    same = PairRecipe(recipe, partial(contrastive_loss, temperature=recipe.temperature))
    for step in range(3):
        torch.testing.assert_close(same.loss(Grid(), step, CPU), recipe.loss(Grid(), step, CPU))
    assert (same.steps, same.evaluate_every) == (recipe.steps, recipe.evaluate_every)


@pytest.mark.parametrize("name", LOSSES)
def test_only_the_loss_is_another(name: str) -> None:
    """Whatever is minimised is given the vectors that the recipe it is like would compare."""
    given: dict[str, tuple[Tensor, Tensor]] = {}

    def watched(key: str, sketches: Tensor, items: Tensor) -> Tensor:
        given[key] = sketches, items
        return LOSSES[name](sketches, items)

    PairRecipe(base(), partial(watched, "one")).loss(Grid(), 5, CPU)
    loss = PairRecipe(base(), partial(watched, "other")).loss(Grid(), 5, CPU)
    assert all(torch.equal(*sides) for sides in zip(given["one"], given["other"], strict=True))
    assert float(loss.detach()) == pytest.approx(float(LOSSES[name](*given["one"]).detach()))


def test_two_networks_share_nothing() -> None:
    """Drawings go through one, colour photos through the other; both learn, and both are in the groups."""
    recipe = PairRecipe(base(channels=3), in_batch_triplet_loss, heterogeneous=True)
    network = recipe.build()
    assert isinstance(network, TwoNetworks)
    assert torch.equal(network(pictures(1, 1)), network.drawings(pictures(1, 1)))
    with torch.no_grad():
        assert isinstance(network.photos, Grid)
        network.photos.weight.copy_(torch.linspace(0, 1, 64))
    assert torch.equal(network(pictures(3, 1)), network.photos(pictures(3, 1)))
    recipe.loss(network, 0, CPU).backward()  # type: ignore[no-untyped-call]
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in network.parameters())
    groups = [parameter for group in recipe.parameter_groups(network) for parameter in group["params"]]
    assert {id(parameter) for parameter in groups} == {id(parameter) for parameter in network.parameters()}


def test_triplets_pull_as_they_were_judged() -> None:
    """Two parts that say the opposite pull in opposite directions, and at most one of them is content."""
    says = votes([[(row, (row + 1) % ITEMS)] for row in range(ITEMS)])
    opposite = replace(says, triplets=tuple(pair[:, ::-1] for pair in says.triplets))
    first, second = (TripletRecipe(base(), (part,), hard_ratio=1.0) for part in (says, opposite))
    network = Grid()
    # Each hinge is the margin and a difference that the other has with the other sign, closed at 0.
    total = first.loss(network, 0, CPU) + second.loss(network, 0, CPU)
    assert float(total.detach()) >= 2 * MARGIN - 1e-5
    first_gradient, second_gradient = (
        torch.autograd.grad(recipe.loss(network, 0, CPU), network.weight)[0] for recipe in (first, second)
    )
    assert float(first_gradient @ second_gradient) < 0


def test_parts_take_turns() -> None:
    """With two parts every other step is of the second."""
    empty = votes([[] for _ in range(ITEMS)])
    full = votes([[(row, (row + 1) % ITEMS)] for row in range(ITEMS)])
    recipe = TripletRecipe(base(), (full, empty))
    recipe.loss(Grid(), 0, CPU)
    with pytest.raises(Exception, match="holds no votes"):
        recipe.loss(Grid(), 1, CPU)


def test_identity_votes_for_the_item_drawn() -> None:
    """Every other item once, the drawing's own always nearer."""
    for row, found in enumerate(identities(votes([[] for _ in range(ITEMS)])).triplets):
        assert found.tolist() == [[row, other] for other in range(ITEMS) if other != row]


def test_a_part_keeps_its_rows_and_the_votes_between_them() -> None:
    """Items have new numbers, and pictures and votes still belong together."""
    some = part_of(votes([[(0, 2)], [(1, 0)], [(2, 4), (4, 0), (2, 3)], [], [(4, 2)], []]), np.array([0, 2, 4]))
    assert [found.tolist() for found in some.triplets] == [[[0, 1]], [[1, 2], [2, 0]], [[2, 1]]]
    assert torch.equal(some.sketches, pictures(1, 1)[[0, 2, 4]])
    assert torch.equal(some.edges, pictures(1, 2)[[0, 2, 4]])


def test_they_are_recipes() -> None:
    """Both can be given to `fit`."""
    recipes: list[Recipe] = [PairRecipe(base(), pairwise_loss), TripletRecipe(base(), (votes([[]] * ITEMS),))]
    assert all(recipe.steps == base().steps for recipe in recipes)
