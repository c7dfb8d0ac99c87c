"""Words and numbers of a shop: brand, title, price, season, stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demo.chance import chance
from app.demo.shoes import palette

if TYPE_CHECKING:
    from random import Random

    from app.demo.shoes.look import Look
    from app.demo.shoes.shape import ShoeShape

_SPORT = ("Rookley", "Kestrane", "Ostrel", "Hallowmere", "Pacefield")
_DRESS = ("Corvo", "Velouria", "Miralba", "Ondelune", "Fiorvale")
_STURDY = ("Brackwell", "Marrowby", "Sableford", "Dunmarrow", "Corvo")
_EASY = ("Lindquay", "Yarrowfen", "Ostrel", "Marisand", "Velouria")

# Kind -> brands, price in euros without anything special, who wears it, season.
_TRADE: dict[str, tuple[tuple[str, ...], float, tuple[str, ...], str]] = {
    "sneaker": (_SPORT, 85, ("women", "men", "unisex"), "all year"),
    "high-top": (_SPORT, 95, ("women", "men", "unisex"), "all year"),
    "running shoe": (_SPORT, 120, ("women", "men", "unisex"), "all year"),
    "boot": (_STURDY, 210, ("women",), "autumn/winter"),
    "ankle boot": (_STURDY, 150, ("women",), "autumn/winter"),
    "chelsea boot": (_STURDY, 145, ("women", "men", "unisex"), "autumn/winter"),
    "lace-up boot": (_STURDY, 165, ("women", "men", "unisex"), "autumn/winter"),
    "pump": (_DRESS, 110, ("women",), "all year"),
    "stiletto": (_DRESS, 135, ("women",), "all year"),
    "sandal": (_EASY, 65, ("women", "men", "unisex"), "spring/summer"),
    "heeled sandal": (_DRESS, 105, ("women",), "spring/summer"),
    "loafer": (_STURDY, 125, ("women", "men"), "all year"),
    "oxford": (_STURDY, 155, ("women", "men"), "all year"),
    "ballerina": (_DRESS, 80, ("women",), "spring/summer"),
    "mary jane": (_DRESS, 95, ("women",), "all year"),
    "wedge": (_EASY, 85, ("women",), "spring/summer"),
    "mule": (_DRESS, 90, ("women",), "spring/summer"),
    "clog": (_EASY, 80, ("women", "unisex"), "spring/summer"),
    "platform": (_EASY, 100, ("women",), "all year"),
    "flip-flop": (_EASY, 24, ("women", "men", "unisex"), "spring/summer"),
}
_WORTH = {
    "canvas": 0.75,
    "rubber": 0.6,
    "mesh": 0.9,
    "knit": 0.95,
    "croc": 1.35,
    "snake": 1.3,
    "velvet": 1.1,
    "suede": 1.05,
}
_MEN_WEAR_UP_TO = 48
# Upper end of each class of heel, in millimetres.
_HEELS = (("flat", 30), ("low", 50), ("mid", 80))


def heel_class(millimetres: int) -> str:
    """Call a heel flat, low, mid or high."""
    return next((name for name, limit in _HEELS if millimetres <= limit), "high")


def describe(shape: ShoeShape, look: Look, rng: Random) -> tuple[str, dict[str, str | int | float | bool]]:
    """Give a shoe its title and its metadata."""
    brands, base, wearers, season = _TRADE[shape.kind]
    brand = rng.choice(brands)
    wearer = rng.choice(wearers) if shape.heel <= _MEN_WEAR_UP_TO else "women"
    price = base * _WORTH.get(look.material, 1.0) * (0.85 + 0.09 * brands.index(brand)) * rng.uniform(0.85, 1.25)
    material = _plain(look.material)
    metadata: dict[str, str | int | float | bool] = {
        "kind": shape.kind,
        "colour": palette.family(look.colour),
        "shade": look.colour,
        "material": material,
        "heel": heel_class(shape.heel),
        "heel_height_mm": shape.heel,
        "gender": wearer,
        "brand": brand,
        "price": round(price / 5) * 5 - 0.05,
        "currency": "EUR",
        "season": season,
        "in_stock": chance(rng, 0.86),
    }
    return f"{brand} {shape.kind}, {_wording(look)}", metadata


def _plain(material: str) -> str:
    """Name the material one filters by."""
    if material in {"stripes", "gingham", "dots", "floral"}:
        return "canvas"
    dressed = {"leopard": "printed leather", "snake": "embossed leather", "croc": "embossed leather"}
    return dressed.get(material, "metallic leather" if material == "metallic" else material)


def _wording(look: Look) -> str:
    special = {
        "leopard": "leopard print",
        "snake": "python-embossed leather",
        "croc": f"{look.colour} croc-embossed leather",
        "stripes": f"{look.colour} striped canvas",
        "dots": f"{look.colour} dotted canvas",
        "floral": f"{look.colour} floral canvas",
        "metallic": f"{look.colour} metallic leather",
    }
    return special.get(look.material, f"{look.colour} {look.material}")
