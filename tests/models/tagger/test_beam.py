"""Beam search, against every path there is."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.paths import NOTHING, Limits
from models.tagger.beam import search
from models.tagger.network import Design, LabelNet

FEATURES = 5


def network_of(labels: int, seed: int, strength: float = 4.0) -> LabelNet:
    """A small random network that has opinions."""
    torch.manual_seed(seed)
    network = LabelNet(labels, FEATURES, Design(joint=6, hidden=7)).eval()
    with torch.no_grad():
        network.embedding.weight.mul_(strength)
    return network


def log_probability(
    network: LabelNet, feature: torch.Tensor, path: tuple[int, ...], allowed: set[int], most: int
) -> float:
    """Multiply the probabilities along a path, one label at a time, each among those that were not said."""
    scores = network(feature[None], torch.tensor([[*path, 0]]))[0, : len(path) + 1].tolist()
    total = 0.0
    for step, (row, said) in enumerate(zip(scores, (*path, network.end), strict=True)):
        if step == most:
            break
        open_labels = [label for label in allowed if label not in path[:step]] + [network.end]
        total += row[said] - math.log(sum(math.exp(row[label]) for label in open_labels))
    return total


def every_path(network: LabelNet, feature: torch.Tensor, allowed: set[int], most: int) -> dict[tuple[int, ...], float]:
    """Log-probability of every path of at most `most` labels."""
    return {
        path: log_probability(network, feature, path, allowed, most)
        for length in range(min(most, len(allowed)) + 1)
        for path in permutations(sorted(allowed), length)
    }


def found(
    network: LabelNet, features: torch.Tensor, limits: Limits, allowed: torch.Tensor | None = None
) -> list[list[tuple[tuple[int, ...], float]]]:
    """Return the paths of each picture, and their log-probabilities; without those that are not there."""
    with torch.no_grad():
        paths = search(network, features, limits, allowed)
    return [
        [
            (tuple(label for label in labels if label != NOTHING), value)
            for labels, value in zip(one.tolist(), values.tolist(), strict=True)
            if value > -math.inf
        ]
        for one, values in zip(paths.labels, paths.log_probabilities, strict=True)
    ]


@given(labels=st.integers(1, 4), most=st.integers(1, 5), seed=st.integers(0, 10_000))
def test_a_wide_beam_finds_what_trying_everything_finds(labels: int, most: int, seed: int) -> None:
    """With as many paths as there are, all are returned in the order of their probabilities, which add up to one."""
    network = network_of(labels, seed)
    features = torch.randn(2, FEATURES)
    for feature, paths in zip(features, found(network, features, Limits(70, most=most)), strict=True):
        expected = every_path(network, feature, set(range(labels)), most)
        assert dict(paths) == {path: pytest.approx(value, abs=1e-4) for path, value in expected.items()}
        assert [value for _, value in paths] == sorted((value for _, value in paths), reverse=True)
        assert sum(math.exp(value) for value in expected.values()) == pytest.approx(1, abs=1e-4)


@given(beam=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_a_narrow_beam_tells_the_truth(beam: int, seed: int) -> None:
    """Whatever is found has the probability it has, no label twice, and no wider beam finds a worse best path."""
    network = network_of(6, seed)
    features = torch.randn(3, FEATURES)
    wide = found(network, features, Limits(40, most=3))
    for feature, paths, better in zip(features, found(network, features, Limits(beam, most=3)), wide, strict=True):
        assert 1 <= len(paths) <= beam
        assert len({path for path, _ in paths}) == len(paths)
        for path, value in paths:
            assert len(set(path)) == len(path) <= 3
            assert value == pytest.approx(log_probability(network, feature, path, set(range(6)), 3), abs=1e-4)
        assert paths[0][1] <= better[0][1] + 1e-5


def test_a_beam_of_one_takes_the_likeliest_each_time() -> None:
    """Greedy: label by label, as many as are asked for."""
    network = network_of(6, 3)
    features = torch.randn(20, FEATURES)
    for feature, paths in zip(features, found(network, features, Limits(1, least=4, most=4)), strict=True):
        path: list[int] = []
        while len(path) < 4:
            row = network(feature[None], torch.tensor([[*path, 0]]))[0, len(path)].tolist()
            path.append(max((label for label in range(6) if label not in path), key=row.__getitem__))
        assert paths[0][0] == tuple(path)


def test_pictures_do_not_meddle() -> None:
    """Each picture's paths are the same alone and among others."""
    network = network_of(7, 5)
    features = torch.randn(9, FEATURES)
    together = found(network, features, Limits(4, most=5))
    for feature, paths in zip(features, together, strict=True):
        alone = found(network, feature[None], Limits(4, most=5))[0]
        assert [path for path, _ in alone] == [path for path, _ in paths]


@pytest.mark.parametrize("least", [2, 3])
def test_a_fixed_number_of_labels_can_be_asked_for(least: int) -> None:
    """With as many at least as at most every path has that many; of fewer labels all are said."""
    network = network_of(5, 1)
    features = torch.randn(4, FEATURES)
    for paths in found(network, features, Limits(5, least=least, most=least)):
        assert {len(path) for path, _ in paths} == {least}
    two = torch.tensor([True, False, False, False, True])
    for paths in found(network, features, Limits(5, least=least, most=least), two):
        assert {frozenset(path) for path, _ in paths} == {frozenset({0, 4})}


def test_only_what_is_allowed_is_said() -> None:
    """A search among some labels is one in which the others do not exist."""
    network = network_of(4, 8)
    features = torch.randn(2, FEATURES)
    allowed = torch.tensor([True, False, True, True])
    for feature, paths in zip(features, found(network, features, Limits(40, most=4), allowed), strict=True):
        expected = every_path(network, feature, {0, 2, 3}, 4)
        assert dict(paths) == {path: pytest.approx(value, abs=1e-4) for path, value in expected.items()}


@given(beam=st.integers(1, 5), most=st.integers(1, 4), seed=st.integers(0, 10_000))
def test_chances_are_what_could_come_next_along_a_path(beam: int, most: int, seed: int) -> None:
    """Of every label and every found path: asked one step after the other, the highest probability, and its step."""
    network = network_of(4, seed)
    features = torch.randn(2, FEATURES)
    allowed = torch.tensor([True, True, False, True])
    with torch.no_grad():
        paths = search(network, features, Limits(beam, most=most), allowed)
    for row, path in np.argwhere(paths.log_probabilities.numpy() > -np.inf):
        said = [label for label in paths.labels[row, path].tolist() if label != NOTHING]
        for label in range(4):
            chances = [
                chance_of(network, features[row], said[:step], label, {0, 1, 3})
                for step in range(min(len(said) + 1, most))
            ]
            assert float(paths.chances[row, path, label]) == pytest.approx(max(chances), abs=1e-5)
            moment = int(paths.moments[row, path, label])
            assert chances[moment] == pytest.approx(max(chances), abs=1e-5)


def chance_of(network: LabelNet, feature: torch.Tensor, said: list[int], label: int, allowed: set[int]) -> float:
    """Probability that a label comes next, among what is allowed and was not said, and the end."""
    open_labels = [one for one in allowed if one not in said]
    if label not in open_labels:
        return 0.0
    row = network(feature[None], torch.tensor([[*said, 0]]))[0, len(said)].tolist()
    return math.exp(row[label]) / sum(math.exp(row[one]) for one in [*open_labels, network.end])
