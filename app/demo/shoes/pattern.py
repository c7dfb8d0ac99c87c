"""The curves every closed upper shares: profile, opening, back; and how an upper is laid on its last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.demo import curves
from app.demo.shoes.shape import Form, Role, Style

if TYPE_CHECKING:
    from app.demo.curves import Path, Point
    from app.demo.shoes.last import Last
    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import Bench


@dataclass(frozen=True)
class Pattern:
    """Ridge from toe to throat, the opening's near and far edge from throat to back, the back from the seat upwards."""

    last: Last
    ridge: Path
    near: Path
    far: Path
    back: Path

    @property
    def outline(self) -> Path:
        """The near side of the upper."""
        return curves.join(self.last.feather(), self.back, curves.reverse(self.near), curves.reverse(self.ridge))

    def place(self, u: float, share: float) -> Point:
        """Find a point on the near side: at `u`, a share of the way from the sole (0) up to the upper's edge (1)."""
        x, low = self.last.at(u, 0.0, 1.0)
        profile = np.asarray(curves.join(self.ridge, self.near))
        order = np.argsort(profile[:, 0])
        high = float(np.interp(x, profile[order, 0], profile[order, 1]))
        return x, low + share * (high - low)

    def trace(self, places: list[tuple[float, float]]) -> Path:
        """Run a smooth curve through places on the near side."""
        return curves.smooth([self.place(u, share) for u, share in places])


def toe_line(last: Last, toe: float, blunt: float, throat: float, throat_height: float) -> Path:
    """Draw the profile from the toe tip up to the throat."""
    places = [
        (0.0, 0.0),
        (-0.004 - 0.012 * blunt, toe * (0.18 + 0.1 * blunt)),
        (0.012 - 0.008 * blunt, toe * (0.44 + 0.16 * blunt)),
        (0.055 - 0.015 * blunt, toe * (0.70 + 0.14 * blunt)),
        (0.125, toe * (0.90 + 0.06 * blunt)),
        (max(0.17, throat * 0.72), toe + (throat_height - toe) * 0.55),
        (throat, throat_height),
    ]
    return curves.smooth(last.trace(places, 0.0))


def volume(bench: Bench, pattern: Pattern) -> None:
    """Round the light over the whole foot, the opening included, so that only ridge, toe and back turn away."""
    ground = curves.shift(pattern.last.feather(), 0, -45)
    bench.volume(
        Form.UPPER, curves.join(ground, pattern.back, curves.reverse(pattern.far), curves.reverse(pattern.ridge))
    )


def inside(bench: Bench, pattern: Pattern, look: Look, rim: float = 1.6) -> None:
    """Show the lining of the far side."""
    opening = curves.join(pattern.near, curves.reverse(pattern.far))
    bench.volume(Form.INSIDE, opening)
    bench.fill(Role.LINING, opening, look.lining, Form.INSIDE)
    bench.draw(Role.SEAM, pattern.far, look.upper, Style.CORD, rim)


def upper(bench: Bench, pattern: Pattern, look: Look, binding: float = 2.6) -> None:
    """Lay the upper, with a seam along its opening where the binding ends."""
    bench.fill(Role.UPPER, pattern.outline, look.upper, Form.UPPER, 0.8)
    if binding:
        bench.seam(curves.offset(pattern.near, -binding), look.stitch, 0.7)
