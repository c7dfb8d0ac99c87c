"""Shoes one steps into: flip-flop, mule, clog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.chance import chance
from app.demo.finish import Finish
from app.demo.shoes import details, soles
from app.demo.shoes.last import Last
from app.demo.shoes.sandals import sandal_heel, thong
from app.demo.shoes.shape import Bench, Form, Role, Style
from app.demo.shoes.straps import Strapping, instep, open_shoe

if TYPE_CHECKING:
    from random import Random

    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape


def flip_flop(rng: Random, look: Look) -> ShoeShape:
    """Draw a thong on a foam sole."""
    thick = rng.choice([rng.uniform(13, 18), rng.uniform(18, 26), rng.uniform(28, 44)])
    last = Last(
        rng.choice([1.0, 3.0, rng.uniform(6, 22)]),
        thick,
        rng.uniform(2, 14),
        rng.uniform(246, 268),
        point=rng.uniform(0.0, 0.3),
        width=96,
        tilt=0.26,
    )
    bench = Bench("flip-flop", last.rise(1.0))
    strapping = Strapping(last, look)
    thong(strapping, rng, rng.uniform(0.46, 0.66), rng.uniform(8, 20))
    if chance(rng, 0.2):
        strapping.sling(rng.uniform(0.6, 0.68), rng.uniform(40, 52), 8, buckled=False)
    open_shoe(bench, strapping)
    _flop_sole(bench, last, look, rng)
    strapping.lay(bench)
    if chance(rng, 0.45):
        _flop_ornament(bench, last, look, rng)
    return bench.finish()


def _flop_ornament(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    spot = last.at(0.2, instep(0.2) + 5, 0.2)
    style = rng.choice(["flower", "disc", "bow", "beads"])
    if style == "bow":
        details.ribbon_bow(bench, spot, look.second, rng.uniform(16, 24))
    elif style == "disc":
        bench.fill(Role.ORNAMENT, curves.ellipse(spot, 11, 9), look.metal, Form.OWN, 1.0)
    elif style == "beads":
        for k in range(5):
            x, y = last.at(0.2 + 0.045 * k, instep(0.2 + 0.045 * k) * (0.98 - 0.12 * k) + 2, 0.2 + 0.18 * k)
            bench.fill(
                Role.ORNAMENT, curves.ellipse((x, y), 5.5, 5.5), look.metal if k % 2 else look.second, Form.OWN, 1.0
            )
    else:
        for k in range(5):
            turn = 72 * k + 18
            petal = curves.ellipse((spot[0] + 8 * _cos(turn), spot[1] + 7 * _sin(turn)), 6.5, 4.6, turn)
            bench.fill(Role.ORNAMENT, petal, look.second, Form.OWN, 0.8)
        bench.fill(Role.ORNAMENT, curves.ellipse(spot, 4.5, 4.5), look.metal, Form.OWN, 0.8)


def _flop_sole(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    under = soles.standing(last, rng.uniform(0.5, 0.95), rng.uniform(0, 6))
    outline = soles.slab(last, under, 1.5)
    bench.volume(Form.SOLE, outline)
    bench.fill(Role.SOLE, outline, look.sole, Form.SOLE, 0.5)
    style = rng.choice(["plain", "layers", "three", "ridged", "toothed"])
    if style in {"layers", "three"}:
        cuts = [0.5] if style == "layers" else [0.36, 0.68]
        for index, share in enumerate(cuts):
            above = cuts[index + 1] if index + 1 < len(cuts) else 1.0
            soles.band(
                bench, last,
                soles.between(last, under, share),
                soles.between(last, under, min(above, 0.92)),
                look.second if index == 0 else look.outsole, 1.5,
            )  # fmt: skip
    elif style == "ridged":
        for k in range(26):
            u = 0.05 + 0.035 * k
            bench.draw(
                Role.GROOVE,
                [last.ground(u, under(u) + 2), last.ground(u, last.rise(u) - 3)],
                look.sole,
                Style.GROOVE,
                1.4,
            )
    elif style == "toothed":
        soles.tread(bench, last, lambda u: under(u) + 3, look.outsole, rng.uniform(10, 18), 3.0)


def mule(rng: Random, look: Look) -> ShoeShape:
    """Draw a shoe without a back."""
    height = rng.choice([rng.uniform(6, 16), rng.uniform(28, 55), rng.uniform(60, 95)])
    last = Last(height, 4.5, rng.uniform(4, 8), rng.uniform(240, 256), point=rng.uniform(0.1, 1.0), width=90, tilt=0.23)
    bench = Bench("mule", last.rise(1.0))
    strapping = Strapping(last, look)
    peep = rng.choice([0.0, 0.0, rng.uniform(0.09, 0.16)])
    throat = rng.uniform(0.27, 0.44)
    tall = instep(throat) * rng.uniform(0.88, 1.02)
    outline = strapping.vamp(throat, tall, throat + rng.uniform(0.08, 0.2), rng.uniform(22, 29), 1 - last.point, peep)
    open_shoe(bench, strapping)
    if height < 20:  # noqa: PLR2004 - flat
        soles.heel(bench, last, soles.HeelForm(0.74, 58, 1.0, 0), look.heel, look.outsole)
    else:
        soles.heel(bench, last, sandal_heel(rng, height), look.heel, look.outsole)
    strapping.lay(bench)
    _mule_trim(bench, last, look, rng, outline, throat)
    soles.thin(bench, last, look.outsole, 3.6)
    return bench.finish()


def _mule_trim(bench: Bench, last: Last, look: Look, rng: Random, outline: curves.Path, throat: float) -> None:
    style = rng.choice(["plain", "bow", "buckle", "bit", "apron", "pleats", "band"])
    spot = last.at(throat - 0.03, instep(throat) * 0.86, 0.2)
    if style == "bow":
        details.ribbon_bow(bench, spot, look.second, rng.uniform(17, 27))
    elif style == "buckle":
        details.buckle(
            bench, (spot[0] + 4, spot[1] - 6), rng.uniform(19, 26), 25, look, rng.choice(["square", "round"])
        )
    with bench.inside(outline):
        if style == "bit":
            bar = curves.smooth(
                [last.at(throat + 0.03, 12, 1.0), last.at(throat - 0.01, 28, 0.6), last.at(throat - 0.04, 60, 0.0)]
            )
            bench.draw(Role.BUCKLE, bar, look.metal, Style.CORD, 4.5)
            bench.fill(Role.BUCKLE, curves.ellipse(curves.at(bar, 0.3), 7, 8), look.metal, Form.OWN, 1.0)
        elif style == "apron":
            edge = curves.smooth(
                [last.at(0.03, 40), last.at(0.09, 20, 0.3), last.at(0.2, 20, 0.8), last.at(throat + 0.06, 26, 0.9)]
            )
            bench.seam(edge, look.upper, 2.0)
            bench.stitch(curves.offset(edge, -2.5), look.stitch, 1.0)
        elif style == "pleats":
            for k in range(5):
                pleat = [
                    last.at(throat - 0.02 * k, 70, 0),
                    last.at(throat - 0.035 * k, 22, 0.8),
                    last.at(throat + 0.05 - 0.07 * k, -4, 1),
                ]
                bench.seam(curves.smooth(pleat), look.upper, 1.8)
        elif style == "band":
            course = curves.smooth(
                [last.at(throat + 0.02, 80, 0), last.at(throat - 0.04, 30, 0.6), last.at(throat + 0.02, -8, 1)]
            )
            bench.fill(Role.PANEL, curves.ribbon(course, rng.uniform(14, 24)), look.second, Form.UPPER, 0.9)


def clog(rng: Random, look: Look) -> ShoeShape:
    """Draw a clog: a bulging vamp on a wooden or a foam sole."""
    wooden = chance(rng, 0.65)
    height = rng.uniform(22, 68) if wooden else rng.uniform(5, 16)
    last = Last(
        height,
        rng.uniform(18, 34),
        rng.uniform(6, 12),
        rng.uniform(248, 262),
        point=rng.uniform(0.0, 0.2),
        width=98,
        tilt=0.23,
    )
    bench = Bench("clog", last.rise(1.0))
    strapping = Strapping(last, look)
    throat = rng.uniform(0.36, 0.45)
    tall = rng.uniform(58, 74)
    peep = rng.choice([0.0, 0.0, 0.0, rng.uniform(0.1, 0.15)]) if wooden else 0.0
    end = rng.uniform(0.48, 0.6)
    outline = strapping.vamp(throat, tall, end, rng.uniform(38, 50), rng.uniform(0.7, 1.0), peep)
    if chance(rng, 0.35 if wooden else 0.6):
        strapping.sling(end - 0.05, rng.uniform(44, 58), rng.uniform(10, 15), buckled=wooden)
    open_shoe(bench, strapping)
    if wooden:
        _wooden_sole(bench, last, look, rng)
        strapping.lay(bench)
        count = rng.randint(7, 12)
        for k in range(count):
            u = 0.02 + (end - 0.04) * k / (count - 1)
            bench.fill(Role.BUCKLE, curves.ellipse(last.at(u, 3.5, 1.0), 2.4, 2.4, count=12), look.metal, Form.OWN, 0.8)
    else:
        under = soles.thick(bench, last, look.upper, 3.0)
        strapping.lay(bench)
        _foam_holes(bench, last, rng, outline)
        for share in (0.35, 0.6):
            soles.groove(bench, soles.edge(last, soles.between(last, under, share), 3.0, 0.02, 0.98), look.upper, 1.6)
    _clog_trim(bench, last, look, rng, outline, throat, end, wooden=wooden)
    return bench.finish()


def _foam_holes(bench: Bench, last: Last, rng: Random, outline: curves.Path) -> None:
    with bench.inside(outline):
        for row in range(3):
            for k in range(5):
                u = 0.13 + 0.055 * k + 0.02 * row
                spot = last.at(u, 20 + 13 * row + 2 * k, 0.75 - 0.22 * row)
                bench.fill(
                    Role.GROOVE, curves.ellipse(spot, 3.2, 2.8, count=12), Finish("rubber", (60, 55, 52)), Form.UPPER
                )
    rng.random()


def _clog_trim(
    bench: Bench, last: Last, look: Look, rng: Random, outline: curves.Path, throat: float, end: float, *, wooden: bool
) -> None:
    style = rng.choice(["plain", "strap", "strap", "seam", "twin"]) if wooden else "plain"
    with bench.inside(outline):
        for k in range({"strap": 1, "twin": 2}.get(style, 0)):
            u = throat - 0.03 - 0.10 * k
            course = curves.smooth([last.at(u + 0.10, -8, 1), last.at(u + 0.04, 34, 0.7), last.at(u - 0.01, 90, 0)])
            bench.fill(Role.STRAP, curves.ribbon(course, rng.uniform(11, 17)), look.second, Form.UPPER, 1.0)
            details.buckle(bench, curves.at(course, 0.42), 18, 100, look)
        if style == "seam":
            course = curves.smooth(
                [last.at(throat - 0.02, 90, 0), last.at(throat - 0.06, 34, 0.7), last.at(end - 0.16, -4, 1)]
            )
            bench.seam(course, look.upper, 1.6)
            bench.stitch(curves.offset(course, 2.6), look.stitch)


def _wooden_sole(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    """Carve a clog's sole: high at the heel, hollowed under the arch."""
    hollow = rng.uniform(0.25, 0.75) * last.rise(0.55)
    begin = rng.uniform(0.38, 0.44)
    end = rng.uniform(0.64, 0.72)
    flat = soles.standing(last, 0.9, 1.0)

    def under(u: float) -> float:
        t = (u - begin) / (end - begin)
        return flat(u) + (hollow * (1 - abs(2 * t - 1) ** 3) if 0 < t < 1 else 0.0)

    outline = soles.slab(last, under, 3.0)
    bench.volume(Form.SOLE, outline)
    tone = rng.choice([(214, 170, 118), (186, 134, 84), (92, 60, 42), (224, 190, 142)])
    bench.fill(Role.SOLE, outline, Finish("wood", tone), Form.SOLE, 0.6)
    soles.band(bench, last, under, lambda u: under(u) + 4.0, look.outsole, 3.0)


def _cos(degrees: float) -> float:
    return curves.turn(degrees)[0]


def _sin(degrees: float) -> float:
    return curves.turn(degrees)[1]
