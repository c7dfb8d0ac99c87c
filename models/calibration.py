"""From a score to a probability: how sure a system may be that a hit is the very thing that was asked for.

Source: Platt, Probabilistic Outputs for Support Vector Machines (1999): a logistic curve in the score alone. Rates of
false matches are those of ISO/IEC 19795-1: of comparisons of two different things, the share that is taken for a match.
How both are found stands in `models.calibrating`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr

from models.contracts import RetrievalError

# Logits beyond which the probability would round to 1.
_LARGEST_LOGIT = 36.0
_LARGEST = 1e300
_NORMAL = NormalDist()
FEWEST_ITEMS = 2
"""In a gallery of one item the curve would be sure of it, whatever was asked for."""
FALSE_MATCH_RATES = (0.01, 0.001)
"""Rates that a calibration may state scores for; the first is the usual one."""
# Where a normal distribution has them, in deviations above its mean.
_NEAR, _FAR = (-_NORMAL.inv_cdf(rate) for rate in FALSE_MATCH_RATES)


class NotCalibrated(RetrievalError):
    """Nothing is known of how often the scores of some weights mislead, or not at the rate that is asked for."""


class Verdict(StrEnum):
    """What a score says of whether two pictures show the same thing."""

    MATCH = "match"
    UNSURE = "unsure"
    NO_MATCH = "no match"


@dataclass(frozen=True)
class Calibration:
    """What a cosine says about a hit, learnt from queries whose true item was in a gallery of known size.

    Among `items` items of which exactly one is true, the logarithm of the odds is slope x score + intercept.

    Attributes:
        slope: below 1e300 and above 0, so that probabilities rise with scores.
        intercept: below 1e300 in size.
        items: size of the gallery that the intercept is for, at least 2.
        threshold: a cosine, -1 to 1: the score that 95 of 100 true pairs reach.
        false_matches: cosines, -1 to 1, the second no lower: of pairs of different things the share
            `FALSE_MATCH_RATES`, 1 in 100 and 1 in 1,000, at most reaches them; None where too few were compared.
        extremal_index: above 0, at most 1: of the items that a search compares, the share that misleads it
            independently of the others (Leadbetter, 1983); 1 where nothing is known of it.
    """

    slope: float
    intercept: float
    items: int
    threshold: float
    false_matches: tuple[float, float] | None = None
    extremal_index: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no such curve with a ValueError."""
        # Whole numbers of JSON may be greater than any float.
        sound = 0 < self.slope < _LARGEST and abs(self.intercept) < _LARGEST
        if not (sound and self.items >= FEWEST_ITEMS and -1 <= self.threshold <= 1):
            message = (
                f"A calibration needs a slope above 0, an intercept, at least {FEWEST_ITEMS} items and a threshold "
                f"from -1 to 1, not {self.slope}, {self.intercept}, {self.items} and {self.threshold}."
            )
            raise ValueError(message)
        if self.false_matches is not None and not -1 <= self.false_matches[0] <= self.false_matches[1] <= 1:
            message = f"A calibration needs scores of false matches that rise from -1 to 1, not {self.false_matches}."
            raise ValueError(message)
        if not 0 < self.extremal_index <= 1:
            message = f"A calibration needs an extremal index above 0 and at most 1, not {self.extremal_index}."
            raise ValueError(message)

    def probability(self, scores: ArrayLike, items: int) -> NDArray[np.float64]:
        """Return how likely hits of these scores are true, among so many items of which one is.

        Before anything is compared, each of n items is as likely the true one as any other: 1 / n. The curve was learnt
        where that was 1 / `self.items`; so the logarithm of the odds is moved by that of (1 / n) less that of
        (1 / `self.items`), log(self.items - 1) - log(n - 1). What looks alike by chance is so allowed for: it happens
        more often in a large collection. That the true item is there at all is taken for granted.

        Args:
            scores: cosines, of any shape.
            items: how many items could have been found; fewer than 2 count as 2.

        Returns:
            float64 of the shape of `scores`, above 0 and below 1.
        """
        moved = self.intercept + math.log(self.items - 1) - math.log(max(items, FEWEST_ITEMS) - 1)
        with np.errstate(over="ignore"):
            logits = self.slope * np.asarray(scores, np.float64) + moved
        return logistic(np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT))

    def match_score(self, rate: float, items: int = 1) -> float:
        """Return the score that a match must reach, so that strangers seldom do.

        A comparison of two pictures meets one item: of comparisons of different things the share `rate` reaches the
        score. A search among n items has n chances to be misled, but pictures of one stranger mislead together, so
        that they count as `extremal_index` x n; that of searches for what is not there no more than that share says
        match, each of these may mislead at `rate` over their number alone. Scores of such rates lie as those of a
        normal distribution through both calibrated ones: of unrelated vectors of many numbers cosines are nearly
        normal.

        Args:
            rate: one of `FALSE_MATCH_RATES`.
            items: with how many items the query is compared; none counts as one.

        Returns:
            The score; above 1, which no cosine reaches, where nothing can be told at such a rate.

        Raises:
            NotCalibrated: the rate is another one, or nothing is known of false matches.
        """
        often, seldom = self._stated()
        if rate not in FALSE_MATCH_RATES:
            known = " and ".join(map(str, FALSE_MATCH_RATES))
            message = (
                f"The weights are calibrated for false-match rates of {known}, not of {rate}; ask for one of these."
            )
            raise NotCalibrated(message)
        chances = max(self.extremal_index * items, 1)
        wanted = -_NORMAL.inv_cdf(rate / chances)
        return often + (seldom - often) * (wanted - _NEAR) / (_FAR - _NEAR)

    def exceedances(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Return how often comparisons of different things reach scores, on the distribution that `match_score` uses.

        Args:
            scores: cosines, of any shape.

        Returns:
            float64 of that shape, at least 0: the expected number in each comparison, -log(1 - share), which for small
            shares is the share.

        Raises:
            NotCalibrated: nothing is known of false matches, or both scores are the same.
        """
        often, seldom = self._stated()
        if often == seldom:
            message = "Different things reach both scores of false matches alike, so that others cannot be told."
            raise NotCalibrated(message)
        deviations = _NEAR + (_FAR - _NEAR) * (np.asarray(scores, np.float64) - often) / (seldom - often)
        expected: NDArray[np.float64] = -log_ndtr(deviations)
        return expected

    def _stated(self) -> tuple[float, float]:
        if self.false_matches is None:
            message = (
                "The weights are calibrated without scores of false matches, for there were too few pairs; calibrate "
                "them on more held-out data with `likeness models calibrate MODEL --data FOLDER`."
            )
            raise NotCalibrated(message)
        return self.false_matches

    def verdict(self, score: float, match_score: float) -> Verdict:
        """Put a score into a word: it depends on what is calibrated alone, not on other hits.

        `match` at or above `match_score`. `no match` below it, and below the threshold that 95 of 100 true pairs reach.
        `unsure` between both; where the threshold is the higher one, no score lies between, and none is unsure.
        """
        if score >= match_score:
            return Verdict.MATCH
        return Verdict.UNSURE if score >= self.threshold else Verdict.NO_MATCH

    def card(self) -> dict[str, Any]:
        """Return what a checkpoint's card keeps, for `from_card`; scores of false matches by their rate, if known."""
        card = asdict(self)
        if self.false_matches is None:
            del card["false_matches"], card["extremal_index"]
            return card
        return {**card, "false_matches": dict(zip(map(str, FALSE_MATCH_RATES), self.false_matches, strict=True))}

    @classmethod
    def from_card(cls, card: object) -> Calibration:
        """Read what `card` gave, after JSON.

        Raises:
            ValueError: it holds no such numbers.
        """
        stated: Mapping[str, Any] = card if isinstance(card, dict) else {}
        values = {name: stated.get(name) for name in ("slope", "intercept", "threshold")}
        values["extremal_index"] = stated.get("extremal_index", 1.0)
        numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
        items = stated.get("items")
        if len(numbers) < len(values) or not isinstance(items, int):
            message = f"{card} is no calibration"
            raise ValueError(message)
        return cls(items=items, false_matches=_false_matches(stated), **numbers)


def _false_matches(stated: Mapping[str, Any]) -> tuple[float, float] | None:
    by_rate = stated.get("false_matches")
    if by_rate is None:
        return None
    found = [by_rate.get(str(rate)) if isinstance(by_rate, dict) else None for rate in FALSE_MATCH_RATES]
    often, seldom = (score if isinstance(score, int | float) else math.nan for score in found)
    return often, seldom


def of_model(calibration: Calibration | None, model: str) -> Calibration:
    """Return the calibration of a model's weights.

    Raises:
        NotCalibrated: there is none.
    """
    if calibration is None:
        message = (
            f"The weights of {model} are not calibrated, so that nothing says what a score means; "
            f"run `likeness models calibrate {model} --data FOLDER`, and start the server anew."
        )
        raise NotCalibrated(message)
    return calibration


def logistic(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logits)), above 0 as long as float64 can hold it."""
    # Through its logarithm, which neither overflows nor loses small probabilities.
    likely: NDArray[np.float64] = np.exp(-np.logaddexp(0, -logits))
    return likely
