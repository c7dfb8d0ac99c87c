"""Find the ink in a drawing as people send it, and lay it on the canvas.

Dark on light or light on dark, transparent, photographed under uneven light, off-centre, of any size and line width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
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
_WORKING_SIDE = 768
# Paper left around the ink when a large page is cut down, as a share of the page.
_MARGIN = 0.04
# Least difference between ink and paper, of a full scale of 1.
_LEAST_CONTRAST = 0.08
# Otsu's threshold is kept between these shares of the strongest ink.
_THRESHOLDS = (0.2, 0.5)
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32) / 255
# Skewness of tones beyond which it is clear on which side the ink lies, and the deviation below which there is none.
_CLEAR_SKEWNESS = 1.0
_FLAT = 1e-4
# A region is filled, not a line, where a disc of this share of the ink's extent fits into it.
_FILLED_SHARE = 0.045
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
    """Density without dust, and from which density on a pixel is ink."""
    density = ink_density(picture)
    threshold = float(np.clip(threshold_otsu(density), *_THRESHOLDS))
    return _without_dust(density, threshold), threshold


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


def ink_density(picture: Picture) -> NDArray[np.float32]:
    """How much each pixel differs from the paper around it: float32 (h, w), 0 paper to about 1 ink; at most 768 px.

    Raises:
        EmptyDrawing: the picture is of one tone.
    """
    density = _alpha_ink(picture)
    if density is None:
        grey = _reduced(picture.rgb @ _LUMINANCE)
        if _is_light_on_dark(grey):
            grey = 1 - grey
        density = np.clip(_paper(grey) - grey, 0, 1)
    strongest = float(np.quantile(density, 0.9995)) if density.size > _SMALL else float(density.max())
    strongest = max(strongest, float(ndimage.uniform_filter(density, 3).max()))
    if strongest < _LEAST_CONTRAST:
        message = "No drawing was found in the picture: it is of one tone."
        raise EmptyDrawing(message)
    shares: NDArray[np.float32] = np.minimum(density / strongest, 1).astype(np.float32)
    return shares


def _alpha_ink(picture: Picture) -> NDArray[np.float32] | None:
    """Opacity as ink, where a drawing was made on a transparent sheet; None where transparency says nothing."""
    if picture.alpha is None:
        return None
    opacity = picture.alpha.astype(np.float32) / 255
    if opacity.mean() >= 0.5:  # noqa: PLR2004 - not mostly transparent
        return None
    # A sheet that is evenly translucent is paper, not ink.
    return _reduced(np.maximum(opacity - np.median(opacity), 0))


def _reduced(plane: NDArray[np.floating]) -> NDArray[np.float32]:
    height, width = plane.shape
    scale = _WORKING_SIDE / max(height, width)
    if scale >= 1:
        return plane.astype(np.float32)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small: NDArray[np.float32] = np.asarray(
        Image.fromarray(plane.astype(np.float32)).resize(size, Image.Resampling.BOX)
    )
    return small


def _is_light_on_dark(grey: NDArray[np.float32]) -> bool:
    """Whether the ink is the lighter of both tones.

    Lines are rare, so what differs from the tone around it differs to one side: the sign of the skewness, which uneven
    light does not change. Where it says little, as with large filled shapes, paper is the tone of most pixels.
    """
    residual = grey - ndimage.uniform_filter(grey, max(3, max(grey.shape) // 16), mode="nearest")
    deviation = float(residual.std())
    skewness = float(((residual - residual.mean()) ** 3).mean()) / deviation**3 if deviation > _FLAT else 0.0
    if abs(skewness) > _CLEAR_SKEWNESS:
        return skewness > 0
    low, high = np.quantile(grey, (0.002, 0.998))
    return bool(np.median(grey) < (low + high) / 2)


def _paper(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Brightness of the paper under the ink: a bright, smooth envelope, so that shadows do not count as ink."""
    height, width = grey.shape
    step = max(1, max(height, width) // 96)
    coarse = ndimage.maximum_filter(grey, step)[::step, ::step]
    coarse = ndimage.percentile_filter(coarse, 60, size=15, mode="nearest")
    coarse = ndimage.gaussian_filter(coarse, 3, mode="nearest")
    envelope = Image.fromarray(coarse.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(envelope)


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
    radius = _FILLED_SHARE * EXTENT
    filled = ndimage.distance_transform_edt(mask) > radius
    if not filled.any():
        return _skeleton(mask)
    region = (ndimage.distance_transform_edt(~filled) <= radius) & mask
    outline: NDArray[np.bool_] = region & ~ndimage.binary_erosion(region)
    return outline | _skeleton(mask & ~region)


def _skeleton(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    lines: NDArray[np.bool_] = skeletonize(mask)
    return lines
