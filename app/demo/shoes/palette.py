"""How the finishes of one shoe are chosen to go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo.finish import Colour, Finish
from app.demo.shades import SHADES, mix, vary
from app.demo.shoes.look import Look
from app.demo.shoes.wardrobes import WARDROBES

if TYPE_CHECKING:
    from random import Random

    from app.demo.shoes.wardrobes import Wardrobe

_PRINTS: dict[str, tuple[str, str, Colour, Colour]] = {
    "leopard": ("leopard", "brown", (202, 152, 92), (52, 34, 24)),
    "snake": ("python", "grey", (212, 204, 190), (92, 84, 76)),
}
# What a cap or a strap is not cut from: prints and nets.
_NEVER_TRIM = {"mesh", "knit", "leopard", "snake", "dots", "gingham", "stripes", "floral"}
_INK: Colour = (36, 33, 33)
_NATURAL: tuple[Colour, ...] = ((202, 160, 112), (178, 132, 86), (220, 186, 140))
_METALS: tuple[Colour, ...] = ((212, 178, 94), (196, 198, 204), (212, 178, 94), (176, 132, 82), (88, 86, 88))
_LININGS: tuple[Colour, ...] = ((226, 202, 174), (206, 172, 136), (232, 222, 208), (196, 150, 112), (222, 196, 188))


def dress(kind: str, rng: Random) -> Look:
    """Choose what a shoe of a kind is made of."""
    wardrobe = WARDROBES[kind]
    material = rng.choice(wardrobe.materials)
    shade, upper = _upper(material, wardrobe, rng)
    second = _second(upper, wardrobe, rng)
    deep = mix(upper.colour, (20, 16, 14), 0.42)
    return Look(
        colour=shade,
        material=material,
        upper=upper,
        second=second,
        **_ground(wardrobe.sole, upper, rng),
        lining=Finish("lining", rng.choice(_LININGS)),
        footbed=Finish("leather", rng.choice([*_LININGS, mix(upper.colour, (225, 200, 170), 0.55)])),
        lace=Finish("canvas", _lace(upper, second, wardrobe, rng)),
        stitch=Finish("canvas", rng.choice([deep, deep, _pale(upper.colour)])),
        metal=Finish("metal", rng.choice(_METALS)),
    )


def family(shade: str) -> str:
    """Name the colour one filters by: brown for cognac, red for oxblood."""
    for name, colour, _, _ in _PRINTS.values():
        if name == shade:
            return colour
    return SHADES[shade][0]


def _upper(material: str, wardrobe: Wardrobe, rng: Random) -> tuple[str, Finish]:
    if material in _PRINTS:
        name, _, ground, spots = _PRINTS[material]
        return name, Finish(material, ground, spots)
    shade = rng.choice(("gold", "silver", "rose gold") if material == "metallic" else wardrobe.shades)
    colour = vary(SHADES[shade][1], rng)
    contrast = rng.choice([(240, 236, 226), mix(colour, (20, 20, 24), 0.6), (206, 96, 70)])
    return shade, Finish(material, colour, contrast)


def _second(upper: Finish, wardrobe: Wardrobe, rng: Random) -> Finish:
    """Choose the finish of caps, panels and straps: the upper's own, a darker one, or one that contrasts."""
    material = (
        upper.material
        if upper.material not in {"mesh", "knit", "leopard", "snake", "dots", "gingham", "stripes", "floral"}
        else "leather"
    )
    if rng.random() > wardrobe.accent:
        return upper if material == upper.material else Finish(material, mix(upper.colour, (20, 18, 18), 0.35))
    dark = mix(upper.colour, (22, 20, 22), rng.uniform(0.3, 0.6))
    light = mix(upper.colour, (248, 244, 236), rng.uniform(0.45, 0.8))
    bold = SHADES[rng.choice(wardrobe.shades)][1]
    return Finish(
        rng.choice([material, material, "suede", "leather"]), rng.choice([dark, light, bold, _INK, (240, 238, 232)])
    )


def _ground(sole: str, upper: Finish, rng: Random) -> dict[str, Finish]:
    """Choose sole, outsole and heel."""
    natural = rng.choice(_NATURAL)
    black = Finish("rubber", _INK)
    if sole in {"rubber", "foam"}:
        gum, white = Finish("rubber", (188, 132, 78)), Finish(sole, (242, 240, 234))
        tinted = Finish(sole, mix(upper.colour, (240, 236, 230), 0.25))
        chosen = rng.choice([white, white, white, Finish(sole, (232, 222, 200)), tinted, black, gum])
        return {
            "sole": chosen,
            "outsole": rng.choice([gum, black, Finish("rubber", mix(upper.colour, _INK, 0.2))]),
            "heel": upper,
        }
    if sole == "dress":
        covered = rng.choice(
            [upper, upper, upper, Finish("stack", natural), Finish("metallic", (204, 172, 104)), Finish("patent", _INK)]
        )
        return {
            "sole": rng.choice([upper, Finish("leather", natural)]),
            "outsole": rng.choice(
                [black, Finish("leather", mix(natural, _INK, 0.25)), Finish("leather", (150, 112, 78))]
            ),
            "heel": covered,
        }
    stacked = Finish("stack", rng.choice([natural, (112, 70, 44), _INK, (84, 54, 38)]))
    if sole == "welt":
        return {
            "sole": Finish("leather", rng.choice([natural, (120, 82, 52), (44, 38, 36)])),
            "outsole": rng.choice([black, black, Finish("rubber", (120, 84, 54)), Finish("rubber", (226, 214, 190))]),
            "heel": rng.choice([stacked, stacked, upper, Finish("leather", _INK)]),
        }
    return {
        "sole": rng.choice(
            [
                Finish("leather", natural),
                Finish("foam", (238, 232, 220)),
                Finish("rubber", _INK),
                Finish("foam", mix(natural, (240, 230, 215), 0.3)),
            ]
        ),
        "outsole": rng.choice([black, Finish("rubber", (120, 86, 60))]),
        "heel": rng.choice([stacked, upper, Finish("wood", (188, 140, 92))]),
    }


def _lace(upper: Finish, second: Finish, wardrobe: Wardrobe, rng: Random) -> Colour:
    if wardrobe.sole in {"rubber", "foam"}:
        return rng.choice([(244, 242, 238), (244, 242, 238), second.colour, _INK])
    return rng.choice([mix(upper.colour, _INK, 0.45), _INK, (196, 160, 104), (120, 84, 56)])


def _pale(colour: Colour) -> Colour:
    return mix(colour, (250, 244, 230), 0.7)
