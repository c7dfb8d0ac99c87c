"""The demo's shoes, one after the other, each unlike all others of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, ClassVar

from app.demo.shoes import (
    boots,
    classics,
    courts,
    heights,
    naming,
    outlines,
    painter,
    palette,
    sandals,
    slip_ons,
    sports,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from PIL import Image

    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape

_BUILDERS: dict[str, Callable[[Random, Look], ShoeShape]] = {
    "sneaker": sports.sneaker,
    "pump": courts.pump,
    "ankle boot": boots.ankle_boot,
    "sandal": sandals.sandal,
    "loafer": classics.loafer,
    "running shoe": sports.running_shoe,
    "stiletto": courts.stiletto,
    "chelsea boot": boots.chelsea_boot,
    "wedge": heights.wedge,
    "ballerina": courts.ballerina,
    "high-top": sports.high_top,
    "heeled sandal": sandals.heeled_sandal,
    "boot": boots.boot,
    "oxford": classics.oxford,
    "mule": slip_ons.mule,
    "platform": heights.platform,
    "lace-up boot": boots.lace_up_boot,
    "flip-flop": slip_ons.flip_flop,
    "clog": slip_ons.clog,
    "mary jane": courts.mary_jane,
}
KINDS = tuple(_BUILDERS)

# Two drawings of a kind are too near when less than this share of their lines tells them apart.
CLOSEST = 0.08
_ATTEMPTS = 60


@dataclass(frozen=True)
class DemoShoe:
    """One item of the demo: its key, its words, and its shape to be painted."""

    key: str
    title: str
    metadata: Mapping[str, str | int | float | bool]
    shape: ShoeShape
    suffix: ClassVar[str] = ".png"

    def paint(self) -> Image.Image:
        """Paint the shoe as a square RGB picture."""
        return painter.paint(self.shape)


def catalogue(count: int = 600) -> Iterator[DemoShoe]:
    """Yield the first `count` shoes; a longer catalogue begins with the shorter one."""
    drawn: dict[str, list[outlines.Drawing]] = {kind: [] for kind in KINDS}
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        shape, look = _unlike(kind, number, drawn[kind])
        title, metadata = naming.describe(shape, look, Random(f"likeness-{number}-words"))
        yield DemoShoe(f"shoe-{number:04d}", title, metadata, shape)


def draft(kind: str, number: int, attempt: int = 0) -> tuple[ShoeShape, Look]:
    """Draw a shoe without regard to the others."""
    look = palette.dress(kind, Random(f"likeness-{number}-look"))
    return _BUILDERS[kind](Random(f"likeness-{number}-{attempt}"), look), look


def _unlike(kind: str, number: int, drawn: list[outlines.Drawing]) -> tuple[ShoeShape, Look]:
    """Draw again until the shoe is unlike every one of its kind so far; if none is, keep the least alike."""
    best: tuple[float, ShoeShape, Look, outlines.Drawing] | None = None
    for attempt in range(_ATTEMPTS):
        shape, look = draft(kind, number, attempt)
        drawing = outlines.drawing(shape)
        nearest = min((outlines.apart(drawing, other) for other in drawn), default=1.0)
        if best is None or nearest > best[0]:
            best = (nearest, shape, look, drawing)
        if nearest >= CLOSEST:
            break
    if best is None:
        message = "No shoe was drawn because no attempt is allowed; allow at least one."
        raise ValueError(message)
    drawn.append(best[3])
    return best[1], best[2]
