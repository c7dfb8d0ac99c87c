"""Materials: everything that lies there is learnt from, but for what a test part or the held-out part shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.datasets import MissingData
from models.sketch import leaks, materials
from models.sketch.canvas import WHITE
from models.sketch.datasets import load_pairs, load_photo_sketches
from models.sketch.datasets_v2 import load_vector_sketches
from models.sketch.materials import Materials, gather, gather_icons
from models.sketch.redrawing import VARIANTS
from models.sketch.strokes import render
from tests.models.sketch.layouts import write_icons, write_pairs, write_photo_sketches, write_second_sets

TRAIN, TEST = 11, 3
HELD_OUT, TRAINED, NEW, PUT_ASIDE, OF_TEST = 3, 5, 300, 411, 1001
"""Items by their number: one held out, one that is trained on anyway, two of nobody's and one of the test part. Of the
five the fourth is the one photo of ChairV2 that is held out."""


def draw(photos: Tensor) -> Tensor:
    """A detector for photos of lines: dark is line."""
    return (photos.float().mean(dim=1, keepdim=True) > WHITE / 2).to(torch.uint8) * WHITE


def gathered(folder: Path) -> Materials:
    """Gather without icons."""
    shoes, chairs = (load_pairs(folder / "qmul_v1" / name, "train") for name in ("shoes", "chairs"))
    return gather(folder, shoes, chairs, load_photo_sketches(folder / "shoe304"), draw, None)


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up items share their frame, so that only copies count as duplicates here."""
    monkeypatch.setattr(leaks, "NEAR_DUPLICATE", 0.97)
    monkeypatch.setattr(leaks, "CERTAIN", 0.97)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("shoes", "chairs"):
        write_pairs(folder / "qmul_v1" / name, TRAIN, TEST, name)
    write_photo_sketches(folder / "shoe304", [0, 1, 3, 10], sketches=1)
    write_second_sets(folder, (HELD_OUT, TRAINED, NEW, PUT_ASIDE, OF_TEST))
    return folder


def test_what_a_test_part_or_the_held_out_part_shows_is_dropped(data: Path) -> None:
    """A test item's photo and a held-out item's go, in both sets; one chair more is held out; and all that is told."""
    found = gathered(data)
    assert found.facts["shoev2_photos"] == {"items": 3, "dropped as near-duplicates": 2}
    assert found.facts["chairv2_train"] == {
        "items": 2,
        "dropped as near-duplicates": 2,
        "held out": 1,
        "joined with QMUL-Chair's": 1,
    }
    assert {source.name: len(source.gallery) for source in found.pretraining} == {
        "shoev2_photos": 3,
        "chairv2_train photos": 2,
    }


def test_things_without_drawings_have_variants_of_their_edges(data: Path) -> None:
    """An edge map stands for its drawing, and half of the time what a hand would have made of its lines does."""
    for source in gathered(data).pretraining:
        gallery = source.gallery
        assert all(map(torch.equal, gallery.drawings, gallery.views))
        assert {len(variants) for variants in gallery.variants.values()} == {VARIANTS}
        assert set(gallery.variants) == set(range(len(gallery)))


def test_hand_drawn_chairs_of_both_sets_are_one_source(data: Path) -> None:
    """A chair of the second set stands beside the first's, or with them if it is one; each drawing has variants."""
    found = gathered(data)
    galleries = {source.name: source.gallery for source in found.embedding}
    trained = [item for item in range(TRAIN) if item % 7 != 3]
    chairs = galleries["chairs"]
    assert len(galleries["shoes"]) == len(trained)
    assert len(chairs) == len(trained) + 1
    assert found.facts["chairs"] == {"items": len(trained) + 1}
    twin = trained.index(TRAINED)
    several = [1 + 2 * (place == twin) for place in range(len(trained))]
    assert [len(drawings) for drawings in chairs.drawings] == [*several, 2]
    assert [len(chairs.variants[place]) for place in range(len(chairs))] == [
        VARIANTS * count for count in (*several, 2)
    ]
    assert [len(views) for views in chairs.views] == [1 + (place == twin) for place in range(len(trained))] + [1]
    # In the order of their keys the first is a held-out item, the second and the third are kept.
    sketches = load_vector_sketches(data / "chairv2_train").sketches
    for drawings, strokes in zip((chairs.drawings[twin][1:], chairs.drawings[-1]), sketches[1:3], strict=True):
        assert all(torch.equal(drawings[row], render(one)) for row, one in enumerate(strokes))


def test_held_out_things_are_judged_by(data: Path) -> None:
    """Of every set some are held out by the rule of their number, with all their drawings."""
    held_out = gathered(data).held_out
    assert {kind: len(part.items.get("released", [])) for kind, part in held_out.items()} == {
        "shoes": 2,
        "chairs": 2,
        "chairs of the second set": 0,
    }
    second = held_out["chairs of the second set"]
    published = load_vector_sketches(data / "chairv2_train")
    assert torch.equal(second.items["own"], draw(published.photos[3:4]))
    assert torch.equal(second.drawings, torch.stack([render(strokes) for strokes in published.sketches[3]]))
    assert second.truth.tolist() == [0, 0]


def test_sets_that_are_not_there_are_left_out(data: Path, tmp_path: Path) -> None:
    """QMUL's first sets are enough to train; then nothing is learnt beforehand."""
    for name in ("qmul_v1", "shoe304"):
        shutil.copytree(data / name, tmp_path / name)
    found = gathered(tmp_path)
    assert found.pretraining == ()
    assert set(found.facts) == {"shoes", "chairs"}


def test_a_set_that_is_there_and_broken_is_refused(data: Path, tmp_path: Path) -> None:
    """An empty folder is a mistake, not a set to leave out."""
    for name in ("qmul_v1", "shoe304"):
        shutil.copytree(data / name, tmp_path / name)
    (tmp_path / "chairv2_train").mkdir()
    with pytest.raises(MissingData, match="chairv2_train"):
        gathered(tmp_path)


def test_icons_are_drawn_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was killed goes on with what it has kept, and draws the rest; blank icons are left out."""
    monkeypatch.setattr(materials, "ICONS_AT_ONCE", 4)
    folder = write_icons(tmp_path / "icons", 10)
    told: list[tuple[int, int]] = []
    calls = 0

    def failing(photos: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return draw(photos)

    with pytest.raises(KeyboardInterrupt):
        gather_icons(folder, failing, tmp_path / "kept", lambda *now: told.append(now))
    assert told == [(4, 10)]
    resumed = gather_icons(folder, failing, tmp_path / "kept", lambda *now: told.append(now))
    assert calls == 4
    assert told[1:] == [(4, 10), (8, 10), (10, 10)]
    whole = gather_icons(folder, draw, tmp_path / "other", lambda *_: None)
    assert resumed is not None
    assert whole is not None
    assert len(whole.gallery) == 9
    for one, other in zip(resumed.gallery.drawings, whole.gallery.drawings, strict=True):
        assert torch.equal(one, other)
    for one, other in zip(resumed.gallery.views, whole.gallery.views, strict=True):
        assert torch.equal(one, other)


def test_an_icon_is_a_drawing_and_an_edge_map(tmp_path: Path) -> None:
    """Both are canvases, and that of the photo is what the detector draws."""
    found = gather_icons(write_icons(tmp_path / "icons", 3), draw, tmp_path / "kept", lambda *_: None)
    assert found is not None
    for drawings, views in zip(found.gallery.drawings, found.gallery.views, strict=True):
        assert tuple(drawings.shape) == tuple(views.shape) == (1, 1, 256, 256)
        assert drawings.dtype == views.dtype == torch.uint8
        assert ((views == 0) | (views == WHITE)).all()
        assert 0 < int((views == 0).sum()) < views.numel() / 2
        # The drawn line runs in the middle of the photographed one, which is thicker.
        assert int((drawings < 128).sum()) < int((views < 128).sum())
        assert (views[drawings < 64] == 0).all()


def test_without_a_folder_there_are_no_icons(tmp_path: Path) -> None:
    """Icons are optional."""
    assert gather_icons(tmp_path / "icons", draw, tmp_path, lambda *_: None) is None
