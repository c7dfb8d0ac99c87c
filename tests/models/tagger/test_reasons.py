"""Why a label is probable, against automatic differentiation and against asking the network anew."""

from __future__ import annotations

import pytest
import torch

from models.paths import NOTHING, Looked
from models.tagger.network import Design, LabelNet
from models.tagger.reasons import explain

LABELS, FEATURES = 7, 12
SAID = ((0, (3,)), (0, (3, 0)), (0, (3, 0, 5)), (1, (6,)), (1, (6, 2)), (0, (6, 2)))
"""Paths, each of a picture; the last label of each is explained."""
PICTURES = torch.tensor([picture for picture, _ in SAID])
ANY = torch.ones((2, LABELS), dtype=torch.bool)
PATHS = torch.tensor([[*path, *[NOTHING] * (3 - len(path))] for _, path in SAID])


@pytest.fixture
def network() -> LabelNet:
    """A random network that is in use, with offsets, on features that it standardises."""
    torch.manual_seed(4)
    made = LabelNet(LABELS, FEATURES, Design(joint=9, hidden=8)).eval().requires_grad_(requires_grad=False)
    for filled in (made.standardised.mean, made.standardised.deviation, made.offset):
        filled.copy_(torch.rand(len(filled)) + 0.5)
    return made


def maps() -> torch.Tensor:
    """What is seen in 3 x 4 places of two pictures."""
    return torch.rand((2, FEATURES, 3, 4), generator=torch.Generator().manual_seed(5))


def seen() -> Looked:
    """Those maps, with their means."""
    return Looked(maps().mean(dim=(2, 3)), maps())


def log_share(network: LabelNet, feature: torch.Tensor, before: list[int], label: int, shut: list[int]) -> torch.Tensor:
    """Log P(label | picture, labels before), among all but those that are shut, one picture at a time."""
    scores = network(feature[None], torch.tensor([[*before, 0]]))[0, len(before)]
    open_ = [way for way in range(LABELS + 1) if way not in shut]
    share: torch.Tensor = scores[label] - torch.logsumexp(scores[open_], dim=0)
    return share


def test_heat_is_grad_cam(network: LabelNet) -> None:
    """The gradient of log P by automatic differentiation, times the map, summed over features, where above 0."""
    found = explain(network, seen(), PICTURES, PATHS, ANY)
    assert found.heat.shape == (len(SAID), 3, 4)
    for heat, (picture, path) in zip(found.heat, SAID, strict=True):
        places, before = maps()[picture].requires_grad_(), list(path[:-1])
        log_share(network, places.mean(dim=(1, 2)), before, path[-1], before).backward()  # type: ignore[no-untyped-call]
        assert places.grad is not None
        # The mean gives each place its share of the gradient; heat is in any unit.
        expected = torch.relu((places.grad * places.detach()).sum(dim=0)) * 12
        torch.testing.assert_close(heat, expected, atol=1e-5, rtol=1e-4)
    assert found.heat.max() > 0


def test_what_is_gained_is_what_the_labels_before_change(network: LabelNet) -> None:
    """Log P with them less log P without, both among what was not said; nothing for the first label."""
    found = explain(network, seen(), PICTURES, PATHS, ANY)
    features = maps().mean(dim=(2, 3))
    for gained, (picture, path) in zip(found.gained.tolist(), SAID, strict=True):
        before = list(path[:-1])
        alone = log_share(network, features[picture], [], path[-1], before)
        told = log_share(network, features[picture], before, path[-1], before)
        assert gained == pytest.approx(float(told - alone), abs=1e-5)
        assert before or gained == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("unnamed", [(), ((0, 3),), ((0, 0), (0, 6), (1, 6))])
def test_the_giver_is_the_best_of_the_labels_before_alone(
    network: LabelNet, unnamed: tuple[tuple[int, int], ...]
) -> None:
    """Each that may be named on the picture is said alone; the one that helps most is named, if any helps."""
    named = ANY.clone()
    for picture, label in unnamed:
        named[picture, label] = False
    found = explain(network, seen(), PICTURES, PATHS, named)
    features = maps().mean(dim=(2, 3))
    for row, (picture, path) in enumerate(SAID):
        before = list(path[:-1])
        alone = log_share(network, features[picture], [], path[-1], before)
        gains = {
            giver: float(log_share(network, features[picture], [giver], path[-1], before) - alone)
            for giver in before
            if named[picture, giver]
        }
        best = max(gains, key=gains.__getitem__, default=NOTHING)
        helps = gains.get(best, 0.0) > 0
        assert int(found.givers[row]) == (best if helps else NOTHING)
        assert float(found.given[row]) == pytest.approx(gains[best] if helps else 0, abs=1e-5)


def test_without_memory_nothing_is_given() -> None:
    """The row "no RNN": what was said before changes nothing."""
    torch.manual_seed(6)
    network = LabelNet(LABELS, FEATURES, Design(joint=9, hidden=8, recurrent=False)).eval()
    found = explain(network, seen(), PICTURES, PATHS, ANY)
    assert found.gained.abs().max() < 1e-5
    assert found.given.abs().max() < 1e-5
