"""Losses, judged by closed forms, loops and finite differences."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from models.sketch.losses import MARGIN, contrastive_loss, in_batch_triplet_loss, preference_loss, triplet_loss


def units(count: int, seed: int, dim: int = 5) -> Tensor:
    """Random unit vectors in float64, so that loops agree to the last digits."""
    vectors = torch.randn(count, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.nn.functional.normalize(vectors)


def squared_distance(one: list[float], other: list[float]) -> float:
    """Squared Euclidean distance, number by number."""
    return sum((left - right) ** 2 for left, right in zip(one, other, strict=True))


def test_the_margin_is_the_papers() -> None:
    """The last stage of the paper trains with 0.3."""
    assert MARGIN == 0.3


def test_distances_of_unit_vectors_lie_between_0_and_4() -> None:
    """An anchor on its positive and opposite to its negative costs nothing; the reverse costs margin + 4."""
    anchor = units(1, 0)
    assert float(triplet_loss(anchor, anchor, -anchor)) == 0
    assert float(triplet_loss(anchor, -anchor, anchor)) == pytest.approx(MARGIN + 4)
    assert float(triplet_loss(anchor, anchor, anchor)) == pytest.approx(MARGIN)


@pytest.mark.parametrize(("angle", "loss"), [(0.0, 0.3), (60.0, 0.0), (30.0, 0.3 - (2 - math.sqrt(3)))])
def test_triplets_at_known_angles(angle: float, loss: float) -> None:
    """With the negative at an angle from anchor and positive, d = 2 - 2 cos(angle)."""
    turned = [math.cos(math.radians(angle)), math.sin(math.radians(angle))]
    anchor, negative = torch.tensor([[1.0, 0.0]]), torch.tensor([turned])
    assert float(triplet_loss(anchor, anchor, negative)) == pytest.approx(loss, abs=1e-6)


@given(st.integers(1, 6), st.integers(0, 1000), st.floats(0, 2))
@settings(deadline=None, max_examples=30)
def test_triplet_loss_by_loops(count: int, seed: int, margin: float) -> None:
    """The paper's equation, number by number."""
    anchors, positives, negatives = (units(count, seed + part) for part in range(3))
    hinges = [
        max(0.0, margin + squared_distance(anchor, positive) - squared_distance(anchor, negative))
        for anchor, positive, negative in zip(anchors.tolist(), positives.tolist(), negatives.tolist(), strict=True)
    ]
    assert float(triplet_loss(anchors, positives, negatives, margin)) == pytest.approx(math.fsum(hinges) / count)


@given(st.integers(1, 6), st.integers(0, 1000), st.floats(0.01, 2))
@settings(deadline=None, max_examples=30)
def test_in_batch_triplet_loss_by_loops(count: int, seed: int, margin: float) -> None:
    """Every sketch with its item and every other item, averaged over the triplets that still cost something."""
    sketches, items = units(count, seed), units(count, seed + 1)
    hinges = []
    for row, sketch in enumerate(sketches.tolist()):
        for column, other in enumerate(items.tolist()):
            if row != column:
                nearer = squared_distance(sketch, items[row].tolist())
                hinges.append(max(0.0, margin + nearer - squared_distance(sketch, other)))
    costly = [hinge for hinge in hinges if hinge > 1e-12]
    expected = math.fsum(costly) / max(1, len(costly))
    assert float(in_batch_triplet_loss(sketches, items, margin)) == pytest.approx(expected, abs=1e-9)


def test_a_solved_batch_costs_nothing_and_can_be_differentiated() -> None:
    """Orthogonal pairs are beyond the margin: loss 0, gradient 0, no division by nothing."""
    sketches = torch.eye(4, requires_grad=True)
    loss = in_batch_triplet_loss(sketches, torch.eye(4))
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) == 0
    assert sketches.grad is not None
    assert torch.equal(sketches.grad, torch.zeros(4, 4))


@given(st.integers(1, 6), st.integers(0, 1000), st.floats(0.05, 1))
@settings(deadline=None, max_examples=30)
def test_contrastive_loss_by_loops(count: int, seed: int, temperature: float) -> None:
    """Minus the logarithm of the right answer's softmax share, asked both ways, averaged."""
    sketches, items = units(count, seed), units(count, seed + 1)
    cosines = [
        [math.fsum(map(math.prod, zip(sketch, item, strict=True))) / temperature for item in items.tolist()]
        for sketch in sketches.tolist()
    ]
    total = 0.0
    for row in range(count):
        forward = math.fsum(math.exp(cosines[row][other]) for other in range(count))
        backward = math.fsum(math.exp(cosines[other][row]) for other in range(count))
        total += math.log(forward) + math.log(backward) - 2 * cosines[row][row]
    assert float(contrastive_loss(sketches, items, temperature)) == pytest.approx(total / (2 * count), abs=1e-9)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_network_that_cannot_tell_costs_the_logarithm_of_the_batch(count: int) -> None:
    """All vectors equal: every item is as likely as any other."""
    same = units(1, 0).expand(count, -1)
    assert float(contrastive_loss(same, same, 0.07)) == pytest.approx(math.log(count), abs=1e-9)


@given(st.integers(1, 5), st.integers(0, 1000), st.floats(0.05, 1))
@settings(deadline=None, max_examples=30)
def test_preference_loss_by_loops(count: int, seed: int, temperature: float) -> None:
    """Minus the logarithm of how likely each vote was, averaged over all votes."""
    sketches, items = units(count, seed), units(count, seed + 1)
    preferred = torch.randint(0, 4, (count,) * 3, generator=torch.Generator().manual_seed(seed)).double()
    terms = []
    for sketch, nearer, farther in itertools.product(range(count), repeat=3):
        difference = float(sketches[sketch] @ items[nearer] - sketches[sketch] @ items[farther])
        likely = 1 / (1 + math.exp(-difference / temperature))
        terms += [-math.log(likely)] * int(preferred[sketch, nearer, farther])
    expected = math.fsum(terms) / max(1, len(terms))
    assert float(preference_loss(sketches, items, preferred, temperature)) == pytest.approx(expected, abs=1e-9)


def test_divided_opinions_are_met_in_the_middle() -> None:
    """Where three of four say so, the loss is least where the logistic function is three quarters."""
    preferred = torch.zeros(1, 2, 2)
    preferred[0, 0, 1], preferred[0, 1, 0] = 3, 1
    cosines = torch.linspace(-0.5, 0.5, 1001)
    items = [torch.tensor([[float(cosine), 0.0], [0.0, 0.0]]) for cosine in cosines]
    losses = [float(preference_loss(torch.tensor([[1.0, 0.0]]), pair, preferred, 0.2)) for pair in items]
    assert float(cosines[losses.index(min(losses))]) == pytest.approx(0.2 * math.log(3), abs=2e-3)


@pytest.mark.parametrize("name", ["triplet", "in-batch", "contrastive", "preference"])
def test_gradients_by_finite_differences(name: str) -> None:
    """What backward says is what small steps measure."""
    losses = {
        "triplet": lambda first, second, third: triplet_loss(first, second, third, 3.0),
        "in-batch": lambda first, second, third: in_batch_triplet_loss(first, second, 3.0),
        "contrastive": lambda first, second, third: contrastive_loss(first, second, 0.3),
        "preference": lambda first, second, third: preference_loss(first, second, torch.ones(3, 3, 3), 0.3),
    }
    inputs = tuple(units(3, seed).requires_grad_() for seed in range(3))
    assert torch.autograd.gradcheck(losses[name], inputs)


@pytest.mark.parametrize("name", ["in-batch", "contrastive"])
def test_pairs_go_together_in_any_order(name: str) -> None:
    """Shuffling the pairs of a batch changes nothing; shuffling one side alone does."""
    losses = {
        "in-batch": in_batch_triplet_loss,
        "contrastive": lambda sketches, items: contrastive_loss(sketches, items, 0.2),
    }
    sketches = units(5, 0)
    items = torch.nn.functional.normalize(sketches + 0.3 * units(5, 1))
    order = torch.tensor([3, 0, 4, 1, 2])
    loss = losses[name](sketches, items)
    torch.testing.assert_close(losses[name](sketches[order], items[order]), loss)
    assert float(losses[name](sketches[order], items)) > float(loss)
