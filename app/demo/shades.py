"""Colours that leather and cloth really come in, and how one is changed a little."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from app.demo.finish import Colour

# Shade -> (colour one filters by, red-green-blue).
SHADES: dict[str, tuple[str, Colour]] = {
    "black": ("black", (34, 32, 34)),
    "charcoal": ("grey", (74, 76, 80)),
    "slate": ("grey", (112, 119, 128)),
    "pearl grey": ("grey", (182, 183, 184)),
    "white": ("white", (243, 242, 239)),
    "ivory": ("white", (237, 229, 211)),
    "sand": ("beige", (217, 195, 160)),
    "camel": ("beige", (197, 152, 98)),
    "taupe": ("beige", (152, 134, 117)),
    "tan": ("brown", (178, 116, 64)),
    "cognac": ("brown", (155, 83, 40)),
    "chestnut": ("brown", (118, 62, 36)),
    "chocolate": ("brown", (76, 48, 36)),
    "oxblood": ("red", (98, 28, 34)),
    "cherry": ("red", (176, 30, 40)),
    "scarlet": ("red", (209, 52, 44)),
    "rust": ("orange", (182, 82, 40)),
    "coral": ("orange", (234, 116, 92)),
    "mustard": ("yellow", (212, 160, 50)),
    "signal yellow": ("yellow", (216, 226, 40)),
    "wheat": ("yellow", (209, 160, 92)),
    "olive": ("green", (106, 106, 64)),
    "forest": ("green", (44, 78, 58)),
    "emerald": ("green", (24, 110, 84)),
    "sage": ("green", (158, 172, 146)),
    "teal": ("blue", (30, 104, 112)),
    "navy": ("blue", (36, 48, 84)),
    "cobalt": ("blue", (38, 78, 164)),
    "sky": ("blue", (142, 182, 212)),
    "denim": ("blue", (76, 104, 140)),
    "plum": ("purple", (84, 42, 82)),
    "lilac": ("purple", (184, 164, 206)),
    "blush": ("pink", (232, 190, 182)),
    "rose": ("pink", (214, 122, 138)),
    "fuchsia": ("pink", (202, 44, 112)),
    "gold": ("gold", (204, 172, 104)),
    "rose gold": ("gold", (216, 164, 140)),
    "silver": ("silver", (186, 188, 194)),
}


def vary(colour: Colour, rng: Random) -> Colour:
    """Change a colour a little, as two dyes of one name differ."""
    lighter = rng.randint(-6, 6)
    red, green, blue = (min(250, max(14, value + lighter + rng.randint(-2, 2))) for value in colour)
    return red, green, blue


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Go a share of the way from one colour to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
