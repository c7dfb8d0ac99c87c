"""What is carried: on the back, over a shoulder, in a hand, or pulled along."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.finish import darker
from app.demo.people.body import hull
from app.demo.people.parts import Layer, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.demo.curves import Path, Point
    from app.demo.people.body import Body, Seen
    from app.demo.people.person import Garment, Person

# Kind -> width, height and depth in millimetres.
SIZES: dict[str, tuple[float, float, float]] = {
    "backpack": (290, 430, 170),
    "shoulder bag": (290, 220, 90),
    "handbag": (270, 200, 110),
    "shopping bag": (330, 360, 130),
    "briefcase": (390, 280, 80),
    "suitcase": (370, 560, 230),
}
IN_HAND = frozenset({"handbag", "shopping bag", "briefcase", "suitcase"})
_STRAP = 44.0
# Points of a strap's course of which fewer are but a corner.
_FEWEST_SEEN = 3
# A strap from one shoulder to the other hip: azimuths for a bag at positive x, and heights in shares of the stature.
_ACROSS_CHEST = ((-40, 0.835), (-20, 0.78), (10, 0.68), (45, 0.58), (80, 0.53))
_ACROSS_BACK = ((-140, 0.835), (-160, 0.78), (170, 0.68), (135, 0.58), (100, 0.53))
_OVER_SHOULDER = ((24, 0.838), (38, 0.80), (40, 0.70), (75, 0.62))


def carried(body: Body, person: Person) -> list[Layer]:
    """Draw every bag, each as far towards the camera as it is."""
    ease = 45.0 if person.coat else 22.0
    layers: list[Layer] = []
    for bag in person.bags:
        if bag.kind == "backpack":
            layers += _backpack(body, bag, ease)
        elif bag.kind == "shoulder bag":
            layers += _shoulder_bag(body, bag, person.side, ease)
        elif bag.kind == "suitcase":
            layers.append(_suitcase(body, bag, person.side))
        else:
            layers.append(_in_hand(body, bag, person.side))
    return layers


def _backpack(body: Body, bag: Garment, ease: float) -> list[Layer]:
    width, height, depth = SIZES[bag.kind]
    back = 20 - body.girdle(0.7, ease)[1] - depth / 2
    towards = body.see(0, 0, back).towards
    parts = [Part(_box(body, (0, body.at(0.70), back), (width, height, depth), 34), bag.finish, 44, 8, folds=0.4)]
    if towards > 0:
        pocket = _box(body, (0, body.at(0.655), back - depth / 2), (0.78 * width, 0.42 * height, 40), 16)
        parts.append(Part(pocket, bag.trim, 24, 4))
    straps = [
        Part(strap, darker(bag.finish, 0.8), 8, 3)
        for side in (-1, 1)
        if (strap := _strap(body, _OVER_SHOULDER, side, ease)) is not None
    ]
    return [Layer(towards, tuple(parts)), Layer(1.0, tuple(straps))]


def _shoulder_bag(body: Body, bag: Garment, side: int, ease: float) -> list[Layer]:
    width, height, depth = SIZES[bag.kind]
    x, y, z = side * (body.girdle(0.5, ease)[0] + depth / 2 - 10), body.at(0.49), 30.0
    towards = body.see(x, y, z).towards
    if towards > -0.04 * body.build.stature:
        # Beside the hip it hangs over the coat.
        towards = max(2.0, towards)
    flap = _box(body, (x + side * depth / 2, y + 0.22 * height, z), (8, 0.5 * height, width), 10)
    case = _box(body, (x, y, z), (depth, height, width), 22)
    layers = [Layer(towards, (Part(case, bag.finish, 30, 8), Part(flap, darker(bag.finish, 0.88), 12, 3)))]
    strap = _strap(body, _ACROSS_CHEST, side, ease) or _strap(body, _ACROSS_BACK, side, ease)
    if strap is not None:
        layers.append(Layer(1.5, (Part(strap, bag.trim, 6, 3),)))
    return layers


def _suitcase(body: Body, bag: Garment, side: int) -> Layer:
    """Pull a suitcase along behind."""
    width, height, depth = SIZES[bag.kind]
    stature = body.build.stature
    x, y, z = side * 0.16 * stature, height / 2 + 45, -0.20 * stature
    case = _box(body, (x, y, z), (width, height, depth), 24)
    rod = curves.ribbon([body.see(x, height + 40, z).point, _hand(body, side)], 16)
    wheels = [hull([(body.see(x + way * 0.38 * width, 24, z), 24)]) for way in (-1, 1)]
    ribs = [_box(body, (x + share * width, y, z), (12, height, depth), 4) for share in (-0.25, 0.0, 0.25)]
    return Layer(
        body.see(x, y, z).towards,
        (
            Part(rod, darker(bag.trim, 0.6), 4),
            *(Part(wheel, darker(bag.trim, 0.4), 10) for wheel in wheels),
            Part(case, bag.finish, 40, 6),
            *(Part(rib, darker(bag.finish, 0.78), 0, within=(case,)) for rib in ribs),
        ),
    )


def _in_hand(body: Body, bag: Garment, side: int) -> Layer:
    """Hang a bag in a hand, along the way in which one walks."""
    width, height, depth = SIZES[bag.kind]
    hand, z = _hand(body, side), 0.02 * body.build.stature
    x, y = side * (body.girdle(0.78)[0] + 0.05 * body.build.stature), body.at(0.40) - height / 2
    swing = hand[0] - body.see(x, y, z).x
    case = curves.shift(_box(body, (x, y, z), (depth, height, width), 14), swing, 0)
    band = curves.shift(_box(body, (x, y - 0.1 * height, z), (depth, 0.22 * height, width), 6), swing, 0)
    first, last = curves.shift([body.see(x, y + height / 2, z + way * 0.22 * width).point for way in (-1, 1)], swing, 0)
    grip = curves.ribbon(curves.smooth([first, (hand[0], hand[1] + 8), last], steps=5), 12)
    return Layer(
        body.see(x, y, z).towards,
        (Part(grip, bag.trim, 4), Part(case, bag.finish, 24, 6), Part(band, bag.trim, 12, within=(case,))),
    )


def _hand(body: Body, side: int) -> Point:
    wrist = body.arm(side, loaded=True)[2]
    return wrist.x, wrist.y - 0.03 * body.build.stature


def _strap(body: Body, course: Sequence[tuple[float, float]], side: int, ease: float) -> Path | None:
    """Run a strap over the trunk, if enough of it is seen."""
    seen = [body.on(side * turn, share, ease).point for turn, share in course if body.faces(side * turn)]
    return curves.ribbon(curves.smooth(seen, steps=5), _STRAP) if len(seen) >= _FEWEST_SEEN else None


def _box(body: Body, centre: tuple[float, float, float], size: tuple[float, float, float], corner: float) -> Path:
    """Outline a box with rounded corners, all in body coordinates and millimetres."""
    half = [extent / 2 - min(corner, extent / 2 - 1) for extent in size]
    balls: list[tuple[Seen, float]] = []
    for ways in product((-1, 1), repeat=3):
        x, y, z = (middle + way * reach for middle, way, reach in zip(centre, ways, half, strict=True))
        balls.append((body.see(x, y, z), corner))
    return hull(balls)
