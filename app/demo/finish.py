"""What a drawn thing is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""


@dataclass(frozen=True)
class Finish:
    """What a part is made of: material, colour, and the second colour of its pattern."""

    material: str
    colour: Colour
    second: Colour = (255, 255, 255)


def darker(finish: Finish, share: float = 0.6) -> Finish:
    """Return the same material in a darker shade."""
    red, green, blue = (round(value * share) for value in finish.colour)
    return Finish(finish.material, (red, green, blue), finish.second)
