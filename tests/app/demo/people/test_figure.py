"""Figures from all sides: what is worn shows, where it belongs, and nothing is beyond human measure."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from app.demo import curves
from app.demo.finish import Finish
from app.demo.materials import MATERIALS
from app.demo.people import heads, legs, luggage, tops
from app.demo.people.body import Body, Pose
from app.demo.people.figure import figure
from app.demo.people.parts import Part
from app.demo.people.person import Build, Detail, Garment, Hair, Person
from app.demo.people.wardrobe import stranger

YAWS = (0, 60, 90, 140, 180, 270)
PEOPLE = [stranger(Random(f"figure-{number}")) for number in range(10)]
PLAIN = Finish("canvas", (100, 100, 100))
TRIM = Finish("canvas", (240, 240, 240))


def garment(kind: str, colour: tuple[int, int, int], detail: Detail = Detail.PLAIN) -> Garment:
    """Cut a garment of a colour that nothing else has."""
    return Garment(kind, "black", Finish("canvas", colour), TRIM, detail)


SOMEBODY = Person(
    build=Build(1750, 1.0, 1.0, 1.0),
    skin=(200, 150, 120),
    hair=Hair.SHORT,
    hair_colour=(40, 30, 20),
    beard=False,
    top=garment("jumper", (200, 0, 0)),
    bottom=garment("trousers", (0, 0, 200)),
    coat=None,
    shoes=garment("shoes", (90, 60, 30)),
    hat=None,
    bags=(),
    side=1,
)


def standing(yaw: float, tilt: float = 0) -> Pose:
    """Stand before a camera."""
    return Pose(yaw, 0.1, 0, tilt)


def places(parts: tuple[Part, ...], worn: Garment) -> list[int]:
    """Tell when parts of a garment are painted."""
    return [index for index, part in enumerate(parts) if part.finish == worn.finish]


def area(path: curves.Path) -> float:
    """Measure an outline by the shoelace formula."""
    x, y = np.asarray(path).T
    return abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2


@pytest.mark.parametrize("yaw", YAWS)
def test_figures_have_human_measures(yaw: float) -> None:
    """From sole to crown a figure is as tall as its stature, hat and hair included, and less wide than tall."""
    for person in PEOPLE:
        parts = figure(replace(person, bags=()), standing(yaw))
        left, bottom, right, top = curves.bounds([part.path for part in parts])
        assert -25 < bottom < 60
        assert 0.95 * person.build.stature < top < 1.07 * person.build.stature
        assert right - left < 0.6 * person.build.stature


@pytest.mark.parametrize("yaw", YAWS)
def test_parts_are_fit_to_be_painted(yaw: float) -> None:
    """Outlines are finite and enclose something, and every material is known."""
    for person in PEOPLE:
        for part in figure(person, Pose(yaw, 0.3, 0.9, 12)):
            assert len(part.path) >= 3
            assert np.isfinite(np.asarray(part.path)).all()
            assert part.finish.material in MATERIALS


@pytest.mark.parametrize("yaw", YAWS)
def test_clothes_show_from_every_side(yaw: float) -> None:
    """Top, trousers and shoes are painted however somebody stands."""
    parts = figure(SOMEBODY, standing(yaw))
    for worn in (SOMEBODY.top, SOMEBODY.bottom, SOMEBODY.shoes):
        assert places(parts, worn)


@pytest.mark.parametrize("kind", sorted(tops.TOPS))
def test_long_sleeves_cover_more_of_an_arm(kind: str) -> None:
    """The sleeve of a top covers the share of the arm that its cut says, more or less."""
    dressed = replace(SOMEBODY, top=garment(kind, (200, 0, 0)))
    hand, skin, sleeve, *_ = tops.sleeve(Body(dressed.build, standing(0)), dressed, 1)
    low = curves.bounds([sleeve.path])[1]
    wrist, shoulder = curves.bounds([skin.path])[1], curves.bounds([skin.path])[3]
    assert (shoulder - low) / (shoulder - wrist) == pytest.approx(tops.TOPS[kind][0], abs=0.1)
    assert hand.finish == skin.finish == dressed.skin_finish


@pytest.mark.parametrize("kind", sorted(tops.COATS))
def test_coats_lie_over_tops_and_are_closed_behind(kind: str) -> None:
    """From behind nothing is painted of the top after the coat; in front its collar at least shows."""
    coat = garment(kind, (0, 200, 0))
    dressed = replace(SOMEBODY, coat=coat)
    behind, front = (figure(dressed, standing(yaw)) for yaw in (180, 0))
    trunk = [index for index in places(behind, coat) if behind[index].bulge > 50]
    sleeves = max(index for index in places(behind, dressed.top) if behind[index].bulge > 50)
    assert sleeves < min(trunk)
    shown = [part for part in front[places(front, coat)[0] :] if part.finish == dressed.top.finish and part.within]
    assert shown
    assert tops.opening(Body(dressed.build, standing(180)), coat) is None


@pytest.mark.parametrize("kind", sorted(legs.SKIRTS))
def test_skirts_end_at_their_hem_and_cover_a_step(kind: str) -> None:
    """The lowest point of a skirt is its hem, and whoever strides out has it as wide as the knees or wider."""
    dressed = replace(SOMEBODY, bottom=garment(kind, (0, 0, 200)))
    body = Body(dressed.build, Pose(90, 0.25, 1.0, 0))
    skirt = legs.pelvis(body, dressed)[0]
    left, bottom, right, _ = curves.bounds([skirt.path])
    assert bottom == pytest.approx(body.at(legs.SKIRTS[kind][0]), abs=3)
    still = curves.bounds([legs.pelvis(Body(dressed.build, standing(90)), dressed)[0].path])
    assert right - left >= still[2] - still[0] - 1


@pytest.mark.parametrize("kind", sorted(legs.TROUSERS))
def test_trousers_cover_legs(kind: str) -> None:
    """Cloth is wider than the leg in it, and shorts end above the shank."""
    dressed = replace(SOMEBODY, bottom=garment(kind, (0, 0, 200)))
    parts = legs.leg(Body(dressed.build, standing(0)), dressed, 1)
    cloth = next(part for part in parts if part.finish == dressed.bottom.finish)
    skin = next(part for part in parts if part.finish == dressed.skin_finish)
    left, bottom, right, _ = curves.bounds([cloth.path])
    bare = curves.bounds([skin.path])
    assert right - left > bare[2] - bare[0]
    assert (bottom > 0.25 * dressed.build.stature) == (kind == "shorts")


def test_a_backpack_is_behind_somebody_who_faces_us() -> None:
    """It is painted before the trunk of somebody who comes, after that of somebody who goes, and then fully seen."""
    bag = garment("backpack", (0, 200, 200))
    laden = replace(SOMEBODY, bags=(bag,))
    for yaw, after in ((0, False), (180, True)):
        parts = figure(laden, standing(yaw))
        trunk = max(index for index in places(parts, laden.top) if parts[index].bulge > 50)
        assert (places(parts, bag)[-1] > trunk) is after


@pytest.mark.parametrize("kind", sorted(luggage.SIZES))
def test_bags_have_their_size(kind: str) -> None:
    """From the side a bag is as wide and as high as its kind, and what is carried in a hand hangs below it."""
    bag = garment(kind, (0, 200, 200))
    laden = replace(SOMEBODY, bags=(bag,))
    body = Body(laden.build, standing(90))
    parts = [part for layer in luggage.carried(body, laden) for part in layer.parts]
    case = max((part for part in parts if part.finish == bag.finish), key=lambda part: area(part.path))
    left, bottom, right, top = curves.bounds([case.path])
    width, height, depth = luggage.SIZES[kind]
    assert top - bottom == pytest.approx(height, rel=0.02)
    assert right - left == pytest.approx(depth if kind in {"backpack", "suitcase"} else width, rel=0.02)
    if kind in luggage.IN_HAND:
        assert top < body.arm(1, loaded=True)[2].y


def test_faces_are_seen_from_the_front_only() -> None:
    """Eyes and mouth are there from the front, fewer from the side, and none from behind."""
    bald = replace(SOMEBODY, hair=Hair.BALD)
    counts = [len(heads.head(Body(bald.build, standing(yaw)), bald)) for yaw in (0, 90, 180)]
    assert counts[0] > counts[1] > counts[2]


@pytest.mark.parametrize("hair", list(Hair))
def test_hair_is_worn_in_its_way(hair: Hair) -> None:
    """Who is bald has no hair, whoever has long hair has it down to the shoulders from behind."""
    somebody = replace(SOMEBODY, hair=hair)
    body = Body(somebody.build, standing(180))
    parts = [*heads.behind(body, somebody), *heads.head(body, somebody)]
    found = [part for part in parts if part.finish.material == "satin"]
    assert bool(found) == (hair is not Hair.BALD)
    if hair is Hair.LONG:
        assert curves.bounds([part.path for part in found])[1] < body.at(0.8)


@pytest.mark.parametrize("kind", ["cap", "beanie", "hat", "headscarf"])
def test_hats_sit_on_the_head(kind: str) -> None:
    """A hat's parts lie on the upper end of the figure and reach above the bare head."""
    hat = garment(kind, (0, 220, 0))
    bare, covered = (figure(replace(SOMEBODY, hat=worn), standing(0)) for worn in (None, hat))
    hats = [part for part in covered if part.finish == hat.finish]
    assert hats
    assert curves.bounds([part.path for part in hats])[1] > 0.75 * SOMEBODY.build.stature
    assert curves.bounds([part.path for part in covered])[3] >= curves.bounds([part.path for part in bare])[3]


@pytest.mark.parametrize("detail", [Detail.BAND, Detail.SLEEVES, Detail.YOKE, Detail.LOGO])
def test_details_are_of_the_trim(detail: Detail) -> None:
    """A top with a detail shows its trim in front, a plain one does not."""
    parts = figure(replace(SOMEBODY, top=garment("sweatshirt", (200, 0, 0), detail)), standing(0))
    plain = figure(replace(SOMEBODY, top=garment("sweatshirt", (200, 0, 0))), standing(0))
    count, none = (sum(part.finish == TRIM for part in drawn) for drawn in (parts, plain))
    assert count > none
