"""The recipe: a batch can be learnt by heart, every part can be switched, and a step is its number's alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from models.backbones.efficientnet_lite import load_imagenet
from models.contracts import MissingCheckpoint
from models.devices import Device
from models.reid.augmentation import Augmentation
from models.reid.datasets import Crops, stacked
from models.reid.network import Design, EnsembleNet
from models.reid.ranking import NothingToJudge
from models.reid.recipe import ClassifiedNet, PersonRecipe, embed_crops
from tests.models.reid.people import crops

CPU = Device("cpu", torch.float32, 1)
BF16 = Device("cpu", torch.bfloat16, 1)
STILL = Augmentation(flip=0, shift=0, erase=0)


def keep_random(trunk: nn.Module) -> None:
    """Load nothing."""


@cache
def recipe(**changes: Any) -> PersonRecipe:
    """A recipe for six people, on a small and narrow network."""
    plain: dict[str, Any] = {
        "design": Design(width=16),
        "people": 3,
        "pictures": 3,
        "size": (64, 32),
        "early": 0,
        "by_picture": 0.0,
    }
    return PersonRecipe(crops(6), crops(3), **{"load": keep_random, **plain, **changes})


def loss_of(made: PersonRecipe, network: nn.Module, step: int = 0, device: Device = CPU) -> float:
    """The loss of a step, without learning."""
    with torch.no_grad():
        return float(made.loss(network, step, device))


@pytest.mark.parametrize("device", [CPU, BF16], ids=["float32", "bfloat16"])
def test_a_batch_is_learnt_by_heart(device: Device) -> None:
    """Six steps on one batch, at the recipe's own rates, drive its loss to less than half, in either format."""
    made = recipe(augmentation=STILL, smoothing=0.0, load=load_imagenet)
    try:
        network = made.build().train()
    except MissingCheckpoint as missing:
        pytest.skip(str(missing))
    optimiser = torch.optim.AdamW(made.parameter_groups(network))
    losses = []
    for _ in range(6):
        loss = made.loss(network, 0, device)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("neck", [True, False])
def test_the_loss_is_its_parts(*, neck: bool) -> None:
    """Cross-entropy, averaged over six stripes, plus the weighted triplets, averaged over three branches, by hand."""
    made = recipe(augmentation=STILL, triplet=0.5, smoothing=0.0, design=Design(width=16, neck=neck))
    network = made.build().train()
    assert isinstance(network, ClassifiedNet)
    rows = made._rows(0)  # noqa: SLF001 - which pictures are drawn is tested with the sampler
    pixels = stacked(tuple(made.trained.pictures[row] for row in rows), made.size)
    truth = torch.from_numpy(made.trained.identities[rows])

    def bias(classifier: nn.Module) -> torch.Tensor:
        return torch.zeros(6) if neck else classifier.get_parameter("bias")

    with torch.no_grad():
        compared, classified = network.embedding.reduce(network.embedding.pool(pixels))
        entropies = [
            functional.nll_loss(
                torch.log_softmax(feature @ classifier.get_parameter("weight").T + bias(classifier), dim=1), truth
            )
            for feature, classifier in zip(classified, network.classifiers, strict=True)
        ]
        hinges = []
        for branch in ([0], [1, 2], [3, 4, 5]):
            features = torch.cat([compared[stripe] for stripe in branch], dim=1)
            for anchor in range(len(rows)):
                distances = (features - features[anchor]).norm(dim=1)
                same = truth == truth[anchor]
                hinges.append(max(0.0, 0.3 + float(distances[same].max() - distances[~same].min())))
    expected = float(torch.stack(entropies).mean()) + 0.5 * float(np.mean(hinges))
    assert loss_of(made, network) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    "changes",
    [
        {"smoothing": 0.0},
        {"triplet": 0.0},
        {"margin": None},
        {"augmentation": STILL},
        {"augmentation": Augmentation(jitter=0.3)},
        {"by_picture": 1.0},
        {"size": (96, 48)},
        {"early": 0.5, "early_size": (48, 24)},
        {"seed": 2},
        {"step": 1},
    ],
    ids=" ".join,
)
def test_every_switch_counts(changes: dict[str, Any]) -> None:
    """Each alone changes the loss of a step, and the same step has the same loss whatever came before."""
    # In training a random network tells pictures apart; in use its normalisations have seen nothing yet.
    network = recipe().build().train()
    first = loss_of(recipe(), network)
    torch.rand(7)
    assert loss_of(recipe(), network) == first
    changes = dict(changes)
    step = changes.pop("step", 0)
    assert loss_of(replace(recipe(), **changes), network, step) != pytest.approx(first, abs=1e-6)


def test_batches_by_picture_come_first() -> None:
    """With half of ten steps by picture, these have the losses of classifying alone, the others of comparing too."""
    mixed, alone = recipe(steps=10, by_picture=0.5), recipe(by_picture=1.0)
    network = alone.build().train()
    for step, alike, unlike in ((0, alone, recipe()), (4, alone, recipe()), (5, recipe(), alone), (9, recipe(), alone)):
        assert loss_of(mixed, network, step) == loss_of(alike, network, step)
        assert loss_of(mixed, network, step) != loss_of(unlike, network, step)
    # In them the triplet loss has no part, whatever its weight.
    assert loss_of(replace(alone, triplet=0.0), network) == loss_of(alone, network)


@pytest.mark.parametrize("neck", [True, False])
def test_every_parameter_that_learns_has_one_rate(*, neck: bool) -> None:
    """Trunk and branches learn at the trunk's rate, what is new at its own, and the shift of a neck not at all."""
    made = recipe(design=Design(width=16, neck=neck), warm_up=0.2)
    network = made.build()
    assert isinstance(network, ClassifiedNet)
    groups = made.parameter_groups(network)
    rates = {id(parameter): group["lr"] for group in groups for parameter in group["params"]}
    learning = {id(parameter) for parameter in network.parameters() if parameter.requires_grad}
    assert sum(len(group["params"]) for group in groups) == len(rates)
    assert set(rates) == learning
    trunk = (network.embedding.shared, network.embedding.branches)
    old = {id(parameter) for module in trunk for parameter in module.parameters()}
    assert {rates[one] for one in old} == {made.trunk_rate}
    assert {rates[one] for one in learning - old} == {made.rate}
    assert {group["warm_up"] for group in groups} == {0.2}
    fixed = [name for name, parameter in network.named_parameters() if not parameter.requires_grad]
    assert fixed == ([f"embedding.reductions.{stripe}.norm.bias" for stripe in range(6)] if neck else [])


def test_the_start_is_the_same_every_time() -> None:
    """Two builds hold equal weights: a resumed run judges with the network it started from."""
    one, other = recipe().build().state_dict(), recipe().build().state_dict()
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert one["classifiers.0.weight"].shape == (6, 16)


def test_identities_need_not_be_numbered_in_a_row() -> None:
    """People who are left out for judging leave gaps in the numbers; classifiers do not see them."""
    made = recipe()
    sparse = Crops(made.trained.pictures, made.trained.identities * 7 + 3, made.trained.cameras)
    network = made.build().train()
    assert loss_of(replace(made, trained=sparse), network) == loss_of(made, network)


def test_judgement_is_by_other_people_across_cameras() -> None:
    """A network that knows colours finds everybody; one that sees nothing nobody first; mAP leads."""

    class Colours(EnsembleNet):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            rows = pixels[:, :, :, 12:20].mean(dim=3)
            return functional.normalize((rows - rows.mean()).flatten(1))

    class Blind(EnsembleNet):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return torch.ones(len(pixels), 4) / 2

    for kind, expected in ((Colours, 100), (Blind, 0)):
        figures = recipe().evaluate(ClassifiedNet(kind(Design(width=16)), 6), CPU)
        assert list(figures) == ["mAP", "rank-1"]
        assert figures["rank-1"] == expected
    alone = crops(3, cameras=1)
    with pytest.raises(NothingToJudge):
        PersonRecipe(alone, alone, keep_random, size=(64, 32)).evaluate(
            ClassifiedNet(Colours(Design(width=16)), 3), CPU
        )


def test_embedding_in_batches_is_embedding() -> None:
    """Split into batches or not, the rows are the same unit vectors, in order."""
    network = recipe().build().eval()
    assert isinstance(network, ClassifiedNet)
    whole, parts = (embed_crops(network.embedding, crops(2), (64, 32), CPU, batch) for batch in (8, 3))
    assert whole.shape == (8, 16 * 6)
    np.testing.assert_allclose(whole, parts, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-5)


def test_small_pictures_come_first() -> None:
    """With half of ten steps early, the first five have the losses of a recipe of that size, the others of the full."""
    both, small, full = recipe(steps=10, early=0.5, early_size=(48, 24)), recipe(size=(48, 24)), recipe()
    network = full.build().train()
    for step, alike, unlike in ((0, small, full), (4, small, full), (5, full, small), (9, full, small)):
        assert loss_of(both, network, step) == loss_of(alike, network, step)
        assert loss_of(both, network, step) != loss_of(unlike, network, step)
