"""What a figure is made of, before any pixel: outlines with a finish, as the camera sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.demo.curves import Path
    from app.demo.finish import Finish


@dataclass(frozen=True)
class Part:
    """A closed outline in millimetres, x to the right, y up from the ground.

    Attributes:
        path: the outline.
        finish: what it is made of.
        bulge: over which width its edges turn away from the light, in millimetres; 0 is flat.
        raised: how far its edge stands above what lies under it, in millimetres.
        within: outlines; nothing of it shows outside any of them.
        folds: how much folds show, 0 to 1.
    """

    path: Path
    finish: Finish
    bulge: float = 30.0
    raised: float = 0.0
    within: tuple[Path, ...] = ()
    folds: float = 0.0


@dataclass(frozen=True)
class Layer:
    """Parts that are painted together, and how far they are towards the camera, in millimetres."""

    towards: float
    parts: tuple[Part, ...]
