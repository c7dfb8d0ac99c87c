"""The gallery: what is held out stays out, and a batch holds no item twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from models.sketch.datasets import Pairs, PhotoSketches, is_held_out, load_pairs, load_photo_sketches
from models.sketch.gallery import (
    Gallery,
    HeldOut,
    gather_chairs,
    gather_shoes,
    joined,
    of_themselves,
    pair_photos,
)
from tests.models.sketch.layouts import write_pairs, write_photo_sketches

SHOES, CHAIRS = 24, 12
PHOTOS = (0, 2, 3, 4, 10, 11, 17, 18, 20)


def marked(kind: int, item: int, number: int = 0) -> Tensor:
    """A canvas that says in its first pixels what it is: kind, item and number."""
    canvas = torch.full((1, 256, 256), 255, dtype=torch.uint8)
    canvas[0, 0, :3] = torch.tensor([kind, item, number])
    return canvas


def mark(canvas: Tensor) -> tuple[int, int, int]:
    """Read the mark."""
    kind, item, number = canvas[0, 0, :3].tolist()
    return kind, item, number


SKETCH, EDGE, EXTRA, OWN, CHAIR_SKETCH, CHAIR_EDGE = range(6)


def made_up(count: int, sketch: int, edge: int) -> Pairs:
    """Pairs of marked canvases."""
    sketches, edges = (torch.stack([marked(kind, item) for item in range(count)]) for kind in (sketch, edge))
    return Pairs(sketches, edges, tuple(np.empty((0, 2), np.int64) for _ in range(count)))


@pytest.fixture(scope="module")
def photos() -> PhotoSketches:
    """Photos of some items, and two more drawings of each."""
    drawn = [(item, number) for item in PHOTOS for number in range(2)]
    return PhotoSketches(
        np.array(PHOTOS),
        torch.zeros(len(PHOTOS), 3, 256, 256, dtype=torch.uint8),
        np.array([item for item, _ in drawn]),
        torch.stack([marked(EXTRA, item, number) for item, number in drawn]),
    )


@pytest.fixture(scope="module")
def shoes(photos: PhotoSketches) -> tuple[Gallery, HeldOut]:
    """All shoes, and those held out."""
    own = torch.stack([marked(OWN, item) for item in PHOTOS])
    return gather_shoes(made_up(SHOES, SKETCH, EDGE), photos, own)


@pytest.fixture(scope="module")
def chairs() -> tuple[Gallery, HeldOut]:
    """All chairs, and those held out."""
    return gather_chairs(made_up(CHAIRS, CHAIR_SKETCH, CHAIR_EDGE))


def test_every_trained_shoe_has_its_own_drawings_and_views(shoes: tuple[Gallery, HeldOut]) -> None:
    """Drawings and views of one place are of one item: QMUL's, shoe304's where there are any, and both detectors'."""
    gallery, _ = shoes
    trained = [item for item in range(SHOES) if item % 7 != 3]
    assert len(gallery) == len(gallery.drawings) == len(gallery.views) == len(trained)
    for item, drawings, views in zip(trained, gallery.drawings, gallery.views, strict=True):
        expected = [(SKETCH, item, 0)] + ([(EXTRA, item, 0), (EXTRA, item, 1)] if item in PHOTOS else [])
        assert [mark(canvas) for canvas in drawings] == expected
        assert [mark(canvas) for canvas in views] == [(EDGE, item, 0)] + ([(OWN, item, 0)] if item in PHOTOS else [])


def test_every_trained_chair_has_its_drawing_and_its_view(chairs: tuple[Gallery, HeldOut]) -> None:
    """One drawing and one view each, in the order of their numbers."""
    gallery, _ = chairs
    trained = [item for item in range(CHAIRS) if item % 7 != 3]
    assert [[mark(canvas) for canvas in drawings] for drawings in gallery.drawings] == [
        [(CHAIR_SKETCH, item, 0)] for item in trained
    ]
    assert [[mark(canvas) for canvas in views] for views in gallery.views] == [
        [(CHAIR_EDGE, item, 0)] for item in trained
    ]


def test_what_is_held_out_is_never_trained_on(shoes: tuple[Gallery, HeldOut], chairs: tuple[Gallery, HeldOut]) -> None:
    """No drawing and no view of a held-out thing is among those a batch is drawn from."""
    for gallery, _ in (shoes, chairs):
        for canvases in (*gallery.drawings, *gallery.views):
            assert not any(is_held_out(np.array([mark(canvas)[1]]))[0] for canvas in canvases)


def test_held_out_shoes_belong_to_their_drawings(shoes: tuple[Gallery, HeldOut]) -> None:
    """Row by row a held-out drawing's truth is the view of its own item, by either detector, and no other is there."""
    _, held = shoes
    wanted = [item for item in PHOTOS if item % 7 == 3]
    assert set(held.items) == {"released", "own"}
    for name, kind in (("released", EDGE), ("own", OWN)):
        assert [mark(canvas) for canvas in held.items[name]] == [(kind, item, 0) for item in wanted]
    assert len(held.drawings) == len(held.truth) == 2 * len(wanted)
    for canvas, truth in zip(held.drawings, held.truth, strict=True):
        assert mark(canvas)[:2] == (EXTRA, wanted[truth])


def test_held_out_chairs_belong_to_their_drawings(chairs: tuple[Gallery, HeldOut]) -> None:
    """Every seventh chair is held out, with the one drawing that there is of it."""
    _, held = chairs
    assert [mark(canvas)[1] for canvas in held.drawings] == [3, 10]
    assert [mark(held.items["released"][truth])[1] for truth in held.truth] == [3, 10]


def test_a_batch_holds_no_item_twice(shoes: tuple[Gallery, HeldOut]) -> None:
    """Drawing i and view i are of one item, and no other row is of it, however large the batch."""
    gallery, _ = shoes
    for seed in range(20):
        batch = gallery.sample(12, np.random.default_rng(seed))
        assert batch.drawings.shape == batch.views.shape == (12, 1, 256, 256)
        marks = [(mark(left), mark(right)) for left, right in zip(batch.drawings, batch.views, strict=True)]
        assert all(left[1] == right[1] for left, right in marks)
        assert len({left[1] for left, _ in marks}) == 12
    everything = gallery.sample(10_000, np.random.default_rng(0))
    assert len(everything.drawings) == len(gallery)


def test_batches_are_chances_alone(shoes: tuple[Gallery, HeldOut]) -> None:
    """The same generator draws the same batch, and in time every drawing and view comes up."""
    gallery, _ = shoes
    first, second = (gallery.sample(5, np.random.default_rng(3)).drawings for _ in range(2))
    assert torch.equal(first, second)
    seen = {
        mark(canvas)
        for seed in range(60)
        for batch in [gallery.sample(12, np.random.default_rng(seed))]
        for side in (batch.drawings, batch.views)
        for canvas in side
    }
    assert seen == {mark(canvas) for canvases in (*gallery.drawings, *gallery.views) for canvas in canvases}


def test_one_gallery_is_put_behind_the_other(shoes: tuple[Gallery, HeldOut], chairs: tuple[Gallery, HeldOut]) -> None:
    """Every item of both is there, with its own drawings and views."""
    both = joined(shoes[0], chairs[0], np.full(len(chairs[0]), -1))
    assert len(both) == len(shoes[0]) + len(chairs[0])
    for place in range(len(chairs[0])):
        assert both.drawings[len(shoes[0]) + place] is chairs[0].drawings[place]
        assert both.views[len(shoes[0]) + place] is chairs[0].views[place]


def test_what_both_galleries_show_is_one_item(shoes: tuple[Gallery, HeldOut], chairs: tuple[Gallery, HeldOut]) -> None:
    """It has the drawings and the views of both, wherever it stands, and neither gallery is changed."""
    before = [len(drawings) for drawings in shoes[0].drawings]
    same = np.full(len(chairs[0]), -1)
    same[[0, 2]] = 5, 1
    both = joined(shoes[0], chairs[0], same)
    assert len(both) == len(shoes[0]) + len(chairs[0]) - 2
    for item, row in ((0, 5), (2, 1)):
        assert torch.equal(both.drawings[row], torch.cat([shoes[0].drawings[row], chairs[0].drawings[item]]))
        assert torch.equal(both.views[row], torch.cat([shoes[0].views[row], chairs[0].views[item]]))
    assert both.drawings[len(shoes[0])] is chairs[0].drawings[1]
    assert [len(drawings) for drawings in shoes[0].drawings] == before


def test_half_of_a_batch_stands_in_crowds_of_lookalikes() -> None:
    """Of eight groups of things that look alike one or two come up as crowds, and all by chance."""
    kinds, size = 8, 34
    random = np.random.default_rng(0)
    layouts = np.repeat(random.uniform(0, 255, (kinds, 1, 16, 16)), size, axis=0)
    noisy = (layouts + random.normal(0, 40, layouts.shape)).clip(0, 255).astype(np.uint8)
    edges = torch.from_numpy(noisy).repeat_interleave(16, -1).repeat_interleave(16, -2)
    for place, canvas in enumerate(edges):
        canvas[0, 0, :3] = torch.tensor([place // size, place % size, 0])
    gallery = of_themselves(edges)
    for seed in range(10):
        drawn = gallery.sample(32, np.random.default_rng(seed)).drawings
        assert len({mark(canvas) for canvas in drawn}) == 32
        of_kind = np.sort(np.bincount([mark(canvas)[0] for canvas in drawn], minlength=kinds))
        # By chance alone four would be of each kind; two crowds are eight of one kind each, or sixteen of one.
        assert of_kind[-2:].sum() >= 16
        assert of_kind[:-2].sum() >= 6


def test_an_edge_map_stands_for_its_drawing_too() -> None:
    """Things that nobody drew are drawn by their edges."""
    edges = torch.stack([marked(EDGE, item) for item in range(4)])
    batch = of_themselves(edges).sample(4, np.random.default_rng(0))
    assert torch.equal(batch.drawings, batch.views)
    assert sorted(mark(canvas)[1] for canvas in batch.drawings) == [0, 1, 2, 3]
    assert not batch.preferred.any()


def test_votes_come_with_the_items_they_are_on() -> None:
    """Of a batch all votes between its items are counted, by their places in it; none names a held-out item."""
    held = np.flatnonzero(is_held_out(np.arange(CHAIRS)))
    random = np.random.default_rng(0)
    triplets = tuple(np.stack([random.permutation(CHAIRS)[:2] for _ in range(30)]) for _ in range(CHAIRS))
    gallery, _ = gather_chairs(replace(made_up(CHAIRS, CHAIR_SKETCH, CHAIR_EDGE), triplets=triplets))
    for seed in range(10):
        batch = gallery.sample(6, np.random.default_rng(seed))
        items = [mark(canvas)[1] for canvas in batch.views]
        counted = Counter(
            (drawn, nearer, farther)
            for drawn in items
            for nearer, farther in triplets[drawn].tolist()
            if {nearer, farther} <= set(items)
        )
        assert not set(items) & set(held.tolist())
        found = {
            (items[row], items[nearer], items[farther]): int(batch.preferred[row, nearer, farther])
            for row, nearer, farther in batch.preferred.nonzero().tolist()
        }
        assert found == counted


def test_what_people_compared_stands_in_one_batch() -> None:
    """Of many things that look nothing alike those compared for one drawing come up together far beyond chance."""
    count, compared = 300, np.array([7, 50, 100, 150, 200, 250])
    edges = torch.stack([marked(EDGE, item % 256, item // 256) for item in range(count)])
    votes = {item: np.array([(item, other) for other in compared if other != item]) for item in compared.tolist()}
    gallery = replace(of_themselves(edges), votes=votes)
    together = 0
    for seed in range(200):
        marks = map(mark, gallery.sample(16, np.random.default_rng(seed)).views)
        together += len({item + 256 * number for _, item, number in marks} & set(compared.tolist())) == len(compared)
    assert together >= 5


def test_half_of_what_is_learnt_are_variants(shoes: tuple[Gallery, HeldOut]) -> None:
    """An item that has variants shows one as often as a drawing; the others show their drawings alone."""
    varied = torch.stack([marked(OWN, 200, number) for number in range(3)])
    gallery = replace(shoes[0], variants={4: varied})
    seen = Counter[tuple[int, int, int]]()
    for seed in range(400):
        batch = gallery.sample(len(gallery), np.random.default_rng(seed))
        kept = {mark(view)[1]: mark(drawing) for view, drawing in zip(batch.views, batch.drawings, strict=True)}
        seen[kept.pop(mark(gallery.views[4][0])[1])] += 1
        assert all(item == drawn for item, (_, drawn, _) in kept.items())
    shown = [seen[OWN, 200, number] for number in range(3)]
    assert 160 <= sum(shown) <= 240
    assert min(shown) >= 30


def test_variants_follow_their_items_when_galleries_are_joined(chairs: tuple[Gallery, HeldOut]) -> None:
    """Of one item that both galleries show there are the variants of both, and each other item keeps its own."""
    ours, theirs = (torch.stack([marked(OWN, item, number) for number in range(2)]) for item in (100, 101))
    first = replace(chairs[0], variants={0: ours, 1: ours})
    second = replace(chairs[0], variants={2: theirs, 3: theirs, 4: theirs})
    same = np.full(len(chairs[0]), -1)
    same[[2, 3]] = 1, 5
    found = joined(first, second, same).variants
    count = len(chairs[0])
    assert set(found) == {0, 1, 5, count + 2}
    assert torch.equal(found[1], torch.cat([ours, theirs]))
    assert all(torch.equal(found[row], some) for row, some in ((0, ours), (5, theirs), (count + 2, theirs)))


def test_votes_stay_with_their_items_when_galleries_are_joined(chairs: tuple[Gallery, HeldOut]) -> None:
    """The first gallery's items keep their rows, and so its votes."""
    first = replace(chairs[0], votes={2: np.array([[0, 1]])})
    assert joined(first, chairs[0], np.full(len(chairs[0]), -1)).votes == first.votes


def test_photos_are_paired_with_the_lines_of_their_item(tmp_path: Path) -> None:
    """Lines that lie on their photo are kept, split by the rule of what is held out; others are dropped."""
    pairs = load_pairs(write_pairs(tmp_path / "shoes", 12, 2), "train")
    photos = load_photo_sketches(write_photo_sketches(tmp_path / "shoe304", [0, 3, 5, 10]))
    paired = pair_photos(pairs, photos)
    assert torch.equal(paired.lines, pairs.edges[[0, 3, 5, 10]])
    assert (paired.trained.tolist(), paired.held_out.tolist()) == ([0, 2], [1, 3])
    elsewhere = pairs.edges.clone()
    elsewhere[5] = 255
    elsewhere[5, :, :8] = 0
    moved = pair_photos(Pairs(pairs.sketches, elsewhere, pairs.triplets), photos)
    assert (moved.trained.tolist(), moved.held_out.tolist()) == ([0], [1, 3])
