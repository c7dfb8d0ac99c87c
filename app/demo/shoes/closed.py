"""Patterns of shoes that close over the instep: low ones, and shafts of any height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.demo import curves
from app.demo.shoes.pattern import Pattern, toe_line
from app.demo.shoes.shape import Form, Role

if TYPE_CHECKING:
    from app.demo.curves import Path
    from app.demo.finish import Finish
    from app.demo.shoes.last import Last
    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import Bench


@dataclass(frozen=True)
class LowCut:
    """A low shoe: where the vamp ends, how steep the instep climbs, and the collar's front, dip and back."""

    vamp: float = 0.34
    vamp_height: float = 50.0
    front: float = 0.55
    front_height: float = 84.0
    dip: float = 58.0
    dip_at: float = 0.75
    back: float = 72.0
    toe: float = 36.0
    blunt: float = 0.6
    tab: float = 0.0


@dataclass(frozen=True)
class Shaft:
    """A boot: its foot as a low cut's, and above it a shaft with a height, widths, a slope and a dip of its opening."""

    height: float = 150.0
    ankle: float = 98.0
    top: float = 104.0
    calf: float = 0.0
    slope: float = 0.0
    dip: float = 4.0
    vamp: float = 0.36
    vamp_height: float = 54.0
    toe: float = 38.0
    blunt: float = 0.6


def low_pattern(last: Last, cut: LowCut) -> Pattern:
    """Work out the curves of a low closed shoe."""
    toe = toe_line(last, cut.toe, cut.blunt, cut.vamp, cut.vamp_height)
    instep = curves.smooth(
        [
            toe[-3],
            toe[-1],
            last.at(0.5 * (cut.vamp + cut.front), cut.vamp_height + 0.54 * (cut.front_height - cut.vamp_height)),
            last.at(cut.front, cut.front_height),
        ]
    )
    ridge = curves.join(toe, curves.part(instep, curves.length(instep[:11]) / curves.length(instep), 1.0))
    front = ridge[-1]
    top = last.at(0.985, cut.back)
    middle = 0.5 * (cut.front + cut.dip_at)
    lows = [
        (cut.front + 0.035, cut.front_height - 0.22 * (cut.front_height - cut.dip), 0.35),
        (middle + 0.01, cut.dip + 0.34 * (cut.front_height - cut.dip), 0.55),
        (cut.dip_at, cut.dip, 0.6),
        (0.5 * (cut.dip_at + 0.96), cut.dip + 0.42 * (cut.back - cut.dip), 0.5),
        (0.955, cut.back - 0.12 * (cut.back - cut.dip), 0.3),
    ]
    peak = (top[0] + 4 * min(cut.tab, 1), top[1] + 9 * cut.tab)
    near = curves.smooth([front, *(last.at(u, v, side) for u, v, side in lows), peak])
    far = curves.smooth([front, *(last.at(u, v + 3, -0.8 * side) for u, v, side in lows), peak])
    back = curves.smooth(
        [
            last.at(1.0, 0.0),
            last.at(1.014, cut.back * 0.2),
            last.at(1.014, cut.back * 0.45),
            last.at(0.997, cut.back * 0.8),
            peak,
        ]
    )
    return Pattern(last, ridge, near, far, back)


def shaft_pattern(last: Last, shaft: Shaft) -> Pattern:
    """Work out the curves of a boot or a high-top."""
    toe = toe_line(last, shaft.toe, shaft.blunt, shaft.vamp, shaft.vamp_height)
    tall = shaft.height
    front_top = last.leg(shaft.top, tall + shaft.slope)
    rise = [
        last.at(0.5 * (shaft.vamp + 0.56), shaft.vamp_height + 13, lean=0.35),
        last.leg(shaft.ankle + 5, 84),
    ]
    if tall > 130:  # noqa: PLR2004 - a shaft proper
        rise.append(last.leg(shaft.ankle, 112))
    if tall > 230:  # noqa: PLR2004 - up the calf
        rise.append(last.leg(0.5 * (shaft.ankle + shaft.top) + 2, 0.5 * (112 + tall)))
    climb = curves.smooth([toe[-3], toe[-1], *rise, front_top])
    ridge = curves.join(toe, curves.part(climb, curves.length(climb[:11]) / curves.length(climb), 1.0))
    back_top = last.leg(3 - shaft.calf, tall)
    spine = [last.at(1.0, 0.0), last.leg(-4, 18), last.leg(-3, 42), last.leg(4, 78)]
    if tall > 130:  # noqa: PLR2004 - a shaft proper
        spine.append(last.leg(6, 108))
    if tall > 230:  # noqa: PLR2004 - up the calf
        spine.append(last.leg(2 - shaft.calf * 1.1, 0.36 * 108 + 0.64 * tall))
    back = curves.smooth([*spine, back_top])
    width = back_top[0] - front_top[0]
    depth = width * (0.11 + 0.25 * last.tilt)

    def rim(way: float) -> Path:
        low = [
            (
                front_top[0] + width * k,
                front_top[1]
                + (back_top[1] - front_top[1]) * k
                + way * depth * bend
                - (shaft.dip * bend * bend if way < 0 else 0),
            )
            for k, bend in ((0.06, 0.42), (0.25, 0.84), (0.5, 1.0), (0.75, 0.84), (0.94, 0.42))
        ]
        return curves.smooth([front_top, *low, back_top])

    return Pattern(last, ridge, rim(-0.55), rim(0.55), back)


def toe_cap(bench: Bench, pattern: Pattern, finish: Finish, u: float, bulge: float = 0.02) -> Path:
    """Lay a cap over the toe; return its edge, from the ridge to the sole."""
    return front(bench, pattern, Role.TOE_CAP, finish, [(u, 1.2), (u + bulge, 0.6), (u - 0.01, -0.2)])


def front(bench: Bench, pattern: Pattern, role: Role, finish: Finish, places: list[tuple[float, float]]) -> Path:
    """Lay a panel over all that lies before an edge; return the edge."""
    edge = pattern.trace(places)
    with bench.inside(pattern.outline):
        bench.fill(
            role,
            curves.join(edge, [(edge[-1][0], -90), (-90, -90), (-90, 600), (edge[0][0], 600)]),
            finish,
            Form.UPPER,
            0.7,
        )
    return edge


def rear(bench: Bench, pattern: Pattern, role: Role, finish: Finish, edge: Path) -> None:
    """Lay a panel over all that lies behind an edge running upwards."""
    with bench.inside(pattern.outline):
        bench.fill(
            role,
            curves.join(edge, [(edge[-1][0], 700), (700, 700), (700, -90), (edge[0][0], -90)]),
            finish,
            Form.UPPER,
            0.7,
        )


def tongue(
    bench: Bench, pattern: Pattern, finish: Finish, height: float, begin: float, thickness: float = 11.0
) -> None:
    """Let the tongue stand out behind the laces, under the near side and above the far one."""
    ridge = curves.part(pattern.ridge, begin, 1.0)
    x, y = ridge[-1]
    before = ridge[-6]
    run, climb = x - before[0], y - before[1]
    norm = max((run**2 + climb**2) ** 0.5, 1e-6)
    # A tongue leans a little forward of the line it continues.
    tip = (x + (run / norm - 0.16) * height, y + climb / norm * height)
    course = curves.smooth([*curves.resample(ridge, 7), tip], steps=8)
    widths = [0.6, 0.8, 1.0, 1.3, 1.6, 1.9, 2.1, 2.2, 2.2, 2.1, 1.9, 1.4, 0.5]
    bench.fill(Role.TONGUE, curves.ribbon(course, [thickness * width for width in widths]), finish, Form.OWN, 0.6)


def facing(
    bench: Bench, pattern: Pattern, finish: Finish, begin: float, width: float, stitch: Look | None = None
) -> Path:
    """Lay the strip that carries the eyelets along the ridge; return the ridge part it follows."""
    ridge = curves.part(pattern.ridge, begin, 1.0)
    course = curves.offset(curves.resample(ridge, 24), -width * 0.5 - 3)
    with bench.inside(pattern.outline):
        bench.fill(Role.PANEL, curves.ribbon(course, width), finish, Form.UPPER, 0.8)
        if stitch is not None:
            bench.stitch(curves.offset(course, -width * 0.5 + 1.8), stitch.stitch, 0.7)
    return ridge
