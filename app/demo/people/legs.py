"""What is worn below the waist: trousers, skirts and shoes, cut on a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo.people.body import hull, limb
from app.demo.people.parts import Part
from app.demo.people.person import Detail

if TYPE_CHECKING:
    from app.demo.people.body import Body, Seen
    from app.demo.people.person import Garment, Person

# Kind -> widths of a leg from hip to ankle, in shares of the stature, and where it ends.
TROUSERS: dict[str, tuple[tuple[float, ...], float]] = {
    "trousers": ((0.104, 0.098, 0.080, 0.070, 0.062), 1.0),
    "jeans": ((0.104, 0.096, 0.074, 0.064, 0.054), 0.99),
    "leggings": ((0.100, 0.090, 0.064, 0.060, 0.042), 0.97),
    "wide trousers": ((0.106, 0.108, 0.106, 0.112, 0.118), 1.0),
    "tracksuit bottoms": ((0.108, 0.104, 0.088, 0.080, 0.060), 1.0),
    "shorts": ((0.106, 0.108, 0.106, 0.104, 0.104), 0.46),
}
# Kind -> where the hem is, and how far it stands away from the legs, in mm.
SKIRTS: dict[str, tuple[float, float]] = {
    "short skirt": (0.345, 42),
    "pencil skirt": (0.29, 10),
    "skirt": (0.27, 70),
    "long skirt": (0.09, 80),
    "dress": (0.28, 52),
    "long dress": (0.09, 76),
}
_OVER_SHOES = frozenset({"trousers", "wide trousers", "jeans", "tracksuit bottoms"})
# Widths of a bare leg, and of the sole under heel, ball and toe, in shares of the stature.
_LEG = (0.096, 0.086, 0.062, 0.062, 0.040)
_SOLE = (0.013, 0.017, 0.012)
_WAISTBAND, _KNEE = 0.60, 0.20


def leg(body: Body, person: Person, side: int) -> list[Part]:
    """Draw one leg: skin, stocking or trousers, and the shoe; what is over the knee is hidden by a skirt."""
    stature, girth = body.build.stature, body.build.girth
    joints, bottom = body.leg(side), person.bottom
    parts = [Part(limb(joints, [width * stature * girth for width in _LEG]), person.skin_finish, 26)]
    if bottom.kind in TROUSERS:
        widths, end = TROUSERS[bottom.kind]
        parts.append(
            Part(limb(joints, [width * stature * girth for width in widths], 0.0, end), bottom.finish, 34, 4, folds=0.8)
        )
        if bottom.detail is Detail.BAND:
            trouser = parts[-1].path
            stripe = limb(joints, [0.016 * stature] * 3, 0.0, end)
            parts.append(Part(stripe, bottom.trim, 30, within=(trouser,)))
    shoe = _shoe(body, person.shoes, side)
    # Wide cloth falls over the shoe; shoes and boots stand over the rest.
    return [*shoe, *parts] if bottom.kind in _OVER_SHOES else [*parts, *shoe]


def pelvis(body: Body, person: Person) -> list[Part]:
    """Draw what covers the hips: the upper end of trousers, or a skirt down to its hem."""
    bottom = person.bottom
    if bottom.kind in TROUSERS:
        return [Part(body.wrap((0.455, 0.50, 0.55, _WAISTBAND), (0, 6, 6, 4)), bottom.finish, 44, folds=0.6)]
    hem, flare = SKIRTS[bottom.kind]
    # A step spreads the hem, as far as the cloth reaches down the legs.
    lowest = 2 if hem < _KNEE else 1
    steps = [abs(body.leg(side)[lowest].x) for side in (-1, 1)]
    reach = (max(steps) + 0.03 * body.build.stature - body.girdle(0.4)[1]) * (1.0 if lowest == 1 else 0.8)
    spread = max(flare, min(reach, flare + 160))
    shares = (hem, 0.42 * hem + 0.58 * 0.5, 0.52, 0.57, 0.625)
    skirt = body.wrap(shares, (spread, max(12.0, 0.5 * spread), 10, 8, 5))
    parts = [Part(skirt, bottom.finish, 60, 5, folds=0.8)]
    if bottom.detail is Detail.BAND:
        border = body.wrap((hem, hem + 0.035), (spread + 4, spread))
        parts.append(Part(border, bottom.trim, 40, within=(skirt,)))
    return parts


def _shoe(body: Body, shoes: Garment, side: int) -> list[Part]:
    stature = body.build.stature
    heel, ball, toe = body.foot(side, 52.0 if shoes.kind == "pumps" else 12.0)
    upper: list[tuple[Seen, float]] = [(heel, 0.016 * stature), (ball, 0.019 * stature), (toe, 0.012 * stature)]
    if shoes.kind != "pumps":
        upper.append((body.leg(side)[2], 0.019 * stature))
    parts: list[Part] = []
    if shoes.kind in {"boots", "ankle boots"}:
        begin = 0.62 if shoes.kind == "boots" else 0.88
        shaft = limb(body.leg(side), [0.07 * stature] * 3 + [0.052 * stature], begin, 1.0)
        parts.append(Part(shaft, shoes.finish, 24, 3))
    lift = 0.015 * stature
    whole = [((seen.x, seen.y + lift), radius) for seen, radius in upper]
    edge = [
        ((seen.x, seen.y + 0.4 * lift), share * stature) for seen, share in zip((heel, ball, toe), _SOLE, strict=True)
    ]
    return [*parts, Part(hull(edge), shoes.trim, 8), Part(hull(whole), shoes.finish, 16)]
