"""Open shoes' uppers: straps that run over a foot one does not see, vamps without a back, ankle straps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.demo import curves
from app.demo.finish import darker
from app.demo.shoes import details
from app.demo.shoes.pattern import toe_line
from app.demo.shoes.shape import Bench, Form, Role

if TYPE_CHECKING:
    from app.demo.curves import Path
    from app.demo.finish import Finish
    from app.demo.shoes.last import Last
    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import Line, Surface

_INSTEP = ((0.0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65), (14.0, 20.0, 27.0, 36.0, 47.0, 60.0, 76.0, 92.0))


def instep(u: float) -> float:
    """Height of a foot's back above its sole."""
    return float(np.interp(u, *_INSTEP))


def hoop(last: Last, near: float, far: float) -> tuple[Path, Path]:
    """Run a strap over the foot from `near` on the near edge to `far` on the far edge: its near and its far half."""
    top = 0.5 * (near + far)
    height = instep(top)
    quarter_near, quarter_far = 0.7 * near + 0.3 * top, 0.7 * far + 0.3 * top
    front = curves.smooth(
        [
            last.at(near, -5, 1.0),
            last.at(quarter_near, 0.45 * height, 0.98),
            last.at(0.4 * near + 0.6 * top, 0.84 * height, 0.6),
            last.at(top, height),
            last.at(0.9 * top + 0.1 * far, 0.985 * height, -0.22),
        ]
    )
    behind = curves.smooth(
        [
            last.at(far, 0, -0.95),
            last.at(quarter_far, 0.45 * height, -0.95),
            last.at(0.4 * far + 0.6 * top, 0.84 * height, -0.6),
            last.at(top, height),
        ]
    )
    return front, behind


class Strapping:
    """Straps of one shoe, gathered so that all far halves can be painted before all near ones."""

    def __init__(self, last: Last, look: Look) -> None:
        """Start without a strap."""
        self.last = last
        self.look = look
        self.behind = Bench("behind", last.rise(1.0))
        self.front = Bench("front", last.rise(1.0))

    def band(
        self, near: float, far: float, width: float, finish: Finish | None = None, *, buckled: bool = False
    ) -> Path:
        """Lay one strap over the foot; return its near half."""
        chosen = finish or self.look.upper
        front, behind = hoop(self.last, near, far)
        self.behind.fill(
            Role.STRAP,
            curves.ribbon(behind, [width, width * 0.96, width * 0.85]),
            darker(chosen, 0.62),
            Form.OWN,
        )
        details.strap(self.front, front, [width * 1.1, width, width * 0.86], chosen, self.look.stitch)
        if buckled:
            details.buckle(self.front, curves.at(front, 0.52), width * 0.95, 65, self.look)
        return front

    def bar(self, begin: float, end: float, width: float, into: tuple[float, float] | None = None) -> None:
        """Lay a strap along the middle of the foot, up to a place on the leg if one is given."""
        shares = np.linspace(begin, end, 6)
        points = [self.last.at(float(u), instep(float(u)) + 0.5, 0.08) for u in shares]
        if into is not None:
            points.append(self.last.leg(*into))
        details.strap(self.front, curves.smooth(points), width, self.look.upper)

    def ankle(self, height: float, width: float, *, front: float = 84.0, buckled: bool = True) -> None:
        """Close a strap round the ankle."""
        last = self.last
        near = curves.smooth(
            [
                last.leg(-1, height),
                last.leg(6, height - 4),
                last.leg(front * 0.5, height - 7),
                last.leg(front * 0.92, height - 3),
                last.leg(front, height + 2),
            ]
        )
        far = curves.smooth(
            [
                last.leg(-1, height),
                last.leg(8, height + 7),
                last.leg(front * 0.5, height + 11),
                last.leg(front * 0.9, height + 9),
                last.leg(front, height + 2),
            ]
        )
        self.behind.fill(Role.STRAP, curves.ribbon(far, width * 0.92), darker(self.look.upper, 0.62), Form.OWN)
        details.strap(self.front, near, width, self.look.upper, self.look.stitch)
        if buckled:
            details.buckle(self.front, curves.at(near, 0.45), width * 1.45, 0, self.look)
            details.holes(self.front, curves.part(near, 0.52, 0.85), 4)

    def counter(self, height: float, begin: float, lean: float = 0.0) -> None:
        """Hold the heel with a cup that rises from the seat."""
        last = self.last
        outline = curves.join(
            last.feather(1.0, begin, 1.0),
            curves.smooth([last.at(1.0, 0.0), last.leg(-4, 16), last.leg(-3, height * 0.6), last.leg(0, height)]),
            curves.smooth(
                [
                    last.leg(0, height),
                    last.leg(12 + lean, height - 4),
                    last.leg(22 + lean, height * 0.45),
                    last.at(begin, 0.0, 1.0),
                ]
            ),
        )
        self.front.fill(Role.UPPER, outline, self.look.upper, Form.UPPER, 0.8)
        self.front.stitch(
            curves.offset(
                curves.smooth(
                    [last.leg(12 + lean, height - 4), last.leg(22 + lean, height * 0.45), last.at(begin, 0.0, 1.0)]
                ),
                2.4,
            ),
            self.look.stitch,
            0.7,
        )

    def sling(self, begin: float, height: float, width: float, *, buckled: bool = True) -> None:
        """Run a strap from the side round the back of the heel."""
        last = self.last
        course = curves.smooth(
            [
                last.at(begin, -4, 1.0),
                last.at(begin + 0.06, 0.42 * height, 0.95),
                last.leg(30, height - 8),
                last.leg(-2, height),
            ]
        )
        far = curves.smooth(
            [
                last.at(begin, 2, -0.95),
                last.at(begin + 0.07, 0.5 * height, -0.9),
                last.leg(30, height + 5),
                last.leg(-2, height),
            ]
        )
        self.behind.fill(Role.STRAP, curves.ribbon(far, width * 0.92), darker(self.look.upper, 0.62), Form.OWN)
        details.strap(self.front, course, width, self.look.upper, self.look.stitch)
        if buckled:
            details.buckle(self.front, curves.at(course, 0.58), width * 1.4, 30, self.look)

    def vamp(self, throat: float, height: float, end: float, toe: float, blunt: float, peep: float = 0.0) -> Path:
        """Cover the front of the foot and leave its back open; `peep` opens the toe. Return the vamp's outline."""
        last = self.last
        ridge = toe_line(last, toe, blunt, throat, height)
        middle = 0.5 * (throat + end)
        near = curves.smooth(
            [
                ridge[-1],
                last.at(throat + 0.03, height * 0.86, 0.5),
                last.at(middle + 0.03, height * 0.5, 0.95),
                last.at(end, -2, 1.0),
            ]
        )
        far = curves.smooth(
            [
                ridge[-1],
                last.at(throat + 0.03, height * 0.9, -0.5),
                last.at(middle + 0.02, height * 0.55, -0.85),
                last.at(end - 0.02, 0, -0.95),
            ]
        )
        outline = curves.join(last.feather(1.0, 0.0, end), curves.reverse(near), curves.reverse(ridge))
        hollow = curves.join(curves.reverse(near), far, last.feather(-1.0, end - 0.02, end), [near[-1]])
        self.behind.fill(Role.LINING, hollow, self.look.lining, Form.INSIDE)
        self.behind.seam(far, self.look.upper, 1.6)
        if peep:
            mouth = curves.smooth(
                [
                    last.at(peep * 0.4, toe * 1.6),
                    last.at(peep * 0.9, toe * 0.9, 0.3),
                    last.at(peep, toe * 0.4, 0.85),
                    last.at(peep * 0.55, -1, 1.0),
                ]
            )
            kept = curves.join(mouth, [(mouth[-1][0], -90), (900, -90), (900, 900), (mouth[0][0], 900)])
            with self.front.inside(kept):
                self.front.fill(Role.UPPER, outline, self.look.upper, Form.UPPER, 0.9)
            with self.front.inside(outline):
                self.front.seam(mouth, self.look.upper, 1.4)
        else:
            self.front.fill(Role.UPPER, outline, self.look.upper, Form.UPPER, 0.9)
        self.front.stitch(curves.offset(near, -2.6), self.look.stitch, 0.7)
        self.front.volume(
            Form.UPPER,
            curves.join(curves.shift(last.feather(1.0, 0.0, end), 0, -45), curves.reverse(far), curves.reverse(ridge)),
        )
        return outline

    def far_marks(self) -> list[Surface | Line]:
        """What is painted behind the foot."""
        return self.behind.marks

    def lay(self, bench: Bench) -> None:
        """Paint what is before the foot and pass the volumes on."""
        bench.marks.extend(self.front.marks)
        bench.volumes.extend(self.front.volumes)
        if not any(form is Form.UPPER for form, _ in bench.volumes):
            last = self.last
            bench.volume(
                Form.UPPER,
                curves.join(
                    curves.shift(last.feather(), 0, -45),
                    [last.leg(-4, 20), last.leg(0, 70), last.leg(80, 80), last.at(0.0, 20)],
                ),
            )


def open_shoe(bench: Bench, strapping: Strapping) -> None:
    """Paint what lies behind the near straps: the footbed and every far half."""
    last, look = strapping.last, strapping.look
    near, far = last.feather(1.0), last.feather(-1.0)
    outline = curves.join(near, curves.reverse(far))
    bench.volume(Form.INSIDE, outline)
    bench.fill(Role.FOOTBED, outline, look.footbed, Form.OWN)
    bench.marks.extend(strapping.far_marks())
