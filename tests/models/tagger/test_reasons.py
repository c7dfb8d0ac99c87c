"""Why a label was said, against automatic differentiation and against asking the network anew."""

from __future__ import annotations

import pytest
import torch

from models.paths import NOTHING
from models.tagger.network import Design, LabelNet
from models.tagger.reasons import explain

LABELS, FEATURES = 7, 12
PATHS = torch.tensor([[3, 0, 5], [6, 2, NOTHING]])


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


def log_share(network: LabelNet, feature: torch.Tensor, before: list[int], label: int, shut: list[int]) -> torch.Tensor:
    """Log P(label | picture, labels before), among all but those that are shut, one picture at a time."""
    scores = network(feature[None], torch.tensor([[*before, 0]]))[0, len(before)]
    open_ = [way for way in range(LABELS + 1) if way not in shut]
    share: torch.Tensor = scores[label] - torch.logsumexp(scores[open_], dim=0)
    return share


def steps() -> list[tuple[int, int]]:
    """Picture and step of every label that is said."""
    return [(row, step) for row, path in enumerate(PATHS.tolist()) for step, label in enumerate(path) if label >= 0]


def test_heat_is_grad_cam(network: LabelNet) -> None:
    """The gradient of log P by automatic differentiation, times the map, summed over features, where above 0."""
    found = explain(network, maps(), PATHS)
    assert found.heat.shape == (2, 3, 3, 4)
    for row, step in steps():
        seen = maps()[row].requires_grad_()
        path = PATHS[row].tolist()
        log_share(network, seen.mean(dim=(1, 2)), path[:step], path[step], path[:step]).backward()  # type: ignore[no-untyped-call]
        assert seen.grad is not None
        # The mean gives each place its share of the gradient; heat is in any unit.
        expected = torch.relu((seen.grad * seen.detach()).sum(dim=0)) * 12
        torch.testing.assert_close(found.heat[row, step], expected, atol=1e-5, rtol=1e-4)
    assert found.heat.max() > 0


def test_what_is_gained_is_what_the_labels_before_change(network: LabelNet) -> None:
    """Log P with them less log P without, both among what was not said; nothing for the first label."""
    found = explain(network, maps(), PATHS)
    features = maps().mean(dim=(2, 3))
    for row, step in steps():
        path = PATHS[row].tolist()
        alone = log_share(network, features[row], [], path[step], path[:step])
        told = log_share(network, features[row], path[:step], path[step], path[:step])
        assert float(found.gained[row, step]) == pytest.approx(float(told - alone), abs=1e-5)
    assert found.gained[:, 0].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_the_giver_is_the_best_of_the_labels_before_alone(network: LabelNet) -> None:
    """Each of them is said alone, and the one that helps most is named, if any helps."""
    found = explain(network, maps(), PATHS)
    features = maps().mean(dim=(2, 3))
    for row, step in steps():
        path = PATHS[row].tolist()
        alone = log_share(network, features[row], [], path[step], path[:step])
        gains = {
            giver: float(log_share(network, features[row], [giver], path[step], path[:step]) - alone)
            for giver in path[:step]
        }
        best = max(gains, key=gains.__getitem__, default=NOTHING)
        helps = gains.get(best, 0.0) > 0
        assert int(found.givers[row, step]) == (best if helps else NOTHING)
        assert float(found.given[row, step]) == pytest.approx(gains[best] if helps else 0, abs=1e-5)


def test_without_memory_nothing_is_given() -> None:
    """The row "no RNN": what was said before changes nothing."""
    torch.manual_seed(6)
    network = LabelNet(LABELS, FEATURES, Design(joint=9, hidden=8, recurrent=False)).eval()
    found = explain(network, maps(), PATHS)
    assert found.gained.abs().max() < 1e-5
    assert found.given.abs().max() < 1e-5
