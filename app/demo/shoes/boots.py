"""Boots: boot (tall), ankle boot, chelsea boot, lace-up boot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.chance import chance
from app.demo.finish import darker
from app.demo.shoes import boot_trims, closed, details, soles
from app.demo.shoes.last import Last
from app.demo.shoes.pattern import Pattern, inside, upper, volume
from app.demo.shoes.shape import Bench, Form, Role

if TYPE_CHECKING:
    from random import Random

    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape


def boot(rng: Random, look: Look) -> ShoeShape:
    """Draw a boot that reaches to the calf or the knee."""
    last = _last(rng, rng.choice([12, 25, 45, 70, 90]))
    tall = rng.choice([rng.uniform(235, 290), rng.uniform(290, 350), rng.uniform(350, 400)])
    shaft = closed.Shaft(
        tall,
        rng.uniform(98, 112),
        rng.uniform(112, 140),
        rng.uniform(-4, 26),
        rng.uniform(-10, 34),
        rng.uniform(2, 12),
        rng.uniform(0.34, 0.38),
        rng.uniform(50, 60),
        rng.uniform(28, 38),
        1 - last.point,
    )
    bench, pattern = _begin("boot", last, shaft, look, rng)
    style = rng.choice(["plain", "rider", "zip", "cuff", "lace", "western"])
    boot_trims.tall(bench, pattern, shaft, look, rng, style)
    return bench.finish()


def ankle_boot(rng: Random, look: Look) -> ShoeShape:
    """Draw a dressy boot that ends at or above the ankle."""
    last = _last(rng, rng.choice([20, 35, 55, 75, 95]))
    shaft = _short(rng, last, rng.uniform(96, 150), rng.uniform(-14, 18))
    bench, pattern = _begin("ankle boot", last, shaft, look, rng)
    style = rng.choice(["zip", "strap", "plain", "cuff", "cutout", "western", "harness"])
    boot_trims.ankle(bench, pattern, shaft, look, rng, style)
    return bench.finish()


def chelsea_boot(rng: Random, look: Look) -> ShoeShape:
    """Draw an ankle boot with elastic in its side and a tab at its back."""
    last = _last(rng, rng.choice([14, 22, 30, 55, 75]), chunky=chance(rng, 0.35))
    shaft = _short(rng, last, rng.uniform(98, 150), rng.uniform(-6, 10))
    bench, pattern = _begin("chelsea boot", last, shaft, look, rng)
    high = shaft.height
    wide, low = rng.uniform(26, 44), rng.uniform(28, 52)
    middle = rng.uniform(44, 56)
    straight = chance(rng, 0.4)
    foot = wide * (0.8 if straight else rng.uniform(0.2, 0.5))
    gore = curves.join(
        curves.smooth(
            [
                last.leg(middle + wide / 2, high + 20),
                last.leg(middle + wide * 0.46, high * 0.75),
                last.leg(middle + foot / 2, low),
            ]
        ),
        curves.smooth(
            [
                last.leg(middle - foot / 2, low),
                last.leg(middle - wide * 0.46, high * 0.75),
                last.leg(middle - wide / 2, high + 20),
            ]
        ),
    )
    with bench.inside(pattern.outline):
        details.elastic(bench, gore, look.second if look.second != look.upper else darker(look.upper, 0.7), 11)
        bench.seam(gore, look.upper, 1.4)
        bench.stitch(curves.offset(gore, 2.6), look.stitch)
        seam = curves.smooth(
            [
                last.leg(middle, low),
                last.leg(middle + rng.uniform(-4, 24), low * 0.5),
                last.leg(middle + rng.uniform(-10, 50), -22),
            ]
        )
        bench.seam(seam, look.upper)
    details.pull_tab(bench, (pattern.near[-1][0] - 2, pattern.near[-1][1]), look.second, rng.uniform(18, 28))
    return bench.finish()


def lace_up_boot(rng: Random, look: Look) -> ShoeShape:
    """Draw a boot with laces and a sturdy sole."""
    last = _last(rng, rng.choice([16, 22, 30, 60]), chunky=True)
    shaft = _short(
        rng, last, rng.choice([rng.uniform(98, 125), rng.uniform(125, 165), rng.uniform(165, 210)]), rng.uniform(2, 14)
    )
    pattern = closed.shaft_pattern(last, shaft)
    bench = Bench("lace-up boot", last.rise(1.0))
    volume(bench, pattern)
    closed.tongue(bench, pattern, look.upper, rng.uniform(6, 18), 0.4, 8)
    inside(bench, pattern, look, 3.0)
    _sole(bench, last, look, rng)
    upper(bench, pattern, look)
    boot_trims.work(bench, pattern, look, rng)
    ridge = closed.facing(bench, pattern, look.upper, rng.uniform(0.30, 0.38), rng.uniform(17, 21), look)
    rows = round(shaft.height / rng.uniform(15, 21))
    details.lacing(
        bench,
        ridge,
        look,
        rows,
        width=rng.uniform(3.2, 4.6),
        bow=rng.choice([0.9, 1.1, 0]),
        metal=True,
        hooks=rng.choice([0, 0, 3]),
    )
    boot_trims.collar(bench, pattern, look, rng.choice(["pad", "none", "shearling"]), rng)
    if chance(rng, 0.5):
        details.pull_tab(bench, pattern.near[-1], look.second, rng.uniform(16, 24))
    return bench.finish()


def _last(rng: Random, heel: float, *, chunky: bool = False) -> Last:
    heel = heel * rng.uniform(0.85, 1.15)
    platform = rng.uniform(16, 30) if chunky or chance(rng, 0.2) else rng.uniform(5, 9)
    point = rng.uniform(0.0, 0.4) if chunky else rng.uniform(0.1, 0.9)
    return Last(heel, platform, rng.uniform(5, 9), rng.uniform(252, 270), point=point, width=92)


def _short(rng: Random, last: Last, height: float, slope: float) -> closed.Shaft:
    return closed.Shaft(
        height,
        rng.uniform(97, 107),
        rng.uniform(94, 114),
        rng.uniform(-5, 8),
        slope,
        rng.uniform(2, 14),
        rng.uniform(0.33, 0.38),
        rng.uniform(49, 58),
        rng.uniform(28, 40),
        1 - last.point,
    )


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
        form = soles.HeelForm(
            rng.uniform(0.72, 0.79), tip, power, lean, rng.uniform(0, 4), rng.choice([0, 0, rng.uniform(3, 9)])
        )
        soles.heel(bench, last, form, look.heel, look.outsole)
        soles.thin(bench, last, look.outsole, 5.0)
    if chance(rng, 0.6):
        bench.fill(Role.SOLE, soles.slab(last, lambda u: last.rise(u) - 3.6, 4.0), look.sole, Form.SOLE, 0.6)
        bench.stitch(soles.edge(last, lambda u: last.rise(u) - 1.0, 3.2, 0.02, 0.97), look.stitch, 0.9)
