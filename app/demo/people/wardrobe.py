"""Who walks about: proportions, hair, and clothes that people really wear together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.demo.chance import chance
from app.demo.finish import Colour, Finish
from app.demo.people.naming import DRESSES
from app.demo.people.person import Build, Detail, Garment, Hair, Person
from app.demo.shades import SHADES, mix, vary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_SKINS: tuple[Colour, ...] = (
    (246, 214, 190), (236, 196, 166), (226, 180, 146), (206, 156, 120),
    (176, 124, 88), (142, 96, 66), (106, 70, 48), (80, 54, 40),
)  # fmt: skip
# So many of them, the first, go with fair hair.
_LIGHT_SKINS = 4
_DARK_HAIR: tuple[Colour, ...] = ((28, 24, 24), (40, 30, 26), (62, 42, 30))
_FAIR_HAIR: tuple[Colour, ...] = (
    (40, 30, 26), (84, 56, 36), (122, 84, 50), (188, 148, 92),
    (214, 184, 132), (146, 70, 38), (150, 148, 146), (206, 204, 200),
)  # fmt: skip
_SOBER = ("black", "black", "charcoal", "navy", "navy", "slate", "taupe", "chocolate", "olive")
_CLOTH = (
    "black", "charcoal", "slate", "pearl grey", "white", "white", "ivory", "sand", "camel", "oxblood",
    "cherry", "scarlet", "rust", "coral", "mustard", "olive", "forest", "emerald", "sage", "teal",
    "navy", "cobalt", "sky", "plum", "lilac", "blush", "rose", "fuchsia",
)  # fmt: skip
_PRINTS = ("hoops", "hoops", "gingham", "dots", "floral", "camouflage", "leopard")
_JEANS = ("denim", "denim", "navy", "black", "sky", "slate")


def stranger(rng: Random) -> Person:
    """Draw somebody whom nobody has seen before, from a generator of numbers and from nothing else."""
    skirted = chance(rng, 0.30)
    slight = skirted or chance(rng, 0.25)
    skin = rng.randrange(len(_SKINS))
    hair = rng.choice(_FAIR_HAIR if skin < _LIGHT_SKINS else _DARK_HAIR)
    coat = _coat(rng, slight=slight) if chance(rng, 0.48) else None
    top = _top(rng, under=coat is not None, slight=slight)
    bottom = _bottom(rng, skirted=skirted)
    if bottom.kind in DRESSES:
        top = replace(bottom, kind="dress", detail=Detail.PLAIN)
    return Person(
        build=Build(
            stature=rng.uniform(1540, 1760) if slight else rng.uniform(1660, 1930),
            girth=rng.uniform(0.86, 1.22),
            shoulders=rng.uniform(0.88, 1.0) if slight else rng.uniform(1.0, 1.14),
            hips=rng.uniform(1.0, 1.12) if slight else rng.uniform(0.90, 1.02),
        ),
        skin=_SKINS[skin],
        hair=rng.choice((Hair.LONG, Hair.LONG, Hair.BOB, Hair.BUN, Hair.TAIL, Hair.TAIL, Hair.CURLS, Hair.SHORT))
        if slight
        else rng.choice((*[Hair.SHORT] * 7, Hair.BALD, Hair.BALD, Hair.CURLS, Hair.CURLS, Hair.LONG)),
        hair_colour=hair,
        beard=not slight and chance(rng, 0.3),
        top=top,
        bottom=bottom,
        coat=coat,
        shoes=_shoes(rng, slight=slight),
        hat=_hat(rng, slight=slight) if chance(rng, 0.27) else None,
        bags=_bags(rng, slight=slight),
        side=rng.choice((-1, 1)),
    )


def _garment(rng: Random, kind: str, shades: Sequence[str], material: str, details: Sequence[Detail] = ()) -> Garment:
    shade = rng.choice(shades)
    colour = vary(SHADES[shade][1], rng)
    second = rng.choice(
        [(240, 238, 232), (34, 32, 36), mix(colour, (250, 246, 238), 0.6), SHADES[rng.choice(_CLOTH)][1]]
    )
    detail = rng.choice(details) if details else Detail.PLAIN
    return Garment(kind, shade, Finish(material, colour, second), Finish("canvas", second), detail)


def _top(rng: Random, *, under: bool, slight: bool) -> Garment:
    kinds = (
        "T-shirt",
        "shirt",
        "jumper",
        "hoodie",
        "sweatshirt",
        "polo shirt",
        *(("blouse", "vest") if slight else ()),
    )
    kind = rng.choice(("T-shirt", "shirt", "jumper", "blouse" if slight else "shirt") if under else kinds)
    material = {"jumper": "knit", "blouse": "satin"}.get(kind, "canvas")
    if chance(rng, 0.26) and kind not in {"hoodie", "vest"}:
        material = rng.choice(_PRINTS)
    details = [Detail.PLAIN, Detail.PLAIN]
    if material in {"canvas", "knit"} and not under:
        details += [Detail.BAND, Detail.SLEEVES, Detail.YOKE, Detail.LOGO]
    return _garment(rng, kind, _CLOTH, material, details)


def _coat(rng: Random, *, slight: bool) -> Garment:
    kinds = ("jacket", "down jacket", "coat", "raincoat", "cardigan" if slight else "blazer", "blazer", "jacket")
    kind = rng.choice(kinds)
    if chance(rng, 0.05):
        vest = _garment(rng, "safety vest", ("signal yellow",), "canvas")
        return replace(vest, trim=Finish("satin", SHADES["silver"][1]))
    material = {"down jacket": "satin", "raincoat": "satin", "cardigan": "knit"}.get(
        kind, rng.choice(("canvas", "suede"))
    )
    if kind == "jacket" and chance(rng, 0.3):
        material = "leather"
    details = (
        (Detail.PLAIN, Detail.PLAIN, Detail.PLAIN, Detail.SLEEVES, Detail.YOKE)
        if kind in {"jacket", "raincoat"}
        else ()
    )
    return _garment(rng, kind, _SOBER if chance(rng, 0.55) else _CLOTH, material, details)


def _bottom(rng: Random, *, skirted: bool) -> Garment:
    if skirted:
        kind = rng.choice(
            ("short skirt", "pencil skirt", "skirt", "skirt", "long skirt", "dress", "dress", "long dress")
        )
        material = rng.choice(("canvas", "canvas", "satin", "floral", "dots", "hoops", "gingham"))
        return _garment(rng, kind, _CLOTH, material, (Detail.PLAIN, Detail.PLAIN, Detail.BAND))
    kind = rng.choice(
        ("trousers", "trousers", "jeans", "jeans", "jeans", "leggings", "wide trousers", "tracksuit bottoms", "shorts")
    )
    shades = _JEANS if kind == "jeans" else (*_SOBER, "sand", "camel", "white", "oxblood", "forest", "sage")
    details = (Detail.PLAIN, Detail.BAND) if kind == "tracksuit bottoms" else ()
    return _garment(rng, kind, shades, "canvas", details)


def _shoes(rng: Random, *, slight: bool) -> Garment:
    kind = rng.choice(
        ("trainers", "trainers", "trainers", "shoes", "ankle boots", *(("pumps", "boots") if slight else ("shoes",)))
    )
    if kind == "trainers":
        shoes = _garment(rng, kind, ("white", "white", "black", "scarlet", "navy", "pearl grey", "mustard"), "canvas")
        return replace(shoes, trim=Finish("foam", (238, 236, 230)))
    shoes = _garment(rng, kind, ("black", "black", "chocolate", "tan", "cognac", "oxblood"), "leather")
    return replace(shoes, trim=Finish("rubber", (36, 32, 30)))


def _hat(rng: Random, *, slight: bool) -> Garment:
    kind = rng.choice(("cap", "beanie", "hat", "headscarf") if slight else ("cap", "cap", "beanie", "hat"))
    return _garment(rng, kind, _CLOTH, "knit" if kind == "beanie" else "canvas")


def _bags(rng: Random, *, slight: bool) -> tuple[Garment, ...]:
    bags = []
    if chance(rng, 0.34):
        bags.append(_garment(rng, "backpack", (*_SOBER, *_CLOTH), "canvas"))
    elif chance(rng, 0.35):
        bags.append(_garment(rng, "shoulder bag", (*_SOBER, "tan", "cognac", "cherry"), "leather"))
    if chance(rng, 0.30):
        kind = rng.choice(
            ("handbag", "shopping bag", "suitcase") if slight else ("briefcase", "shopping bag", "suitcase")
        )
        bags.append(
            _garment(rng, kind, (*_CLOTH, "tan", "black", "black"), "leather" if kind != "shopping bag" else "canvas")
        )
    return tuple(bags)
