"""Open shoes: sandal, heeled sandal, flip-flop, mule, clog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves, details, soles
from app.demo.last import Last
from app.demo.shape import Bench, Finish, Form, Role, Style
from app.demo.straps import Strapping, instep, open_shoe

if TYPE_CHECKING:
    from random import Random

    from app.demo.look import Look
    from app.demo.shape import ShoeShape


def sandal(rng: Random, look: Look) -> ShoeShape:
    """Draw a flat sandal."""
    thick = rng.choice([rng.uniform(9, 14), rng.uniform(16, 24), rng.uniform(26, 38)])
    last = Last(rng.uniform(3, 14), thick, rng.uniform(5, 10), rng.uniform(246, 262), point=rng.uniform(0.0, 0.4), width=94, tilt=0.25)
    bench = Bench("sandal", last.rise(1.0))
    strapping = Strapping(last, look)
    strap_sandal(strapping, rng, rng.choice(["slides", "gladiator", "thong", "cross", "fisherman", "sport", "two and ankle"]))
    open_shoe(bench, strapping)
    strapping.lay(bench)
    flat_sole(bench, last, look, rng)
    return bench.finish()


def heeled_sandal(rng: Random, look: Look) -> ShoeShape:
    """Draw a sandal on a heel."""
    height = rng.choice([rng.uniform(35, 60), rng.uniform(60, 90), rng.uniform(85, 112)])
    platform = rng.choice([4.5, 4.5, rng.uniform(10, 24)])
    last = Last(height, platform, rng.uniform(3, 6), rng.uniform(238, 254), point=rng.uniform(0.1, 0.7), width=88, tilt=0.23)
    bench = Bench("heeled sandal", last.rise(1.0))
    strapping = Strapping(last, look)
    strap_heeled(strapping, rng, rng.choice(["barely there", "cross", "cage", "two", "sling", "tbar", "peep"]))
    open_shoe(bench, strapping)
    soles.heel(bench, last, sandal_heel(rng, height), look.heel, look.outsole)
    strapping.lay(bench)
    soles.thin(bench, last, look.sole if platform > 8 else look.outsole, 4.0)  # noqa: PLR2004 - a platform shows
    return bench.finish()


def sandal_heel(rng: Random, height: float) -> soles.HeelForm:
    """Choose a heel that suits the height: needle, block, flare or spool."""
    needle = soles.HeelForm(0.81, rng.uniform(7, 11), rng.uniform(3, 6), rng.uniform(-14, -3), rng.uniform(0, 4))
    block = soles.HeelForm(rng.uniform(0.74, 0.79), rng.uniform(36, 52), rng.uniform(0.9, 1.3), rng.uniform(-8, 3))
    flare = soles.HeelForm(0.77, rng.uniform(24, 36), 1.8, rng.uniform(-10, 0), rng.uniform(0, 4), rng.uniform(5, 14))
    spool = soles.HeelForm(0.79, rng.uniform(17, 24), 2.4, rng.uniform(-12, -4), rng.uniform(6, 10), rng.uniform(3, 9))
    return rng.choice([needle, block, flare, spool] if height > 55 else [block, flare, spool])  # noqa: PLR2004 - no low needles


def strap_sandal(strapping: Strapping, rng: Random, style: str) -> None:
    """Lay the straps of a flat sandal."""
    slant = rng.uniform(-0.03, 0.06)
    if style == "slides":
        for u in (0.25, rng.uniform(0.42, 0.5)):
            strapping.band(u, u + slant, rng.uniform(26, 38), buckled=True)
    elif style == "gladiator":
        count = rng.randint(4, 6)
        for index in range(count):
            u = 0.20 + 0.36 * index / (count - 1)
            strapping.band(u, u + slant, rng.uniform(7, 10))
        strapping.bar(0.19, 0.54, rng.uniform(8, 12), (85, 64))
        strapping.counter(rng.uniform(52, 66), rng.uniform(0.84, 0.9))
        for index in range(rng.randint(1, 3)):
            strapping.ankle(62 + 20 * index, 9, front=86, buckled=index == 0)
    elif style == "thong":
        _thong(strapping, rng, rng.uniform(0.36, 0.6), rng.uniform(6, 12))
        height = rng.uniform(56, 70)
        strapping.bar(0.17, 0.48, rng.uniform(7, 12), (82, height + 1))
        strapping.ankle(height, rng.uniform(7, 11), front=82)
        strapping.counter(rng.uniform(46, 58), 0.9)
    elif style == "cross":
        a, b = rng.uniform(0.18, 0.26), rng.uniform(0.42, 0.52)
        wide = rng.uniform(14, 26)
        strapping.band(a, b, wide)
        strapping.band(b, a, wide)
        if rng.random() < 0.6:  # noqa: PLR2004 - most of them
            strapping.sling(rng.uniform(0.55, 0.66), rng.uniform(46, 58), 9)
    elif style == "fisherman":
        for index in range(5):
            u = 0.10 + 0.085 * index
            strapping.band(u, u + 0.05, rng.uniform(10, 13))
        strapping.bar(0.06, 0.47, 15)
        strapping.sling(0.58, 54, 11)
        strapping.counter(50, 0.82)
    elif style == "sport":
        strapping.band(0.22, 0.22 + slant, rng.uniform(18, 26), strapping.look.second)
        strapping.band(rng.uniform(0.46, 0.52), 0.5, rng.uniform(18, 26), buckled=True)
        strapping.counter(rng.uniform(48, 60), 0.84)
        strapping.sling(0.56, rng.uniform(44, 52), 13)
    else:
        strapping.band(rng.uniform(0.19, 0.3), 0.26, rng.uniform(10, 32))
        strapping.ankle(rng.uniform(58, 74), rng.uniform(9, 14), front=84)
        strapping.counter(rng.uniform(50, 62), rng.uniform(0.8, 0.88))


def strap_heeled(strapping: Strapping, rng: Random, style: str) -> None:
    """Lay the straps of a sandal on a heel."""
    ankle = rng.uniform(62, 84)
    if style == "barely there":
        strapping.band(rng.uniform(0.2, 0.27), rng.uniform(0.2, 0.27), rng.uniform(7, 14))
        strapping.ankle(ankle, rng.uniform(6, 9))
        strapping.counter(ankle - 4, 0.89)
    elif style == "cross":
        a, b = rng.uniform(0.16, 0.22), rng.uniform(0.34, 0.42)
        strapping.band(a, b, rng.uniform(9, 18))
        strapping.band(b, a, rng.uniform(9, 18))
        strapping.ankle(ankle, rng.uniform(7, 11))
        strapping.counter(ankle - 3, rng.uniform(0.82, 0.88))
    elif style == "cage":
        count = rng.randint(4, 7)
        for index in range(count):
            u = 0.18 + 0.40 * index / (count - 1)
            strapping.band(u, u + rng.uniform(-0.02, 0.04), rng.uniform(6, 10))
        strapping.bar(0.18, 0.52, 7, (84, ankle + 1))
        strapping.ankle(ankle, 8)
        strapping.counter(ankle, rng.uniform(0.78, 0.84), 6)
    elif style == "two":
        strapping.band(0.21, 0.22, rng.uniform(10, 24))
        strapping.band(rng.uniform(0.36, 0.46), 0.42, rng.uniform(8, 18))
        if rng.random() < 0.6:  # noqa: PLR2004 - the others are mules
            strapping.ankle(ankle, 8)
            strapping.counter(ankle - 3, 0.86)
    elif style == "sling":
        strapping.vamp(rng.uniform(0.26, 0.34), rng.uniform(36, 46), rng.uniform(0.38, 0.46), 25, 0.6, rng.uniform(0.09, 0.15))
        strapping.sling(rng.uniform(0.46, 0.58), rng.uniform(48, 60), rng.uniform(6, 10))
    elif style == "tbar":
        strapping.band(rng.uniform(0.2, 0.27), 0.24, rng.uniform(10, 20))
        strapping.bar(0.24, 0.48, rng.uniform(6, 12), (86, ankle + 1))
        strapping.ankle(ankle, 8, front=86)
        strapping.counter(ankle - 2, rng.uniform(0.8, 0.88))
    else:
        strapping.vamp(rng.uniform(0.32, 0.42), rng.uniform(44, 58), rng.uniform(0.46, 0.56), 27, 0.7, rng.uniform(0.10, 0.17))
        strapping.ankle(ankle, rng.uniform(7, 13))
        strapping.counter(ankle - 2, rng.uniform(0.76, 0.86))


def flip_flop(rng: Random, look: Look) -> ShoeShape:
    """Draw a thong on a foam sole."""
    thick = rng.choice([rng.uniform(13, 18), rng.uniform(18, 26), rng.uniform(28, 44)])
    last = Last(rng.choice([1.0, 3.0, rng.uniform(6, 22)]), thick, rng.uniform(2, 14), rng.uniform(246, 268), point=rng.uniform(0.0, 0.3), width=96, tilt=0.26)
    bench = Bench("flip-flop", last.rise(1.0))
    strapping = Strapping(last, look)
    _thong(strapping, rng, rng.uniform(0.46, 0.66), rng.uniform(8, 20))
    if rng.random() < 0.2:  # noqa: PLR2004 - a few
        strapping.sling(rng.uniform(0.6, 0.68), rng.uniform(40, 52), 8, buckled=False)
    open_shoe(bench, strapping)
    _flop_sole(bench, last, look, rng)
    strapping.lay(bench)
    if rng.random() < 0.45:  # noqa: PLR2004 - nearly half of them
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
            bench.fill(Role.ORNAMENT, curves.ellipse((x, y), 5.5, 5.5), look.metal if k % 2 else look.second, Form.OWN, 1.0)
    else:
        for k in range(5):
            turn = 72 * k + 18
            petal = curves.ellipse((spot[0] + 8 * _cos(turn), spot[1] + 7 * _sin(turn)), 6.5, 4.6, turn)
            bench.fill(Role.ORNAMENT, petal, look.second, Form.OWN, 0.8)
        bench.fill(Role.ORNAMENT, curves.ellipse(spot, 4.5, 4.5), look.metal, Form.OWN, 0.8)


def _thong(strapping: Strapping, rng: Random, end: float, width: float) -> None:
    """Run straps from between the toes to both sides."""
    last, look = strapping.last, strapping.look
    post = rng.uniform(0.12, 0.16)
    knot = last.at(post + rng.uniform(0.02, 0.06), rng.uniform(17, 24))
    rise = rng.uniform(0.8, 1.15)
    middle = 0.45 * post + 0.55 * end
    near = curves.smooth([knot, last.at(middle - 0.03, instep(middle) * 0.72 * rise, 0.55), last.at(end, -4, 1.0)])
    far = curves.smooth([knot, last.at(middle, instep(middle) * 0.86 * rise, -0.5), last.at(end + 0.02, 2, -0.95)])
    strapping.behind.fill(Role.STRAP, curves.ribbon(far, [width * 0.6, width, width * 1.1]), details.darker(look.upper, 0.66), Form.OWN)
    strapping.front.draw(Role.STRAP, [last.at(post, 0, 0.1), knot], look.upper, Style.CORD, 5.0)
    details.strap(strapping.front, near, [width * 0.55, width, width * rng.uniform(0.9, 1.5)], look.upper, look.stitch)


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
                lambda u, s=share: under(u) + (last.rise(u) - under(u)) * s,
                lambda u, s=above: under(u) + (last.rise(u) - under(u)) * (s if s < 1 else s - 0.08),
                look.second if index == 0 else look.outsole, 1.5,
            )  # fmt: skip
    elif style == "ridged":
        for k in range(26):
            u = 0.05 + 0.035 * k
            bench.draw(Role.GROOVE, [last.ground(u, under(u) + 2), last.ground(u, last.rise(u) - 3)], look.sole, Style.GROOVE, 1.4)
    elif style == "toothed":
        soles.tread(bench, last, lambda u: under(u) + 3, look.outsole, rng.uniform(10, 18), 3.0)


def flat_sole(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    """Put a flat sandal's sole down: leather, cork, foam or lugged."""
    under = soles.standing(last, 0.8)
    outline = soles.slab(last, under, 1.5)
    bench.volume(Form.SOLE, outline)
    style = rng.choice(["cork", "leather", "foam", "lug"]) if last.platform > 14 else rng.choice(["leather", "foam"])  # noqa: PLR2004 - thick enough
    if style == "lug":
        soles.tread(bench, last, lambda u: under(u) + 1, look.outsole, rng.uniform(14, 22), 5.0)
    bench.fill(Role.SOLE, outline, Finish("cork", (196, 154, 108)) if style == "cork" else look.sole, Form.SOLE, 0.5)
    soles.band(bench, last, under, lambda u: under(u) + 4.5, look.outsole, 1.5)
    if style in {"leather", "lug"}:
        bench.stitch(soles.edge(last, lambda u: last.rise(u) - 3.0, 1.5, 0.02, 0.98), look.stitch, 0.8)


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
        details.buckle(bench, (spot[0] + 4, spot[1] - 6), rng.uniform(19, 26), 25, look, rng.choice(["square", "round"]))
    with bench.inside(outline):
        if style == "bit":
            bar = curves.smooth([last.at(throat + 0.03, 12, 1.0), last.at(throat - 0.01, 28, 0.6), last.at(throat - 0.04, 60, 0.0)])
            bench.draw(Role.BUCKLE, bar, look.metal, Style.CORD, 4.5)
            bench.fill(Role.BUCKLE, curves.ellipse(curves.at(bar, 0.3), 7, 8), look.metal, Form.OWN, 1.0)
        elif style == "apron":
            edge = curves.smooth([last.at(0.03, 40), last.at(0.09, 20, 0.3), last.at(0.2, 20, 0.8), last.at(throat + 0.06, 26, 0.9)])
            bench.seam(edge, look.upper, 2.0)
            bench.stitch(curves.offset(edge, -2.5), look.stitch, 1.0)
        elif style == "pleats":
            for k in range(5):
                course = [last.at(throat - 0.02 * k, 70, 0), last.at(throat - 0.035 * k, 22, 0.8), last.at(throat + 0.05 - 0.07 * k, -4, 1)]
                bench.seam(curves.smooth(course), look.upper, 1.8)
        elif style == "band":
            course = curves.smooth([last.at(throat + 0.02, 80, 0), last.at(throat - 0.04, 30, 0.6), last.at(throat + 0.02, -8, 1)])
            bench.fill(Role.PANEL, curves.ribbon(course, rng.uniform(14, 24)), look.second, Form.UPPER, 0.9)


def clog(rng: Random, look: Look) -> ShoeShape:
    """Draw a clog: a bulging vamp on a wooden or a foam sole."""
    wooden = rng.random() < 0.65  # noqa: PLR2004 - two in three
    height = rng.uniform(22, 68) if wooden else rng.uniform(5, 16)
    last = Last(height, rng.uniform(18, 34), rng.uniform(6, 12), rng.uniform(248, 262), point=rng.uniform(0.0, 0.2), width=98, tilt=0.23)
    bench = Bench("clog", last.rise(1.0))
    strapping = Strapping(last, look)
    throat = rng.uniform(0.36, 0.45)
    tall = rng.uniform(58, 74)
    peep = rng.choice([0.0, 0.0, 0.0, rng.uniform(0.1, 0.15)]) if wooden else 0.0
    end = rng.uniform(0.48, 0.6)
    outline = strapping.vamp(throat, tall, end, rng.uniform(38, 50), rng.uniform(0.7, 1.0), peep)
    if rng.random() < (0.35 if wooden else 0.6):
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
        soles.thick(bench, last, look.upper, 3.0)
        strapping.lay(bench)
        _foam_holes(bench, last, rng, outline)
        for share in (0.35, 0.6):
            soles.groove(bench, soles.edge(last, lambda u, s=share: last.rise(u) * s, 3.0, 0.02, 0.98), look.upper, 1.6)
    _clog_trim(bench, last, look, rng, outline, throat, end, wooden=wooden)
    return bench.finish()


def _foam_holes(bench: Bench, last: Last, rng: Random, outline: curves.Path) -> None:
    with bench.inside(outline):
        for row in range(3):
            for k in range(5):
                u = 0.13 + 0.055 * k + 0.02 * row
                spot = last.at(u, 20 + 13 * row + 2 * k, 0.75 - 0.22 * row)
                bench.fill(Role.GROOVE, curves.ellipse(spot, 3.2, 2.8, count=12), Finish("rubber", (60, 55, 52)), Form.UPPER)
    rng.random()


def _clog_trim(  # noqa: PLR0913 - a trim uses the whole vamp
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
            course = curves.smooth([last.at(throat - 0.02, 90, 0), last.at(throat - 0.06, 34, 0.7), last.at(end - 0.16, -4, 1)])
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
    soles.band(bench, last, lambda u: min(under(u), under(u)), lambda u: under(u) + 4.0, look.outsole, 3.0)


def _cos(degrees: float) -> float:
    return curves.turn(degrees)[0]


def _sin(degrees: float) -> float:
    return curves.turn(degrees)[1]
