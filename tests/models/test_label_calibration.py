"""What marginals say: the curve by hand, thresholds, and what is written and read."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from models.calibration import Calibration, NotCalibrated
from models.label_calibration import MARGIN, LabelCalibration, odds, read_calibration

FOUND = LabelCalibration(0.5, -1.0, (0.3, 0.6), {0.9: (0.7, 1.0)})


def test_the_curve_is_straight_in_the_odds() -> None:
    """By hand: with slope 1/2 and intercept -1 the odds are the root of the marginal's, over e."""
    for share in (0.2, 0.5, 0.8):
        wanted = math.sqrt(share / (1 - share)) / math.e
        (found,) = FOUND.probability([share])
        assert found / (1 - found) == pytest.approx(wanted)


def test_probabilities_rise_and_are_never_certain() -> None:
    """Also where all paths say a label, or none does."""
    shares = np.linspace(0, 1, 50)
    found = FOUND.probability(shares)
    inner = found[(shares >= MARGIN) & (shares <= 1 - MARGIN)]
    assert (np.diff(inner) > 0).all()
    assert (np.diff(found) >= 0).all()
    assert 0 < found[0] < found[-1] < 1
    assert LabelCalibration(1e200, 0.0, ()).probability([0.0, 1.0]).tolist() == pytest.approx([0, 1])


def test_odds_are_bounded() -> None:
    """Nearer to certainty than a millionth nothing is told apart."""
    assert odds([0.0, MARGIN, 1 - MARGIN, 1.0]).tolist() == pytest.approx(
        [-13.8155, -13.8155, 13.8155, 13.8155], abs=1e-3
    )


def test_thresholds_go_by_precision() -> None:
    """None stands for F1; a precision that nobody fitted is refused with those there are."""
    assert FOUND.thresholds_for(None) == (0.3, 0.6)
    assert FOUND.thresholds_for(0.9) == (0.7, 1.0)
    with pytest.raises(NotCalibrated, match=r"precision of 0\.8, but for: 0\.9"):
        FOUND.thresholds_for(0.8)
    with pytest.raises(NotCalibrated, match="but for: none"):
        LabelCalibration(1.0, 0.0, (0.5,)).thresholds_for(0.9)


def test_what_is_written_is_read() -> None:
    """Through JSON; which kind of calibration it is follows from what it holds."""
    assert read_calibration(json.loads(json.dumps(FOUND.card()))) == FOUND
    curve = Calibration(4.0, -1.0, 10, 0.5)
    assert read_calibration(json.loads(json.dumps(curve.card()))) == curve


@pytest.mark.parametrize(
    "change",
    [
        {"slope": 0},
        {"slope": None},
        {"slope": True},
        {"intercept": math.inf},
        {"thresholds": [0.3, 1.2]},
        {"thresholds": 0.5},
        {"thresholds": ["a", "b"]},
        {"precise": {"0.9": [0.5]}},
        {"precise": {"1.5": [0.5, 0.5]}},
        {"precise": [1]},
        {"precise": {"high": [0.5, 0.5]}},
    ],
    ids=str,
)
def test_what_is_no_calibration_is_refused(change: dict[str, Any]) -> None:
    """Numbers out of range, thresholds of other labels, other types."""
    with pytest.raises(ValueError, match=r"[a-z]"):
        read_calibration({**FOUND.card(), **change})
