"""Open shoes: sandal, heeled sandal, flip-flop, mule, clog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.chance import chance
from app.demo.finish import Finish, darker
from app.demo.shoes import details, soles
from app.demo.shoes.last import Last
from app.demo.shoes.shape import Bench, Form, Role, Style
from app.demo.shoes.straps import Strapping, instep, open_shoe

if TYPE_CHECKING:
    from random import Random

    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape


def sandal(rng: Random, look: Look) -> ShoeShape:
    """Draw a flat sandal."""
    thick = rng.choice([rng.uniform(9, 14), rng.uniform(16, 24), rng.uniform(26, 38)])
    last = Last(
        rng.uniform(3, 14),
        thick,
        rng.uniform(5, 10),
        rng.uniform(246, 262),
        point=rng.uniform(0.0, 0.4),
        width=94,
        tilt=0.25,
    )
    bench = Bench("sandal", last.rise(1.0))
    strapping = Strapping(last, look)
    strap_sandal(
        strapping, rng, rng.choice(["slides", "gladiator", "thong", "cross", "fisherman", "sport", "two and ankle"])
    )
    open_shoe(bench, strapping)
    strapping.lay(bench)
    flat_sole(bench, last, look, rng)
    return bench.finish()


def heeled_sandal(rng: Random, look: Look) -> ShoeShape:
    """Draw a sandal on a heel."""
    height = rng.choice([rng.uniform(35, 60), rng.uniform(60, 90), rng.uniform(85, 112)])
    platform = rng.choice([4.5, 4.5, rng.uniform(10, 24)])
    last = Last(
        height, platform, rng.uniform(3, 6), rng.uniform(238, 254), point=rng.uniform(0.1, 0.7), width=88, tilt=0.23
    )
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
        _gladiator(strapping, rng, slant)
    elif style == "thong":
        thong(strapping, rng, rng.uniform(0.36, 0.6), rng.uniform(6, 12))
        height = rng.uniform(56, 70)
        strapping.bar(0.17, 0.48, rng.uniform(7, 12), (82, height + 1))
        strapping.ankle(height, rng.uniform(7, 11), front=82)
        strapping.counter(rng.uniform(46, 58), 0.9)
    elif style == "cross":
        a, b = rng.uniform(0.18, 0.26), rng.uniform(0.42, 0.52)
        wide = rng.uniform(14, 26)
        strapping.band(a, b, wide)
        strapping.band(b, a, wide)
        if chance(rng, 0.6):
            strapping.sling(rng.uniform(0.55, 0.66), rng.uniform(46, 58), 9)
    elif style == "fisherman":
        _fisherman(strapping, rng)
    elif style == "sport":
        strapping.band(0.22, 0.22 + slant, rng.uniform(18, 26), strapping.look.second)
        strapping.band(rng.uniform(0.46, 0.52), 0.5, rng.uniform(18, 26), buckled=True)
        strapping.counter(rng.uniform(48, 60), 0.84)
        strapping.sling(0.56, rng.uniform(44, 52), 13)
    else:
        strapping.band(rng.uniform(0.19, 0.3), 0.26, rng.uniform(10, 32))
        strapping.ankle(rng.uniform(58, 74), rng.uniform(9, 14), front=84)
        strapping.counter(rng.uniform(50, 62), rng.uniform(0.8, 0.88))


def _gladiator(strapping: Strapping, rng: Random, slant: float) -> None:
    count = rng.randint(4, 6)
    for index in range(count):
        u = 0.20 + 0.36 * index / (count - 1)
        strapping.band(u, u + slant, rng.uniform(7, 10))
    strapping.bar(0.19, 0.54, rng.uniform(8, 12), (85, 64))
    strapping.counter(rng.uniform(52, 66), rng.uniform(0.84, 0.9))
    for index in range(rng.randint(1, 3)):
        strapping.ankle(62 + 20 * index, 9, front=86, buckled=index == 0)


def _fisherman(strapping: Strapping, rng: Random) -> None:
    for index in range(5):
        u = 0.10 + 0.085 * index
        strapping.band(u, u + 0.05, rng.uniform(10, 13))
    strapping.bar(0.06, 0.47, 15)
    strapping.sling(0.58, 54, 11)
    strapping.counter(50, 0.82)


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
        if chance(rng, 0.6):
            strapping.ankle(ankle, 8)
            strapping.counter(ankle - 3, 0.86)
    elif style == "sling":
        strapping.vamp(
            rng.uniform(0.26, 0.34), rng.uniform(36, 46), rng.uniform(0.38, 0.46), 25, 0.6, rng.uniform(0.09, 0.15)
        )
        strapping.sling(rng.uniform(0.46, 0.58), rng.uniform(48, 60), rng.uniform(6, 10))
    elif style == "tbar":
        strapping.band(rng.uniform(0.2, 0.27), 0.24, rng.uniform(10, 20))
        strapping.bar(0.24, 0.48, rng.uniform(6, 12), (86, ankle + 1))
        strapping.ankle(ankle, 8, front=86)
        strapping.counter(ankle - 2, rng.uniform(0.8, 0.88))
    else:
        strapping.vamp(
            rng.uniform(0.32, 0.42), rng.uniform(44, 58), rng.uniform(0.46, 0.56), 27, 0.7, rng.uniform(0.10, 0.17)
        )
        strapping.ankle(ankle, rng.uniform(7, 13))
        strapping.counter(ankle - 2, rng.uniform(0.76, 0.86))


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


def thong(strapping: Strapping, rng: Random, end: float, width: float) -> None:
    """Run straps from between the toes to both sides."""
    last, look = strapping.last, strapping.look
    post = rng.uniform(0.12, 0.16)
    knot = last.at(post + rng.uniform(0.02, 0.06), rng.uniform(17, 24))
    rise = rng.uniform(0.8, 1.15)
    middle = 0.45 * post + 0.55 * end
    near = curves.smooth([knot, last.at(middle - 0.03, instep(middle) * 0.72 * rise, 0.55), last.at(end, -4, 1.0)])
    far = curves.smooth([knot, last.at(middle, instep(middle) * 0.86 * rise, -0.5), last.at(end + 0.02, 2, -0.95)])
    strapping.behind.fill(
        Role.STRAP, curves.ribbon(far, [width * 0.6, width, width * 1.1]), darker(look.upper, 0.66), Form.OWN
    )
    strapping.front.draw(Role.STRAP, [last.at(post, 0, 0.1), knot], look.upper, Style.CORD, 5.0)
    details.strap(strapping.front, near, [width * 0.55, width, width * rng.uniform(0.9, 1.5)], look.upper, look.stitch)
