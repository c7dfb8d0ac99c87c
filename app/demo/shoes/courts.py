"""Shoes with one low opening from throat to heel: pump, stiletto, ballerina, mary jane, and wedges cut the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.chance import chance
from app.demo.shoes import court_trims, soles
from app.demo.shoes.last import Last
from app.demo.shoes.pattern import Pattern, inside, toe_line, upper, volume
from app.demo.shoes.shape import Bench

if TYPE_CHECKING:
    from random import Random

    from app.demo.curves import Path
    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape


@dataclass(frozen=True)
class Cut:
    """Where the opening runs: throat place and height, the quarter's lowest height and place, the back, the toe."""

    throat: float = 0.27
    throat_height: float = 33.0
    quarter: float = 24.0
    low_at: float = 0.52
    back: float = 56.0
    toe: float = 26.0
    blunt: float = 0.5
    sweep: float = 0.5


def low_pattern(last: Last, cut: Cut) -> Pattern:
    """Work out the curves of a low upper."""
    fall = cut.throat_height - cut.quarter
    climb = cut.back - cut.quarter
    lows = [
        (cut.throat + 0.022, cut.throat_height - fall * (0.12 + 0.25 * cut.sweep), 0.42),
        (cut.throat + 0.085, cut.quarter + fall * (0.48 - 0.3 * cut.sweep), 0.74),
        (cut.low_at, cut.quarter, 0.9),
        (0.5 * (cut.low_at + 0.93), cut.quarter + climb * 0.36, 0.82),
        (0.915, cut.quarter + climb * 0.80, 0.62),
        (0.968, cut.quarter + climb * 0.965, 0.34),
    ]
    throat = last.at(cut.throat, cut.throat_height)
    top = last.at(0.985, cut.back)
    return Pattern(
        last,
        toe_line(last, cut.toe, cut.blunt, cut.throat, cut.throat_height),
        curves.smooth([throat, *(last.at(u, v, side) for u, v, side in lows), top]),
        curves.smooth([throat, *(last.at(u, v + 1.5, -0.85 * side) for u, v, side in lows), top]),
        counter(last, cut.back, top),
    )


def counter(last: Last, height: float, top: curves.Point) -> Path:
    """Round the back of the heel from the seat to the opening."""
    return curves.smooth(
        [
            last.at(1.0, 0.0),
            last.at(1.016, height * 0.22),
            last.at(1.016, height * 0.5),
            last.at(1.0, height * 0.8),
            top,
        ]
    )


def pump(rng: Random, look: Look) -> ShoeShape:
    """Draw a court shoe with a heel one can walk on."""
    height = rng.uniform(32, 78)
    last = Last(height, 4.0, 5.0, rng.uniform(235, 252), point=rng.uniform(0.2, 0.95), width=86)
    form = rng.choice(
        [
            soles.HeelForm(0.79, rng.uniform(30, 46), 1.2, rng.uniform(-10, -2), 2.0),
            soles.HeelForm(0.80, rng.uniform(10, 16), 2.6, rng.uniform(-12, -4), rng.uniform(0, 6)),
            soles.HeelForm(0.79, rng.uniform(17, 26), 2.0, rng.uniform(-18, -6), rng.uniform(6, 11), rng.uniform(2, 8)),
            soles.HeelForm(0.77, rng.uniform(44, 56), 1.0, rng.uniform(-6, 2), 0.0, rng.uniform(0, 8)),
        ]
    )
    bench = Bench("pump", last.rise(1.0))
    cut = _cut(rng, last)
    _dress(
        bench,
        low_pattern(last, cut),
        look,
        rng,
        form,
        rng.choice(["plain", "plain", "bow", "cap", "strap", "sling", "buckle"]),
    )
    return bench.finish()


def stiletto(rng: Random, look: Look) -> ShoeShape:
    """Draw a court shoe on a needle."""
    height = rng.uniform(86, 118)
    platform = rng.choice([4.0, 4.0, 4.0, rng.uniform(14, 26)])
    last = Last(
        height - (platform - 4) * 0.4, platform, 4.0, rng.uniform(240, 258), point=rng.uniform(0.45, 1.0), width=84
    )
    form = soles.HeelForm(
        rng.uniform(0.80, 0.84), rng.uniform(7, 10), rng.uniform(3.2, 6.5), rng.uniform(-16, -3), rng.uniform(0, 5)
    )
    bench = Bench("stiletto", last.rise(1.0))
    cut = _cut(rng, last)
    _dress(
        bench,
        low_pattern(last, cut),
        look,
        rng,
        form,
        rng.choice(["plain", "plain", "strap", "ankle", "sling", "cap", "dorsay", "tbar"]),
    )
    return bench.finish()


def ballerina(rng: Random, look: Look) -> ShoeShape:
    """Draw a flat, low-cut shoe, most with a bow."""
    height = rng.choice([rng.uniform(3, 9), rng.uniform(8, 16), rng.uniform(15, 27)])
    last = Last(
        height,
        rng.choice([4.0, 4.0, 9.0]),
        rng.uniform(3, 14),
        rng.uniform(232, 252),
        point=rng.uniform(0.0, 1.0),
        width=rng.uniform(76, 96),
    )
    cut = Cut(
        rng.uniform(0.15, 0.36), rng.uniform(22, 36), rng.uniform(14, 30), rng.uniform(0.44, 0.64), rng.uniform(36, 62),
        rng.uniform(17, 28), 1 - last.point, rng.uniform(0.0, 1.0),
    )  # fmt: skip
    form = soles.HeelForm(rng.uniform(0.70, 0.8), rng.uniform(44, 62), 1.0, rng.uniform(-6, 0))
    trims = [
        "bow",
        "bow",
        "plain",
        "cap",
        "strap",
        "buckle",
        "ankle",
        "elastic",
        "dorsay",
        "sling",
        "cross",
        "tbar",
        "double",
    ]
    bench = Bench("ballerina", last.rise(1.0))
    _dress(bench, low_pattern(last, cut), look, rng, form, rng.choice(trims))
    return bench.finish()


def mary_jane(rng: Random, look: Look) -> ShoeShape:
    """Draw a round-toed shoe with one or more straps over the instep."""
    height = rng.choice([rng.uniform(8, 25), rng.uniform(30, 75)])
    chunky = chance(rng, 0.5)
    platform = rng.uniform(12, 26) if chunky else 5.0
    last = Last(height, platform, rng.uniform(5, 9), rng.uniform(238, 252), point=rng.uniform(0.0, 0.4), width=90)
    cut = Cut(
        rng.uniform(0.24, 0.34), rng.uniform(36, 46), rng.uniform(26, 36), rng.uniform(0.48, 0.58), rng.uniform(54, 66),
        rng.uniform(28, 38), 1 - last.point, rng.uniform(0.3, 1.0),
    )  # fmt: skip
    form = soles.HeelForm(
        rng.uniform(0.7, 0.78), rng.uniform(42, 62), rng.uniform(0.9, 1.4), rng.uniform(-8, 2), 0.0, rng.uniform(0, 9)
    )
    bench = Bench("mary jane", last.rise(1.0))
    straps = rng.choice(["strap", "strap", "double", "tbar", "triple", "cross"])
    _dress(bench, low_pattern(last, cut), look, rng, form, straps)
    return bench.finish()


def _cut(rng: Random, last: Last) -> Cut:
    """Vary the opening of a dress shoe."""
    return Cut(
        rng.uniform(0.19, 0.37), rng.uniform(27, 38), rng.uniform(17, 32), rng.uniform(0.46, 0.6), rng.uniform(48, 64),
        rng.uniform(19, 28), 1 - last.point, rng.uniform(0.0, 1.0),
    )  # fmt: skip


def _dress(bench: Bench, pattern: Pattern, look: Look, rng: Random, form: soles.HeelForm, trim: str) -> None:
    """Assemble a court shoe: inside, heel, sole, upper, trim."""
    last = pattern.last
    volume(bench, pattern)
    inside(bench, pattern, look)
    if trim in {"sling", "dorsay"}:
        soles.footbed(bench, last, look)
    soles.heel(bench, last, form, look.heel, look.outsole)
    soles.thin(bench, last, look.sole if last.platform > 8 else look.outsole, 3.4)  # noqa: PLR2004 - a platform is covered
    open_part = {"sling": (0.56, 2.0), "dorsay": (0.50, 0.74)}.get(trim)
    if open_part is None:
        upper(bench, pattern, look)
    else:
        court_trims.cut_away(bench, pattern, look, *open_part)
    court_trims.trim(bench, pattern, look, rng, trim)
