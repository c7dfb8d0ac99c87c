"""CMC, mAP and mINP across cameras, as Market-1501 is judged.

Of each query's gallery the pictures of the same identity by the same camera are junk, and so are those of the
identity -1: they are passed over as if they were not there. Average precision is the mean of the precisions at the
hits, not interpolated (torchreid and fast-reid do the same; the trapezoids of other code give a little less or more).
A tie counts against the query. Queries without a match by another camera are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.contracts import RetrievalError

if TYPE_CHECKING:
    from numpy.typing import NDArray

JUNK = -1
_ROWS = 256


class NothingToJudge(RetrievalError):
    """No query has a match that another camera saw."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Who is on pictures and who took them.

    Attributes:
        identities: int64 (n,); -1 for what is nobody or was found badly.
        cameras: int64 (n,).
    """

    identities: NDArray[np.int64]
    cameras: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Where the matches of the queries stand, those queries left out that have none.

    Attributes:
        queries: int64 (m,), rows of the queries that are judged.
        first: int64 (m,), rank of the first match, 1 being best.
        last: int64 (m,), rank of the last one.
        matches: int64 (m,), how many there are.
        precision: float64 (m,), average precision, 0 to 1.
    """

    queries: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    matches: NDArray[np.int64]
    precision: NDArray[np.float64]

    def rank(self, k: int) -> float:
        """CMC at k: per cent of the queries with a match among the first k."""
        return 100 * float((self.first <= k).mean())

    @property
    def mean_average_precision(self) -> float:
        """Return mAP in per cent."""
        return 100 * float(self.precision.mean())

    @property
    def mean_inverse_negative_penalty(self) -> float:
        """Return mINP in per cent: how many of those up to the last match are matches (Ye et al., 2021)."""
        return 100 * float((self.matches / self.last).mean())


def rank_across_cameras(scores: NDArray[np.floating], queries: Seen, gallery: Seen) -> Ranking:
    """Rank a gallery for every query.

    Args:
        scores: (queries, gallery), rising with likeness.
        queries: who the queries show.
        gallery: who the gallery shows.

    Raises:
        NothingToJudge: no query has a match.
    """
    parts = [
        _ranked(scores[start : start + _ROWS], _rows(queries, start), gallery) for start in range(0, len(scores), _ROWS)
    ]
    first, last, matches, precision = (np.concatenate(column) for column in zip(*parts, strict=True))
    judged = np.flatnonzero(matches)
    if len(judged) == 0:
        message = "No query has a match that another camera saw; judging needs people who were seen by two cameras."
        raise NothingToJudge(message)
    return Ranking(judged, first[judged], last[judged], matches[judged], precision[judged])


def _rows(seen: Seen, start: int) -> Seen:
    return Seen(seen.identities[start : start + _ROWS], seen.cameras[start : start + _ROWS])


def _ranked(scores: NDArray[np.floating], queries: Seen, gallery: Seen) -> tuple[NDArray[np.generic], ...]:
    same = queries.identities[:, None] == gallery.identities
    junk = same & (queries.cameras[:, None] == gallery.cameras) | (gallery.identities == JUNK)
    # Among equal scores a match comes last.
    order = np.lexsort((same, -scores), axis=-1)
    kept = np.take_along_axis(~junk, order, axis=1)
    hits = np.take_along_axis(same, order, axis=1) & kept
    places, found = kept.cumsum(axis=1), hits.cumsum(axis=1)
    matches = hits.sum(axis=1)
    precision = np.where(hits, found / np.maximum(places, 1), 0).sum(axis=1) / np.maximum(matches, 1)
    first = np.where(hits, places, places.shape[1] + 1).min(axis=1, initial=places.shape[1] + 1)
    return first, np.where(hits, places, 0).max(axis=1, initial=0), matches, precision
