"""Boots: boot (tall), ankle boot, chelsea boot, lace-up boot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import closed, curves, details, soles
from app.demo.last import Last
from app.demo.pattern import Pattern, inside, upper, volume
from app.demo.shape import Bench, Form, Role, Style

if TYPE_CHECKING:
    from random import Random

    from app.demo.look import Look
    from app.demo.shape import ShoeShape


def boot(rng: Random, look: Look) -> ShoeShape:
    """Draw a boot that reaches to the calf or the knee."""
    last = _last(rng, rng.choice([12, 25, 45, 70, 90]))
    tall = rng.choice([rng.uniform(235, 290), rng.uniform(290, 350), rng.uniform(350, 400)])
    shaft = closed.Shaft(
        tall, rng.uniform(98, 112), rng.uniform(112, 140), rng.uniform(-4, 26), rng.uniform(-10, 34), rng.uniform(2, 12),
        rng.uniform(0.34, 0.38), rng.uniform(50, 60), rng.uniform(28, 38), 1 - last.point,
    )  # fmt: skip
    bench, pattern = _begin("boot", last, shaft, look, rng)
    style = rng.choice(["plain", "rider", "zip", "cuff", "lace", "western"])
    _boot_trim(bench, pattern, shaft, look, rng, style)
    return bench.finish()


def ankle_boot(rng: Random, look: Look) -> ShoeShape:
    """Draw a dressy boot that ends at or above the ankle."""
    last = _last(rng, rng.choice([20, 35, 55, 75, 95]))
    shaft = _short(rng, last, rng.uniform(96, 150), rng.uniform(-14, 18))
    bench, pattern = _begin("ankle boot", last, shaft, look, rng)
    style = rng.choice(["zip", "strap", "plain", "cuff", "cutout", "western", "harness"])
    _ankle_trim(bench, pattern, shaft, look, rng, style)
    return bench.finish()


def chelsea_boot(rng: Random, look: Look) -> ShoeShape:
    """Draw an ankle boot with elastic in its side and a tab at its back."""
    last = _last(rng, rng.choice([14, 22, 30, 55, 75]), chunky=rng.random() < 0.35)  # noqa: PLR2004 - a third
    shaft = _short(rng, last, rng.uniform(98, 150), rng.uniform(-6, 10))
    bench, pattern = _begin("chelsea boot", last, shaft, look, rng)
    high = shaft.height
    wide, low = rng.uniform(26, 44), rng.uniform(28, 52)
    middle = rng.uniform(44, 56)
    straight = rng.random() < 0.4  # noqa: PLR2004 - some
    foot = wide * (0.8 if straight else rng.uniform(0.2, 0.5))
    gore = curves.join(
        curves.smooth([last.leg(middle + wide / 2, high + 20), last.leg(middle + wide * 0.46, high * 0.75), last.leg(middle + foot / 2, low)]),
        curves.smooth([last.leg(middle - foot / 2, low), last.leg(middle - wide * 0.46, high * 0.75), last.leg(middle - wide / 2, high + 20)]),
    )
    with bench.inside(pattern.outline):
        details.elastic(bench, gore, look.second if look.second != look.upper else details.darker(look.upper, 0.7), 11)
        bench.seam(gore, look.upper, 1.4)
        bench.stitch(curves.offset(gore, 2.6), look.stitch)
        seam = curves.smooth([last.leg(middle, low), last.leg(middle + rng.uniform(-4, 24), low * 0.5), last.leg(middle + rng.uniform(-10, 50), -22)])
        bench.seam(seam, look.upper)
    details.pull_tab(bench, (pattern.near[-1][0] - 2, pattern.near[-1][1]), look.second, rng.uniform(18, 28))
    return bench.finish()


def lace_up_boot(rng: Random, look: Look) -> ShoeShape:
    """Draw a boot with laces and a sturdy sole."""
    last = _last(rng, rng.choice([16, 22, 30, 60]), chunky=True)
    shaft = _short(rng, last, rng.choice([rng.uniform(98, 125), rng.uniform(125, 165), rng.uniform(165, 210)]), rng.uniform(2, 14))
    pattern = closed.shaft_pattern(last, shaft)
    bench = Bench("lace-up boot", last.rise(1.0))
    volume(bench, pattern)
    closed.tongue(bench, pattern, look.upper, rng.uniform(6, 18), 0.4, 8)
    inside(bench, pattern, look, 3.0)
    _sole(bench, last, look, rng)
    upper(bench, pattern, look)
    _work_panels(bench, pattern, look, rng)
    ridge = closed.facing(bench, pattern, look.upper, rng.uniform(0.30, 0.38), rng.uniform(17, 21), look)
    rows = round(shaft.height / rng.uniform(15, 21))
    details.lacing(bench, ridge, look, rows, width=rng.uniform(3.2, 4.6), bow=rng.choice([0.9, 1.1, 0]), metal=True, hooks=rng.choice([0, 0, 3]))
    _collar(bench, pattern, look, rng.choice(["pad", "none", "shearling"]), rng)
    if rng.random() < 0.5:  # noqa: PLR2004 - half of them
        details.pull_tab(bench, pattern.near[-1], look.second, rng.uniform(16, 24))
    return bench.finish()


def _last(rng: Random, heel: float, *, chunky: bool = False) -> Last:
    heel = heel * rng.uniform(0.85, 1.15)
    platform = rng.uniform(16, 30) if chunky or rng.random() < 0.2 else rng.uniform(5, 9)  # noqa: PLR2004 - few
    point = rng.uniform(0.0, 0.4) if chunky else rng.uniform(0.1, 0.9)
    return Last(heel, platform, rng.uniform(5, 9), rng.uniform(252, 270), point=point, width=92)


def _short(rng: Random, last: Last, height: float, slope: float) -> closed.Shaft:
    return closed.Shaft(
        height, rng.uniform(97, 107), rng.uniform(94, 114), rng.uniform(-5, 8), slope, rng.uniform(2, 14),
        rng.uniform(0.33, 0.38), rng.uniform(49, 58), rng.uniform(28, 40), 1 - last.point,
    )  # fmt: skip


def _begin(kind: str, last: Last, shaft: closed.Shaft, look: Look, rng: Random) -> tuple[Bench, Pattern]:
    """Assemble what every boot has: inside, sole, upper."""
    pattern = closed.shaft_pattern(last, shaft)
    bench = Bench(kind, last.rise(1.0))
    volume(bench, pattern)
    inside(bench, pattern, look)
    _sole(bench, last, look, rng)
    upper(bench, pattern, look)
    return bench, pattern


def _sole(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    """Put the sole that suits the heel under a boot."""
    chunky = last.platform > 12  # noqa: PLR2004 - thicker than leather soles are
    if last.heel < 33 and chunky:  # noqa: PLR2004 - lower than a raised heel
        under = soles.standing(last, 0.8)
        outline = soles.slab(last, lambda u: under(u) + (10 if 0.56 < u < 0.68 else 4), 5.0)  # noqa: PLR2004 - the step before the heel
        bench.volume(Form.SOLE, outline)
        soles.tread(bench, last, lambda u: under(u) + 5, look.outsole, rng.uniform(14, 24), 5.0, 0.03, 0.56, reach=5.0)
        soles.tread(bench, last, lambda u: under(u) + 5, look.outsole, rng.uniform(14, 22), 5.0, 0.68, 0.99, reach=5.0)
        bench.fill(Role.SOLE, outline, look.outsole, Form.SOLE, 0.6)
    else:
        high = last.heel > 60  # noqa: PLR2004 - high heels may be thin
        tip = rng.choice([rng.uniform(10, 16), rng.uniform(38, 54)]) if high else rng.uniform(50, 64)
        power = 3.0 if tip < 20 else rng.uniform(0.9, 1.3)  # noqa: PLR2004 - needles narrow at once
        lean = rng.uniform(-16, -2) if last.heel > 33 else -2  # noqa: PLR2004 - low heels stand straight
        form = soles.HeelForm(rng.uniform(0.72, 0.79), tip, power, lean, rng.uniform(0, 4), rng.choice([0, 0, rng.uniform(3, 9)]))
        soles.heel(bench, last, form, look.heel, look.outsole)
        soles.thin(bench, last, look.outsole, 5.0)
    if rng.random() < 0.6:  # noqa: PLR2004 - most of them
        bench.fill(Role.SOLE, soles.slab(last, lambda u: last.rise(u) - 3.6, 4.0), look.sole, Form.SOLE, 0.6)
        bench.stitch(soles.edge(last, lambda u: last.rise(u) - 1.0, 3.2, 0.02, 0.97), look.stitch, 0.9)


def _around(bench: Bench, pattern: Pattern, look: Look, height: float, width: float, tilt: float, finish: str = "strap") -> None:  # noqa: PLR0913 - a strap round the leg
    """Run a strap round the shaft at a height, buckled on the near side."""
    last = pattern.last
    course = curves.smooth([last.leg(-30, height + tilt), last.leg(20, height - 5), last.leg(60, height - 6), last.leg(150, height + 8 - tilt)])
    with bench.inside(pattern.outline):
        bench.fill(Role.STRAP, curves.ribbon(course, width), look.second, Form.UPPER, 1.0)
        bench.stitch(curves.offset(course, width / 2 - 1.8), look.stitch, 0.7)
        bench.stitch(curves.offset(course, -width / 2 + 1.8), look.stitch, 0.7)
    if finish == "strap":
        details.buckle(bench, last.leg(44, height - 6), width * 1.35, 4, look)
    else:
        bench.fill(Role.BUCKLE, curves.ellipse(last.leg(48, height - 6), width * 0.62, width * 0.62), look.metal, Form.OWN, 1.0)
        bench.fill(Role.BUCKLE, curves.ellipse(last.leg(48, height - 6), width * 0.36, width * 0.36), look.upper, Form.UPPER)


def _zip(bench: Bench, pattern: Pattern, look: Look, top: float, rng: Random) -> None:
    last = pattern.last
    place = rng.uniform(36, 52)
    details.zipper(bench, curves.smooth([last.leg(place + 4, 12), last.leg(place + 2, top * 0.5), last.leg(place, top - 8)]), look)


def _cuff(bench: Bench, pattern: Pattern, shaft: closed.Shaft, look: Look, depth: float, finish: object = None) -> None:  # noqa: PLR0913 - a cuff has a place and a look
    """Turn the top of the shaft over."""
    near = pattern.near
    low = curves.smooth([(near[0][0] - 3, near[0][1] - depth), *[(x, y - depth) for x, y in near[8:-8:8]], (near[-1][0] + 4, near[-1][1] - depth)])
    high = curves.join([(near[0][0] - 4, near[0][1])], near, [(near[-1][0] + 4, near[-1][1])])
    bench.fill(Role.PANEL, curves.join(high, curves.reverse(low)), finish or look.second, Form.UPPER, 1.4)  # type: ignore[arg-type]


def _collar(bench: Bench, pattern: Pattern, look: Look, style: str, rng: Random) -> None:
    if style == "none":
        return
    depth = rng.uniform(13, 20)
    near = pattern.near
    with bench.inside(pattern.outline):
        finish = details.darker(look.upper, 0.8) if style == "pad" else look.lining
        band = curves.join(near, curves.reverse(curves.shift(near, 0, -depth)))
        bench.fill(Role.PANEL, band, finish, Form.UPPER, 0.8)
        if style == "pad":
            for index in (1, 2):
                bench.draw(Role.GROOVE, curves.shift(near, 0, -depth * index / 3), look.upper, Style.GROOVE, 1.2)


def _counter(bench: Bench, pattern: Pattern, look: Look, reach: float, height: float, finish: str = "second") -> None:  # noqa: PLR0913 - a counter has a place and a look
    last = pattern.last
    edge = curves.smooth([last.leg(reach, -30), last.leg(reach * 0.95, height * 0.4), last.leg(reach * 0.6, height * 0.85), last.leg(-30, height)])
    with bench.inside(pattern.outline):
        bench.fill(Role.PANEL, curves.join(edge, [(900, edge[-1][1]), (900, -90), (edge[0][0], -90)]), look.second if finish == "second" else look.upper, Form.UPPER, 0.8)
        bench.stitch(curves.offset(edge, 2.4), look.stitch)


def _vamp_seam(bench: Bench, pattern: Pattern, look: Look, u: float) -> None:
    last = pattern.last
    edge = curves.smooth([last.at(u, 90), last.at(u + 0.02, 44, 0.4), last.at(u + 0.10, -6, 1.0)])
    with bench.inside(pattern.outline):
        bench.seam(edge, look.upper, 1.4)
        bench.stitch(curves.offset(edge, 2.4), look.stitch)


def _boot_trim(bench: Bench, pattern: Pattern, shaft: closed.Shaft, look: Look, rng: Random, style: str) -> None:  # noqa: PLR0913 - trims use all of the boot
    if style == "zip":
        _zip(bench, pattern, look, shaft.height * rng.uniform(0.6, 0.98), rng)
    elif style == "rider":
        _around(bench, pattern, look, rng.uniform(62, 82), rng.uniform(12, 17), rng.uniform(-6, 16))
        if rng.random() < 0.6:  # noqa: PLR2004 - most of them
            _around(bench, pattern, look, shaft.height - rng.uniform(26, 44), rng.uniform(10, 15), 0)
        _counter(bench, pattern, look, rng.uniform(52, 70), rng.uniform(48, 70))
    elif style == "cuff":
        _cuff(bench, pattern, shaft, look, rng.uniform(28, 70), look.lining if rng.random() < 0.4 else None)  # noqa: PLR2004 - some
        _vamp_seam(bench, pattern, look, rng.uniform(0.38, 0.46))
    elif style == "lace":
        ridge = closed.facing(bench, pattern, look.upper, rng.uniform(0.22, 0.28), 17, look)
        details.lacing(bench, ridge, look, rng.randint(9, 14), width=3.4, bow=rng.choice([0, 0.9]))
    elif style == "western":
        _western(bench, pattern, shaft, look, rng)
    else:
        _vamp_seam(bench, pattern, look, rng.uniform(0.40, 0.48))
        seam = curves.smooth([pattern.last.leg(44, shaft.height + 20), pattern.last.leg(44, 120), pattern.last.leg(60, 30)])
        with bench.inside(pattern.outline):
            bench.seam(seam, look.upper)


def _western(bench: Bench, pattern: Pattern, shaft: closed.Shaft, look: Look, rng: Random) -> None:
    """Stitch a western boot: a pointed counter, a scalloped vamp and flames up the shaft."""
    last = pattern.last
    _counter(bench, pattern, look, rng.uniform(56, 72), rng.uniform(56, 80))
    edge = curves.smooth([last.at(0.50, 120), last.at(0.47, 70), last.at(0.55, 52, 0.4), last.at(0.56, 20, 0.8), last.at(0.54, -8, 1.0)])
    with bench.inside(pattern.outline):
        bench.fill(Role.PANEL, curves.join(edge, [(edge[-1][0], -90), (-90, -90), (-90, edge[0][1])]), look.second, Form.UPPER, 0.8)
        bench.stitch(curves.offset(edge, -2.4), look.stitch)
        for index in range(3):
            reach, low = 30 - 8 * index, 74 + 10 * index
            high = shaft.height - 8 - 6 * index
            flame = curves.smooth([last.leg(50 + reach, low + 16), last.leg(50 + reach * 0.8, 0.5 * (low + high)), last.leg(50, high), last.leg(50 - reach * 0.8, 0.5 * (low + high)), last.leg(50 - reach, low + 10)])
            bench.stitch(flame, look.stitch, 1.2)


def _ankle_trim(bench: Bench, pattern: Pattern, shaft: closed.Shaft, look: Look, rng: Random, style: str) -> None:  # noqa: PLR0913 - trims use all of the boot
    if style == "zip":
        _zip(bench, pattern, look, shaft.height, rng)
        _vamp_seam(bench, pattern, look, rng.uniform(0.38, 0.48))
    elif style == "strap":
        for index in range(rng.randint(1, 3)):
            _around(bench, pattern, look, rng.uniform(52, 60) + 26 * index, rng.uniform(9, 14), rng.uniform(-4, 14))
    elif style == "cuff":
        _cuff(bench, pattern, shaft, look, rng.uniform(24, 44), look.lining if rng.random() < 0.5 else None)  # noqa: PLR2004 - half of them
    elif style == "western":
        _western(bench, pattern, shaft, look, rng)
    elif style == "harness":
        _around(bench, pattern, look, rng.uniform(54, 66), rng.uniform(10, 13), rng.uniform(-4, 8), "ring")
        last = pattern.last
        for course in ([last.leg(50, 56), last.leg(58, 20), last.leg(62, -20)], [last.leg(46, 56), last.leg(20, 30), last.leg(-20, 22)]):
            with bench.inside(pattern.outline):
                bench.fill(Role.STRAP, curves.ribbon(curves.smooth(course), 9), look.second, Form.UPPER, 1.0)
    elif style == "cutout":
        last = pattern.last
        hole = curves.smooth([last.leg(70, 40), last.leg(52, 58), last.leg(26, 52), last.leg(34, 30), last.leg(58, 24)], closed=True)
        bench.fill(Role.LINING, hole, details.darker(look.lining, 0.7), Form.INSIDE)
        bench.seam(hole, look.upper, 1.4)
    else:
        _vamp_seam(bench, pattern, look, rng.uniform(0.36, 0.5))
        if rng.random() < 0.5:  # noqa: PLR2004 - half of them
            _counter(bench, pattern, look, rng.uniform(44, 66), rng.uniform(44, 70))


def _work_panels(bench: Bench, pattern: Pattern, look: Look, rng: Random) -> None:
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
        edge = curves.smooth([last.at(0.30, 70), last.at(0.36, 48, 0.3), last.at(0.46, lift, 1), last.at(0.7, lift * 0.9, 1), last.at(1.03, lift * 1.3, 0)])
        with bench.inside(pattern.outline):
            bench.fill(Role.PANEL, curves.join(edge, [(900, edge[-1][1]), (900, -90), (-90, -90), (-90, edge[0][1])]), look.second, Form.UPPER, 0.9)
            bench.stitch(curves.offset(edge, -2.4), look.stitch)
    if style != "duck":
        _counter(bench, pattern, look, rng.uniform(48, 66), rng.uniform(46, 80), rng.choice(["second", "upper"]))
        _vamp_seam(bench, pattern, look, rng.uniform(0.36, 0.42))
