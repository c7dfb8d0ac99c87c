"""Shoes named by what they stand on: wedge and platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo.chance import chance
from app.demo.finish import Finish
from app.demo.shoes import court_trims, courts, soles
from app.demo.shoes.last import Last
from app.demo.shoes.pattern import inside, upper, volume
from app.demo.shoes.sandals import sandal_heel, strap_heeled, strap_sandal
from app.demo.shoes.shape import Bench, Form, Role
from app.demo.shoes.straps import Strapping, open_shoe

if TYPE_CHECKING:
    from random import Random

    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape

_ROPE = Finish("rope", (214, 184, 138))
_CORK = Finish("cork", (200, 158, 112))


def wedge(rng: Random, look: Look) -> ShoeShape:
    """Draw a shoe whose sole and heel are one wedge: rope, cork, wood or covered."""
    height = rng.choice([rng.uniform(26, 50), rng.uniform(50, 80), rng.uniform(75, 100)])
    last = Last(
        height,
        rng.uniform(9, 34),
        rng.uniform(4, 8),
        rng.uniform(238, 254),
        point=rng.uniform(0.0, 0.5),
        width=90,
        tilt=0.22,
    )
    bench = Bench("wedge", last.rise(1.0))
    if chance(rng, 0.42):
        _closed_upper(bench, last, look, rng)
    else:
        strapping = Strapping(last, look)
        strap_heeled(strapping, rng, rng.choice(["cross", "two", "peep", "peep", "tbar", "sling", "barely there"]))
        open_shoe(bench, strapping)
        strapping.lay(bench)
    _wedge_sole(bench, last, look, rng)
    return bench.finish()


def platform(rng: Random, look: Look) -> ShoeShape:
    """Draw a shoe on a high platform, flat or with a block heel."""
    flat = chance(rng, 0.45)
    front = rng.uniform(34, 62)
    height = rng.uniform(3, 16) if flat else rng.uniform(48, 82)
    last = Last(
        height, front, rng.uniform(4, 8), rng.uniform(240, 254), point=rng.uniform(0.0, 0.4), width=92, tilt=0.22
    )
    bench = Bench("platform", last.rise(1.0))
    if chance(rng, 0.45):
        _closed_upper(bench, last, look, rng, strapped=True)
    else:
        strapping = Strapping(last, look)
        if flat:
            strap_sandal(strapping, rng, rng.choice(["slides", "cross", "fisherman", "sport", "two and ankle"]))
        else:
            strap_heeled(strapping, rng, rng.choice(["cross", "two", "peep", "tbar", "sling", "barely there"]))
        open_shoe(bench, strapping)
        strapping.lay(bench)
    if flat:
        _flatform(bench, last, look, rng)
    else:
        form = sandal_heel(rng, 50)
        soles.heel(bench, last, form, look.heel, look.outsole)
        soles.thin(bench, last, look.sole, 5.0)
        if chance(rng, 0.5):
            soles.groove(bench, soles.edge(last, lambda u: last.rise(u) - 5.0, 1.2, 0.01, 0.96), look.sole, 1.4)
    return bench.finish()


def _closed_upper(bench: Bench, last: Last, look: Look, rng: Random, *, strapped: bool = False) -> None:
    cut = courts.Cut(
        rng.uniform(0.24, 0.38), rng.uniform(34, 46), rng.uniform(24, 36), rng.uniform(0.48, 0.58), rng.uniform(52, 64),
        rng.uniform(26, 36), 1 - last.point, rng.uniform(0.0, 1.0),
    )  # fmt: skip
    pattern = courts.low_pattern(last, cut)
    volume(bench, pattern)
    inside(bench, pattern, look)
    upper(bench, pattern, look)
    court_trims.trim(
        bench,
        pattern,
        look,
        rng,
        rng.choice(["strap", "double", "cross", "tbar"] if strapped else ["plain", "bow", "cap", "strap", "tbar"]),
    )


def _wedge_sole(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    under = soles.wedge_under(last, 0.7, rng.choice([0.0, 0.0, rng.uniform(4, 16)]))
    outline = soles.slab(last, under, 2.0)
    bench.volume(Form.SOLE, outline)
    style = rng.choice(["rope", "rope", "cork", "covered", "wood", "layers"])
    finish = {
        "rope": _ROPE,
        "cork": _CORK,
        "covered": look.heel,
        "wood": Finish("wood", (188, 138, 88)),
        "layers": look.sole,
    }[style]
    bench.fill(Role.SOLE, outline, finish, Form.SOLE, 0.7)
    soles.band(bench, last, under, lambda u: under(u) + 4.0, look.outsole, 2.0)
    if style == "layers":
        for share in (0.3, 0.55, 0.8):
            soles.groove(
                bench,
                soles.edge(last, soles.between(last, under, share), 2.0, 0.01, 0.99),
                look.sole,
                2.2,
            )
    if style == "rope":
        bench.stitch(soles.edge(last, lambda u: last.rise(u) + 2.5, 1.0, 0.02, 0.98), look.stitch, 1.2)


def _flatform(bench: Bench, last: Last, look: Look, rng: Random) -> None:
    under = soles.standing(last, 0.9, 1.0)
    outline = soles.slab(last, under, 2.5)
    bench.volume(Form.SOLE, outline)
    style = rng.choice(["rope", "foam", "cork", "lug", "stripes"])
    finish = {"rope": _ROPE, "cork": _CORK}.get(style, look.sole)
    if style == "lug":
        soles.tread(bench, last, lambda u: under(u) + 2, look.outsole, rng.uniform(16, 26), 6.0, reach=2.5)
    bench.fill(Role.SOLE, outline, finish, Form.SOLE, 0.7)
    if style == "stripes":
        for share in (0.25, 0.6):
            soles.band(
                bench, last,
                soles.between(last, under, share),
                soles.between(last, under, share + 0.16),
                look.second, 2.5,
            )  # fmt: skip
    else:
        soles.band(bench, last, under, lambda u: under(u) + 5.0, look.outsole, 2.5)
    if style in {"foam", "lug"}:
        soles.groove(bench, soles.edge(last, lambda u: last.rise(u) - 7.0, 2.5, 0.01, 0.99), look.sole, 1.6)
