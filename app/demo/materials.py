"""How each material answers the light: its relief, its print, its shine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.demo import textures

if TYPE_CHECKING:
    from app.demo.finish import Finish
    from app.demo.textures import Field

# Where the lamps stand, as the direction of a surface (x to the right, y downwards) that reflects them to the eye.
_KEY = (-0.30, -0.52)
_FILL = (0.55, -0.30)
_LIGHT = (-0.36, -0.62, 0.70)


@dataclass(frozen=True)
class Material:
    """Strengths of relief, sheen (broad), gloss (sharp), fuzz (bright rims), mirror, and how dark shadows get."""

    relief: str = "leather"
    depth: float = 0.03
    sheen: float = 0.0
    gloss: float = 0.0
    fuzz: float = 0.0
    contrast: float = 1.0
    mirror: float = 0.0
    pattern: str | None = None


MATERIALS: dict[str, Material] = {
    "leather": Material("leather", 0.028, sheen=0.20, gloss=0.10),
    "smooth leather": Material("leather", 0.012, sheen=0.26, gloss=0.20, contrast=1.05),
    "grained leather": Material("leather", 0.065, sheen=0.16, gloss=0.04),
    "patent": Material("leather", 0.0, sheen=0.16, gloss=0.75, contrast=1.15),
    "suede": Material("suede", 0.055, fuzz=0.10, contrast=0.85),
    "nubuck": Material("suede", 0.038, sheen=0.04, fuzz=0.06, contrast=0.9),
    "velvet": Material("suede", 0.045, fuzz=0.30, contrast=1.1),
    "canvas": Material("canvas", 0.065, contrast=0.85),
    "mesh": Material("mesh", 0.16, sheen=0.05, contrast=0.9),
    "knit": Material("knit", 0.10, fuzz=0.05, contrast=0.9),
    "satin": Material("satin", 0.05, sheen=0.42, gloss=0.05, contrast=1.15),
    "metallic": Material("leather", 0.03, sheen=0.30, gloss=0.25, mirror=0.45, contrast=1.2),
    "croc": Material("scales", 0.13, sheen=0.16, gloss=0.38),
    "glitter": Material("glitter", 0.13, sheen=0.15, mirror=0.2),
    "snake": Material("scales", 0.06, sheen=0.16, gloss=0.12, pattern="snake"),
    "leopard": Material("suede", 0.04, fuzz=0.06, pattern="leopard"),
    "stripes": Material("canvas", 0.05, pattern="stripes"),
    "hoops": Material("canvas", 0.05, pattern="hoops"),
    "camouflage": Material("canvas", 0.05, pattern="camouflage"),
    "gingham": Material("canvas", 0.05, pattern="gingham"),
    "dots": Material("canvas", 0.05, pattern="dots"),
    "floral": Material("canvas", 0.05, pattern="floral"),
    "rope": Material("rope", 0.17, contrast=0.9),
    "cork": Material("cork", 0.11, contrast=0.9),
    "wood": Material("wood", 0.08, sheen=0.12, gloss=0.06),
    "stack": Material("stack", 0.13, sheen=0.12, gloss=0.05),
    "rubber": Material("rubber", 0.012, sheen=0.10, contrast=0.8),
    "foam": Material("rubber", 0.02, sheen=0.05, contrast=0.75),
    "shearling": Material("shearling", 0.10, fuzz=0.12, contrast=0.7),
    "elastic": Material("stack", 0.0, contrast=0.9),
    "metal": Material("rubber", 0.0, sheen=0.4, gloss=0.5, mirror=0.7, contrast=1.2),
    "lining": Material("leather", 0.02, contrast=0.7),
}


def light(nx: Field, ny: Field, contrast: float) -> Field:
    """Diffuse light: 1 on surfaces that face us, more on those that look up, less at rims and below."""
    nz = np.sqrt(np.maximum(0.04, 1 - nx * nx - ny * ny))
    lambert = np.maximum(0, nx * _LIGHT[0] + ny * _LIGHT[1] + nz * _LIGHT[2])
    bounce = 0.16 * np.maximum(0, nx * 0.8 + 0.2 * ny)
    shaded = 0.36 + 0.88 * lambert + bounce
    return 1 + contrast * (np.minimum(shaded, 1.16) * (0.78 + 0.22 * nz) - 0.97)


def respond(finish: Finish, nx: Field, ny: Field, left: int, top: int, shade: Field) -> Field:
    """Colour a window of the picture, 0..1: the finish under the lamps.

    Args:
        finish: what it is made of.
        nx: which way its surface looks, to the right.
        ny: which way its surface looks, downwards.
        left: the window's first column.
        top: its first row.
        shade: how much of the light reaches it, 1 being all.
    """
    material = MATERIALS[finish.material]
    height, width = nx.shape
    base = _base(finish, material, left, top, height, width)
    lit = light(nx, ny, material.contrast) * shade
    if material.depth:
        # Relief shows in half light and drowns in full light, as on a photograph.
        lit = lit * (1 + material.depth * textures.window(textures.relief(material.relief), left, top, width, height))
    colour = _tone(base, lit)
    shine = _shine(material, nx, ny) * np.sqrt(np.clip(shade, 0, 1))
    if material.mirror:
        bands = 0.5 + 0.5 * np.sin(9.0 * ny + 4.0 * nx - 0.6)
        colour *= 1 + material.mirror * (bands[..., None] - 0.45)
    tint = 0.55 + 0.45 * base if material.mirror else 0.82 + 0.18 * base
    result: Field = colour + shine[..., None] * tint * (1 - 0.55 * colour)
    return result


def _base(finish: Finish, material: Material, left: int, top: int, height: int, width: int) -> Field:
    colour = np.asarray(finish.colour, np.float32) / 255
    if material.pattern is None:
        return np.broadcast_to(colour, (height, width, 3))
    mix = textures.window(textures.pattern(material.pattern), left, top, width, height)[..., None]
    second = np.asarray(finish.second, np.float32) / 255
    result: Field = colour + (second - colour) * mix
    return result


def _tone(base: Field, lit: Field) -> Field:
    """Darken towards a richer, warmer colour and lighten towards a paler one, never to flat grey."""
    dark = np.minimum(lit, 1.0)[..., None]
    hue = np.asarray((0.02, 0.07, 0.08), np.float32)
    result: Field = base * (dark * (1 - hue * (1 - dark)))
    over = np.maximum(lit - 1.0, 0)[..., None]
    result += over * (0.12 + 0.42 * base)
    return result


def _shine(material: Material, nx: Field, ny: Field) -> Field:
    total = np.zeros_like(nx)
    if material.sheen:
        total += material.sheen * np.exp(-((nx - _KEY[0]) ** 2 / 0.22 + (ny - _KEY[1]) ** 2 / 0.07))
        total += 0.35 * material.sheen * np.exp(-((nx - _FILL[0]) ** 2 / 0.06 + (ny - _FILL[1]) ** 2 / 0.1))
    if material.gloss:
        window = np.clip((0.17 - np.abs(ny - _KEY[1] - 0.12 * nx)) * 9, 0, 1) * np.clip(
            (0.55 - np.abs(nx + 0.1)) * 5, 0, 1
        )
        strip = np.clip((0.08 - np.abs(nx - 0.62)) * 12, 0, 1)
        low = np.exp(-((ny - 0.55) ** 2) / 0.02) * 0.25
        total += material.gloss * (0.85 * window + 0.35 * strip + 0.5 * low)
    if material.fuzz:
        total += material.fuzz * (1 - np.sqrt(np.maximum(0, 1 - nx * nx - ny * ny)))
    return total
