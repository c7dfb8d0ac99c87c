"""What tells one boot from another: zips, straps, cuffs, counters, seams, toe caps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.chance import chance
from app.demo.finish import darker
from app.demo.shoes import closed, details
from app.demo.shoes.pattern import Pattern
from app.demo.shoes.shape import Bench, Form, Role, Style

if TYPE_CHECKING:
    from random import Random

    from app.demo.finish import Finish
    from app.demo.shoes.look import Look


def _around(
    bench: Bench, pattern: Pattern, look: Look, height: float, width: float, tilt: float, finish: str = "strap"
) -> None:
    """Run a strap round the shaft at a height, buckled on the near side."""
    last = pattern.last
    course = curves.smooth(
        [
            last.leg(-30, height + tilt),
            last.leg(20, height - 5),
            last.leg(60, height - 6),
            last.leg(150, height + 8 - tilt),
        ]
    )
    with bench.inside(pattern.outline):
        bench.fill(Role.STRAP, curves.ribbon(course, width), look.second, Form.UPPER, 1.0)
        bench.stitch(curves.offset(course, width / 2 - 1.8), look.stitch, 0.7)
        bench.stitch(curves.offset(course, -width / 2 + 1.8), look.stitch, 0.7)
    if finish == "strap":
        details.buckle(bench, last.leg(44, height - 6), width * 1.35, 4, look)
    else:
        bench.fill(
            Role.BUCKLE, curves.ellipse(last.leg(48, height - 6), width * 0.62, width * 0.62), look.metal, Form.OWN, 1.0
        )
        bench.fill(
            Role.BUCKLE, curves.ellipse(last.leg(48, height - 6), width * 0.36, width * 0.36), look.upper, Form.UPPER
        )


def _zip(bench: Bench, pattern: Pattern, look: Look, top: float, rng: Random) -> None:
    last = pattern.last
    place = rng.uniform(36, 52)
    details.zipper(
        bench, curves.smooth([last.leg(place + 4, 12), last.leg(place + 2, top * 0.5), last.leg(place, top - 8)]), look
    )


def _cuff(bench: Bench, pattern: Pattern, look: Look, depth: float, finish: Finish | None = None) -> None:
    """Turn the top of the shaft over."""
    near = pattern.near
    low = curves.smooth(
        [
            (near[0][0] - 3, near[0][1] - depth),
            *[(x, y - depth) for x, y in near[8:-8:8]],
            (near[-1][0] + 4, near[-1][1] - depth),
        ]
    )
    high = curves.join([(near[0][0] - 4, near[0][1])], near, [(near[-1][0] + 4, near[-1][1])])
    bench.fill(Role.PANEL, curves.join(high, curves.reverse(low)), finish or look.second, Form.UPPER, 1.4)


def collar(bench: Bench, pattern: Pattern, look: Look, style: str, rng: Random) -> None:
    """Pad the top of a shaft, or line it with wool."""
    if style == "none":
        return
    depth = rng.uniform(13, 20)
    near = pattern.near
    with bench.inside(pattern.outline):
        finish = darker(look.upper, 0.8) if style == "pad" else look.lining
        band = curves.join(near, curves.reverse(curves.shift(near, 0, -depth)))
        bench.fill(Role.PANEL, band, finish, Form.UPPER, 0.8)
        if style == "pad":
            for index in (1, 2):
                bench.draw(Role.GROOVE, curves.shift(near, 0, -depth * index / 3), look.upper, Style.GROOVE, 1.2)


def _counter(bench: Bench, pattern: Pattern, look: Look, reach: float, height: float, finish: str = "second") -> None:
    last = pattern.last
    edge = curves.smooth(
        [
            last.leg(reach, -30),
            last.leg(reach * 0.95, height * 0.4),
            last.leg(reach * 0.6, height * 0.85),
            last.leg(-30, height),
        ]
    )
    with bench.inside(pattern.outline):
        bench.fill(
            Role.PANEL,
            curves.join(edge, [(900, edge[-1][1]), (900, -90), (edge[0][0], -90)]),
            look.second if finish == "second" else look.upper,
            Form.UPPER,
            0.8,
        )
        bench.stitch(curves.offset(edge, 2.4), look.stitch)


def _vamp_seam(bench: Bench, pattern: Pattern, look: Look, u: float) -> None:
    last = pattern.last
    edge = curves.smooth([last.at(u, 90), last.at(u + 0.02, 44, 0.4), last.at(u + 0.10, -6, 1.0)])
    with bench.inside(pattern.outline):
        bench.seam(edge, look.upper, 1.4)
        bench.stitch(curves.offset(edge, 2.4), look.stitch)


def tall(bench: Bench, pattern: Pattern, shaft: closed.Shaft, look: Look, rng: Random, style: str) -> None:
    """Finish a tall boot in a style."""
    if style == "zip":
        _zip(bench, pattern, look, shaft.height * rng.uniform(0.6, 0.98), rng)
    elif style == "rider":
        _around(bench, pattern, look, rng.uniform(62, 82), rng.uniform(12, 17), rng.uniform(-6, 16))
        if chance(rng, 0.6):
            _around(bench, pattern, look, shaft.height - rng.uniform(26, 44), rng.uniform(10, 15), 0)
        _counter(bench, pattern, look, rng.uniform(52, 70), rng.uniform(48, 70))
    elif style == "cuff":
        _cuff(bench, pattern, look, rng.uniform(28, 70), look.lining if chance(rng, 0.4) else None)
        _vamp_seam(bench, pattern, look, rng.uniform(0.38, 0.46))
    elif style == "lace":
        ridge = closed.facing(bench, pattern, look.upper, rng.uniform(0.22, 0.28), 17, look)
        details.lacing(bench, ridge, look, rng.randint(9, 14), width=3.4, bow=rng.choice([0, 0.9]))
    elif style == "western":
        _western(bench, pattern, shaft, look, rng)
    else:
        _vamp_seam(bench, pattern, look, rng.uniform(0.40, 0.48))
        seam = curves.smooth(
            [pattern.last.leg(44, shaft.height + 20), pattern.last.leg(44, 120), pattern.last.leg(60, 30)]
        )
        with bench.inside(pattern.outline):
            bench.seam(seam, look.upper)


def _western(bench: Bench, pattern: Pattern, shaft: closed.Shaft, look: Look, rng: Random) -> None:
    """Stitch a western boot: a pointed counter, a scalloped vamp and flames up the shaft."""
    last = pattern.last
    _counter(bench, pattern, look, rng.uniform(56, 72), rng.uniform(56, 80))
    edge = curves.smooth(
        [last.at(0.50, 120), last.at(0.47, 70), last.at(0.55, 52, 0.4), last.at(0.56, 20, 0.8), last.at(0.54, -8, 1.0)]
    )
    with bench.inside(pattern.outline):
        bench.fill(
            Role.PANEL,
            curves.join(edge, [(edge[-1][0], -90), (-90, -90), (-90, edge[0][1])]),
            look.second,
            Form.UPPER,
            0.8,
        )
        bench.stitch(curves.offset(edge, -2.4), look.stitch)
        for index in range(3):
            reach, low = 30 - 8 * index, 74 + 10 * index
            high = shaft.height - 8 - 6 * index
            flame = curves.smooth(
                [
                    last.leg(50 + reach, low + 16),
                    last.leg(50 + reach * 0.8, 0.5 * (low + high)),
                    last.leg(50, high),
                    last.leg(50 - reach * 0.8, 0.5 * (low + high)),
                    last.leg(50 - reach, low + 10),
                ]
            )
            bench.stitch(flame, look.stitch, 1.2)


def ankle(bench: Bench, pattern: Pattern, shaft: closed.Shaft, look: Look, rng: Random, style: str) -> None:
    """Finish an ankle boot in a style."""
    if style == "zip":
        _zip(bench, pattern, look, shaft.height, rng)
        _vamp_seam(bench, pattern, look, rng.uniform(0.38, 0.48))
    elif style == "strap":
        for index in range(rng.randint(1, 3)):
            _around(bench, pattern, look, rng.uniform(52, 60) + 26 * index, rng.uniform(9, 14), rng.uniform(-4, 14))
    elif style == "cuff":
        _cuff(bench, pattern, look, rng.uniform(24, 44), look.lining if chance(rng, 0.5) else None)
    elif style == "western":
        _western(bench, pattern, shaft, look, rng)
    elif style == "harness":
        _around(bench, pattern, look, rng.uniform(54, 66), rng.uniform(10, 13), rng.uniform(-4, 8), "ring")
        last = pattern.last
        for course in (
            [last.leg(50, 56), last.leg(60, 18), last.at(0.68, -8, 1.0)],
            [last.leg(46, 56), last.leg(20, 30), last.leg(-20, 22)],
        ):
            with bench.inside(pattern.outline):
                bench.fill(Role.STRAP, curves.ribbon(curves.smooth(course), 9), look.second, Form.UPPER, 1.0)
    elif style == "cutout":
        last = pattern.last
        hole = curves.smooth(
            [last.leg(70, 40), last.leg(52, 58), last.leg(26, 52), last.leg(34, 30), last.leg(58, 24)], closed=True
        )
        bench.fill(Role.LINING, hole, darker(look.lining, 0.7), Form.INSIDE)
        bench.seam(hole, look.upper, 1.4)
    else:
        _vamp_seam(bench, pattern, look, rng.uniform(0.36, 0.5))
        if chance(rng, 0.5):
            _counter(bench, pattern, look, rng.uniform(44, 66), rng.uniform(44, 70))


def work(bench: Bench, pattern: Pattern, look: Look, rng: Random) -> None:
    """Sew the panels of a boot that laces up."""
    style = rng.choice(["cap", "moc", "duck", "plain", "hiker"])
    if style == "cap":
        edge = closed.toe_cap(bench, pattern, look.second, rng.uniform(0.19, 0.25))
        with bench.inside(pattern.outline):
            bench.stitch(curves.offset(edge, -2.4), look.stitch)
    elif style == "moc":
        tall = rng.uniform(0.6, 0.75)
        edge = pattern.trace([(0.04, 1.05), (0.09, tall + 0.12), (0.2, tall), (0.34, tall - 0.08), (0.42, tall - 0.05)])
        with bench.inside(pattern.outline):
            bench.seam(edge, look.upper, 2.2)
            bench.stitch(curves.offset(edge, -2.6), look.stitch, 1.2)
    elif style in {"duck", "hiker"}:
        last = pattern.last
        lift = rng.uniform(20, 34)
        edge = curves.smooth(
            [
                last.at(0.30, 70),
                last.at(0.36, 48, 0.3),
                last.at(0.46, lift, 1),
                last.at(0.7, lift * 0.9, 1),
                last.at(1.03, lift * 1.3, 0),
            ]
        )
        with bench.inside(pattern.outline):
            bench.fill(
                Role.PANEL,
                curves.join(edge, [(900, edge[-1][1]), (900, -90), (-90, -90), (-90, edge[0][1])]),
                look.second,
                Form.UPPER,
                0.9,
            )
            bench.stitch(curves.offset(edge, -2.4), look.stitch)
    if style != "duck":
        _counter(bench, pattern, look, rng.uniform(48, 66), rng.uniform(46, 80), rng.choice(["second", "upper"]))
        _vamp_seam(bench, pattern, look, rng.uniform(0.36, 0.42))
