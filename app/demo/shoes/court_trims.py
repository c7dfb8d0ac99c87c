"""What tells one court shoe from another: caps, bows, buckles, straps, cut-away sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.finish import darker
from app.demo.shoes import details
from app.demo.shoes.pattern import Pattern
from app.demo.shoes.shape import Bench, Form, Role
from app.demo.shoes.straps import instep

if TYPE_CHECKING:
    from random import Random

    from app.demo.curves import Path
    from app.demo.shoes.look import Look


def cut_away(bench: Bench, pattern: Pattern, look: Look, begin: float, end: float) -> None:
    """Leave the quarter open between two places: the vamp stays, and behind it the counter or nothing."""
    last = pattern.last
    outline = pattern.outline
    low = last.at(begin + 0.02, 0.0, 1.0)
    vamp_edge = curves.smooth(
        [pattern.place(begin - 0.14, 1.05), pattern.place(begin - 0.05, 0.45), (low[0], low[1] - 6)]
    )
    with bench.inside(outline):
        shield = curves.join(vamp_edge, [(low[0], -80), (-80, -80), (-80, 400), (vamp_edge[0][0], 400)])
        bench.fill(Role.UPPER, shield, look.upper, Form.UPPER, 0.8)
        bench.seam(curves.offset(vamp_edge, -2.4), look.stitch, 0.7)
        if end < 1:
            foot = last.at(end, 0.0, 1.0)
            edge = curves.smooth(
                [(foot[0], foot[1] - 6), pattern.place(end + 0.03, 0.5), pattern.place(end + 0.09, 1.05)]
            )
            rear = curves.join(edge, [(edge[-1][0], 500), (500, 500), (500, -80), (foot[0], -80)])
            bench.fill(Role.UPPER, rear, look.upper, Form.UPPER, 0.8)
            bench.seam(curves.offset(edge, -2.4), look.stitch, 0.7)
    if end >= 1:
        start = pattern.place(begin - 0.10, 0.62)
        top = pattern.near[-1]
        course = curves.smooth([start, pattern.place(0.75, 0.9), (top[0] - 12, top[1] - 6), (top[0] + 1, top[1] - 1)])
        details.strap(bench, course, 8.0, look.upper, look.stitch)
        details.buckle(bench, curves.at(course, 0.62), 11, 25, look)


def trim(bench: Bench, pattern: Pattern, look: Look, rng: Random, trim: str) -> None:
    """Add what tells one court shoe from another."""
    throat = pattern.ridge[-1]
    if trim == "bow":
        details.ribbon_bow(bench, (throat[0] - 2, throat[1] - 2), look.second, rng.uniform(17, 28))
    elif trim == "cap":
        _toe_cap(bench, pattern, look, rng.uniform(0.13, 0.22))
    elif trim == "buckle":
        details.buckle(
            bench,
            pattern.place(rng.uniform(0.20, 0.27), 0.78),
            rng.uniform(19, 26),
            14,
            look,
            rng.choice(["square", "round"]),
        )
    elif trim == "elastic":
        for u in (0.42, 0.56):
            course = curves.smooth([pattern.place(u, 0.96), pattern.place(u + 0.05, 1.7), pattern.place(u + 0.13, 2.0)])
            details.strap(bench, course, 8, look.second)
    elif trim in {"strap", "double", "triple", "cross"}:
        _instep_straps(bench, pattern, look, rng, trim)
    elif trim in {"ankle", "tbar"}:
        _ankle_strap(bench, pattern, look, trim)


def _toe_cap(bench: Bench, pattern: Pattern, look: Look, u: float) -> None:
    foot = pattern.last.at(u - 0.03, 0.0, 1.0)
    edge = curves.smooth([pattern.place(u, 1.15), pattern.place(u + 0.015, 0.6), (foot[0], foot[1] - 6)])
    with bench.inside(pattern.outline):
        bench.fill(
            Role.TOE_CAP,
            curves.join(edge, [(foot[0], -80), (-60, -80), (-60, 300), (edge[0][0], 300)]),
            look.second,
            Form.UPPER,
            0.7,
        )
        bench.stitch(curves.offset(edge, -2.2), look.stitch, 0.7)


def _instep_straps(bench: Bench, pattern: Pattern, look: Look, rng: Random, trim: str) -> None:
    """Lay straps over the instep: they rise from the near edge and end at the ridge, where the far side begins."""
    last = pattern.last
    wide = rng.uniform(9, 16) if trim == "strap" else rng.uniform(6.5, 9)
    at = {
        "strap": [rng.uniform(0.45, 0.62)],
        "double": [0.44, 0.57],
        "triple": [0.41, 0.50, 0.59],
        "cross": [0.42, 0.62],
    }[trim]
    for index, u in enumerate(at):
        lean = rng.uniform(-0.05, 0.02) if trim != "cross" else (0.12, -0.14)[index]
        height = instep(u + lean) * 0.94
        low, top = pattern.place(u, 0.74), last.at(u + lean, height, 0.05)
        behind = [
            last.at(u + lean, 20, -0.9),
            last.at(u + lean, 0.72 * height, -0.8),
            last.at(u + lean, 0.95 * height, -0.4),
            top,
        ]
        _behind(bench, curves.smooth(behind), wide, look)
        bend = last.at(u + 0.6 * lean, 0.84 * height, 0.62)
        course = curves.smooth([low, bend, top, last.at(u + lean, height * 0.985, -0.18)])
        details.strap(bench, course, wide, look.upper, look.stitch)
        details.buckle(bench, curves.at(course, 0.30), wide * 1.25, 75, look)


def _behind(bench: Bench, course: Path, width: float, look: Look) -> None:
    """Put the far half of a strap just before the lining in the painting order, behind the near side."""
    far = Bench(bench.kind, bench.heel)
    far.fill(Role.STRAP, curves.ribbon(course, width), darker(look.upper, 0.72), Form.OWN)
    place = next(index + 2 for index, mark in enumerate(bench.marks) if mark.role is Role.LINING)
    bench.marks[place:place] = far.marks


def _ankle_strap(bench: Bench, pattern: Pattern, look: Look, trim: str) -> None:
    last = pattern.last
    high = pattern.near[-1][1] - last.rise(1.0) + 4
    far = [
        last.leg(0, high),
        last.leg(8, high + 8),
        last.leg(42, high + 12),
        last.leg(78, high + 10),
        last.leg(86, high + 3),
    ]
    _behind(bench, curves.smooth(far), 6.5, look)
    course = curves.smooth(
        [
            last.leg(0, high),
            last.leg(8, high - 5),
            last.leg(42, high - 8),
            last.leg(78, high - 4),
            last.leg(86, high + 3),
        ]
    )
    details.strap(bench, course, 7.0, look.upper, look.stitch)
    details.buckle(bench, curves.at(course, 0.42), 10, 0, look)
    if trim == "tbar":
        throat = pattern.ridge[-1]
        bar = curves.smooth([(throat[0] - 3, throat[1] - 1), last.at(0.45, 56), last.leg(85, high)])
        details.strap(bench, bar, 8.0, look.upper, look.stitch)
