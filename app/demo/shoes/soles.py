"""What a shoe stands on: thin soles, thick soles, treads, heels, wedges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.shoes.shape import Form, Role, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.demo.curves import Path, Point
    from app.demo.finish import Finish
    from app.demo.shoes.last import Last
    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import Bench

_SHARES = (0.0, 0.004, 0.012, 0.03, 0.06, *(index / 30 for index in range(3, 28)), 0.93, 0.96, 0.985, 0.996, 1.0)


@dataclass(frozen=True)
class HeelForm:
    """A heel's outline: where it starts, how wide its tip is, how fast it narrows, how its back leans and hollows."""

    begin: float = 0.78
    tip: float = 12.0
    power: float = 3.0
    lean: float = -4.0
    hollow: float = 0.0
    flare: float = 0.0


def standing(last: Last, lift: float = 0.85, back: float = 3.0) -> Callable[[float], float]:
    """Underside of a sole that lies on the ground, lifted at the toe as the last is and a little at the back."""

    def height(u: float) -> float:
        if u < last.ball:
            return last.spring * lift * math.pow((last.ball - u) / last.ball, 2.2)
        return back * max(0.0, (u - 0.85) / 0.15) ** 2

    return height


def between(last: Last, under: Callable[[float], float], share: float, lift: float = 0.0) -> Callable[[float], float]:
    """Go a share of the way from the underside of a sole up to the foot, and then a lift in millimetres more."""
    return lambda u: under(u) + (last.rise(u) - under(u)) * share + lift


def following(last: Last, thickness: float, front: float | None = None) -> Callable[[float], float]:
    """Underside of a sole that follows the foot: `front` thick under the ball, `thickness` behind it."""
    thick = last.platform if front is None else front

    def height(u: float) -> float:
        t = min(max((u - last.ball - 0.02) / 0.2, 0.0), 1.0)
        share = t * t * (3 - 2 * t)
        return last.rise(u) - (thick + (thickness - thick) * share)

    return height


def slab(
    last: Last, under: Callable[[float], float], reach: float = 2.0, top: Callable[[float], float] | None = None
) -> Path:
    """Outline a sole between the foot and its underside, reaching beyond the upper at toe and heel."""
    raise_by = top or (lambda _: 0.0)
    upper = [_out(last.at(u, raise_by(u), 1.0), u, reach) for u in _SHARES]
    lower = [_out(last.ground(u, under(u)), u, reach) for u in reversed(_SHARES)]
    return curves.path_of([*upper, *lower])


def edge(
    last: Last, height: Callable[[float], float], reach: float = 2.0, begin: float = 0.0, end: float = 1.0
) -> Path:
    """Follow the near side of a sole at a height over the ground."""
    return curves.path_of(
        _out(last.ground(u, height(u)), u, reach) for u in (*[s for s in _SHARES if begin <= s <= end],)
    )


def heel_path(last: Last, form: HeelForm, thickness: float = 4.0) -> Path:
    """Outline a heel from the seat to the ground."""
    seat = [last.at(form.begin + (1 - form.begin) * k / 10, -thickness * 0.6, 1.0) for k in range(11)]
    front, back = seat[0], seat[-1]
    depth = last.drop(0.86) * min(1.0, form.tip / 48)
    wide = back[0] - front[0]
    rear: list[Point] = []
    breast: list[Point] = []
    for k in range(1, 13):
        s = k / 12
        width = form.tip + (wide - form.tip) * (1 - s) ** form.power + form.flare * s**4
        x = back[0] + form.lean * s - form.hollow * _arch(s) + form.flare * 0.5 * s**4
        rear.append((x, back[1] * (1 - s) - depth * 0.25 * s))
        breast.append((x - width, front[1] * (1 - s) - depth * s))
    return curves.join(curves.path_of(seat), curves.path_of(rear), curves.reverse(curves.path_of(breast)))


def heel(bench: Bench, last: Last, form: HeelForm, finish: Finish, tip: Finish) -> None:
    """Put a heel under the seat, with its top piece."""
    outline = heel_path(last, form)
    bench.volume(Form.HEEL, outline)
    bench.fill(Role.HEEL, outline, finish, Form.HEEL)
    low = min(y for _, y in outline)
    height = last.rise(1.0)
    piece = max(2.6, min(5.0, height * 0.07))
    depth = last.drop(0.86) * min(1.0, form.tip / 48)
    foot = [point for point in outline if point[1] < low + piece + depth]
    left, right = min(x for x, _ in foot), max(x for x, _ in foot)
    rise = depth * 0.75
    cap = [(left, low + piece), (right, low + rise + piece), (right, low + rise), (left, low)]
    bench.fill(Role.HEEL, curves.path_of(cap), tip, Form.HEEL)


def thin(bench: Bench, last: Last, finish: Finish, thickness: float = 4.0, front: float | None = None) -> None:
    """Put a sole that follows the foot under the upper."""
    under = following(last, thickness, front)
    outline = slab(last, under, 1.2)
    bench.volume(Form.SOLE, outline)
    bench.fill(Role.SOLE, outline, finish, Form.SOLE)


def thick(bench: Bench, last: Last, finish: Finish, reach: float = 3.0, lift: float = 0.85) -> Callable[[float], float]:
    """Put a sole that lies on the ground under the upper; return its underside."""
    under = standing(last, lift)
    outline = slab(last, under, reach)
    bench.volume(Form.SOLE, outline)
    bench.fill(Role.SOLE, outline, finish, Form.SOLE)
    return under


def band(
    bench: Bench,
    last: Last,
    low: Callable[[float], float],
    high: Callable[[float], float],
    finish: Finish,
    reach: float,
) -> None:
    """Colour the part of a sole between two heights."""
    upper = edge(last, high, reach)
    lower = edge(last, low, reach)
    bench.fill(Role.SOLE, curves.join(upper, curves.reverse(lower)), finish, Form.SOLE)


def groove(bench: Bench, path: Path, finish: Finish, width: float = 1.2) -> None:
    """Cut a line into a sole."""
    bench.draw(Role.GROOVE, path, finish, Style.GROOVE, width)


def tread(  # noqa: PLR0913 - a tread has a place, a size and a colour
    bench: Bench,
    last: Last,
    under: Callable[[float], float],
    finish: Finish,
    pitch: float,
    depth: float,
    begin: float = 0.03,
    end: float = 0.97,
    *,
    reach: float = 2.0,
) -> None:
    """Hang lugs under a sole, one every `pitch` millimetres."""
    count = max(4, round(last.x(1.0) * (end - begin) / pitch))
    for index in range(count):
        a = begin + (end - begin) * (index + 0.12) / count
        b = begin + (end - begin) * (index + 0.80) / count
        lug = [
            _out(last.ground(a, under(a) + 1.5), a, reach),
            _out(last.ground(b, under(b) + 1.5), b, reach),
            _out(last.ground(b - 0.002, under(b) - depth), b, reach),
            _out(last.ground(a + 0.002, under(a) - depth), a, reach),
        ]
        bench.fill(Role.SOLE, curves.path_of(lug), finish, Form.SOLE)


def wedge_under(last: Last, lift: float = 0.6, hollow: float = 0.0) -> Callable[[float], float]:
    """Underside of a wedge: on the ground, hollowed a little between ball and heel if asked."""
    flat = standing(last, lift, 1.0)

    def height(u: float) -> float:
        t = (u - last.ball - 0.08) / 0.34
        return flat(u) + (hollow * _arch(t) if 0 < t < 1 else 0.0)

    return height


def footbed(bench: Bench, last: Last, look: Look, v: float = 0.0) -> None:
    """Show the surface the foot stands on: from the near edge to the far edge."""
    near = last.feather(1.0, v=v)
    far = last.feather(-1.0, v=v)
    bench.fill(Role.FOOTBED, curves.join(near, curves.reverse(far)), look.footbed, Form.OWN)


def _out(point: Point, u: float, reach: float) -> Point:
    return point[0] + reach * (2 * u - 1), point[1]


def _arch(s: float) -> float:
    return 4 * s * (1 - s)
