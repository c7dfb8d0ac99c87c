"""The same drawing as other people would have sent it: every copy goes through a real picture file and back."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from models.images import Picture, decode

Grey = NDArray[np.uint8]
Distortion = Callable[[Grey, np.random.Generator], Picture]
WHITE = 255


def inverted(drawing: Grey, _random: np.random.Generator) -> Picture:
    """White chalk on a blackboard."""
    return _sent(Image.fromarray(WHITE - drawing))


def transparent(drawing: Grey, _random: np.random.Generator) -> Picture:
    """Black ink on a transparent sheet, as drawing programs export it."""
    return _sent(_on_nothing(drawing, 0))


def transparent_white(drawing: Grey, _random: np.random.Generator) -> Picture:
    """White ink on a transparent sheet, as programs in their dark mode export it: shown on white it is invisible."""
    return _sent(_on_nothing(drawing, WHITE))


def tiny(drawing: Grey, _random: np.random.Generator) -> Picture:
    """A thumbnail: the longer side of the drawing is 48 pixels."""
    return _sent(_resized(_cropped(drawing), 48))


def huge(drawing: Grey, _random: np.random.Generator) -> Picture:
    """A scan: the longer side of the drawing is 2,000 pixels."""
    return _sent(_resized(_cropped(drawing), 2000))


def off_centre(drawing: Grey, random: np.random.Generator) -> Picture:
    """In a corner of a page on which it takes a quarter of each side."""
    ink = Image.fromarray(_cropped(drawing))
    page = Image.new("L", (4 * ink.width, 4 * ink.height), WHITE)
    right, bottom = random.integers(0, 2, 2)
    page.paste(ink, (int(right) * (page.width - ink.width), int(bottom) * (page.height - ink.height)))
    return _sent(page)


def thick(drawing: Grey, _random: np.random.Generator) -> Picture:
    """With a marker: every line becomes a sixtieth of the drawing's longer side wider."""
    ink = _cropped(drawing)
    return _sent(Image.fromarray(ink).filter(ImageFilter.MinFilter(2 * (max(ink.shape) // 120) + 1)))


def photographed(drawing: Grey, random: np.random.Generator) -> Picture:
    """A pencil drawing photographed by hand: perspective, a shadow across the page, sensor noise, JPEG.

    Corners move by up to 6 % of the side, the light falls off by 35 to 50 % in a random direction, ink has 45 to
    65 % of the full contrast, the noise has a deviation of 4 levels.
    """
    side, margin = 900, 120
    ink = _resized(_cropped(drawing), side - 2 * margin)
    page = Image.new("L", (side, side), WHITE)
    page.paste(ink, ((side - ink.width) // 2, (side - ink.height) // 2))
    corners = np.array([[0, 0], [0, side], [side, side], [side, 0]]) + random.uniform(-0.06, 0.06, (4, 2)) * side
    bent = page.transform(
        (side, side),
        Image.Transform.QUAD,
        [float(x) for x in corners.ravel()],
        Image.Resampling.BICUBIC,
        fillcolor=WHITE,
    )
    share = 1 - np.asarray(bent.filter(ImageFilter.GaussianBlur(0.8)), np.float32) / WHITE
    angle, falling = random.uniform(0, 2 * np.pi), random.uniform(0.35, 0.5)
    y, x = np.mgrid[:side, :side] / side - 0.5
    light = 1 - falling * (0.5 + (np.cos(angle) * x + np.sin(angle) * y) / np.sqrt(2))
    shade = np.array([235, 230, 215]) * (light * (1 - random.uniform(0.45, 0.65) * share))[..., None]
    noisy = shade + random.normal(0, 4, (side, side, 3))
    return _sent(Image.fromarray(np.clip(noisy, 0, WHITE).astype(np.uint8)), "JPEG", quality=75)


DISTORTIONS: Mapping[str, Distortion] = MappingProxyType(
    {
        "inverted": inverted,
        "transparent, black ink": transparent,
        "transparent, white ink": transparent_white,
        "tiny (48 px)": tiny,
        "huge (2,000 px)": huge,
        "off-centre": off_centre,
        "thick pen": thick,
        "photographed": photographed,
    }
)


def _sent(image: Image.Image, file_format: str = "PNG", **options: int) -> Picture:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return decode(buffer.getvalue())


def _on_nothing(drawing: Grey, ink: int) -> Image.Image:
    return Image.merge("LA", (Image.new("L", drawing.shape[::-1], ink), Image.fromarray(WHITE - drawing)))


def _cropped(drawing: Grey) -> Grey:
    """The drawing's box with a margin of an eighth of its longer side, so that no distortion is spared by its page."""
    ink = drawing < WHITE // 2
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    box = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.pad(box, max(box.shape) // 8, constant_values=WHITE)


def _resized(drawing: Grey, longest: int) -> Image.Image:
    image = Image.fromarray(drawing)
    scale = longest / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)
