"""Leather shoes with a welted sole: oxford, derby, brogue and monk (kind oxford), and loafer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.chance import chance
from app.demo.finish import darker
from app.demo.shoes import closed, details, soles
from app.demo.shoes.last import Last
from app.demo.shoes.pattern import Pattern, inside, upper, volume
from app.demo.shoes.shape import Bench, Form, Role, Style

if TYPE_CHECKING:
    from random import Random

    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape


def oxford(rng: Random, look: Look) -> ShoeShape:
    """Draw a laced or buckled leather shoe on a stacked heel or a chunky sole."""
    last = _last(rng)
    cut = closed.LowCut(
        rng.uniform(0.33, 0.40), rng.uniform(42, 53), rng.uniform(0.50, 0.58), rng.uniform(64, 86), rng.uniform(40, 54),
        rng.uniform(0.72, 0.79), rng.uniform(54, 72), rng.uniform(24, 38), 1 - last.point, 0.0,
    )  # fmt: skip
    pattern = closed.low_pattern(last, cut)
    monk = chance(rng, 0.22)
    bench = Bench("oxford", last.rise(1.0))
    volume(bench, pattern)
    closed.tongue(bench, pattern, look.upper, rng.uniform(6, 13), 0.62, 8)
    inside(bench, pattern, look)
    _welted(bench, last, look, rng)
    upper(bench, pattern, look)
    _vamp(bench, pattern, look, rng)
    if monk:
        _monk(bench, pattern, look, rng.randint(1, 2), rng)
    else:
        ridge = curves.part(pattern.ridge, rng.uniform(0.60, 0.66), 1.0)
        with bench.inside(pattern.outline):
            bench.stitch(curves.offset(ridge, -20), look.stitch)
            bench.seam(curves.offset(ridge, -3), look.upper)
        details.lacing(
            bench,
            ridge,
            look,
            rng.randint(3, 6),
            inset=11,
            width=rng.uniform(2.4, 3.4),
            bow=rng.choice([0.7, 0.9, 0]),
            metal=chance(rng, 0.3),
        )
    return bench.finish()


def loafer(rng: Random, look: Look) -> ShoeShape:
    """Draw a slip-on with an apron: penny, tassel, bit, fringe or plain."""
    last = _last(rng)
    cut = closed.LowCut(
        rng.uniform(0.26, 0.34), rng.uniform(42, 52), rng.uniform(0.36, 0.45), rng.uniform(54, 72), rng.uniform(30, 46),
        rng.uniform(0.58, 0.74), rng.uniform(46, 66), rng.uniform(24, 38), 1 - last.point, 0.0,
    )  # fmt: skip
    pattern = closed.low_pattern(last, cut)
    bench = Bench("loafer", last.rise(1.0))
    volume(bench, pattern)
    inside(bench, pattern, look)
    _welted(bench, last, look, rng)
    upper(bench, pattern, look)
    style = rng.choice(["penny", "tassel", "bit", "plain", "fringe", "venetian"])
    if style != "plain":
        _apron(bench, pattern, look, rng)
    saddle = rng.uniform(0.29, 0.335)
    with bench.inside(pattern.outline):
        if style in {"penny", "bit", "tassel"}:
            course = pattern.trace([(saddle + 0.10, 0.02), (saddle + 0.05, 0.5), (saddle - 0.01, 1.1)])
            bench.fill(
                Role.STRAP, curves.ribbon(course, [14, 20, 26]), rng.choice([look.upper, look.second]), Form.UPPER, 0.9
            )
            bench.stitch(curves.offset(course, 7), look.stitch)
            bench.stitch(curves.offset(course, -7), look.stitch)
        seam = pattern.trace([(rng.uniform(0.58, 0.7), 1.02), (0.66, 0.5), (rng.uniform(0.62, 0.7), -0.05)])
        bench.seam(seam, look.upper)
    top = pattern.place(saddle, 0.86)
    if style == "tassel":
        details.tassels(bench, (top[0] + 4, top[1] + 3), look.second, rng.uniform(26, 36))
    elif style == "bit":
        bar = pattern.trace([(saddle + 0.045, 0.45), (saddle + 0.02, 0.74), (saddle, 1.0)])
        bench.draw(Role.BUCKLE, bar, look.metal, Style.CORD, 4.0)
        for share in (0.05, 0.92):
            bench.fill(Role.BUCKLE, curves.ellipse(curves.at(bar, share), 6.5, 7.5), look.metal, Form.OWN, 1.0)
            bench.fill(Role.BUCKLE, curves.ellipse(curves.at(bar, share), 3.6, 4.4), look.upper, Form.UPPER)
    elif style == "fringe":
        _fringe(bench, pattern, look, saddle)
    elif style == "penny":
        slot = curves.ribbon(pattern.trace([(saddle + 0.035, 0.72), (saddle + 0.02, 0.86)]), 7)
        bench.fill(Role.SEAM, slot, darker(look.upper, 0.5), Form.UPPER)
    return bench.finish()


def _last(rng: Random) -> Last:
    platform = rng.choice([6.0, 8.0, rng.uniform(14, 32)])
    heel = rng.choice([rng.uniform(12, 24), rng.uniform(16, 26), rng.uniform(34, 60)])
    return Last(
        heel,
        platform,
        rng.uniform(4, 13),
        rng.uniform(252, 280),
        point=rng.uniform(0.0, 0.9),
        width=rng.uniform(84, 100),
    )


def _welted(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    """Put a sole with a welt and a stacked heel under a leather shoe; a thick one has lugs."""
    chunky = last.platform > 12  # noqa: PLR2004 - thicker than leather soles are
    if chunky and last.heel < 30:  # noqa: PLR2004 - lower than a raised heel
        under = soles.standing(last, 0.8)
        outline = soles.slab(last, lambda u: under(u) + 3, 5.0)
        bench.volume(Form.SOLE, outline)
        soles.tread(bench, last, lambda u: under(u) + 3.5, look.outsole, rng.uniform(15, 24), 5.0, reach=5.0)
        bench.fill(Role.SOLE, outline, look.outsole, Form.SOLE, 0.6)
    else:
        form = soles.HeelForm(rng.uniform(0.70, 0.76), rng.uniform(58, 68), 1.0, rng.uniform(-3, 1))
        soles.heel(bench, last, form, look.heel, look.outsole)
        soles.thin(bench, last, look.outsole, 6.0)
    welt = soles.slab(last, lambda u: last.rise(u) - 4.0, 4.5)
    bench.fill(Role.SOLE, welt, look.sole, Form.SOLE, 0.6)
    bench.stitch(soles.edge(last, lambda u: last.rise(u) - 1.2, 3.5, 0.02, 0.8), look.stitch, 0.9)


def _vamp(bench: Bench, pattern: Pattern, look: Look, rng: Random) -> None:
    """Cut the vamp: plain, cap toe, wing tip or derby quarters, some with perforations."""
    style = rng.choice(["plain", "cap", "wing", "cap brogue", "apron"])
    quarter = pattern.trace([(rng.uniform(0.36, 0.39), 1.0), (0.42, 0.62), (rng.uniform(0.46, 0.56), -0.1)])
    with bench.inside(pattern.outline):
        bench.seam(quarter, look.upper, 1.4)
        bench.stitch(curves.offset(quarter, 2.4), look.stitch)
    if style.startswith("cap"):
        edge = closed.toe_cap(bench, pattern, look.second, rng.uniform(0.17, 0.23))
        with bench.inside(pattern.outline):
            bench.stitch(curves.offset(edge, -2.4), look.stitch)
            if style == "cap brogue":
                details.perforations(bench, curves.offset(edge, -5.5))
                details.perforations(bench, curves.offset(quarter, 6))
    elif style == "wing":
        places = [(rng.uniform(0.25, 0.3), 1.02), (0.17, 0.72), (0.26, 0.46), (0.42, 0.2), (0.52, -0.1)]
        edge = closed.front(bench, pattern, Role.TOE_CAP, look.second, places)
        with bench.inside(pattern.outline):
            bench.stitch(curves.offset(edge, -2.2), look.stitch)
            details.perforations(bench, curves.offset(edge, -5.5))
    elif style == "apron":
        _apron(bench, pattern, look, rng)
    if chance(rng, 0.6):
        edge = pattern.trace([(rng.uniform(0.80, 0.86), -0.2), (0.87, 0.5), (rng.uniform(0.86, 0.93), 1.2)])
        closed.rear(bench, pattern, Role.PANEL, look.second, edge)
        with bench.inside(pattern.outline):
            bench.stitch(curves.offset(edge, -2.4), look.stitch)


def _apron(bench: Bench, pattern: Pattern, look: Look, rng: Random) -> None:
    """Raise the seam of a moccasin's apron round the toe."""
    tall = rng.uniform(0.55, 0.76)
    edge = pattern.trace(
        [
            (rng.uniform(0.025, 0.06), 1.05),
            (0.09, tall + 0.12),
            (0.18, tall),
            (0.30, tall - 0.02),
            (rng.uniform(0.37, 0.42), tall + 0.05),
        ]
    )
    with bench.inside(pattern.outline):
        bench.seam(edge, look.upper, 2.0)
        bench.stitch(curves.offset(edge, -2.6), look.stitch, 1.1)


def _fringe(bench: Bench, pattern: Pattern, look: Look, u: float) -> None:
    """Lay a cut fringe over the vamp."""
    for index in range(7):
        share = index / 7
        start = pattern.place(u + 0.035 - 0.01 * share, 0.55 + 0.46 * share)
        end = pattern.place(u - 0.09 - 0.015 * share, 0.52 + 0.42 * share)
        bench.fill(Role.ORNAMENT, curves.ribbon([start, end], [5.5, 6.5, 6.0]), look.second, Form.UPPER, 0.7)


def _monk(bench: Bench, pattern: Pattern, look: Look, count: int, rng: Random) -> None:
    """Close the instep with buckled straps."""
    for index in range(count):
        u = 0.455 - 0.055 * index + rng.uniform(0, 0.02)
        course = curves.smooth(
            [pattern.place(u + 0.15, 0.5), pattern.place(u + 0.06, 0.72), pattern.place(u - 0.015, 1.02)]
        )
        bench.fill(Role.STRAP, curves.ribbon(course, [24, 15, 13]), look.upper, Form.UPPER, 0.9)
        bench.stitch(curves.offset(course, 5), look.stitch)
        details.buckle(bench, curves.at(course, 0.66), 16, 28 + 180, look)
