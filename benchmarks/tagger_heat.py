"""Whether the tagger looks where the thing is that it names; prints Markdown.

    python -m benchmarks.tagger_heat --data DIR [--rounds 4] [--seed 0] [--checkpoint NAME]

DIR is what `likeness models train tagger` learns from; its held-out pictures are used, never the test part. Each is
pasted, shrunk in its proportions to 25 to 45 % of the sides, at random into another: one of which neither the data nor
the tagger says the label that is looked for. That label is drawn from what the tagger says rightly of the pasted
picture alone. The measure is the share of the label's heat that lies in the box over the box's share of the picture: 1
if the heat does not care for the box. The heat is that by which the tagger explains its answer. There is a row for

- the label where the tagger says it of the composite unasked: what one sees in use, but of easy composites;
- the label where the tagger is asked for it alone: of all composites;
- a label of the picture beneath, said rightly of it alone, neither said nor true of the pasted one, and said of the
  composite unasked: below 1 if heat goes by the label, above if it goes to whatever was pasted.

Beside each stands what would be found in the same boxes by the heat of who looks at the middle, a Gaussian of a quarter
of the side, and by heat in the box alone. The peak is in the box if the middle of the hottest place lies there (the
pointing game); at random it is as often as the box is large. Intervals are 95 % by bootstrap over the pasted pictures.
The readers of data sets give labels of whole pictures: boxes of COCO's objects are not used.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchmarks.machine import describe
from benchmarks.markdown import table, typed
from benchmarks.pasting import Box, centred, heat_share, paste, peak_inside
from models.checkpoints import CheckpointStore
from models.choosing import Wanted
from models.contracts import RetrievalError
from models.datasets import read_picture
from models.devices import choose_device
from models.metrics import bootstrap_interval
from models.tagger.evaluation import tags_of
from models.tagger.layouts import load
from models.tagging import load_tagger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from models.images import Picture
    from models.tagger.datasets import Listing
    from models.tagging import Tag, TaggingPredictor

SHARES = (0.25, 0.45)
"""Of the sides, the least and the most that a pasted picture takes."""


@dataclass(frozen=True)
class Plan:
    """What is pasted where: rows of the listing, labels by number; `other` is one of the picture beneath, if any."""

    above: int
    beneath: int
    label: int
    other: int | None
    share: float
    place: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Sight:
    """Heat by which a label was explained, float (y, x), where the pasted picture lies, and which that is."""

    heat: NDArray[np.floating]
    box: Box
    above: int


@dataclass(frozen=True, eq=False)
class Found:
    """Heats of composites: of pasted labels, said unasked or asked for, and of labels of what lies beneath."""

    said: list[Sight]
    asked: list[Sight]
    beneath: list[Sight]


def plans(said: NDArray[np.bool_], true: NDArray[np.bool_], rounds: int, seed: int) -> Iterator[Plan]:
    """Draw what is pasted where, each picture at most once a round.

    Args:
        said: (pictures, labels), what is said of each picture alone.
        true: (pictures, labels), what is so.
        rounds: how often each picture is pasted.
        seed: of what is drawn.
    """
    random = np.random.default_rng(seed)
    right, strange = said & true, ~(said | true)
    for _ in range(rounds):
        for above in np.flatnonzero(right.any(axis=1)).tolist():
            label = int(random.choice(np.flatnonzero(right[above])))
            without = np.flatnonzero(strange[:, label])
            if len(without) == 0:
                continue
            beneath = int(random.choice(without))
            others = np.flatnonzero(right[beneath] & strange[above])
            other = int(random.choice(others)) if len(others) else None
            share, *place = random.uniform((SHARES[0], 0, 0), (SHARES[1], 1, 1)).tolist()
            yield Plan(above, beneath, label, other, share, (place[0], place[1]))


def look(listing: Listing, predictor: TaggingPredictor, rounds: int, seed: int) -> Found:
    """Paste listed pictures into each other, and keep the heat of the labels that are looked for.

    Raises:
        MissingData: a file is no picture, or no label of the pictures is known to the weights.
    """
    true = tags_of(listing, predictor)
    size = predictor.spec.max_batch
    said = np.zeros_like(true)
    for start in range(0, len(listing), size):
        alone = [read_picture(path) for path in listing.paths[start : start + size]]
        for row, tags in enumerate(_said(alone, predictor), start):
            said[row, [tag.label for tag in tags]] = True
    drawn, found = list(plans(said, true, rounds, seed)), Found([], [], [])
    for start in range(0, len(drawn), size):
        part = drawn[start : start + size]
        composites = [_carried_out(plan, listing) for plan in part]
        pictures = [picture for picture, _ in composites]
        unasked = _said(pictures, predictor)
        asked = _said(pictures, predictor, [Wanted(most=1, allowed=(plan.label,)) for plan in part])
        for plan, (_, box), tags, (tag,) in zip(part, composites, unasked, asked, strict=True):
            found.asked.append(Sight(tag.heat, box, plan.above))
            heats = {tag.label: tag.heat for tag in tags}
            for label, sights in ((plan.label, found.said), (plan.other, found.beneath)):
                if label in heats:
                    sights.append(Sight(heats[label], box, plan.above))
    return found


def result_table(found: Found) -> str:
    """Write a row for each kind of label of which there is any heat."""
    kinds = {"said unasked": found.said, "asked for": found.asked, "of the picture beneath": found.beneath}
    columns = ["label", "composites", "share in the box / share of the picture", "at the middle", "in the box alone"]
    columns += ["peak in the box, %", "at the middle, %", "at random, %"]
    return table(columns, [_row(kind, sights) for kind, sights in kinds.items() if sights])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tagger_heat", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="what `likeness models train tagger` learns from")
    parser.add_argument("--rounds", type=int, default=4, help="how often each held-out picture is pasted")
    parser.add_argument("--seed", type=int, default=0, help="of what is pasted where")
    parser.add_argument("--checkpoint", help="network, digest or prefix; without it the default network's")
    parser.add_argument("--home", type=Path, default=Path("var"), help="LIKENESS_HOME, where local checkpoints lie")
    parser.add_argument("--device", help="cpu, cuda or cuda:N")
    chosen = parser.parse_args(arguments)
    store = CheckpointStore(chosen.home / "checkpoints")
    try:
        predictor = load_tagger(store, "tagger", chosen.checkpoint, choose_device(chosen.device))
        held_out = load(chosen.data).held_out
        found = look(held_out, predictor, chosen.rounds, chosen.seed)
    except RetrievalError as error:
        parser.error(str(error))
    if not found.asked:
        parser.error("Nothing is said rightly of a held-out picture that could be pasted into one without it.")
    print("\n".join([typed("benchmarks.tagger_heat", arguments, chosen.data), "", *describe(chosen.device)]))
    print(f"- Checkpoint: {predictor.checkpoint.network}, {predictor.digest[:12]}")
    print(f"\n{len(held_out)} held-out pictures, {len(found.asked)} composites.\n")
    print(result_table(found))


def _said(
    pictures: Sequence[Picture], predictor: TaggingPredictor, wanted: Sequence[Wanted] | None = None
) -> list[tuple[Tag, ...]]:
    """Tell what is said of pictures, at most as many as fit into a batch: unasked, or what is wanted of each."""
    batch = torch.stack([predictor.prepare_item(picture) for picture in pictures])
    return predictor.tag(batch, wanted or [Wanted()] * len(pictures))


def _carried_out(plan: Plan, listing: Listing) -> tuple[Picture, Box]:
    beneath, above = (read_picture(listing.paths[row]) for row in (plan.beneath, plan.above))
    return paste(beneath, above, plan.share, plan.place)


def _row(name: str, sights: Sequence[Sight]) -> list[str]:
    """Write means over composites, those of the tagger with intervals."""
    areas = np.array([sight.box.area for sight in sights])
    shares, peaks = _measured((sight.heat, sight.box) for sight in sights)
    middles, middle_peaks = _measured((centred(sight.heat.shape), sight.box) for sight in sights)
    above = np.array([sight.above for sight in sights])
    return [
        name,
        str(len(sights)),
        _mean(shares / areas, above, 2),
        f"{(middles / areas).mean():.2f}",
        f"{(1 / areas).mean():.2f}",
        _mean(100 * peaks, above, 1),
        f"{100 * middle_peaks.mean():.1f}",
        f"{100 * areas.mean():.1f}",
    ]


def _measured(heats: Iterable[tuple[NDArray[np.floating], Box]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return of each heat how much of it lies in its box, and whether its peak does, as 0 or 1."""
    found = [(heat_share(heat, box), float(peak_inside(heat, box))) for heat, box in heats]
    shares, peaks = np.array(found).T
    return shares, peaks


def _mean(values: NDArray[np.float64], groups: NDArray[np.int64], digits: int) -> str:
    low, high = bootstrap_interval(values, groups=groups)
    return f"{values.mean():.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


if __name__ == "__main__":
    main()
