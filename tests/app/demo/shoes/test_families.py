"""What every kind of shoe has, whoever cuts it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from app.demo import curves
from app.demo.materials import MATERIALS
from app.demo.shoes.catalogue import KINDS, DemoShoe, draft
from app.demo.shoes.painter import shape_bounds
from app.demo.shoes.shape import Form, Role, ShoeShape, Style, Surface

NUMBERS = range(4)
# Kind -> the lowest and the highest seat it may have, in millimetres.
SEATS = {
    "sneaker": (14, 50), "high-top": (14, 46), "running shoe": (14, 52), "boot": (12, 140), "ankle boot": (18, 145),
    "chelsea boot": (14, 120), "lace-up boot": (25, 105), "pump": (34, 84), "stiletto": (88, 140), "sandal": (11, 54),
    "heeled sandal": (38, 138), "loafer": (16, 94), "oxford": (16, 94), "ballerina": (6, 37), "mary jane": (12, 102),
    "wedge": (34, 136), "mule": (9, 101), "clog": (20, 104), "platform": (36, 146), "flip-flop": (13, 68),
}  # fmt: skip
OPEN = {"sandal", "heeled sandal", "flip-flop", "mule", "clog"}
TALL = {"high-top", "ankle boot", "chelsea boot", "lace-up boot", "boot"}


def shapes(kind: str) -> list[ShoeShape]:
    """Draw some shoes of a kind."""
    return [draft(kind, number)[0] for number in NUMBERS]


def roles(shape: ShoeShape) -> set[Role]:
    """Parts of a shoe."""
    return {mark.role for mark in shape.marks}


@pytest.mark.parametrize("kind", KINDS)
def test_a_shoe_is_drawn_the_same_twice(kind: str) -> None:
    """The same number gives an equal shape and an equal look."""
    assert [draft(kind, number) for number in NUMBERS] == [draft(kind, number) for number in NUMBERS]


@pytest.mark.parametrize("kind", KINDS)
def test_another_number_or_attempt_is_another_shoe(kind: str) -> None:
    """Numbers and attempts all give different shapes."""
    drawn = [draft(kind, number, attempt)[0] for number in NUMBERS for attempt in range(2)]
    assert len({shape.marks for shape in drawn}) == len(drawn)


@pytest.mark.parametrize("kind", KINDS)
def test_every_shoe_has_a_sole_and_something_that_holds_the_foot(kind: str) -> None:
    """A shoe knows its kind, stands on a sole, and has an upper or straps."""
    for shape in shapes(kind):
        assert shape.kind == kind
        assert Role.SOLE in roles(shape)
        assert roles(shape) & {Role.UPPER, Role.STRAP}


@pytest.mark.parametrize("kind", sorted(OPEN))
def test_open_shoes_show_their_footbed(kind: str) -> None:
    """One sees what the foot stands on."""
    assert all(Role.FOOTBED in roles(shape) for shape in shapes(kind))


@pytest.mark.parametrize("kind", ["sneaker", "high-top", "running shoe", "lace-up boot", "oxford"])
def test_laced_kinds_have_laces(kind: str) -> None:
    """Most shoes of a laced kind have laces; the others slip on or buckle."""
    laced = [Role.LACE in roles(draft(kind, number)[0]) for number in range(12)]
    assert sum(laced) >= 6


def test_chelsea_boots_have_elastic() -> None:
    """An elastic gore is what makes a chelsea boot."""
    assert all(Role.ELASTIC in roles(shape) for shape in shapes("chelsea boot"))


@pytest.mark.parametrize("kind", ["pump", "stiletto", "heeled sandal"])
def test_heeled_kinds_have_a_heel(kind: str) -> None:
    """What is named for its heel has one as a part of its own."""
    assert all(Role.HEEL in roles(shape) for shape in shapes(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_the_seat_is_as_high_as_the_kind_allows(kind: str) -> None:
    """No ballerina stands on a needle, no stiletto is flat."""
    low, high = SEATS[kind]
    assert all(low <= draft(kind, number)[0].heel <= high for number in range(12))


@pytest.mark.parametrize("kind", sorted(TALL))
def test_shafts_cover_the_ankle(kind: str) -> None:
    """The opening of a boot or a high-top lies at least 80 mm above the seat."""
    for shape in shapes(kind):
        assert shape_bounds(shape)[3] - shape.heel > 80


@pytest.mark.parametrize("kind", sorted(set(KINDS) - OPEN))
def test_the_toe_points_to_the_left(kind: str) -> None:
    """A closed shoe is lower at its left end than at its right, where the heel and the ankle are."""
    for shape in shapes(kind):
        left, _, right, _ = shape_bounds(shape)
        points = np.concatenate([mark.path for mark in shape.surfaces if not mark.within])
        toe = points[points[:, 0] < left + 0.12 * (right - left)]
        heel = points[points[:, 0] > left + 0.75 * (right - left)]
        assert toe[:, 1].max() <= heel[:, 1].max() + 1


@pytest.mark.parametrize("kind", sorted(OPEN))
def test_the_toe_of_an_open_shoe_points_to_the_left(kind: str) -> None:
    """The footbed is higher at its right end than under the ball, and what holds the toes is left of the middle."""
    for shape in shapes(kind):
        bed = np.asarray(next(mark for mark in shape.surfaces if mark.role is Role.FOOTBED).path)
        place = (bed[:, 0] - bed[:, 0].min()) / np.ptp(bed[:, 0])
        assert bed[place > 0.85, 1].mean() > bed[(place > 0.3) & (place < 0.5), 1].mean()
        holds = [np.asarray(mark.path) for mark in shape.surfaces if mark.role in {Role.STRAP, Role.UPPER}]
        assert min(path[:, 0].min() for path in holds) < bed[:, 0].mean() - 30


@pytest.mark.parametrize("kind", KINDS)
def test_shoes_have_human_measures(kind: str) -> None:
    """A shoe is between 18 and 31 cm long and at most 52 cm tall."""
    for shape in shapes(kind):
        left, bottom, right, top = shape_bounds(shape)
        assert 180 < right - left < 310
        assert 30 < top - bottom < 520


@pytest.mark.parametrize("kind", KINDS)
def test_marks_are_fit_to_be_painted(kind: str) -> None:
    """Paths are finite and long enough, materials are known, and every form used has a volume that lights it."""
    for shape in shapes(kind):
        lit = {form for form, _ in shape.volumes} | {Form.OWN}
        for mark in shape.marks:
            assert np.isfinite(np.asarray(mark.path)).all()
            assert mark.finish.material in MATERIALS
            assert len(mark.path) >= (3 if isinstance(mark, Surface) else 2)
        assert {surface.form for surface in shape.surfaces} <= lit


@pytest.mark.parametrize("kind", KINDS)
def test_lines_have_a_width_and_a_known_style(kind: str) -> None:
    """No line is finer than half a millimetre or thicker than a lace."""
    for shape in shapes(kind):
        assert all(0.5 <= line.width <= 8 for line in shape.lines)
        assert {type(line.style) for line in shape.lines} <= {Style}


def test_straps_run_over_the_foot_and_not_through_the_sole() -> None:
    """What of a sandal's strap shows begins at most a strap's own width below the footbed."""
    for shape in shapes("sandal"):
        bed = next(mark for mark in shape.surfaces if mark.role is Role.FOOTBED)
        floor = curves.bounds([bed.path])[1]
        for mark in shape.surfaces:
            if mark.role is Role.STRAP:
                assert curves.bounds([mark.path])[1] > floor - 20


def test_kinds_are_cut_in_several_ways(shoes: list[DemoShoe]) -> None:
    """Within a kind the parts and their numbers differ: no kind is one pattern in other measures."""
    parts = {(shoe.shape.kind, frozenset(Counter(mark.role for mark in shoe.shape.marks).items())) for shoe in shoes}
    variants = Counter(kind for kind, _ in parts)
    assert all(variants[kind] >= 4 for kind in KINDS), variants
