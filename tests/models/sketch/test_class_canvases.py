"""Pictures of classes on the canvas: what is drawn, what is kept, and what a kill costs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from models.datasets import MissingData
from models.images import decode
from models.sketch import class_canvases
from models.sketch.canvas import SIDE
from models.sketch.class_canvases import KeptDrawings
from models.sketch.class_folders import find_classes, find_sketches
from models.sketch.edges import EdgeDetector
from models.sketch.ink import draw_ink
from models.sketch.photos import frame
from models.sketch.redrawing import VARIANTS
from models.sketch.strokes import render
from models.sketch.train import draw_edges
from models.sketch.vector_files import read_vector_file
from tests.models.sketch.layouts import vector_file, write_classes

CLASSES = ("bell", "cat")
Told = list[tuple[str, int, int]]


@pytest.fixture(scope="module")
def detector() -> EdgeDetector:
    """One with random weights."""
    torch.manual_seed(0)
    return EdgeDetector().eval()


@pytest.fixture
def told() -> Told:
    """What was reported."""
    return []


@pytest.fixture
def drawings(tmp_path: Path, detector: EdgeDetector, told: Told) -> KeptDrawings:
    """What draws and keeps in a folder of its own."""
    return KeptDrawings(tmp_path / "kept", detector, "0123", lambda *now: told.append(now))


def rows(*numbers: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Rows to read."""
    return np.array(numbers, np.int64)


def chance() -> np.random.Generator:
    """A source of randomness."""
    return np.random.default_rng(0)


def test_pictures_of_sketches_are_laid_on_the_canvas(tmp_path: Path, drawings: KeptDrawings) -> None:
    """As a query is: what is trained on is what is served. Classes and what is held out are those of the folder."""
    found = find_sketches(write_classes(tmp_path / "data", CLASSES, side=1111))
    canvases = drawings.sketches(found)
    expected = torch.stack([draw_ink(decode(path.read_bytes())) for path in found.paths])
    assert torch.equal(canvases.read(np.arange(8)), expected)
    assert torch.equal(canvases.read(rows(6, 1), chance()), expected[[6, 1]])
    assert canvases.classes == CLASSES
    assert canvases.labels.tolist() == [0] * 4 + [1] * 4
    assert np.flatnonzero(canvases.held_out).tolist() == [3, 7]


def test_vector_sketches_have_variants(tmp_path: Path, drawings: KeptDrawings) -> None:
    """The first view is the drawing, the others bend it or leave strokes out; a second drawing gives the same."""
    found = find_sketches(write_classes(tmp_path / "data", CLASSES, suffix=".svg"))
    canvases = drawings.sketches(found)
    drawn = render(read_vector_file(found.paths[5]))
    assert torch.equal(canvases.read(rows(5))[0], drawn)
    random = chance()
    views = {tuple(canvases.read(rows(5), random).flatten().tolist()) for _ in range(40)}
    assert len(views) == 1 + VARIANTS
    assert tuple(drawn.flatten().tolist()) in views
    again = KeptDrawings(tmp_path / "again", drawings.detector, "", drawings.report).sketches(found)
    assert torch.equal(again.read(rows(5, 2), chance()), canvases.read(rows(5, 2), chance()))


def test_photos_become_edge_maps(
    tmp_path: Path, drawings: KeptDrawings, detector: EdgeDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the detector, as those of a served photo; what is an edge map already is taken as it is, in its place."""
    monkeypatch.setattr(class_canvases, "AT_ONCE", 3)
    folder = write_classes(tmp_path / "data", CLASSES, suffix=".jpg")
    lines = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE), np.uint8)
    Image.fromarray(lines).save(folder / "bell/1.png")
    (folder / "bell/1.jpg").unlink()
    Image.fromarray(np.dstack([lines, lines, lines[::-1]])).save(folder / "cat/colour.png")
    found = find_classes(folder)
    maps = drawings.edge_maps(found).read(np.arange(9))
    for path, drawn in zip(found.paths, maps, strict=True):
        if path.name == "1.png" and path.parent.name == "bell":
            expected = torch.from_numpy(lines)[None]
        else:
            expected = draw_edges(detector, frame(decode(path.read_bytes()))[None])[0]
        assert int((drawn.int() - expected.int()).abs().max()) <= 1, path


def test_a_kill_costs_what_is_drawn_together(
    tmp_path: Path, drawings: KeptDrawings, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resumed run draws the rest alone; a finished one is not drawn again; another detector's are others."""
    monkeypatch.setattr(class_canvases, "AT_ONCE", 3)
    found = find_classes(write_classes(tmp_path / "data", CLASSES, suffix=".jpg", side=64))
    calls: list[int] = []

    def killed_at(call: int) -> Callable[..., Tensor]:
        def draw(_: object, photos: Tensor) -> Tensor:
            calls.append(len(photos))
            if len(calls) == call:
                raise KeyboardInterrupt
            return photos[:, :1]

        return draw

    monkeypatch.setattr(class_canvases, "draw_edges", killed_at(2))
    with pytest.raises(KeyboardInterrupt):
        drawings.edge_maps(found)
    assert (calls, told) == ([3, 3], [("drawing data", 3, 8)])
    monkeypatch.setattr(class_canvases, "draw_edges", killed_at(99))
    whole = drawings.edge_maps(found)
    assert calls == [3, 3, 3, 2]
    assert told[1:] == [("drawing data", 6, 8), ("drawing data", 8, 8)]
    assert drawings.edge_maps(found).paths == whole.paths
    assert len(calls) == 4
    KeptDrawings(drawings.kept, drawings.detector, "4567", drawings.report).edge_maps(found)
    assert calls[4:] == [3, 3, 2]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("0.png", b"no picture", r"0\.png cannot be read"),
        ("0.svg", vector_file().encode(), r"0\.svg holds no"),
        ("0.svg", vector_file("M0 0 L1e999 1").encode(), r"0\.svg shows no drawing .*finite"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, drawings: KeptDrawings, name: str, content: bytes, said: str
) -> None:
    """A damaged picture among twenty thousand is found by its name."""
    folder = write_classes(tmp_path / "data", CLASSES, suffix=Path(name).suffix)
    (folder / "cat" / name).write_bytes(content)
    with pytest.raises(MissingData, match=said):
        drawings.sketches(find_sketches(folder))


def test_an_empty_page_is_named(tmp_path: Path, drawings: KeptDrawings) -> None:
    """Nothing can be learnt from a sketch that shows nothing."""
    folder = write_classes(tmp_path / "data", CLASSES)
    Image.new("L", (64, 64), 255).save(folder / "bell/2.png")
    with pytest.raises(MissingData, match=r"bell/2\.png shows no drawing"):
        drawings.sketches(find_sketches(folder))


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:60])])
def test_a_damaged_canvas_is_named(tmp_path: Path, drawings: KeptDrawings, damage: Callable[[Path], object]) -> None:
    """The sentence says which file to delete, so that it is drawn anew."""
    canvases = drawings.sketches(find_sketches(write_classes(tmp_path / "data", CLASSES)))
    damage(canvases.paths[2])
    with pytest.raises(MissingData, match=r"2\.png\.png is gone or damaged"):
        canvases.read(rows(2))
