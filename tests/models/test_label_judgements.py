"""A judgement of labels, against plain loops: what is counted, and which pictures are the best and the worst."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.images import encode_png
from models.label_judgements import LabelJudgement
from tests.models.labelled import some_label_judgement


def by_hand(judged: LabelJudgement, table: str, picture: int) -> set[int]:
    """Numbers of the labels that a table holds for a picture."""
    return {label for label, there in enumerate(getattr(judged, table)[picture].tolist()) if there}


def test_labels_are_counted_as_loops_count() -> None:
    """Pictures that a label is on, is said of, and both; what is neither said nor true of any is not met."""
    judged = some_label_judgement()
    met = {one.label: one for one in judged.counts()}
    rows = range(len(judged.paths))
    for number, label in enumerate(judged.labels):
        true, said = ([number in by_hand(judged, table, row) for row in rows] for table in ("true", "said"))
        if not any(true + said):
            assert label not in met
            continue
        one, right = met[label], sum(map(bool.__and__, true, said))
        assert (one.true, one.said, one.right) == (sum(true), sum(said), right)
        assert one.precision == (right / sum(said) if any(said) else None)
        assert one.recall == (right / sum(true) if any(true) else None)
        if right:
            assert 1 / one.f1 == pytest.approx((sum(said) / right + sum(true) / right) / 2)
        else:
            assert one.f1 == 0
    assert len(met) == len(judged.labels) - 1
    assert {one.precision for one in met.values()} >= {None}
    assert {one.recall for one in met.values()} >= {None}


def test_pictures_are_ordered_by_agreement_and_then_by_lead() -> None:
    """F1 of each picture's sets; among equals, how far its true labels stand above the likeliest other one."""
    judged = some_label_judgement(40)

    def worth(row: int) -> tuple[float, float]:
        true, said = (by_hand(judged, table, row) for table in ("true", "said"))
        likely = judged.likely[row].tolist()
        agreement = 2 * len(true & said) / (len(true) + len(said)) if true or said else 1.0
        mean = sum(likely[label] for label in true) / max(len(true), 1)
        return agreement, mean - max(one for label, one in enumerate(likely) if label not in true)

    order = judged.order().tolist()
    assert sorted(order) == list(range(40))
    values = [worth(row) for row in range(40)]
    np.testing.assert_allclose(judged.agreements(), [agreement for agreement, _ in values])
    np.testing.assert_allclose(judged.leads(), [lead for _, lead in values])
    assert [values[row] for row in order] == sorted(values, reverse=True)


def test_who_says_nothing_of_nothing_is_right() -> None:
    """A picture without labels of which none is said agrees; one of which all is true has a lead of their mean."""
    nothing, everything = np.zeros((1, 3), bool), np.ones((1, 3), bool)
    likely = np.array([[0.1, 0.5, 0.6]])

    def judged(table: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> LabelJudgement:
        return LabelJudgement("", "", ("a", "b", "c"), (Path("x"),), table, table, likely, 5, {}, {})

    assert (judged(nothing).agreements().tolist(), judged(nothing).leads().tolist()) == ([1], [-0.6])
    assert (judged(everything).agreements().tolist(), judged(everything).leads()[0]) == ([1], pytest.approx(0.4))


def test_a_picture_is_read_small(tmp_path: Path) -> None:
    """Its proportions stay; one that is small already is as it lies there."""
    pixels = np.random.default_rng(0).integers(0, 256, (20, 40, 3), dtype=np.uint8)
    (tmp_path / "x.png").write_bytes(encode_png(pixels))
    table = np.ones((1, 1), bool)
    judged = LabelJudgement("", "", ("a",), (tmp_path / "x.png",), table, table, np.ones((1, 1)), 5, {}, {})
    assert judged.picture(0, 10).shape == (5, 10, 3)
    np.testing.assert_array_equal(judged.picture(0, 40), pixels)
