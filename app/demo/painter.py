"""From a shape to a picture: light the volumes once, then lay surface on surface, line on line, on a white ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from scipy import ndimage

from app.demo import curves, materials
from app.demo.shape import Form, Line, Style, Surface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.demo.shape import ShoeShape
    from app.demo.textures import Field

# Edges are drawn this much larger and averaged down.
FINE = 3
_COARSE = 3
_MARGIN = 0.085
_INK = 0.16


@dataclass(frozen=True)
class View:
    """Where millimetres fall on the picture."""

    scale: float
    left: float
    bottom: float
    size: int

    def place(self, path: Sequence[curves.Point]) -> Field:
        """Turn millimetres, y up, into pixels, y down."""
        points = np.asarray(path, dtype=np.float64)
        return np.stack([self.left + points[:, 0] * self.scale, self.bottom - points[:, 1] * self.scale], axis=1)


@dataclass(frozen=True)
class Window:
    """A rectangle of the picture and how much of each of its pixels a mark covers, 0..1."""

    left: int
    top: int
    cover: Field

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the rectangle."""
        height, width = self.cover.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def frame(shape: ShoeShape, size: int) -> View:
    """Fit the shoe into the picture, centred, with margins on all sides."""
    left, bottom, right, top = shape_bounds(shape)
    room = size * (1 - 2 * _MARGIN)
    scale = min(room / (right - left), room / (top - bottom))
    return View(scale, size / 2 - (left + right) / 2 * scale, size / 2 + (top + bottom) / 2 * scale, size)


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
    points = view.place(mark.path)
    spread = 2.0 + (mark.width * view.scale if isinstance(mark, Line) else 0.0)
    first, last = points.min(axis=0), points.max(axis=0)
    for limit in (view.place(outline) for outline in mark.within):
        first, last = np.maximum(first, limit.min(axis=0)), np.minimum(last, limit.max(axis=0))
    low = np.clip(np.floor(first - spread).astype(int), 0, view.size - 1)
    high = np.clip(np.ceil(last + spread).astype(int), low + 1, view.size)
    width, height = (int(v) for v in high - low)
    image = Image.new("L", (width * FINE, height * FINE))
    pen = ImageDraw.Draw(image)
    fine = [(float(x), float(y)) for x, y in (points - low) * FINE]
    if isinstance(mark, Surface):
        pen.polygon(fine, fill=255)
    else:
        _stroke(pen, mark, fine, view.scale * FINE)
    for outline in mark.within:
        clip = Image.new("L", image.size)
        ImageDraw.Draw(clip).polygon([(float(x), float(y)) for x, y in (view.place(outline) - low) * FINE], fill=255)
        image = ImageChops.multiply(image, clip)
    cover = np.asarray(image.reduce(FINE), np.float32) / 255
    return Window(int(low[0]), int(low[1]), cover)


def _stroke(pen: ImageDraw.ImageDraw, line: Line, fine: list[tuple[float, float]], scale: float) -> None:
    width = max(2, round(line.width * scale))
    pieces = curves.dashes(fine, 3.2 * scale, 1.5 * scale) if line.style is Style.STITCH else (tuple(fine),)
    for piece in pieces:
        pen.line(list(piece), fill=255, width=width, joint="curve")
    if line.style is Style.CORD:
        for x, y in (fine[0], fine[-1]):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)


def _normals(shape: ShoeShape, view: View) -> dict[Form, tuple[Field, Field]]:
    """Inflate each volume's outline; directions are worked out at a smaller size, being smooth."""
    small = view.size // _COARSE
    found = {}
    for form in {form for form, _ in shape.volumes}:
        image = Image.new("L", (small, small))
        pen = ImageDraw.Draw(image)
        for owner, path in shape.volumes:
            if owner is form:
                pen.polygon([(float(x) / _COARSE, float(y) / _COARSE) for x, y in view.place(path)], fill=255)
        found[form] = _inflate(np.asarray(image) > 127, view.scale / _COARSE, _ROUNDING[form], view.size)  # noqa: PLR2004 - half covered
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
    size = view.size
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
        _drop(canvas, covered, window, surface.raised * view.scale)
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


def _blur(cover: Field, radius: float) -> Field:
    image = Image.fromarray((cover * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image, np.float32) / 255


def _drop(canvas: Field, covered: Field, window: Window, thickness: float) -> None:
    """Let a raised edge throw its narrow shadow on what lies below, never on the ground."""
    pad = int(3 * thickness) + 3
    cover = np.pad(window.cover, pad)
    shadow = np.roll(_blur(cover, 0.9 * thickness + 0.4), (round(0.8 * thickness), round(0.3 * thickness)), (0, 1))
    size = canvas.shape[0]
    top, left = window.top - pad, window.left - pad
    rows = slice(max(top, 0), min(top + cover.shape[0], size))
    columns = slice(max(left, 0), min(left + cover.shape[1], size))
    shadow = shadow[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    canvas[rows, columns] *= 1 - 0.5 * (shadow * covered[rows, columns])[..., None]


def _edge(cover: Field, radius: float) -> tuple[Field, Field, Field]:
    """Tell which way the cut edge looks and how near it is."""
    soft, (down, right) = _slopes(cover, radius)
    gain = 2.4 * radius
    return -right * gain, -down * gain, np.clip((1 - soft) * 2, 0, 1)


def _slopes(cover: Field, radius: float) -> tuple[Field, tuple[Field, Field]]:
    """Blur what is covered, and tell how steeply that falls off, downwards and to the right."""
    soft = _blur(np.pad(cover, 3), radius)
    down, right = (np.asarray(np.gradient(soft, axis=axis), np.float32)[3:-3, 3:-3] for axis in (0, 1))
    return soft[3:-3, 3:-3], (down, right)


def _own(cover: Field, scale: float) -> tuple[Field, Field]:
    """Round a narrow part, such as a strap, over its whole width."""
    _, (down, right) = _slopes(cover, 2.2 * scale)
    nx, ny = -right * 3.4 * scale, -down * 3.4 * scale
    norm = np.sqrt(1 + nx**2 + ny**2)
    return nx / norm, ny / norm


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
    _drop(canvas, covered, window, 1.3 * view.scale)
    nx, ny = _own(window.cover, 0.45 * line.width * view.scale)
    lit = np.ones_like(window.cover)
    colour = materials.respond(line.finish, nx, ny, window.left, window.top, lit)
    canvas[place] += (colour - canvas[place]) * window.cover[..., None]
    covered[place] = np.maximum(covered[place], window.cover)


def _colour(line: Line) -> Field:
    return np.asarray(line.finish.colour, np.float32) / 255
