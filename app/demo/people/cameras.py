"""Four cheap cameras: where each hangs, what light and lens do to a picture, and how well people are cut out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from scipy import ndimage

from app.demo.chance import chance
from app.demo.people.body import Pose
from app.demo.people.figure import figure
from app.demo.people.painter import SCALE, lay
from app.demo.people.scenes import HIGH, WIDE, scene

if TYPE_CHECKING:
    from random import Random

    from app.demo.finish import Colour
    from app.demo.people.person import Person
    from app.demo.textures import Field

_GROUND = 400
_MARGIN = 130
_BLOCKED = 0.07
_COMPANY = 0.08


@dataclass(frozen=True)
class Camera:
    """One camera.

    Attributes:
        name: where it hangs.
        tilt: degrees by which it looks down.
        lamp: 1 where light comes from the left, -1 from the right.
        balance: factors of red, green and blue.
        exposure: factor of all light.
        contrast: how steep the middle tones are; 1 changes nothing.
        blur: of the lens, as a share of the picture's height.
        noise: standard deviation, 0 to 1.
        height: least and greatest height of a crop in pixels.
        towards: whether people who come in walk towards it, in degrees of yaw.
        obstacle: colour of what stands in the way at times.
    """

    name: str
    tilt: float
    lamp: int
    balance: tuple[float, float, float]
    exposure: float
    contrast: float
    blur: float
    noise: float
    height: tuple[int, int]
    towards: float
    obstacle: Colour


CAMERAS = (
    Camera("street", 6, 1, (0.98, 1.0, 1.03), 1.04, 1.05, 0.0022, 0.006, (150, 250), 90, (60, 78, 60)),
    Camera("entrance", 14, -1, (1.03, 1.0, 0.96), 0.94, 1.10, 0.0028, 0.008, (160, 256), 0, (186, 190, 194)),
    Camera("corridor", 20, 1, (0.96, 1.015, 1.0), 1.0, 0.91, 0.0030, 0.010, (130, 220), 180, (120, 116, 110)),
    Camera("platform", 10, -1, (1.05, 0.995, 0.92), 0.86, 1.0, 0.0038, 0.015, (128, 200), -60, (96, 104, 108)),
)


def shoot(camera: Camera, person: Person, passer: Person, rng: Random) -> Image.Image:
    """Take one crop of somebody: RGB, 128 to 256 pixels high and about half as wide.

    Args:
        camera: which one.
        person: whom the crop shows.
        passer: somebody else, who is in the way at times.
        rng: decides pose, light and how well the crop fits.
    """
    x = rng.randint(_MARGIN * 2, WIDE - 2 * _MARGIN)
    left = x - _MARGIN
    canvas = scene(camera.name)[:, left : x + _MARGIN].copy()
    ground = _GROUND + rng.randint(-8, 8)
    if chance(rng, _COMPANY):
        shift = rng.choice((-1, 1)) * rng.randint(50, 82)
        parts = figure(passer, pose(camera, rng))
        lay(canvas, parts, _MARGIN + shift, ground - 30, size=0.88, lamp=camera.lamp)
    parts = figure(person, pose(camera, rng))
    lay(canvas, parts, _MARGIN, ground, lamp=camera.lamp)
    if chance(rng, _BLOCKED):
        _block(canvas, camera.obstacle, ground, rng)
    points = np.concatenate([np.asarray(part.path) for part in parts])
    return _develop(camera, _cut(canvas, points * SCALE, ground, rng), rng)


def pose(camera: Camera, rng: Random) -> Pose:
    """Choose how somebody passes a camera: most walk the usual way, some come back, some stand about."""
    yaw = camera.towards + rng.choice((0.0, 0.0, 0.0, 180.0, 45.0, -45.0)) + rng.gauss(0, 16)
    stride = 0.05 if chance(rng, 0.2) else rng.uniform(0.55, 1.0)
    raised = rng.choice((-1, 1)) if chance(rng, 0.1) else 0
    return Pose(yaw, rng.random(), stride, camera.tilt + rng.gauss(0, 1.5), raised)


def _cut(canvas: Field, points: Field, ground: float, rng: Random) -> Field:
    """Cut a crop around the figure, as wide as half its height, with the errors of a detector."""
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    size = (high - low) * rng.uniform(1.0, 1.12)
    width = max(0.46 * size, min(0.62 * size, (right - left) * rng.uniform(0.98, 1.08)))
    middle = _MARGIN + (left + right) / 2 + rng.gauss(0, 0.025) * size
    centre = ground - (low + high) / 2 + rng.gauss(0, 0.018) * size
    rows = slice(max(0, round(centre - size / 2)), min(HIGH, round(centre + size / 2)))
    columns = slice(max(0, round(middle - width / 2)), min(2 * _MARGIN, round(middle + width / 2)))
    return canvas[rows, columns]


def _block(canvas: Field, colour: Colour, ground: int, rng: Random) -> None:
    """Put something before the figure: a barrier at its legs or a post at its side."""
    paint = np.asarray(colour, np.float32) / 255
    if chance(rng, 0.5):
        top = ground - rng.randint(50, 110)
        canvas[top:] = paint * np.linspace(1.1, 0.75, HIGH - top, dtype=np.float32)[:, None, None]
        canvas[top : top + 5] *= 1.2
    else:
        width, edge = rng.randint(22, 34), _MARGIN + rng.choice((-1, 1)) * rng.randint(24, 40)
        post = np.sin(np.linspace(0.5, 2.9, width, dtype=np.float32))
        canvas[:, edge - width // 2 : edge - width // 2 + width] = paint * (0.6 + 0.45 * post)[None, :, None]


def _develop(camera: Camera, crop: Field, rng: Random) -> Image.Image:
    """Do to a crop what the camera does: light, lens, size, noise."""
    balance = np.asarray([factor * rng.gauss(1, 0.015) for factor in camera.balance], np.float32)
    crop = crop * balance * (camera.exposure * rng.gauss(1, 0.06))
    crop = 0.5 + (crop - 0.5) * (camera.contrast * rng.gauss(1, 0.06))
    height = rng.randint(*camera.height)
    width = max(1, round(height * crop.shape[1] / crop.shape[0]))
    sharp = Image.fromarray((np.clip(crop, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")
    small = np.asarray(sharp.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    sigma = camera.blur * height * rng.uniform(0.6, 1.4)
    # Whoever walks is smeared along the way.
    small = ndimage.gaussian_filter(small, (sigma, sigma * rng.uniform(1.0, 1.8), 0))
    generator = np.random.default_rng(rng.getrandbits(32))
    grain = generator.standard_normal(small.shape[:2], dtype=np.float32)[..., None]
    hue = generator.standard_normal(small.shape, dtype=np.float32)
    small = small + camera.noise * (0.8 * grain + 0.5 * hue)
    return Image.fromarray((np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")
