"""The measure of where the tagger looks, by taggers whose heat is known in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from benchmarks import tagger_heat
from benchmarks.pasting import Box, heat_share, paste
from benchmarks.tagger_heat import SHARES, Found, Sight, look, main, plans, result_table
from models.choosing import Wanted
from models.images import Picture
from models.tagger.layouts import load
from models.tagging import Tag, TaggingPredictor
from tests.models.tagger.pictures import COLOURS, write_table

SIDE, PLACES = 288, 9


class Finder:
    """Says a colour that fills more than half of a place, or any that it is asked for; hot where that colour is."""

    spec = SimpleNamespace(max_batch=4)
    checkpoint = SimpleNamespace(network="finder")
    digest = "ab" * 32
    labels = tuple(COLOURS)

    def prepare_item(self, picture: Picture) -> Tensor:
        """Mark the pixels of each colour, (colours, 288, 288), each side stretched to the nearest pixel."""
        rows, columns = (np.arange(SIDE) * size // SIDE for size in picture.rgb.shape[:2])
        stretched = picture.rgb[rows][:, columns]
        near = [np.abs(stretched.astype(int) - colour).max(axis=2) < 30 for colour in COLOURS.values()]
        return torch.from_numpy(np.stack(near)).float()

    def tag(self, batch: Tensor, wanted: Sequence[Wanted]) -> list[tuple[Tag, ...]]:
        """Tell how much of each place has the colour."""
        assert len(batch) == len(wanted) <= self.spec.max_batch
        return [
            tuple(
                Tag(label, 0.9, heat, 0.0, None, 0.0)
                for label, heat in enumerate(heats)
                if (label in one.allowed if one.allowed else heat.max() > 0.5)
            )
            for heats, one in zip(avg_pool2d(batch, SIDE // PLACES).numpy(), wanted, strict=True)
        ]


FINDER = cast("TaggingPredictor", Finder())


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 250 pictures 20 are held out."""
    return write_table(tmp_path_factory.mktemp("pictures"), 250)


def test_plans_keep_their_promises() -> None:
    """Labels are said rightly of what is pasted, and neither said nor true beneath; others the other way round."""
    random = np.random.default_rng(2)
    said, true = (random.random((40, 6)) < 0.4 for _ in range(2))
    drawn = list(plans(said, true, 30, 5))
    right, strange = said & true, ~said & ~true
    for plan in drawn:
        assert right[plan.above, plan.label]
        assert strange[plan.beneath, plan.label]
        if plan.other is None:
            assert not (right[plan.beneath] & strange[plan.above]).any()
        else:
            assert right[plan.beneath, plan.other]
            assert strange[plan.above, plan.other]
        assert SHARES[0] <= plan.share <= SHARES[1]
        assert all(0 <= one <= 1 for one in plan.place)
    assert len(drawn) == 30 * right.any(axis=1).sum()
    chosen = [(plan.above, plan.label) for plan in drawn]
    assert {*chosen} == {(int(row), int(label)) for row, label in np.argwhere(right)}
    assert drawn == list(plans(said, true, 30, 5))
    assert drawn != list(plans(said, true, 30, 6))


def test_a_label_of_all_pictures_is_pasted_nowhere() -> None:
    """Where there is no picture without it, nobody could tell what the heat is of."""
    everything = np.ones((5, 1), bool)
    assert list(plans(everything, everything, 3, 0)) == []


def test_heat_that_is_on_the_thing_is_in_the_box(table: Path) -> None:
    """All lies in it, but for places that the box cuts; heat of what is beneath lies out of it."""
    held_out = load(table).held_out
    found = look(held_out, FINDER, 2, 0)
    assert 0 < len(found.said) <= len(found.asked) <= 2 * len(held_out)
    assert found.beneath
    for sight in found.said + found.asked:
        around = 1 / PLACES
        left, top = (max(one - around, 0) for one in (sight.box.left, sight.box.top))
        right, bottom = (min(one + around, 1) for one in (sight.box.right, sight.box.bottom))
        assert heat_share(sight.heat, Box(left, top, right, bottom)) == pytest.approx(1, abs=1e-5)
        assert heat_share(sight.heat, sight.box) > 2 * sight.box.area
    assert all(heat_share(sight.heat, sight.box) < sight.box.area for sight in found.beneath)
    assert {sight.box for sight in found.said + found.beneath} <= {sight.box for sight in found.asked}


def test_heat_of_a_place_is_what_the_box_covers_of_it() -> None:
    """A red picture in a green one: its heat is, place by place, the product of what is covered down and across."""
    picture = Picture(np.full((30, 30, 3), COLOURS["green"], np.uint8))
    thing = Picture(np.full((20, 20, 3), COLOURS["red"], np.uint8))
    made, box = paste(picture, thing, 0.4, (0.35, 0.6))
    (tags,) = Finder().tag(Finder().prepare_item(made)[None], [Wanted()])
    heat = next(tag.heat for tag in tags if Finder.labels[tag.label] == "red")
    down, across = (
        [
            min(max(last - place / PLACES, 0), 1 / PLACES) - min(max(first - place / PLACES, 0), 1 / PLACES)
            for place in range(PLACES)
        ]
        for first, last in ((box.top, box.bottom), (box.left, box.right))
    )
    expected = [[y * x * PLACES**2 for x in across] for y in down]
    np.testing.assert_allclose(heat, expected, atol=1e-4)
    squares = sum(value**2 for row in expected for value in row)
    assert heat_share(heat, box) == pytest.approx(squares / sum(map(sum, expected)), abs=1e-4)


def test_rows_are_means_and_their_bounds() -> None:
    """Two boxes of known shares, in which half and all of the heat lies, beside what the closed forms give."""
    left, corner = Box(0, 0, 0.5, 1), Box(0, 0, 0.5, 0.5)
    upper, first = np.array([[1, 1], [0, 0]]), np.array([[1, 0], [0, 0]])
    found = Found([Sight(upper, left, 3), Sight(first, corner, 4)], [Sight(upper, corner, 3)], [])
    lines = result_table(found).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert cells == [
        # (0.5 / 0.5 + 1 / 0.25) / 2. Four places are equally near the middle: the first of them counts as the peak.
        ["said unasked", "2", "2.50 (1.00 to 4.00)", "1.00", "3.00", "100.0 (100.0 to 100.0)", "100.0", "37.5"],
        ["asked for", "1", "2.00 (2.00 to 2.00)", "1.00", "4.00", "100.0 (100.0 to 100.0)", "100.0", "25.0"],
    ]


def test_the_command_prints_what_it_found(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line that was typed, the machine, the weights and the table; the same seed gives the same, others others."""
    monkeypatch.setattr(tagger_heat, "load_tagger", lambda *_: FINDER)
    asked = ["--data", str(table), "--home", str(tmp_path), "--device", "cpu", "--rounds", "1"]
    printed = []
    for more in ([], [], ["--seed", "1"]):
        main([*asked, *more])
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert printed[0].splitlines()[-3:] != printed[2].splitlines()[-3:]
    assert printed[0].startswith("`python -m benchmarks.tagger_heat --data DIR --home")
    assert "- Machine: " in printed[0]
    assert "- Checkpoint: finder, abababababab" in printed[0]
    assert "\n20 held-out pictures, " in printed[0]
    assert "\n| asked for | " in printed[0]


@pytest.mark.parametrize("nothing", ["data", "heat"])
def test_what_cannot_be_measured_is_told(
    nothing: str, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without labelled pictures, or where nothing can be pasted, the command ends with a sentence."""
    monkeypatch.setattr(tagger_heat, "load_tagger", lambda *_: FINDER)
    monkeypatch.setattr(tagger_heat, "look", lambda *_: Found([], [], []))
    data, said = {"data": (tmp_path, "holds no labelled pictures"), "heat": (table, "Nothing is said rightly")}[nothing]
    with pytest.raises(SystemExit):
        main(["--data", str(data), "--home", str(tmp_path)])
    assert said in capsys.readouterr().err
