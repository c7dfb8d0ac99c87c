"""From a shape to a picture: light the volumes once, then lay surface on surface, line on line, on a white ground."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from app.demo import brush, curves, materials
from app.demo.brush import FINE, View, Window
from app.demo.shoes.shape import Form, Line, Style, Surface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.demo.shoes.shape import ShoeShape
    from app.demo.textures import Field

_COARSE = 3
_MARGIN = 0.085
_INK = 0.16


def frame(shape: ShoeShape, size: int) -> View:
    """Fit the shoe into the picture, centred, with margins on all sides."""
    left, bottom, right, top = shape_bounds(shape)
    room = size * (1 - 2 * _MARGIN)
    scale = min(room / (right - left), room / (top - bottom))
    return View(scale, size / 2 - (left + right) / 2 * scale, size / 2 + (top + bottom) / 2 * scale, size, size)


def shape_bounds(shape: ShoeShape) -> tuple[float, float, float, float]:
    """Find left, bottom, right and top of what shows of a shoe."""
    boxes = []
    for mark in shape.marks:
        box = np.array(curves.bounds([mark.path]))
        for outline in mark.within:
            limit = np.array(curves.bounds([outline]))
            box = np.concatenate([np.maximum(box[:2], limit[:2]), np.minimum(box[2:], limit[2:])])
        boxes.append(box)
    every = np.stack(boxes)
    left, bottom = every[:, :2].min(axis=0)
    right, top = every[:, 2:].max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def paint(shape: ShoeShape, size: int = 512) -> Image.Image:
    """Paint the shoe as a square RGB picture."""
    view = frame(shape, size)
    canvas = np.ones((size, size, 3), np.float32)
    covered = np.zeros((size, size), np.float32)
    normals = _normals(shape, view)
    windows = [_window(mark, view) for mark in shape.marks]
    _cast_shadow(canvas, windows, view)
    for mark, window in zip(shape.marks, windows, strict=True):
        if isinstance(mark, Surface):
            _lay(canvas, covered, mark, window, normals, view)
        else:
            _trace(canvas, covered, mark, window, view)
    return Image.fromarray((np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")


def _window(mark: Surface | Line, view: View) -> Window:
    if isinstance(mark, Surface):
        return brush.cover(mark.path, mark.within, view)
    return brush.cover(mark.path, mark.within, view, 2.0 + mark.width * view.scale, partial(_stroke, mark, view))


def _stroke(line: Line, view: View, pen: ImageDraw.ImageDraw, fine: list[tuple[float, float]]) -> None:
    scale = view.scale * FINE
    width = max(2, round(line.width * scale))
    pieces = curves.dashes(fine, 3.2 * scale, 1.5 * scale) if line.style is Style.STITCH else (tuple(fine),)
    for piece in pieces:
        pen.line(list(piece), fill=255, width=width, joint="curve")
    if line.style is Style.CORD:
        for x, y in (fine[0], fine[-1]):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)


def _normals(shape: ShoeShape, view: View) -> dict[Form, tuple[Field, Field]]:
    """Inflate each volume's outline; directions are worked out at a smaller size, being smooth."""
    small = view.width // _COARSE
    found = {}
    for form in {form for form, _ in shape.volumes}:
        image = Image.new("L", (small, small))
        pen = ImageDraw.Draw(image)
        for owner, path in shape.volumes:
            if owner is form:
                pen.polygon([(float(x) / _COARSE, float(y) / _COARSE) for x, y in view.place(path)], fill=255)
        found[form] = _inflate(np.asarray(image) > 127, view.scale / _COARSE, _ROUNDING[form], view.width)  # noqa: PLR2004 - half covered
    return found


# Two shadows on the ground: how dark, how soft along it, how soft down the picture, how near a part must be to cast it.
_SHADOWS = ((0.50, 3.0, 4.5, 5.0), (0.20, 12.0, 12.0, 26.0))
_ROUNDING = {Form.UPPER: (13.0, 46.0), Form.SOLE: (4.0, 14.0), Form.HEEL: (6.0, 16.0), Form.INSIDE: (6.0, 30.0)}


def _inflate(inside: NDArray[np.bool_], scale: float, radii: tuple[float, float], size: int) -> tuple[Field, Field]:
    """Round an outline as if it were a cushion with a tight rim and a wide belly; return where its surface looks."""
    padded = np.pad(inside, 2)
    depth = ndimage.distance_transform_edt(padded)[2:-2, 2:-2].astype(np.float32)
    height = np.zeros(depth.shape, np.float32)
    for radius, share in zip(radii, (0.55, 0.75), strict=True):
        reach = radius * scale
        height += share * reach * np.sqrt(1 - (1 - np.minimum(depth / reach, 1)) ** 2)
    height = ndimage.gaussian_filter(height, 3.0 * scale + 0.8, truncate=3.0)
    slope_y, slope_x = np.gradient(height)
    norm = np.sqrt(1 + slope_x**2 + slope_y**2)
    return _enlarge(-slope_x / norm, size), _enlarge(-slope_y / norm, size)


def _enlarge(values: Field, size: int) -> Field:
    return np.asarray(Image.fromarray(values).resize((size, size), Image.Resampling.BILINEAR))


def _cast_shadow(canvas: Field, windows: Sequence[Window], view: View) -> None:
    """Darken the ground softly where the shoe stands, more where it is nearer to the ground."""
    size = view.width
    lowest = np.zeros(size, np.float32)
    for window in windows:
        rows = np.arange(window.top + 1, window.top + 1 + window.cover.shape[0], dtype=np.float32)[:, None]
        reach = np.where(window.cover > 0.5, rows, 0).max(axis=0)  # noqa: PLR2004 - half covered
        part = lowest[window.left : window.left + window.cover.shape[1]]
        np.maximum(part, reach, out=part)
    ground = float(lowest.max())
    unit = size / 512
    top = max(0, int(ground - 46 * unit))
    rows = np.arange(top, size, 2, dtype=np.float32)[:, None]
    for strength, across, along, reach in _SHADOWS:
        weight = np.where(lowest > 0, np.exp((lowest - ground) / (reach * unit)), 0)
        weight = ndimage.gaussian_filter1d(weight, across * unit, mode="constant")
        middle = ground - 1.5 * unit + (lowest - ground) * 0.25
        strip = weight * np.exp(-(((rows - middle) / (along * unit)) ** 2))
        strip = ndimage.gaussian_filter1d(strip, across * unit, axis=1, mode="constant")
        full = strip.repeat(2, axis=0)[: size - top]
        canvas[top:] *= 1 - strength * np.minimum(full, 1)[..., None]


def _lay(
    canvas: Field,
    covered: Field,
    surface: Surface,
    window: Window,
    normals: dict[Form, tuple[Field, Field]],
    view: View,
) -> None:
    if surface.raised:
        brush.drop(canvas, covered, window, surface.raised * view.scale)
    place = window.place
    if surface.form is Form.OWN:
        nx, ny = _own(window.cover, view.scale)
    else:
        nx, ny = (field[place] for field in normals[surface.form])
    edge = _edge(window.cover, max(0.8, 1.1 * view.scale))
    if surface.raised:
        nx, ny = nx + edge[0] * 0.5, ny + edge[1] * 0.5
        over = np.maximum(1.0, np.hypot(nx, ny) / 0.97)
        nx, ny = nx / over, ny / over
    shade = 1 - _INK * edge[2] if surface.form is not Form.INSIDE else _depth_shade(window.cover)
    colour = materials.respond(surface.finish, nx, ny, window.left, window.top, shade)
    alpha = window.cover[..., None]
    canvas[place] += (colour - canvas[place]) * alpha
    covered[place] = np.maximum(covered[place], window.cover)


def _edge(cover: Field, radius: float) -> tuple[Field, Field, Field]:
    """Tell which way the cut edge looks and how near it is."""
    soft, (down, right) = brush.slopes(cover, radius)
    gain = 2.4 * radius
    return -right * gain, -down * gain, np.clip((1 - soft) * 2, 0, 1)


def _own(cover: Field, scale: float) -> tuple[Field, Field]:
    """Round a narrow part, such as a strap, over its whole width."""
    return brush.rounded(cover, 2.2 * scale, 3.4 * scale)


def _depth_shade(cover: Field) -> Field:
    """Darken the inside of a shoe towards its depth, which is at the lower edge of what one sees of it."""
    rows = np.cumsum(cover, axis=0)
    share = rows / np.maximum(rows[-1:], 1.0)
    result: Field = 0.95 - 0.42 * share
    return result


def _trace(canvas: Field, covered: Field, line: Line, window: Window, view: View) -> None:
    """Draw a line in its style; only a cord may lie beside the shoe."""
    place = window.place
    if line.style is Style.CORD:
        _cord(canvas, covered, line, window, view)
    elif line.style is Style.GROOVE:
        shade = 0.35 + 0.3 * _colour(line)
        canvas[place] *= 1 - 0.55 * window.cover[..., None] * (1 - shade)
    elif line.style is Style.SEAM:
        ink = window.cover * covered[place]
        edge = np.roll(window.cover, max(1, round(0.9 * view.scale)), axis=0) * (1 - window.cover) * covered[place]
        canvas[place] *= 1 - 0.50 * ink[..., None]
        canvas[place] += 0.10 * edge[..., None] * (1 - canvas[place])
    else:
        canvas[place] *= 1 - 0.28 * (np.roll(window.cover, 1, axis=0) * covered[place])[..., None]
        canvas[place] += (_colour(line) - canvas[place]) * (0.9 * window.cover * covered[place])[..., None]


def _cord(canvas: Field, covered: Field, line: Line, window: Window, view: View) -> None:
    """Draw a line as a round thing with a shadow: a lace, a pin, a loop."""
    place = window.place
    brush.drop(canvas, covered, window, 1.3 * view.scale)
    nx, ny = _own(window.cover, 0.45 * line.width * view.scale)
    lit = np.ones_like(window.cover)
    colour = materials.respond(line.finish, nx, ny, window.left, window.top, lit)
    canvas[place] += (colour - canvas[place]) * window.cover[..., None]
    covered[place] = np.maximum(covered[place], window.cover)


def _colour(line: Line) -> Field:
    return np.asarray(line.finish.colour, np.float32) / 255
