"""What is worn above the waist: tops, coats and their sleeves, cut on a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.demo.finish import darker
from app.demo.people.body import Seen, hull, limb
from app.demo.people.luggage import IN_HAND
from app.demo.people.parts import Part
from app.demo.people.person import Detail

if TYPE_CHECKING:
    from app.demo.curves import Path
    from app.demo.people.body import Body
    from app.demo.people.person import Garment, Person

# Kind -> how far the sleeve reaches along the arm, where the hem is in shares of the stature, ease of cloth in mm.
TOPS: dict[str, tuple[float, float, float]] = {
    "T-shirt": (0.34, 0.485, 14),
    "vest": (0.06, 0.49, 8),
    "shirt": (0.95, 0.475, 16),
    "blouse": (0.95, 0.50, 18),
    "polo shirt": (0.36, 0.485, 14),
    "jumper": (0.96, 0.485, 24),
    "hoodie": (0.97, 0.475, 32),
    "sweatshirt": (0.97, 0.48, 26),
    "dress": (0.30, 0.47, 10),
}
COATS: dict[str, tuple[float, float, float]] = {
    "jacket": (0.98, 0.475, 36),
    "blazer": (0.97, 0.455, 28),
    "down jacket": (0.99, 0.48, 50),
    "coat": (0.99, 0.32, 42),
    "raincoat": (0.99, 0.37, 46),
    "cardigan": (0.97, 0.45, 28),
    "safety vest": (0.10, 0.47, 40),
}
# Coats that are worn open, and how many degrees to both sides; the others show a collar only.
_OPEN = {"blazer": 17.0, "cardigan": 28.0, "jacket": 20.0, "safety vest": 18.0}
# Widths of a bare arm, in shares of the stature.
# Share of the arm up to which a sleeve has no cuff.
_SHORT_SLEEVE = 0.5
_ARM = (0.010, 0.046, 0.053, 0.048, 0.044, 0.040, 0.034)


def top(body: Body, garment: Garment, *, tucked: bool) -> list[Part]:
    """Draw the trunk of a top, with what is printed or knitted into it."""
    _, hem, ease = TOPS[garment.kind]
    hem = 0.575 if tucked else hem
    shares = (hem, 0.56, 0.62, 0.70, 0.765, 0.803, 0.824, 0.846)
    cloth = body.wrap(shares, (ease * 0.7, ease, ease * 1.1, ease, ease * 0.5, ease * 0.3, ease * 0.3, 6))
    parts = [Part(cloth, garment.finish, 56, 4, folds=0.5)]
    parts += _details(body, garment, cloth, ease)
    if garment.kind == "hoodie":
        parts.append(_hood(body, garment))
    if garment.kind in {"shirt", "polo shirt", "blouse"} and body.faces(0):
        parts.append(Part(_panel(body, 0.79, 0.852, 16, ease), darker(garment.finish, 0.86), 10))
    if garment.kind in {"T-shirt", "vest", "dress"} and body.faces(0):
        neckline = hull([(body.on(0, 0.826, 8), 26), (body.on(0, 0.846, 4), 40)])
        parts.append(Part(neckline, garment.trim, 0, within=(cloth,)))
    return parts


def coat(body: Body, garment: Garment) -> list[Part]:
    """Draw a coat that is open in front; from behind it is closed."""
    _, hem, ease = COATS[garment.kind]
    lower = max(0.0, 0.47 - hem) * 150
    shares = (hem, 0.47, 0.56, 0.62, 0.70, 0.765, 0.805, 0.826, 0.848)
    eases = (ease + lower, ease, ease * 0.9, ease, ease, ease * 0.7, ease * 0.5, ease * 0.4, 10)
    cloth = body.wrap(shares, eases)
    parts = [Part(cloth, garment.finish, 62, 6, folds=0.6)]
    parts += _details(body, garment, cloth, ease)
    if garment.kind == "down jacket":
        for level in (0.50, 0.545, 0.59, 0.635, 0.68, 0.725, 0.77):
            seam = body.wrap((level, level + 0.006), (ease + 30, ease + 30))
            parts.append(Part(seam, darker(garment.finish, 0.74), 0, within=(cloth,)))
    if garment.kind == "safety vest":
        for level in (0.53, 0.63):
            strip = body.wrap((level, level + 0.028), (ease + 9, ease + 9))
            parts.append(Part(strip, garment.trim, 20, within=(cloth,)))
    return parts


def opening(body: Body, garment: Garment) -> Path | None:
    """Outline what an open coat shows of the top, from the neck to the hem; None where it shows nothing."""
    _, hem, ease = COATS[garment.kind]
    wide = _OPEN.get(garment.kind)
    levels = (0.735, 0.77, 0.80, 0.83, 0.85) if wide is None else (hem, 0.55, 0.66, 0.76, 0.82, 0.85)
    spread = np.linspace(2, 22, len(levels)) if wide is None else np.full(len(levels), wide)
    widest = float(spread.max())
    if not (body.faces(widest) and body.faces(-widest)):
        return None
    left, right = (
        [body.on(way * float(turn), share, ease).point for turn, share in zip(spread, levels, strict=True)]
        for way in (-1, 1)
    )
    return (*left, *reversed(right))


def sleeve(body: Body, person: Person, side: int) -> list[Part]:
    """Draw one arm: hand, skin, the top's sleeve and the coat's."""
    stature, girth = body.build.stature, body.build.girth
    loaded = side == person.side and any(bag.kind in IN_HAND for bag in person.bags)
    shoulder, elbow, wrist = body.arm(side, loaded=loaded)
    cap = Seen(*(1.16 * a - 0.16 * b for a, b in zip(shoulder, elbow, strict=True)))
    joints = (cap, shoulder, elbow, wrist)
    fingers = (wrist.x + 0.33 * (wrist.x - elbow.x), wrist.y + 0.33 * (wrist.y - elbow.y))
    skin = person.skin_finish
    parts = [
        Part(hull([(wrist, 0.015 * stature), (fingers, 0.019 * stature)]), skin, 16),
        Part(limb(joints, [width * stature * girth for width in _ARM]), skin, 20),
    ]
    for garment, cut in ((person.top, TOPS), (person.coat, COATS)):
        if garment is None:
            continue
        length, _, ease = cut[garment.kind]
        finish = garment.trim if garment.detail is Detail.SLEEVES else garment.finish
        widths = [width * stature * girth + 1.05 * ease for width in _ARM]
        widths[0] = 0.4 * widths[0]
        parts.append(Part(limb(joints, widths, 0.0, length), finish, 26, 4, folds=0.7))
        if garment.detail is Detail.BAND and length > _SHORT_SLEEVE:
            parts.append(Part(limb(joints, widths, length - 0.07, length), garment.trim, 22))
    return parts


def _details(body: Body, garment: Garment, cloth: Path, ease: float) -> list[Part]:
    if garment.detail is Detail.BAND:
        band = body.wrap((0.655, 0.70, 0.74), (ease + 14,) * 3)
        return [Part(band, garment.trim, 50, within=(cloth,), folds=0.4)]
    if garment.detail is Detail.YOKE:
        yoke = body.wrap((0.742, 0.78, 0.81, 0.85), (ease + 14,) * 4)
        return [Part(yoke, garment.trim, 50, within=(cloth,), folds=0.4)]
    if garment.detail is Detail.LOGO and body.faces(0):
        return [Part(_panel(body, 0.66, 0.735, 34, ease), garment.trim, 0, within=(cloth,))]
    return []


def _hood(body: Body, garment: Garment) -> Part:
    """Draw a hood that lies on the shoulders."""
    if body.faces(180):
        balls = [(body.on(180, 0.80, 20), 52.0), (body.on(140, 0.835, 10), 46.0), (body.on(220, 0.835, 10), 46.0)]
    else:
        balls = [(body.on(180, 0.835, 16), 48.0), (body.on(70, 0.832, 0), 30.0), (body.on(-70, 0.832, 0), 30.0)]
    return Part(hull(balls), darker(garment.finish, 0.84), 30, 4)


def _panel(body: Body, low: float, high: float, wide: float, ease: float) -> Path:
    """Outline a patch on the chest that reaches `wide` degrees to both sides, as far as it is seen."""
    angles = [angle for angle in (-wide, -wide / 2, 0, wide / 2, wide) if body.faces(angle)]
    lower = [body.on(angle, low, ease).point for angle in angles]
    upper = [body.on(angle, high, ease).point for angle in reversed(angles)]
    return (*lower, *upper) if len(angles) > 1 else hull([(point, 4) for point in (*lower, *upper)])
