"""Human triplets with things held out: no vote is changed, and none names what is held out."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from models.devices import Device
from models.sketch.datasets import Pairs, is_held_out
from models.sketch.human_triplets import gather_human_triplets

CPU = Device("cpu", torch.float32, 1)


def numbered(count: int, offset: int = 0) -> Tensor:
    """Canvases of one pixel that tell their number."""
    return (torch.arange(count) + offset).to(torch.uint8).reshape(-1, 1, 1, 1)


def split(votes: list[list[tuple[int, int]]]) -> Pairs:
    """A split of as many pairs as there are lists of votes; edge maps are numbered from 100."""
    arrays = tuple(np.array(part, np.int64).reshape(-1, 2) for part in votes)
    return Pairs(numbered(len(votes)), numbered(len(votes), 100), arrays)


@given(st.data())
@settings(deadline=None, max_examples=40)
def test_votes_stay_but_for_what_is_held_out(data: st.DataObject) -> None:
    """By their pictures: each vote of a trained sketch on two trained photos is there, in order, and no other."""
    count = data.draw(st.integers(4, 18))
    photos = st.integers(0, count - 1)
    votes = [data.draw(st.lists(st.tuples(photos, photos), max_size=6)) for _ in range(count)]
    held = is_held_out(np.arange(count))
    found = gather_human_triplets(split(votes))
    pictures = [
        (sketch, [(int(found.pairs.edges[a]) - 100, int(found.pairs.edges[b]) - 100) for a, b in several.tolist()])
        for sketch, several in zip(found.pairs.sketches.flatten().tolist(), found.pairs.triplets, strict=True)
    ]
    assert pictures == [
        (sketch, [pair for pair in votes[sketch] if not held[list(pair)].any()])
        for sketch in range(count)
        if not held[sketch]
    ]
    assert found.held_out.drawings.flatten().tolist() == np.flatnonzero(held).tolist()
    assert (found.held_out.items["released"].flatten() - 100).tolist() == np.flatnonzero(held).tolist()


def test_a_batch_is_of_the_sketches_votes() -> None:
    """Sketches come in turn with photos that were compared for them, at most all sketches at once."""
    votes = [[(sketch, (sketch + 1) % 7)] for sketch in range(7)]
    found = gather_human_triplets(split(votes))
    # Sketch 3 is held out, and the only vote of sketch 2 names it.
    drawn = found.sample(0, 128, np.random.default_rng(0))
    sketches, nearer, farther = (side.flatten().tolist() for side in drawn)
    assert sketches == [0, 1, 4, 5, 6, 0]
    assert [photo - 100 for photo in nearer] == sketches
    assert all(photo - 100 not in {3, sketch} for sketch, photo in zip(sketches, farther, strict=True))
    following = found.sample(1, 2, np.random.default_rng(0))[0].flatten().tolist()
    assert following == [4, 5]


def test_it_is_judged_by_what_is_held_out() -> None:
    """A network that sees which thing is shown finds all; one that sees nothing finds none first."""

    class Eye(nn.Module):
        def __init__(self, period: int) -> None:
            super().__init__()
            self.period = period

        def forward(self, canvas: Tensor) -> Tensor:
            return nn.functional.one_hot(canvas.flatten().long() % 100 % self.period, 100).float()

    found = gather_human_triplets(split([[] for _ in range(18)]))
    good, blind = (found.judge(Eye(period), CPU) for period in (100, 1))
    assert next(iter(good)) == "mean MRR"
    assert (good["mean MRR"], good["held out, released acc@1"]) == (1.0, 100.0)
    assert blind["held out, released acc@1"] == 0
