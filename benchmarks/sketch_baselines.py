"""The hand-crafted baselines of 'Sketch Me That Shoe', measured by the same test as the networks; prints Markdown.

    python -m benchmarks.sketch_baselines --data DIR

DIR holds `qmul_v1`, unpacked. The paper names its baselines, HOG as a bag of words and dense HOG, each with a rankSVM,
and tells little more. Here what is left open, `choices`, is settled by the mean reciprocal rank of the train part's
held-out drawings among its held-out items. What was chosen is learnt once more, from the whole train part, and judged
once on the official test part. Pictures are taken as they were released.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.io

from benchmarks.baselines import hog
from benchmarks.markdown import table, typed, with_interval
from benchmarks.rank_svm import COMPARISONS, RankSVM, fit_ranking
from benchmarks.words import learn_vocabulary
from models.contracts import RetrievalError, Vectors
from models.devices import choose_device, describe
from models.judgements import Judgement
from models.metrics import mean_reciprocal_rank, ranks
from models.sketch.datasets import is_held_out, load_pairs
from models.sketch.triplets import majorities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COSTS = (1e-2, 1e-1, 1.0, 10.0, 100.0)
STRANGERS = 45
"""Other items that a drawing's own is nearer than, as many as there are pairs of photos that people compared."""


@dataclass(frozen=True, eq=False)
class Part:
    """One split of a QMUL set as it was released.

    Attributes:
        sketches: uint8 (n, 256, 256); sketch i was drawn from item i.
        edges: uint8 (n, 256, 256).
        votes: per sketch, int64 (votes, 2): items judged (nearer, farther) by people.
    """

    sketches: NDArray[np.uint8]
    edges: NDArray[np.uint8]
    votes: tuple[NDArray[np.int64], ...]


@dataclass(frozen=True, eq=False)
class Sides:
    """Drawings and items as vectors, float32 (n, dim) each."""

    sketches: Vectors
    edges: Vectors


@dataclass(frozen=True)
class Choice:
    """One way to make a baseline.

    Attributes:
        feature: key of the feature.
        comparison: of a drawing with an item.
        teacher: "people", what most of three say of each pair of photos; "identity", that a drawing's own item is
            nearer than 45 others; or "both".
        cost: of the rankSVM.
    """

    feature: str
    comparison: str
    teacher: str
    cost: float

    def __str__(self) -> str:
        """Name everything that was chosen."""
        return f"{self.feature}; {self.comparison}; taught by {self.teacher}; C {self.cost:g}"


Describe = Callable[[Part], Callable[[Part], Sides]]
"""Learns on one part how to describe any."""


def plain(cell: int) -> Describe:
    """Dense HOG: nothing is learnt."""
    return lambda _: lambda part: Sides(hog(part.sketches, cell), hog(part.edges, cell))


def bag(cell: int, words: int) -> Describe:
    """HOG as a bag of words: the vocabulary is learnt from drawings and items alike."""

    def learn(part: Part) -> Callable[[Part], Sides]:
        vocabulary = learn_vocabulary([*part.sketches, *part.edges], cell, words)
        return lambda other: Sides(vocabulary.count(other.sketches), vocabulary.count(other.edges))

    return learn


BAGS: Mapping[str, Describe] = {f"500 words, windows of {4 * cell}": bag(cell, 500) for cell in (16, 24, 32)}
DENSE: Mapping[str, Describe] = {f"cells of {cell}": plain(cell) for cell in (32, 48)}


def choices(features: Mapping[str, Describe]) -> Iterator[Choice]:
    """Every combination."""
    for feature, comparison, teacher, cost in itertools.product(
        features, COMPARISONS, ("people", "identity", "both"), COSTS
    ):
        yield Choice(feature, comparison, teacher, cost)


def load_part(folder: Path, split: str) -> Part:
    """Read one split of an unpacked `qmul_v1/shoes` or `qmul_v1/chairs`.

    Raises:
        MissingData: a file is missing or is not what its name says.
    """
    votes = load_pairs(folder, split).triplets
    sketches, edges = (
        scipy.io.loadmat(next(folder.glob(f"*_{side}_db_{split}.mat")))["data"] for side in ("sketch", "edge")
    )
    return Part(sketches, edges, votes)


def lessons(votes: Sequence[NDArray[np.int64]], rows: NDArray[np.int64], teacher: str) -> NDArray[np.int64]:
    """Triplets to learn from, all three of the given rows.

    Args:
        votes: per sketch of the part, (nearer, farther).
        rows: of the part, ascending.
        teacher: as in `Choice`.

    Returns:
        int64 (n, 3): sketch, nearer item, farther item.
    """
    found = []
    if teacher != "identity":
        settled = [(row, majorities(votes[row])) for row in rows]
        found += [np.insert(pairs[np.isin(pairs, rows).all(axis=1)], 0, row, axis=1) for row, pairs in settled]
    if teacher != "people":
        random = np.random.default_rng(0)
        for row in rows:
            others = random.permutation(rows[rows != row])[:STRANGERS]
            found.append(np.column_stack([np.full((len(others), 2), row), others]))
    return np.concatenate(found)


def learn(sides: Sides, votes: Sequence[NDArray[np.int64]], rows: NDArray[np.int64], choice: Choice) -> RankSVM:
    """Learn a ranking from some rows of a part."""
    triplets = lessons(votes, rows, choice.teacher)
    return fit_ranking(sides.sketches, sides.edges, triplets, choice.comparison, choice.cost)


def choose(part: Part, features: Mapping[str, Describe], offered: Sequence[Choice]) -> tuple[Choice, float]:
    """Return the best of the choices and its mean reciprocal rank; what is judged by is not learnt from.

    Args:
        part: the train part.
        features: by the keys of the choices.
        offered: at least one.
    """
    held = is_held_out(np.arange(len(part.sketches)))
    trained, rows = np.flatnonzero(~held), np.flatnonzero(held)
    known = Part(part.sketches[trained], part.edges[trained], ())
    described = {name: describe(known)(part) for name, describe in features.items()}

    def quality(choice: Choice) -> float:
        sides = described[choice.feature]
        scores = learn(sides, part.votes, trained, choice).scores(sides.sketches[rows], sides.edges[rows])
        return mean_reciprocal_rank(ranks(scores, np.arange(len(rows))))

    return max(((choice, quality(choice)) for choice in offered), key=lambda pair: pair[1])


def learnt_scores(train: Part, test: Part, describe: Describe, choice: Choice) -> Vectors:
    """Learn what was chosen from the whole train part, and score the test part's items for its drawings."""
    view = describe(train)
    ranking = learn(view(train), train.votes, np.arange(len(train.sketches)), choice)
    sides = view(test)
    return ranking.scores(sides.sketches, sides.edges)


def judgement(part: Part, scores: Vectors, title: str) -> Judgement:
    """Set scores beside what is true."""
    truth = np.arange(len(part.sketches))
    return Judgement(title, "", scores, truth, part.votes, part.sketches, part.edges, part.edges)


def row(part: Part, scores: Vectors, title: str) -> list[str]:
    """Return a baseline's row of the table."""
    figures = judgement(part, scores, title).measured()
    return [title, str(len(scores)), *(with_interval(figures[key]) for key in ("acc@1", "acc@10", "corr"))]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was chosen, and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sketch_baselines", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds qmul_v1, unpacked")
    chosen = parser.parse_args(arguments)
    command = typed("benchmarks.sketch_baselines", arguments, chosen.data)
    print(f"{command}\n\n- {describe(choose_device('cpu'))}", flush=True)
    rows = []
    for name, folder in (("QMUL-Shoe", "shoes"), ("QMUL-Chair", "chairs")):
        try:
            train, test = (load_part(chosen.data / "qmul_v1" / folder, split) for split in ("train", "test"))
        except RetrievalError as error:
            parser.error(str(error))
        rows.append(row(test, hog(test.sketches) @ hog(test.edges).T, f"{name}, plain HOG, cosine"))
        for method, features in (("HOG as a bag of words", BAGS), ("dense HOG", DENSE)):
            best, quality = choose(train, features, tuple(choices(features)))
            print(f"- {name}, {method} + rankSVM: {best}; held-out mean reciprocal rank {quality:.3f}", flush=True)
            scores = learnt_scores(train, test, features[best.feature], best)
            rows.append(row(test, scores, f"{name}, {method} + rankSVM"))
    print(f"\n{table(['items, method', 'queries', 'acc@1', 'acc@10', '%corr'], rows)}")


if __name__ == "__main__":
    main()
