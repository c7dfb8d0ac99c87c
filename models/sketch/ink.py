"""Find the ink in a drawing as people send it, and lay it on the canvas.

Dark on light or light on dark, transparent, photographed under uneven light, off-centre, of any size and line width.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.morphology import skeletonize

from models.contracts import EmptyDrawing
from models.images import Picture
from models.sketch.canvas import EXTENT, SIDE, draw_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

# Longest side at which ink is looked for; larger drawings are reduced first.
_WORKING_SIDE = 640
# Paper left around the ink when a large page is cut down, as a share of the page.
_MARGIN = 0.04
# Least difference between ink and paper, in levels of 255.
_LEAST_CONTRAST = 0.08 * 255
# Otsu's threshold is kept between these shares of the strongest ink.
_THRESHOLDS = (0.2, 0.5)
# Skewness of tones beyond which it is clear on which side the ink lies, and the deviation, in levels, below which
# there is none.
_CLEAR_SKEWNESS = 1.0
_FLAT = 0.03
# Longest side at which the paper's brightness is looked for, the window there in which it is the 60th percentile, and
# the deviation with which that is smoothed.
_PAPER_SIDE = 64
_PAPER_WINDOW = 11
_PAPER_RANK = round(0.6 * _PAPER_WINDOW**2)
_PAPER_SMOOTHING = 2.0
# Levels by which paper in even light may differ from a gentle surface, and how often that is fitted anew to what does
# not, beginning at this quantile of the page; and the share of the way from the darkest ink to the paper below which a
# region counts as filled.
_UNEVEN = 10.0
_ROUNDS = 5
_LIT = 0.75
_INK_DEPTH = 0.25
# A region is filled, not a line, where a disc of this share of the ink's extent fits into it.
_FILLED_SHARE = 0.045
_FILLED_RADIUS = _FILLED_SHARE * EXTENT
# The square inside such a disc: where none of the mask is as large as that, nothing is filled.
_FILLED_SQUARE = 2 * int(_FILLED_RADIUS / math.sqrt(2)) + 1
_NEIGHBOURS = np.ones((3, 3), np.bool_)
# Fewer pixels than this have no meaningful tail of a distribution.
_SMALL = 64 * 64
# Specks below this share of the largest connected piece of ink are dust, if the paper is not clean.
_SPECK_SHARE = 0.01


def draw_ink(picture: Picture) -> Tensor:
    """Lay the ink of a picture on the canvas.

    Returns:
        uint8 (1, 256, 256), dark ink on white, lines of 2.5 pixels, the longer side of the ink's box 208, centred.

    Raises:
        EmptyDrawing: nothing stands out from the paper.
    """
    density, threshold = _ink(_closer(picture))
    return draw_lines(_centre_lines(_fit(density, threshold)))


def _ink(picture: Picture) -> tuple[NDArray[np.float32], float]:
    """Find how much of every pixel is ink, and from which density on it counts.

    Returns:
        Density, float32 (h, w), 0 paper to 1 ink, without dust, at most 640 px; and a density between.

    Raises:
        EmptyDrawing: the picture is of one tone.
    """
    levels = _levels(picture)
    counts = np.bincount(levels.ravel(), minlength=256)
    strongest = _strongest(levels, counts)
    if strongest < _LEAST_CONTRAST:
        message = "No drawing was found in the picture: it is of one tone."
        raise EmptyDrawing(message)
    density = np.minimum(np.arange(256, dtype=np.float32) / np.float32(strongest), 1)
    threshold = float(np.clip(threshold_otsu(hist=(counts, density)), *_THRESHOLDS))
    return _without_dust(density[levels], threshold), threshold


def _closer(picture: Picture) -> Picture:
    """Cut a large page down to its ink, so that a small drawing in its corner is not reduced together with it."""
    reduction = max(picture.height, picture.width) / _WORKING_SIDE
    if reduction <= 1:
        return picture
    density, threshold = _ink(picture)
    inked = density > threshold
    sides = []
    for axis, length in ((1, picture.height), (0, picture.width)):
        found = np.flatnonzero(inked.any(axis=axis))
        # Paper around the ink is what ink is told from.
        margin = _MARGIN * max(inked.shape)
        start, stop = (found[0] - margin) * reduction, (found[-1] + 1 + margin) * reduction
        sides.append(slice(max(0, int(start)), min(length, int(np.ceil(stop)))))
    rows, columns = sides
    alpha = None if picture.alpha is None else picture.alpha[rows, columns]
    return Picture(picture.rgb[rows, columns], alpha)


def _levels(picture: Picture) -> NDArray[np.uint8]:
    """How much each pixel differs from the paper around it: uint8 (h, w), 0 paper; at most 640 px."""
    levels = _alpha_ink(picture)
    if levels is not None:
        return levels
    grey = _reduced(Image.fromarray(picture.rgb).convert("L"))
    if _is_light_on_dark(grey):
        grey = ImageOps.invert(grey)
    return np.asarray(ImageChops.subtract(_paper(grey), grey))


def _strongest(levels: NDArray[np.uint8], counts: NDArray[np.intp]) -> float:
    """Level of full ink: what all but the darkest half a thousandth stay below, and what a whole spot of ink has."""
    share = 0.9995 if levels.size > _SMALL else 1.0
    tail = int(np.searchsorted(counts.cumsum(), share * levels.size))
    spot = int(np.asarray(Image.fromarray(levels).filter(ImageFilter.BoxBlur(1))).max())
    return float(max(tail, spot))


def _alpha_ink(picture: Picture) -> NDArray[np.uint8] | None:
    """Opacity as ink, where a drawing was made on a transparent sheet; None where transparency says nothing."""
    if picture.alpha is None or picture.alpha.mean() >= 127.5:  # noqa: PLR2004 - not mostly transparent
        return None
    opacity = np.asarray(_reduced(Image.fromarray(picture.alpha)))
    # A sheet that is evenly translucent is paper, not ink.
    sheet = np.uint8(np.median(opacity))
    ink: NDArray[np.uint8] = np.maximum(opacity, sheet) - sheet
    return ink


def _reduced(image: Image.Image) -> Image.Image:
    scale = _WORKING_SIDE / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BOX)


def _is_light_on_dark(image: Image.Image) -> bool:
    """Whether the ink is the lighter of both tones.

    Lines are rare, so what differs from the tone around it differs to one side: the sign of the skewness, which uneven
    light does not change. Where it says little, as with large filled shapes, paper is the tone of the page's border.
    """
    grey = np.asarray(image.reduce(2) if min(image.size) > _WORKING_SIDE // 2 else image, np.float32)
    residual = grey - ndimage.uniform_filter(grey, max(3, max(grey.shape) // 16), mode="nearest")
    residual -= residual.mean()
    squares = residual * residual
    deviation = math.sqrt(squares.mean())
    # Not residual**3, which calls pow() for every pixel and takes longer than all the rest of this module.
    skewness = float((squares * residual).mean()) / deviation**3 if deviation > _FLAT else 0.0
    if abs(skewness) > _CLEAR_SKEWNESS:
        return skewness > 0
    low, high = np.quantile(grey, (0.002, 0.998))
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return bool(np.median(border) < (low + high) / 2)


def _paper(grey: Image.Image) -> Image.Image:
    """Brightness of the paper under the ink: a bright, smooth envelope, so that shadows do not count as ink."""
    coarse = _brightest(np.asarray(grey), -(-max(grey.size) // _PAPER_SIDE)).astype(np.float32)
    envelope = ndimage.rank_filter(coarse, _PAPER_RANK, size=_PAPER_WINDOW, mode="nearest")
    envelope = ndimage.gaussian_filter(envelope, _PAPER_SMOOTHING, mode="nearest")
    # On a page that is evenly bright everywhere, as most are, no region can be a large fill.
    if np.ptp(envelope) > _UNEVEN:
        even = _even_light(coarse)
        if _is_ink(coarse, even, even - envelope > _UNEVEN, float(np.asarray(grey).min())):
            envelope = np.maximum(envelope, even)
    levels = np.rint(np.clip(envelope, 0, 255)).astype(np.uint8)
    return Image.fromarray(levels).resize(grey.size, Image.Resampling.BILINEAR)


def _even_light(coarse: NDArray[np.float32]) -> NDArray[np.float32]:
    """Brightness as one gentle surface over the page, of second degree, through the paper in it."""
    y, x = (axis.ravel() for axis in np.meshgrid(*(np.linspace(-1, 1, n) for n in coarse.shape), indexing="ij"))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    levels = coarse.ravel()
    surface = np.full_like(levels, np.quantile(levels, _LIT))
    for _ in range(_ROUNDS):
        paper = np.abs(levels - surface) <= _UNEVEN
        known = terms[paper]
        # The six normal equations: a hundred times quicker than all the cells, and exact enough for tones.
        surface = terms @ np.linalg.lstsq(known.T @ known, known.T @ levels[paper], rcond=None)[0]
    return surface.reshape(coarse.shape).astype(np.float32)


def _is_ink(coarse: NDArray[np.float32], even: NDArray[np.float32], darker: NDArray[np.bool_], darkest: float) -> bool:
    """Whether regions darker than even light are filled with ink; in a shadow lines would be darker still."""
    if not darker.any():
        return False
    depth = np.median(coarse[darker] - darkest) / max(float(np.median(even[darker])) - darkest, 1)
    return bool(depth < _INK_DEPTH)


def _brightest(plane: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Maximum of every square of `step` pixels; what is left over at the far sides counts as a square."""
    rows, columns = (np.arange(0, length, step) for length in plane.shape)
    return np.maximum.reduceat(np.maximum.reduceat(plane, rows, axis=0), columns, axis=1)


def _without_dust(density: NDArray[np.float32], threshold: float) -> NDArray[np.float32]:
    """Set to zero the specks of ink that are small beside the largest connected piece."""
    pieces, count = ndimage.label(density > threshold, _NEIGHBOURS)
    if count <= 1:
        return density
    sizes = np.bincount(pieces.ravel())[1:]
    dust = np.concatenate([[False], sizes < _SPECK_SHARE * sizes.max()])[pieces]
    clean = density.copy()
    # The faint rim of a speck goes with it.
    clean[ndimage.binary_dilation(dust, _NEIGHBOURS, iterations=2) & ((pieces == 0) | dust)] = 0
    return clean


def _fit(density: NDArray[np.float32], threshold: float) -> NDArray[np.bool_]:
    """Scale the ink's box so that its longer side is 208, and centre it on 256 x 256, without losing thin lines."""
    inked = density > threshold
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    box = density[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = EXTENT / max(box.shape)
    reach = int(np.ceil(1 / scale))
    if reach > 1:
        # Thicken first, so that a line thinner than a pixel of the result still covers one.
        box = ndimage.maximum_filter(box, reach, mode="constant")
    size = (max(1, round(box.shape[1] * scale)), max(1, round(box.shape[0] * scale)))
    fitted = np.asarray(Image.fromarray(box).resize(size, Image.Resampling.BICUBIC)) > threshold
    canvas = np.zeros((SIDE, SIDE), np.bool_)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = fitted
    return canvas


def _centre_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """One-pixel lines: the skeleton of lines, the outline of filled regions."""
    filled = _filled(mask)
    if not filled.any():
        return _skeleton(mask)
    region = (ndimage.distance_transform_edt(~filled) <= _FILLED_RADIUS) & mask
    outline: NDArray[np.bool_] = region & ~ndimage.binary_erosion(region)
    return outline | _skeleton(mask & ~region)


def _filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the pixels around which a disc fits into the mask."""
    squares = ndimage.minimum_filter(mask.view(np.uint8), _FILLED_SQUARE, mode="constant")
    if not squares.any():
        # Distances take longer, and most drawings have no need of them.
        return np.zeros_like(mask)
    discs: NDArray[np.bool_] = ndimage.distance_transform_edt(mask) > _FILLED_RADIUS
    return discs


def _skeleton(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    lines: NDArray[np.bool_] = skeletonize(mask)
    return lines
