"""Open-set figures: how many people are found while few who are not there seem to be.

Each query is asked twice, among the pictures of others only, as if its person were not in the gallery, and among all.
The pictures that `models.reid.ranking` passes over are passed over here too. ISO/IEC 19795-1 calls the two shares
false-positive and true-positive identification rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.reid.ranking import JUNK, NothingToJudge, Seen

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NOBODY = "No query has a match that another camera saw; judging needs people who were seen by two cameras."


@dataclass(frozen=True, eq=False)
class Best:
    """The best hits of each query.

    Attributes:
        strangers: float64 (queries,), the best score of a picture of somebody else; -inf where there is none.
        matches: float64 (queries,), that of the same person by another camera; -inf where there is none.
    """

    strangers: NDArray[np.float64]
    matches: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pictures of two cameras, two by two.

    Attributes:
        strangers: float64 (n,), scores of pairs of different people.
        matches: float64 (m,), scores of pairs that show the same person.
    """

    strangers: NDArray[np.float64]
    matches: NDArray[np.float64]


@dataclass(frozen=True)
class OpenSet:
    """How well is done by who says "match" from a score on.

    Attributes:
        score: from which on.
        false: per cent of the searches for people who are not there, or of the pairs of different people, that say
            match.
        found: per cent of the searches for people whom another camera saw that say match and whose first hit is right,
            or of the pairs of the same person that say match.
    """

    score: float
    false: float
    found: float


def best_hits(scores: NDArray[np.floating], queries: Seen, gallery: Seen) -> Best:
    """Find the best hits of both kinds.

    Args:
        scores: (queries, gallery), rising with likeness.
        queries: who the queries show.
        gallery: who the gallery shows.
    """
    same = queries.identities[:, None] == gallery.identities
    known = gallery.identities != JUNK
    across = queries.cameras[:, None] != gallery.cameras

    def best(among: NDArray[np.bool_]) -> NDArray[np.float64]:
        # In float64, or a least score just above one of float32 would be rounded to that very score.
        found: NDArray[np.float64] = np.where(among, scores.astype(np.float64), -np.inf).max(axis=1, initial=-np.inf)
        return found

    return Best(best(~same & known), best(same & across & known))


def pairs_across(scores: NDArray[np.floating], queries: Seen, gallery: Seen) -> Pairs:
    """Take the pairs of two cameras apart, by who is on them; shapes as for `best_hits`."""
    same = queries.identities[:, None] == gallery.identities
    across = (queries.cameras[:, None] != gallery.cameras) & (gallery.identities != JUNK)
    values = scores.astype(np.float64)
    return Pairs(values[~same & across], values[same & across])


def judge_pairs(pairs: Pairs, score: float) -> OpenSet:
    """Judge comparisons of two that say match from `score` on.

    Raises:
        NothingToJudge: there are no pairs of one of the two sorts.
    """
    if not len(pairs.strangers) or not len(pairs.matches):
        raise NothingToJudge(_NOBODY)
    false, found = (100 * float((part >= score).mean()) for part in (pairs.strangers, pairs.matches))
    return OpenSet(score, false, found)


def judge(best: Best, score: float) -> OpenSet:
    """Judge a search that says match from `score` on.

    A match that scores as a stranger does is not found.

    Raises:
        NothingToJudge: no query has a match.
    """
    asked = np.isfinite(best.matches)
    if not asked.any():
        raise NothingToJudge(_NOBODY)
    right = (best.matches >= score) & (best.matches > best.strangers)
    return OpenSet(score, 100 * float((best.strangers >= score).mean()), 100 * float(right[asked].mean()))
