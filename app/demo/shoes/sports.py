"""Rubber-soled shoes: sneaker, high-top, running shoe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.chance import chance
from app.demo.finish import darker
from app.demo.shoes import closed, details, rubber_soles
from app.demo.shoes.last import Last
from app.demo.shoes.pattern import Pattern, inside, upper, volume
from app.demo.shoes.shape import Bench, Form, Role

if TYPE_CHECKING:
    from random import Random

    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape


def sneaker(rng: Random, look: Look) -> ShoeShape:
    """Draw a low shoe on a cup sole, laced or slipped on."""
    sole = rng.choice([rng.uniform(15, 20), rng.uniform(18, 25), rng.uniform(26, 40)])
    last = Last(
        rng.uniform(2, 9), sole, rng.uniform(5, 11), rng.uniform(262, 276), point=rng.uniform(0.0, 0.35), width=98
    )
    slip_on = chance(rng, 0.17)
    cut = closed.LowCut(
        rng.uniform(0.30, 0.37),
        rng.uniform(44, 54),
        rng.uniform(0.50, 0.58),
        rng.uniform(70, 90),
        rng.uniform(42, 56),
        rng.uniform(0.72, 0.78),
        rng.uniform(58, 76),
        rng.uniform(31, 40),
        rng.uniform(0.45, 0.95),
        rng.choice([0.0, 0.0, 0.6, 1.1]),
    )
    pattern = closed.low_pattern(last, cut)
    bench = Bench("sneaker", last.rise(1.0))
    volume(bench, pattern)
    if not slip_on:
        closed.tongue(bench, pattern, look.upper, rng.uniform(14, 26), 0.5)
    inside(bench, pattern, look, 3.0)
    upper(bench, pattern, look)
    _sneaker_panels(bench, pattern, look, rng)
    if slip_on:
        _slip_on(bench, pattern, look, rng)
    else:
        ridge = closed.facing(
            bench, pattern, rng.choice([look.upper, look.second]), rng.uniform(0.50, 0.56), rng.uniform(17, 23), look
        )
        details.lacing(
            bench,
            ridge,
            look,
            rng.randint(4, 7),
            width=rng.uniform(4.2, 6.5),
            bow=rng.choice([0, 0.9, 1.0]),
            metal=chance(rng, 0.5),
        )
    rubber_soles.cup(bench, last, look, rng, sole)
    return bench.finish()


def high_top(rng: Random, look: Look) -> ShoeShape:
    """Draw a laced rubber-soled shoe that covers the ankle."""
    sole = rng.choice([rng.uniform(15, 20), rng.uniform(18, 25), rng.uniform(26, 36)])
    last = Last(
        rng.uniform(2, 8), sole, rng.uniform(5, 10), rng.uniform(258, 272), point=rng.uniform(0.0, 0.3), width=98
    )
    shaft = closed.Shaft(
        rng.uniform(92, 132),
        rng.uniform(94, 106),
        rng.uniform(92, 112),
        rng.uniform(-4, 4),
        rng.uniform(-4, 16),
        rng.uniform(2, 12),
        rng.uniform(0.30, 0.36),
        rng.uniform(45, 54),
        rng.uniform(32, 40),
        rng.uniform(0.5, 0.95),
    )
    pattern = closed.shaft_pattern(last, shaft)
    bench = Bench("high-top", last.rise(1.0))
    volume(bench, pattern)
    closed.tongue(bench, pattern, look.upper, rng.uniform(8, 24), 0.4, 9)
    inside(bench, pattern, look, 3.0)
    upper(bench, pattern, look)
    _sneaker_panels(bench, pattern, look, rng, high=True)
    ridge = closed.facing(
        bench, pattern, rng.choice([look.upper, look.second]), rng.uniform(0.36, 0.42), rng.uniform(17, 22), look
    )
    details.lacing(
        bench,
        ridge,
        look,
        rng.randint(6, 9),
        width=rng.uniform(4.0, 5.6),
        bow=rng.choice([0, 0.8, 1.0]),
        metal=chance(rng, 0.7),
    )
    _ankle_mark(bench, last, look, rng)
    rubber_soles.cup(bench, last, look, rng, sole)
    return bench.finish()


def running_shoe(rng: Random, look: Look) -> ShoeShape:
    """Draw a padded shoe on a sculpted foam sole."""
    sole = rng.uniform(13, 32)
    last = Last(
        rng.uniform(4, 18), sole, rng.uniform(7, 22), rng.uniform(258, 282), point=rng.uniform(0.15, 0.5), width=96
    )
    cut = closed.LowCut(
        rng.uniform(0.29, 0.37),
        rng.uniform(42, 54),
        rng.uniform(0.48, 0.58),
        rng.uniform(70, 98),
        rng.uniform(42, 62),
        rng.uniform(0.70, 0.78),
        rng.uniform(60, 84),
        rng.uniform(28, 40),
        rng.uniform(0.15, 0.9),
        rng.uniform(0.0, 2.2),
    )
    pattern = closed.low_pattern(last, cut)
    bench = Bench("running shoe", last.rise(1.0))
    volume(bench, pattern)
    closed.tongue(bench, pattern, look.second, rng.uniform(12, 24), 0.5)
    inside(bench, pattern, look, 4.5)
    upper(bench, pattern, look, 4.0)
    _running_panels(bench, pattern, look, rng)
    ridge = closed.facing(bench, pattern, look.second, rng.uniform(0.50, 0.56), rng.uniform(13, 18))
    details.lacing(
        bench,
        ridge,
        look,
        rng.randint(5, 7),
        inset=12,
        width=rng.uniform(4.0, 5.4),
        bow=rng.choice([0, 0.8]),
        metal=False,
    )
    if chance(rng, 0.5):
        details.pull_tab(bench, pattern.near[-1], look.second, rng.uniform(13, 20))
    rubber_soles.foam(bench, last, look, rng, sole)
    return bench.finish()


def _sneaker_panels(bench: Bench, pattern: Pattern, look: Look, rng: Random, *, high: bool = False) -> None:
    style = rng.choice(["cap", "mudguard", "swoop", "stripes", "saddle", "plain", "wave"])
    last = pattern.last
    if style in {"cap", "saddle"}:
        edge = closed.toe_cap(bench, pattern, look.second, rng.uniform(0.15, 0.23), rng.uniform(-0.02, 0.04))
        bench.stitch(curves.offset(edge, 2.2), look.stitch)
    if style in {"mudguard", "swoop", "wave"}:
        _mudguard(bench, pattern, look, rng)
    if style in {"saddle", "stripes"}:
        count = 1 if style == "saddle" else rng.randint(2, 4)
        wide = rng.uniform(22, 34) if count == 1 else rng.uniform(6, 9)
        start, lean = rng.uniform(0.42, 0.50), rng.uniform(0.04, 0.14)
        with bench.inside(pattern.outline):
            for index in range(count):
                u = start + index * (wide * 1.75 / 270)
                course = curves.smooth(
                    [pattern.place(u + lean, -0.1), pattern.place(u + lean * 0.5, 0.45), pattern.place(u, 0.92)]
                )
                bench.fill(Role.PANEL, curves.ribbon(course, wide), look.second, Form.UPPER, 0.6)
    if style in {"swoop", "wave"}:
        _swoop(bench, pattern, look, rng, wave=style == "wave")
    if chance(rng, 0.75):
        _heel_patch(bench, pattern, look, rng)
    if not high and style != "saddle":
        seam = pattern.trace([(0.40, 0.92), (0.44, 0.55), (0.46 + rng.uniform(-0.04, 0.08), -0.05)])
        with bench.inside(pattern.outline):
            bench.seam(seam, look.upper)
            bench.stitch(curves.offset(seam, 2.0), look.stitch)
    if high:
        seam = curves.smooth([last.leg(60, 44), last.leg(30, 58), last.leg(-6, 62 + rng.uniform(-12, 20))])
        with bench.inside(pattern.outline):
            bench.seam(seam, look.upper)
            bench.stitch(curves.offset(seam, 2.0), look.stitch)


def _mudguard(bench: Bench, pattern: Pattern, look: Look, rng: Random) -> None:
    """Run a guard round the toe, low along the side."""
    tall, end = rng.uniform(0.48, 0.72), rng.uniform(0.40, 0.56)
    edge = pattern.trace([(0.045, 1.15), (0.12, tall), (0.26, tall * 0.72), (end - 0.06, tall * 0.55), (end, -0.2)])
    with bench.inside(pattern.outline):
        bench.fill(
            Role.TOE_CAP,
            curves.join(edge, [(edge[-1][0], -90), (-90, -90), (-90, 300), (edge[0][0], 300)]),
            look.second,
            Form.UPPER,
            0.7,
        )
        bench.stitch(curves.offset(edge, -2.2), look.stitch)


def _swoop(bench: Bench, pattern: Pattern, look: Look, rng: Random, *, wave: bool) -> None:
    """Lay a sweeping mark on the side; its form is our own, a leaf or a wave."""
    begin, end = rng.uniform(0.40, 0.48), rng.uniform(0.80, 0.92)
    low, high = rng.uniform(0.18, 0.3), rng.uniform(0.55, 0.75)
    if wave:
        course = pattern.trace([(begin, high), (begin + 0.12, low), (begin + 0.24, high), (end, low + 0.1)])
        widths = [3.0, 8.0, 9.0, 3.0]
    else:
        course = pattern.trace([(begin, low), (0.5 * (begin + end), low + 0.12), (end, high)])
        widths = [2.0, rng.uniform(12, 18), rng.uniform(9, 13), 3.0]
    with bench.inside(pattern.outline):
        bench.fill(Role.PANEL, curves.ribbon(course, widths), look.second, Form.UPPER, 0.6)


def _heel_patch(bench: Bench, pattern: Pattern, look: Look, rng: Random) -> None:
    u = rng.uniform(0.84, 0.93)
    edge = pattern.trace([(u - rng.uniform(-0.02, 0.08), -0.2), (u + 0.005, 0.5), (u + rng.uniform(0.0, 0.04), 1.2)])
    closed.rear(bench, pattern, Role.PANEL, look.second, edge)
    with bench.inside(pattern.outline):
        bench.stitch(curves.offset(edge, -2.2), look.stitch)


def _slip_on(bench: Bench, pattern: Pattern, look: Look, rng: Random) -> None:
    """Set elastic gores beside the tongue of a shoe without laces."""
    u = rng.uniform(0.42, 0.47)
    gore = curves.path_of(
        [
            pattern.place(u, 1.1),
            pattern.place(u + 0.015, rng.uniform(0.52, 0.64)),
            pattern.place(u + 0.075, 0.62),
            pattern.place(u + 0.10, 1.1),
        ]
    )
    with bench.inside(pattern.outline):
        details.elastic(bench, gore, darker(look.lining, 0.75), 7)
        bench.seam(gore, look.upper)
        seam = pattern.trace([(u - 0.01, 1.0), (u, 0.5), (u + 0.03, -0.05)])
        bench.stitch(seam, look.stitch)


def _ankle_mark(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    style = rng.choice(["disc", "strap", "none", "none"])
    if style == "disc":
        spot = last.leg(rng.uniform(34, 46), rng.uniform(70, 82))
        bench.fill(Role.ORNAMENT, curves.ellipse(spot, 15, 15), look.second, Form.UPPER, 0.7)
        bench.fill(Role.ORNAMENT, curves.ellipse(spot, 9, 9), look.upper, Form.UPPER, 0.5)
    elif style == "strap":
        height = rng.uniform(74, 98)
        course = curves.smooth([last.leg(-2, height - 4), last.leg(40, height - 6), last.leg(100, height + 5)])
        details.strap(bench, course, rng.uniform(16, 24), look.second, look.stitch)


def _running_panels(bench: Bench, pattern: Pattern, look: Look, rng: Random) -> None:
    if chance(rng, 0.7):
        _mudguard(bench, pattern, look, rng)
    _heel_patch(bench, pattern, look, rng)
    style = rng.choice(["swoop", "cage", "wave", "bars", "chevron"])
    if style in {"swoop", "wave"}:
        _swoop(bench, pattern, look, rng, wave=style == "wave")
        return
    with bench.inside(pattern.outline):
        for index in range(rng.randint(3, 5)):
            u = 0.38 + 0.07 * index
            lean = {"cage": 0.10, "bars": 0.03, "chevron": 0.07}[style]
            course = [
                pattern.place(u + lean, -0.1),
                pattern.place(u + (0.10 if style == "chevron" else lean * 0.5), 0.42),
                pattern.place(u, 0.95),
            ]
            bench.fill(
                Role.PANEL, curves.ribbon(curves.smooth(course), rng.uniform(5, 9)), look.second, Form.UPPER, 0.5
            )
