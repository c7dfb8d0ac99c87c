"""Variants: like the drawing, and never quite it."""

from __future__ import annotations

import numpy as np
import pytest

from models.contracts import EmptyDrawing, Strokes
from models.sketch.arc_length import lengths
from models.sketch.variants import LEAST_DRAWN, MOST_REMOVED, variant

COUNT = 10


def drawing() -> Strokes:
    """Ten arcs side by side, of equal length."""
    angles = np.linspace(0, 3, 20)
    return Strokes(
        tuple(
            np.stack([40 * place + 15 * np.cos(angles), 100 + 15 * np.sin(angles)], axis=1).astype(np.float32)
            for place in range(COUNT)
        )
    )


def test_variants_are_chances_alone() -> None:
    """The same seed gives the same variant, another seed another one, and the drawing itself stays as it is."""
    given = drawing()
    first, again, other = (variant(given, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(one, same) for one, same in zip(first.lines, again.lines, strict=True))
    assert len(first.lines) != len(other.lines) or not np.array_equal(first.lines[0], other.lines[0])
    assert all(np.array_equal(one, same) for one, same in zip(given.lines, drawing().lines, strict=True))


def test_enough_of_a_drawing_is_left() -> None:
    """However often it is varied, most of it stays; some variants lack strokes, and some end in mid-stroke."""
    way = float(lengths(list(drawing().lines)).sum())
    left, shares, cut = [], [], 0
    for seed in range(200):
        lines = list(variant(drawing(), np.random.default_rng(seed)).lines)
        left.append(len(lines))
        shares.append(float(lengths(lines).sum()) / way)
        cut += any(len(line) < 20 for line in lines)
    # A bent stroke is longer or shorter than before, by little.
    assert min(shares) > 0.7 * min(LEAST_DRAWN, 1 - MOST_REMOVED)
    assert min(left) >= COUNT * min(LEAST_DRAWN, 1 - MOST_REMOVED)
    assert min(left) < max(left) == COUNT
    assert 20 <= cut <= 80


@pytest.mark.parametrize("seed", range(20))
def test_either_change_can_be_left_out(seed: int) -> None:
    """Bent alone a drawing keeps all its strokes; shortened alone what is left are strokes of it, or begins of them."""
    given = drawing()
    bent = variant(given, np.random.default_rng(seed), shorten=False)
    assert [len(line) for line in bent.lines] == [len(line) for line in given.lines]
    assert not np.array_equal(bent.lines[0], given.lines[0])
    short = variant(given, np.random.default_rng(seed), bend=False)
    *whole, last = short.lines
    known = {line.tobytes() for line in given.lines}
    assert all(line.tobytes() in known for line in whole)
    assert any(np.array_equal(last[:-1], line[: len(last) - 1]) for line in given.lines)
    both_off = variant(given, np.random.default_rng(seed), bend=False, shorten=False)
    assert all(np.array_equal(one, same) for one, same in zip(both_off.lines, given.lines, strict=True))


def test_a_drawing_without_a_point_has_no_variant() -> None:
    """Nothing is made of nothing."""
    with pytest.raises(EmptyDrawing):
        variant(Strokes(()), np.random.default_rng(0))
