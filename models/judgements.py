"""What a benchmark found beyond its figures: every score, what was looked for and where, and how sure it all is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.metrics import accuracy_at, agreements, bootstrap_interval, correct_triplets, ranks

CURVE_POINTS = 200


@dataclass(frozen=True)
class Figure:
    """A mean over queries and its 95 % interval by bootstrap, in the same unit."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Moment:
    """Where the true items stood when only a part of each query was there.

    Attributes:
        share: of the query, above 0 and at most 1.
        found: int64 (queries,), rank of the true item, 1 being first.
        queries: uint8 grey (queries, height, width), the parts as the network sees them.
    """

    share: float
    found: NDArray[np.int64]
    queries: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Judgement:
    """Queries that were looked for among items, each of which has one true item.

    Attributes:
        title: what was judged on, a few words.
        protocol: how it was judged, in sentences.
        scores: float32 (queries, items), rising with likeness.
        truth: int64 (queries,), index of the true item.
        votes: per query, int64 (votes, 2): items judged (nearer, farther) by people; None where nobody was asked.
        queries: uint8 grey (queries, height, width), as the network sees them.
        items: uint8 (items, height, width) grey or (items, height, width, 3) RGB, as people know them.
        outlines: uint8 grey (items, height, width), the items as the network sees them.
        moments: the same queries when parts of them were there, by rising share; may be empty.
        query_word: what a query is to people, such as "drawing".
        outline_word: what an item is to the network, such as "edge map".
    """

    title: str
    protocol: str
    scores: NDArray[np.float32]
    truth: NDArray[np.int64]
    votes: tuple[NDArray[np.int64], ...] | None
    queries: NDArray[np.uint8]
    items: NDArray[np.uint8]
    outlines: NDArray[np.uint8]
    moments: tuple[Moment, ...] = ()
    query_word: str = "query"
    outline_word: str = "outline"

    @cached_property
    def found(self) -> NDArray[np.int64]:
        """Rank of each query's true item, int64 (queries,), 1 being first; a tie counts against the query."""
        return ranks(self.scores, self.truth)

    @property
    def figures(self) -> Mapping[str, float]:
        """Return "acc@1", "acc@10" and, where people voted, "corr", all in per cent, and "queries", their number."""
        voted = {} if self.votes is None else {"corr": correct_triplets(self.scores, self.votes)}
        return {
            "acc@1": accuracy_at(self.found, 1),
            "acc@10": accuracy_at(self.found, 10),
            **voted,
            "queries": len(self.truth),
        }

    def measured(self) -> Mapping[str, Figure]:
        """Return the figures but the number of queries, and "mrr", the mean reciprocal rank, 0 to 1, with intervals."""
        figures = {f"acc@{k}": self._accuracy(self.found, k) for k in (1, 10)}
        if self.votes is not None:
            figures["corr"] = self._corr(self.votes)
        return {**figures, "mrr": self._reciprocal(self.found)}

    def measured_at(self, moment: Moment) -> Mapping[str, Figure]:
        """Return "acc@1" and "acc@5" in per cent and "mrr", 0 to 1, when a part of each query was there."""
        figures = {f"acc@{k}": self._accuracy(moment.found, k) for k in (1, 5)}
        return {**figures, "mrr": self._reciprocal(moment.found)}

    def curve(self) -> Mapping[int, Figure]:
        """Return acc@k in per cent for k from 1 to the number of items; of many for the first ten and 200 more."""
        count = len(self.items)
        even = np.linspace(1, count, min(count, CURVE_POINTS)).round().astype(int)
        wanted = np.union1d(even, np.arange(1, min(count, 10) + 1))
        return {int(k): self._accuracy(self.found, int(k)) for k in wanted}

    def hits(self, query: int, count: int) -> NDArray[np.int64]:
        """Return the items of the highest scores, best first; the true one is the last of those that tie with it."""
        true = np.arange(len(self.items)) == self.truth[query]
        order: NDArray[np.int64] = np.lexsort((true, -self.scores[query]))[:count]
        return order

    def lead(self, query: int) -> float:
        """How far the true item's score is above that of the best other one; below 0 where it is not found first."""
        others = np.delete(self.scores[query], self.truth[query])
        return float(self.scores[query, self.truth[query]] - others.max(initial=-1))

    def order(self) -> NDArray[np.int64]:
        """Return the queries from the best to the worst: by rank, among those of one rank by their lead."""
        leads = np.array([self.lead(query) for query in range(len(self.truth))])
        order: NDArray[np.int64] = np.lexsort((-leads, self.found))
        return order

    def _accuracy(self, found: NDArray[np.int64], k: int) -> Figure:
        return self._figure(np.where(found <= k, 100.0, 0.0), self.truth)

    def _reciprocal(self, found: NDArray[np.int64]) -> Figure:
        return self._figure(1 / found, self.truth)

    def _corr(self, votes: tuple[NDArray[np.int64], ...]) -> Figure:
        agreed = agreements(self.scores, votes)
        values = np.where(np.concatenate(agreed), 100.0, 0.0)
        return self._figure(values, np.repeat(self.truth, [len(part) for part in agreed]))

    def _figure(self, values: NDArray[np.float64], items: NDArray[np.int64]) -> Figure:
        """Resample items, not queries: drawings of one thing are not independent."""
        return Figure(float(values.mean()), *bootstrap_interval(values, groups=items))
