"""Which materials and shades each kind of shoe comes in; what stands more than once is more common."""

from __future__ import annotations

from dataclasses import dataclass


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split(", "))


@dataclass(frozen=True)
class Wardrobe:
    """What a kind comes in.

    Attributes:
        materials: of the upper.
        shades: of the upper.
        sole: the family of its sole: rubber, foam, dress, welt or natural.
        accent: how often its second colour is another one, 0 to 1.
    """

    materials: tuple[str, ...]
    shades: tuple[str, ...]
    sole: str
    accent: float


_EARTH = _listed("black, chocolate, chestnut, cognac, tan, oxblood, navy, charcoal, olive, taupe, black, cognac")
_DRESS = _listed(
    "black, black, scarlet, cherry, blush, ivory, navy, emerald, fuchsia, camel, plum, cobalt, taupe, "
    "oxblood, teal, coral, lilac, chocolate, white"
)
_BRIGHT = _listed(
    "white, white, black, navy, scarlet, cobalt, forest, sage, pearl grey, slate, sand, mustard, sky, "
    "blush, lilac, coral, teal, denim, charcoal, ivory, oxblood, emerald"
)
_SUMMER = _listed(
    "tan, cognac, camel, black, white, ivory, coral, sky, mustard, chestnut, rose, teal, sand, olive, "
    "scarlet, navy, blush, lilac"
)

WARDROBES: dict[str, Wardrobe] = {
    "sneaker": Wardrobe(
        _listed("leather, canvas, suede, smooth leather, canvas, knit, leather"),
        _BRIGHT,
        "rubber",
        0.7,
    ),
    "high-top": Wardrobe(
        _listed("canvas, leather, canvas, suede, smooth leather"),
        _BRIGHT,
        "rubber",
        0.65,
    ),
    "running shoe": Wardrobe(
        _listed("mesh, knit, mesh"),
        (*_BRIGHT, "fuchsia"),
        "foam",
        0.9,
    ),
    "boot": Wardrobe(
        _listed("leather, smooth leather, suede, grained leather, nubuck, patent, leather, suede"),
        _EARTH,
        "welt",
        0.3,
    ),
    "ankle boot": Wardrobe(
        _listed(
            "leather, smooth leather, suede, grained leather, nubuck, patent, leather, suede, croc, leopard, velvet"
        ),
        (*_EARTH, "ivory", "forest", "plum"),
        "welt",
        0.3,
    ),
    "chelsea boot": Wardrobe(
        _listed("leather, smooth leather, suede, grained leather, nubuck, patent, leather, suede"),
        (*_EARTH, "wheat", "forest"),
        "welt",
        0.4,
    ),
    "lace-up boot": Wardrobe(
        _listed("leather, nubuck, grained leather, suede, smooth leather, patent"),
        (*_EARTH, "wheat", "wheat", "cherry", "white"),
        "welt",
        0.4,
    ),
    "pump": Wardrobe(
        _listed(
            "leather, patent, suede, smooth leather, satin, croc, metallic, velvet, leopard, snake, suede, leather"
        ),
        _DRESS,
        "dress",
        0.25,
    ),
    "stiletto": Wardrobe(
        _listed(
            "leather, patent, suede, smooth leather, satin, croc, metallic, velvet, leopard, snake, suede, leather"
        ),
        _DRESS,
        "dress",
        0.25,
    ),
    "sandal": Wardrobe(
        _listed("leather, smooth leather, suede, metallic, snake, canvas, leather, patent"),
        _SUMMER,
        "natural",
        0.35,
    ),
    "heeled sandal": Wardrobe(
        _listed("leather, suede, metallic, satin, patent, snake, smooth leather, glitter"),
        (*_DRESS, "tan", "cognac"),
        "dress",
        0.2,
    ),
    "loafer": Wardrobe(
        _listed("leather, smooth leather, suede, patent, velvet, grained leather, croc"),
        (*_EARTH, "forest", "camel", "wheat", "cherry"),
        "welt",
        0.3,
    ),
    "oxford": Wardrobe(
        _listed("smooth leather, leather, suede, patent, grained leather, smooth leather"),
        (*_EARTH, "wheat", "white", "cherry"),
        "welt",
        0.35,
    ),
    "ballerina": Wardrobe(
        _listed("leather, patent, suede, satin, metallic, leopard, velvet, canvas, dots, gingham"),
        (*_DRESS, "rose", "sky"),
        "dress",
        0.5,
    ),
    "mary jane": Wardrobe(
        _listed("patent, leather, smooth leather, velvet, suede, croc"),
        (*_DRESS, "cherry", "forest"),
        "dress",
        0.3,
    ),
    "wedge": Wardrobe(
        _listed("canvas, suede, leather, stripes, floral, smooth leather, metallic"),
        _SUMMER,
        "natural",
        0.35,
    ),
    "mule": Wardrobe(
        _listed("leather, suede, satin, patent, croc, velvet, leopard, smooth leather, snake"),
        (*_DRESS, "tan", "cognac", "sage"),
        "dress",
        0.35,
    ),
    "clog": Wardrobe(
        _listed("leather, nubuck, suede, smooth leather, patent"),
        (*_SUMMER, "forest", "oxblood"),
        "natural",
        0.3,
    ),
    "platform": Wardrobe(
        _listed("leather, patent, suede, smooth leather, metallic, glitter, canvas"),
        (*_DRESS, "tan", "sky", "rose"),
        "natural",
        0.3,
    ),
    "flip-flop": Wardrobe(
        _listed("rubber, leather, smooth leather, metallic, rubber"),
        (*_SUMMER, "cobalt", "fuchsia"),
        "foam",
        0.6,
    ),
}
