"""Pseudo triplets: the 60 %, the 20 % and the 3 : 1 : 1, counted, and held out what is to judge."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from models.contracts import Vectors
from models.devices import Device
from models.sketch.class_canvases import ClassCanvases
from models.sketch.network import SketchANet
from models.sketch.pseudo_triplets import Features, draw_pair, embed_all, gather_pseudo_triplets, representative

CPU = Device("cpu", torch.float32, 1)


class Numbered(ClassCanvases):
    """Canvases of one pixel that tell their number, without files."""

    def read(self, rows: NDArray[np.int64], random: np.random.Generator | None = None) -> Tensor:
        """Read canvases."""
        return torch.from_numpy(rows.astype(np.uint8)).reshape(-1, 1, 1, 1)


def canvases(labels: list[int], held_out: list[int]) -> Numbered:
    """Pictures of classes."""
    held = np.isin(np.arange(len(labels)), held_out)
    paths = tuple(Path(str(number)) for number in range(len(labels)))
    return Numbered(("a", "b", "c")[: max(labels) + 1], paths, np.array(labels), held)


def unit(seed: int, count: int) -> Vectors:
    """Random unit vectors."""
    vectors = np.random.default_rng(seed).standard_normal((count, 3)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(0, 100), st.floats(0.05, 1))
@settings(deadline=None, max_examples=60)
def test_the_most_representative_are_kept(labels: list[int], seed: int, share: float) -> None:
    """Of each class its share, and none that is farther from the mean of its class than one that is not kept."""
    vectors = unit(seed, len(labels))
    kept = representative(vectors, np.array(labels), share)
    for label in set(labels):
        rows = [row for row, own in enumerate(labels) if own == label]
        mean = sum(vectors[row] for row in rows) / len(rows)
        far = {row: math.dist(vectors[row], mean) for row in rows}
        inside = [far[row] for row in rows if kept[row]]
        assert len(inside) == max(1, round(share * len(rows)))
        assert max(inside) <= min((far[row] for row in rows if not kept[row]), default=math.inf) + 1e-6


def test_by_default_sixty_per_cent_are_kept() -> None:
    """Six of ten, and the outlier is none of them."""
    vectors = np.array([[number, 0] for number in (*range(9), 100)], np.float32)
    kept = representative(vectors, np.zeros(10, np.int64))
    assert kept.sum() == 6
    assert not kept[9]


@given(st.lists(st.tuples(st.floats(0, 4), st.booleans()), min_size=2, max_size=30), st.integers(0, 100))
@settings(deadline=None, max_examples=150)
def test_a_pair_is_one_of_the_three_kinds(items: list[tuple[float, bool]], seed: int) -> None:
    """The nearer is of the class and in its nearest fifth; the farther is of another, or of the class beyond that."""
    distances, same = (np.array(column) for column in zip(*items, strict=True))
    if same.all() or not same.any():
        return
    nearer, farther = draw_pair(distances, same, np.random.default_rng(seed))
    own = sorted(distances[same])
    near = max(1, round(0.2 * len(own)))
    assert same[nearer]
    assert distances[nearer] <= own[near - 1]
    assert nearer != farther
    if same[farther]:
        assert distances[farther] >= own[near - 1]


def test_negatives_are_mixed_three_to_one_to_one() -> None:
    """Counted: 3/5 any of another class, 1/5 those of them that are nearer than the positive, 1/5 the class's own."""
    # Ten of the class: positives are the two nearest, at 0.3 and 0.4. Others lie at 0.1, 0.35 and 1.
    own = [0.3, 0.4, *(0.5 + 0.01 * number for number in range(8))]
    distances = np.array([*own, 0.1, 0.35, 1.0])
    same = np.arange(13) < 10
    random, count = np.random.default_rng(0), 6000
    pairs = Counter((int(a), int(b)) for a, b in (draw_pair(distances, same, random) for _ in range(count)))
    positives = Counter[int]()
    for (nearer, _), number in pairs.items():
        positives[nearer] += number
    assert set(positives) == {0, 1}
    assert positives[0] / count == pytest.approx(0.5, abs=0.03)
    expected = {
        **{(nearer, farther): 0.5 * 0.2 / 8 for nearer in (0, 1) for farther in range(2, 10)},
        # Nearer than 0.3 is one other, nearer than 0.4 two.
        (0, 10): 0.5 * (0.2 + 0.2),
        (0, 11): 0.5 * 0.2,
        (0, 12): 0.5 * 0.2,
        (1, 10): 0.5 * (0.2 + 0.1),
        (1, 11): 0.5 * (0.2 + 0.1),
        (1, 12): 0.5 * 0.2,
    }
    assert set(pairs) == set(expected)
    for pair, share in expected.items():
        assert pairs[pair] / count == pytest.approx(share, abs=4 * math.sqrt(share / count))


def test_without_a_kind_another_class_is_the_negative() -> None:
    """A class of one picture that is nearer than all others leaves nothing but others."""
    drawn = {
        draw_pair(np.array([0.1, 1, 2]), np.array([True, False, False]), np.random.default_rng(n)) for n in range(30)
    }
    assert {(int(nearer), int(farther)) for nearer, farther in drawn} == {(0, 1), (0, 2)}


def test_what_is_held_out_is_never_drawn() -> None:
    """Neither as an anchor nor as an edge map, and none of both that is not representative; no anchor comes twice."""
    labels = [0] * 12 + [1] * 12
    sketches, maps = canvases(labels, [3, 10, 15]), canvases(labels, [0, 20])
    found = gather_pseudo_triplets(sketches, maps, unit(0, 24), unit(1, 24))
    # Of ten and eleven trained sketches, and of eleven and eleven edge maps, three in five stay.
    assert [np.bincount(sketches.labels[found.anchors]).tolist(), np.bincount(maps.labels[found.items]).tolist()] == [
        [6, 7],
        [7, 7],
    ]
    met: list[set[int]] = [set(), set(), set()]
    for step in range(60):
        drawn = [side.flatten().tolist() for side in found.sample(step, 128, np.random.default_rng(step))]
        assert len(set(drawn[0])) == len(drawn[0]) == 13
        assert all(labels[sketch] == labels[nearer] for sketch, nearer, _ in zip(*drawn, strict=True))
        for numbers, side in zip(met, drawn, strict=True):
            numbers.update(side)
    assert met[0] == set(found.anchors.tolist())
    assert met[1] | met[2] <= set(found.items.tolist())


def test_positives_are_near_by_the_given_features() -> None:
    """Of ten edge maps of the class the two nearest to the sketch are positives, by scalar products."""
    labels = [0] * 4 + [1] * 4
    sketches, maps = canvases(labels, []), canvases([0] * 10 + [1] * 10, [])
    features = unit(2, 20)
    found = gather_pseudo_triplets(sketches, maps, unit(3, 8), features)
    kept = {int(row): found.anchor_features[place] for place, row in enumerate(found.anchors)}
    for step in range(20):
        sketch, nearer, _ = (side.flatten().tolist() for side in found.sample(step, 2, np.random.default_rng(step)))
        for anchor, item in zip(sketch, nearer, strict=True):
            own = [row for row in found.items.tolist() if maps.labels[row] == labels[anchor]]
            by_nearness = sorted(own, key=lambda row: -float(kept[anchor] @ features[row]))
            assert item == by_nearness[0]  # 20 % of six, rounded


def test_it_is_judged_by_classes() -> None:
    """A network that sees the class finds it always, one that takes it for another never; ties count against it."""

    class Eye(nn.Module):
        def __init__(self, shown: list[int]) -> None:
            super().__init__()
            self.shown = torch.tensor(shown)

        def forward(self, canvas: Tensor) -> Tensor:
            return nn.functional.one_hot(self.shown[canvas.flatten().long()], 3).float()

    labels = [0] * 4 + [1] * 4 + [2] * 4
    side = canvases(labels, [3, 7, 11])
    found = gather_pseudo_triplets(side, side, unit(0, 12), unit(0, 12))
    assert found.judge(Eye(labels), CPU) == {"class acc@1": 100.0, "class acc@10": 100.0}
    assert found.judge(Eye([0] * 12), CPU) == {"class acc@1": 0.0, "class acc@10": 100.0}
    assert found.judge(Eye([0] * 8 + [2] * 4), CPU)["class acc@1"] == pytest.approx(100 / 3)


def test_features_are_those_of_fc6_in_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in parts or at once, unit vectors of the trunk's features stand in the order of the rows."""
    monkeypatch.setattr("models.sketch.pseudo_triplets._READ", 2)
    network = SketchANet()
    monkeypatch.setattr(network, "features", lambda canvas: canvas.reshape(-1, 1) * torch.tensor([[0.0, 2.0]]) + 1)
    rows = np.array([4, 0, 3])
    told: list[tuple[int, int]] = []
    found = embed_all(Features(network), canvases([0] * 5, []), rows, CPU, lambda *now: told.append(now))
    assert told == [(2, 3), (3, 3)]
    expected = np.array([[1, 9], [1, 1], [1, 7]]) / np.sqrt([[82], [2], [50]])
    np.testing.assert_allclose(found, expected, rtol=1e-5)
