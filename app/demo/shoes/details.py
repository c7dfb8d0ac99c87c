"""Small parts: laces, eyelets, buckles, straps, bows, tassels, zips, elastic, perforations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.finish import Finish, darker
from app.demo.shoes.shape import Form, Role, Style

if TYPE_CHECKING:
    from app.demo.curves import Path, Point
    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import Bench


def lacing(  # noqa: PLR0913 - laces have a place, a number and a look
    bench: Bench,
    ridge: Path,
    look: Look,
    rows: int,
    *,
    inset: float = 15.0,
    width: float = 4.6,
    bow: float = 1.0,
    metal: bool = True,
    hooks: int = 0,
) -> None:
    """Lace a shoe along its ridge: eyelets on the near side, bars over the tongue, a bow at the top."""
    eyelets = curves.offset(ridge, -inset)
    holes = [curves.at(eyelets, 0.05 + 0.88 * index / max(rows - 1, 1)) for index in range(rows)]
    for index, hole in enumerate(holes):
        if metal:
            bench.fill(Role.BUCKLE, curves.ellipse(hole, 3.0, 3.0, count=14), look.metal, Form.OWN, 0.5)
        bench.fill(Role.BUCKLE, curves.ellipse(hole, 1.5, 1.5, count=10), Finish("rubber", (24, 22, 22)), Form.UPPER)
        if index >= rows - hooks:
            bench.fill(Role.BUCKLE, curves.box(hole, 7, 4, 25), look.metal, Form.OWN, 0.6)
    for index, hole in enumerate(holes):
        share = 0.05 + 0.88 * index / max(rows - 1, 1)
        over = curves.at(ridge, min(share + 0.45 / rows, 1.0))
        across = curves.at(ridge, max(share - 0.35 / rows, 0.0))
        for end, sag in ((across, -1.0), (over, 1.5)):
            middle = ((hole[0] + end[0]) / 2 + 0.8, (hole[1] + end[1]) / 2 + sag)
            bench.draw(Role.LACE, curves.smooth([hole, middle, end], steps=6), look.lace, Style.CORD, width)
    if bow:
        _bow(bench, curves.at(curves.offset(ridge, -0.45 * inset), 0.92), look, 26 * bow, width)


def _bow(bench: Bench, knot: Point, look: Look, reach: float, width: float) -> None:
    x, y = knot
    loops = (
        [
            (x, y),
            (x + reach * 0.55, y + reach * 0.22),
            (x + reach * 0.95, y - reach * 0.1),
            (x + reach * 0.7, y - reach * 0.36),
            (x, y),
        ],
        [
            (x, y),
            (x - reach * 0.4, y + reach * 0.38),
            (x - reach * 0.75, y + reach * 0.25),
            (x - reach * 0.6, y - reach * 0.02),
            (x, y),
        ],
        [(x, y), (x + reach * 0.3, y - reach * 0.45), (x + reach * 0.28, y - reach * 0.95)],
        [(x, y), (x - reach * 0.12, y - reach * 0.3), (x - reach * 0.3, y - reach * 0.62)],
    )
    for loop in loops:
        bench.draw(Role.LACE, curves.smooth(loop, steps=7), look.lace, Style.CORD, width * 0.8)
    bench.fill(Role.LACE, curves.box(knot, width * 1.7, width * 1.5, 20), look.lace, Form.OWN, 0.8)


def ribbon_bow(bench: Bench, centre: Point, finish: Finish, size: float) -> None:
    """Tie a flat ribbon bow, as on a ballerina's throat."""
    x, y = centre
    for way in (-1, 1):
        wing = curves.smooth(
            [
                (x, y),
                (x + way * size * 0.5, y + size * 0.34),
                (x + way * size * 0.95, y + size * 0.30),
                (x + way * size * 0.90, y - size * 0.12),
                (x + way * size * 0.45, y - size * 0.14),
            ],
            closed=True,
            steps=6,
        )
        bench.fill(Role.ORNAMENT, wing, finish, Form.OWN, 0.9)
        bench.draw(Role.SEAM, [(x, y), (x + way * size * 0.55, y + size * 0.08)], finish, Style.SEAM, 0.8)
    bench.fill(Role.ORNAMENT, curves.box(centre, size * 0.34, size * 0.34, 0, 0.6), finish, Form.OWN, 0.9)


def strap(
    bench: Bench,
    course: Path,
    width: float | list[float],
    finish: Finish,
    stitch: Finish | None = None,
    role: Role = Role.STRAP,
) -> None:
    """Lay a strap along its course, stitched along both edges if asked."""
    bench.fill(role, curves.ribbon(course, width), finish, Form.OWN, 0.9)
    narrow = width if isinstance(width, (int, float)) else min(width)
    if stitch is not None and narrow > 6:  # noqa: PLR2004 - no room for stitches on less
        for side in (-1, 1):
            bench.stitch(curves.offset(curves.resample(course, 24), side * (narrow / 2 - 1.6)), stitch, 0.7)


def buckle(bench: Bench, centre: Point, height: float, turn: float, look: Look, shape: str = "square") -> None:
    """Fasten a buckle: a metal frame with its pin."""
    width = height * (0.72 if shape == "square" else 1.0)
    outer = (
        curves.box(centre, width, height, turn, 0.25)
        if shape == "square"
        else curves.ellipse(centre, width / 2, height / 2, turn)
    )
    inner = (
        curves.box(centre, width * 0.52, height * 0.62, turn, 0.25)
        if shape == "square"
        else curves.ellipse(centre, width * 0.3, height * 0.3, turn)
    )
    bench.fill(Role.BUCKLE, outer, look.metal, Form.OWN, 1.0)
    bench.fill(Role.STRAP, inner, darker(look.upper, 0.8), Form.OWN)
    tilt = math.radians(turn)
    reach = width * 0.5
    pin = [
        (centre[0] - reach * math.cos(tilt), centre[1] - reach * math.sin(tilt)),
        (centre[0] + reach * math.cos(tilt), centre[1] + reach * math.sin(tilt)),
    ]
    bench.draw(Role.BUCKLE, pin, look.metal, Style.CORD, max(1.2, height * 0.12))


def holes(bench: Bench, course: Path, count: int) -> None:
    """Punch the holes of a strap."""
    for index in range(count):
        spot = curves.at(course, 0.2 + 0.6 * index / max(count - 1, 1))
        bench.fill(Role.BUCKLE, curves.ellipse(spot, 0.9, 0.9, count=8), Finish("rubber", (30, 26, 24)), Form.UPPER)


def perforations(bench: Bench, course: Path, size: float = 1.1, pitch: float = 4.6) -> None:
    """Punch a brogue's row of holes, large and small in turn."""
    count = max(3, round(curves.length(course) / pitch))
    for index in range(count):
        radius = size if index % 2 == 0 else size * 0.55
        spot = curves.at(course, (index + 0.5) / count)
        bench.fill(Role.SEAM, curves.ellipse(spot, radius, radius, count=8), Finish("rubber", (26, 20, 18)), Form.UPPER)


def tassels(bench: Bench, knot: Point, finish: Finish, size: float) -> None:
    """Hang two tassels from a knot."""
    for turn, reach in ((-62, 0.95), (-112, 0.9)):
        angle = math.radians(turn)
        end = (knot[0] + size * reach * math.cos(angle), knot[1] + size * reach * math.sin(angle))
        bench.fill(
            Role.ORNAMENT,
            curves.ribbon(curves.resample([knot, end], 8), [size * 0.16, size * 0.34, size * 0.42]),
            finish,
            Form.OWN,
            0.9,
        )
        for side in (-0.08, 0.0, 0.08):
            bench.seam(curves.part([(knot[0], knot[1]), (end[0] + side * size, end[1])], 0.4, 1.0), finish, 0.6)
    bench.fill(Role.ORNAMENT, curves.box(knot, size * 0.36, size * 0.26, 10, 0.6), finish, Form.OWN, 0.9)


def zipper(bench: Bench, course: Path, look: Look) -> None:
    """Sew in a zip: dark tape, metal teeth, a puller at its top."""
    bench.draw(Role.SEAM, course, Finish("canvas", (34, 32, 32)), Style.CORD, 4.2)
    for tooth in curves.dashes(course, 1.4, 1.5):
        bench.draw(Role.BUCKLE, tooth, look.metal, Style.CORD, 2.0)
    x, y = course[-1]
    bench.fill(Role.BUCKLE, curves.box((x, y - 7), 4.2, 13, 4), look.metal, Form.OWN, 0.9)


def elastic(bench: Bench, outline: Path, finish: Finish, ribs: int) -> None:
    """Set in a gore of ribbed elastic; its ribs run along the outline's height."""
    bench.fill(Role.ELASTIC, outline, finish, Form.UPPER, 0.0)
    left, bottom, right, top = curves.bounds([outline])
    with bench.inside(outline):
        for index in range(1, ribs):
            x = left + (right - left) * index / ribs
            bench.draw(Role.GROOVE, [(x, bottom), (x, top)], finish, Style.GROOVE, 0.9)


def pull_tab(bench: Bench, foot: Point, finish: Finish, size: float) -> None:
    """Sew a loop to the back of the opening."""
    x, y = foot
    loop = curves.smooth(
        [
            (x - 1, y - size * 0.5),
            (x + 2.5, y + size * 0.5),
            (x + 6, y + size * 0.62),
            (x + 5.5, y),
            (x + 2, y - size * 0.7),
        ],
        steps=7,
    )
    bench.draw(Role.STRAP, loop, finish, Style.CORD, 4.2)
