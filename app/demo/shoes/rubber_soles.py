"""Soles of rubber and foam: cups with foxing, sculpted midsoles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.finish import darker
from app.demo.shoes import soles
from app.demo.shoes.last import Last
from app.demo.shoes.shape import Bench, Form, Role, Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from app.demo.shoes.look import Look


def cup(bench: Bench, last: Last, look: Look, rng: Random, thickness: float) -> None:
    """Wrap the upper's lower edge in a rubber cup: foxing, bumper, stripe, tread."""
    style = rng.choice(["foxing", "bumper", "stitched", "gum", "ribbed", "toothed"])
    under = soles.standing(last, 0.8, 2.0)
    rise = rng.uniform(3, 8)
    outline = soles.slab(last, under, 3.0, lambda _: rise)
    bench.volume(Form.SOLE, outline)
    if style == "toothed":
        soles.tread(bench, last, lambda u: under(u) + 2.0, look.outsole, rng.uniform(11, 17), 4.5, reach=3.0)
        outline = soles.slab(last, lambda u: under(u) + 2.0, 3.0, lambda _: rise)
    bench.fill(Role.SOLE, outline, look.sole, Form.SOLE, 0.9)
    if style == "bumper":
        bumper = soles.slab(last, lambda u: under(u) + thickness * 0.2, 4.0, lambda _: rise + 7)
        edge = last.x(rng.uniform(0.11, 0.16))
        with bench.inside(curves.path_of([(-40, -40), (edge, -40), (edge + 9, 200), (-40, 200)])):
            bench.fill(Role.TOE_CAP, bumper, look.sole, Form.SOLE, 0.8)
    if style in {"gum", "foxing"}:
        soles.band(bench, last, under, lambda u: under(u) + thickness * _layer(style), look.outsole, 3.0)
    if style in {"foxing", "bumper"}:
        line = soles.edge(last, lambda u: last.rise(u) + rise - thickness * 0.30, 3.0, 0.01, 0.99)
        bench.draw(Role.GROOVE, line, look.second, Style.SEAM, 2.0)
    if style in {"stitched", "toothed"}:
        line = soles.edge(last, lambda u: last.rise(u) + rise - 5.5, 3.0, 0.012, 0.988)
        soles.groove(bench, line, look.sole, 1.6)
        bench.stitch(line, look.stitch, 0.9)
    if style == "ribbed":
        for share in (0.22, 0.4, 0.58):
            soles.groove(
                bench,
                soles.edge(last, soles.between(last, under, share), 3.0, 0.01, 0.99),
                look.sole,
                1.3,
            )


def _layer(style: str) -> float:
    """Tell how much of a sole its lower layer takes."""
    return 0.34 if style == "gum" else 0.16


def foam(bench: Bench, last: Last, look: Look, rng: Random, thickness: float) -> None:
    """Shape a midsole of foam: high at the heel, carved, on a thin dark outsole; some with an air window."""
    under = soles.standing(last, rng.uniform(0.7, 0.95), rng.uniform(3, 9))
    wave = rng.uniform(3, 9)
    ripple = rng.choice([0.0, 0.0, rng.uniform(1.5, 3.5)])
    crest = rng.uniform(0.55, 0.8)

    def top(u: float) -> float:
        return (
            2.0 + wave * max(0.0, 1 - abs(u - crest) / 0.35) + 6 * max(0.0, (u - 0.9) / 0.1) + 3 * max(0.0, 1 - u / 0.1)
        )

    reach = rng.uniform(3, 9)
    outline = soles.slab(last, under, reach, top)
    bench.volume(Form.SOLE, outline)
    soles.tread(bench, last, lambda u: under(u) + 1, look.outsole, rng.uniform(16, 30), 4.0, reach=reach)
    bench.fill(Role.SOLE, outline, look.sole, Form.SOLE, 0.9)
    soles.band(bench, last, under, lambda u: under(u) + 4.5, look.outsole, reach)
    for share in rng.choice([(0.5,), (0.38, 0.66), ()]):
        line = soles.edge(
            last,
            _rippled(soles.between(last, under, share), 0.02 * ripple * thickness),
            reach,
            0.04,
            0.97,
        )
        soles.groove(bench, line, look.sole, 1.5)
    style = rng.choice(["none", "window", "pods", "slash"])
    middle = 0.5 * thickness
    if style == "window":
        pane = curves.box(last.ground(rng.uniform(0.78, 0.84), middle + 5), rng.uniform(50, 70), 11, 3, 0.5)
        bench.fill(Role.SOLE, pane, darker(look.second, 0.9), Form.OWN)
        for k in range(1, 4):
            x = pane[0][0] - 12 * k
            bench.draw(Role.GROOVE, [(x, middle - 3), (x, middle + 5)], look.sole, Style.GROOVE, 1.5)
    elif style == "pods":
        for k in range(4):
            bench.fill(
                Role.SOLE,
                curves.ellipse(last.ground(0.68 + 0.075 * k, middle + 3), 6.5, 5),
                darker(look.sole, 0.75),
                Form.OWN,
            )
    elif style == "slash":
        for k in range(7):
            x, y = last.ground(0.55 + 0.055 * k, middle)
            bench.draw(Role.GROOVE, [(x, y), (x + 9, y + 10)], look.sole, Style.GROOVE, 2.0)


def _rippled(height: Callable[[float], float], depth: float) -> Callable[[float], float]:
    return lambda u: height(u) + depth * _zigzag(u)


def _zigzag(u: float) -> float:
    return 2 * abs((u * 14) % 1 - 0.5)
