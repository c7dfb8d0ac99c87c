"""Measures of tags, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.tagger.measures import average_precision, harmonic_mean, judge, mean_average_precision, said_of


def random_tags(seed: int, share: float) -> NDArray[np.bool_]:
    """Thirty pictures of nine labels; the last two labels are of no picture."""
    tags = np.random.default_rng(seed).random((30, 9)) < share
    tags[:, 7:] = False
    return tags


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_figures_are_what_counting_gives(share: float) -> None:
    """C-P, C-R, O-P, O-R and N+ label by label and picture by picture; what is never said, or never true, counts 0."""
    said, true = random_tags(1, share), random_tags(2, 0.3)
    said[:, 8] = True
    precisions, recalls, recalled = [], [], 0
    all_right = all_said = all_true = 0
    for label in range(9):
        right = sum(bool(said[one, label] and true[one, label]) for one in range(30))
        tags, truths = sum(map(bool, said[:, label])), sum(map(bool, true[:, label]))
        precisions.append(right / tags if tags else 0)
        recalls.append(right / truths if truths else 0)
        recalled += right > 0
        all_right, all_said, all_true = all_right + right, all_said + tags, all_true + truths
    found = judge(said, true)
    assert found.class_precision == pytest.approx(100 * sum(precisions) / 9)
    assert found.class_recall == pytest.approx(100 * sum(recalls) / 9)
    assert found.overall_precision == pytest.approx(100 * all_right / all_said)
    assert found.overall_recall == pytest.approx(100 * all_right / all_true)
    assert found.recalled == recalled
    for one, other, mean in (
        (found.class_precision, found.class_recall, found.class_f1),
        (found.overall_precision, found.overall_recall, found.overall_f1),
    ):
        assert 1 / mean == pytest.approx((1 / one + 1 / other) / 2)


def test_nothing_said_is_no_error() -> None:
    """Who says nothing is right about nothing."""
    nothing = np.zeros((3, 4), bool)
    found = judge(nothing, random_tags(1, 0.5)[:3, :4])
    assert (found.class_f1, found.overall_f1, found.recalled) == (0, 0, 0)
    assert harmonic_mean(0, 0) == 0


def test_perfect_tags_are_perfect() -> None:
    """Everything true and nothing else makes 100, over labels that are on some picture."""
    true = random_tags(3, 0.4)[:, :7]
    found = judge(true, true)
    assert (found.class_f1, found.overall_f1, found.recalled) == (100, 100, 7)


def test_map_is_what_walking_down_the_list_gives() -> None:
    """MAP@5 picture by picture, with lists that are shorter and a picture without labels."""
    random = np.random.default_rng(4)
    true = random_tags(5, 0.3)
    true[0] = False
    ranked = np.stack([random.permutation(9)[:5] for _ in range(30)])
    ranked[1, 2:] = -1
    ranked[2] = -1
    averages = []
    for row, truth in zip(ranked.tolist(), true, strict=True):
        if not truth.any():
            continue
        right, total = 0, 0.0
        for place, label in enumerate(row, start=1):
            if label >= 0 and truth[label]:
                right += 1
                total += right / place
        averages.append(total / min(int(truth.sum()), 5))
    assert mean_average_precision(ranked, true) == pytest.approx(100 * sum(averages) / len(averages))


def test_average_precision_of_a_label_counts_pictures_above() -> None:
    """Mean over a label's pictures of the share of its pictures among those scored as high; NaN where there is none."""
    random = np.random.default_rng(6)
    scores, true = random.integers(0, 12, (30, 9)) / 12, random_tags(7, 0.3)
    found = average_precision(scores, true)
    assert np.isnan(found[7:]).all()
    for label in range(7):
        mine = [one for one in range(30) if true[one, label]]
        shares = []
        for tie, one in enumerate(mine):
            above = [other for other in range(30) if scores[other, label] > scores[one, label]]
            level = [other for other in range(30) if scores[other, label] == scores[one, label]]
            wrong = [other for other in [*above, *level] if not true[other, label]]
            before = [other for other in above if true[other, label]]
            among = sum(1 for other in mine[: tie + 1] if scores[other, label] == scores[one, label])
            shares.append((len(before) + among) / (len(before) + among + len(wrong)))
        assert found[label] == pytest.approx(sum(shares) / len(shares))


def test_average_precision_of_constant_scores_is_the_worst_order() -> None:
    """Who cannot tell pictures apart gets no credit for the order in which they happen to lie."""
    true = np.array([[True], [False], [False], [True]])
    assert average_precision(np.zeros((4, 1)), true)[0] == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_what_is_said_is_put_into_a_table() -> None:
    """Label by label; numbers below 0 are nothing."""
    said = said_of(np.array([[0, 4], [2, -1], [-1, -1]]), 5)
    assert [np.flatnonzero(row).tolist() for row in said] == [[0, 4], [2], []]
    assert said.shape == (3, 5)
