"""Ink: whatever a drawing was made with and however it was sent, the canvas stays near that of the clean drawing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from models.contracts import EmptyDrawing
from models.images import Picture, decode, encode_png
from models.sketch.canvas import EXTENT, SIDE
from models.sketch.ink import draw_ink
from tests.models.sketch.drawings import SHAPES, WHITE, chamfer, grey, ink_box, overlap, page

Pixels = NDArray[np.uint8]
Random = np.random.Generator


def resized(drawing: Pixels, scale: float) -> Pixels:
    """The drawing at another size."""
    image = Image.fromarray(drawing)
    size = (round(image.width * scale), round(image.height * scale))
    pixels: Pixels = np.array(image.resize(size, Image.Resampling.BICUBIC))
    return pixels


def on_nothing(drawing: Pixels, ink: int) -> Picture:
    """The drawing on a transparent sheet, through a PNG file."""
    rgba = np.full((*drawing.shape, 4), ink, np.uint8)
    rgba[..., 3] = WHITE - drawing
    return decode(encode_png(rgba))


def unevenly_lit(drawing: Pixels, falling: float, angle: float) -> Pixels:
    """Let the light fall off across the page by a share."""
    height, width = drawing.shape
    y, x = np.mgrid[:height, :width] / np.array([[[height]], [[width]]]) - 0.5
    light = 1 - falling * (0.5 + (np.cos(angle) * x + np.sin(angle) * y) / np.sqrt(2))
    lit: Pixels = (drawing * light).astype(np.uint8)
    return lit


def noisy(drawing: Pixels, random: Random, deviation: float = 6) -> Pixels:
    """Sensor noise."""
    return np.clip(drawing + random.normal(0, deviation, drawing.shape), 0, WHITE).astype(np.uint8)


def pencil(drawing: Pixels, contrast: float = 0.5) -> Pixels:
    """Grey on off-white."""
    return (230 - contrast * (WHITE - drawing)).astype(np.uint8)


def off_centre(drawing: Pixels) -> Pixels:
    """In a corner of a page three times as large."""
    height, width = drawing.shape
    return np.pad(drawing, ((0, 2 * height), (2 * width, 0)), constant_values=WHITE)


def ruled_off(drawing: Pixels, random: Random) -> Pixels:
    """On paper with dust: single dark pixels."""
    dusty = drawing.copy()
    for row, column in random.integers(0, drawing.shape, (12, 2)):
        dusty[row, column] = 60
    return dusty


# How the drawing was sent, the largest Chamfer distance from the clean canvas in pixels, and how near to a line of the
# one canvas 97 % of the lines of the other lie: a pixel of a small picture is 4 pixels of the canvas, and a marker's
# width hides where within it the pen was.
WAYS: dict[str, tuple[Callable[[Pixels, Random], Picture], float, float]] = {
    "inverted": (lambda drawing, _: grey(WHITE - drawing), 0.0, 2),
    "transparent, black ink": (lambda drawing, _: on_nothing(drawing, 0), 0.1, 2),
    "transparent, white ink": (lambda drawing, _: on_nothing(drawing, WHITE), 0.1, 2),
    "coloured ink": (
        lambda drawing, _: Picture(np.stack([drawing, drawing, np.full_like(drawing, 255)], 2)),
        0.5,
        0.99,
    ),
    "faint": (lambda drawing, _: grey((WHITE - 0.15 * (WHITE - drawing)).astype(np.uint8)), 0.5, 2),
    "small": (lambda drawing, _: grey(resized(drawing, 0.2)), 2.5, 5),
    "large": (lambda drawing, _: grey(resized(drawing, 5)), 0.7, 2),
    "off-centre": (lambda drawing, _: grey(off_centre(drawing)), 0.7, 2),
    "marker": (lambda drawing, _: grey(np.array(Image.fromarray(drawing).filter(ImageFilter.MinFilter(9)))), 2.5, 6),
    "uneven light": (lambda drawing, _: grey(unevenly_lit(drawing, 0.5, 1.0)), 0.6, 2),
    "uneven light, chalk": (lambda drawing, _: grey(unevenly_lit(WHITE - drawing, 0.5, 4.0)), 0.6, 2),
    "noise": (lambda drawing, random: grey(noisy(drawing, random)), 0.6, 2),
    "dust": (lambda drawing, random: grey(ruled_off(drawing, random)), 0.6, 2),
    "pencil in bad light": (
        lambda drawing, random: grey(noisy(unevenly_lit(pencil(resized(drawing, 2)), 0.35, 2.0), random, 4)),
        1.0,
        2,
    ),
}


@pytest.mark.parametrize("shape", range(len(SHAPES)))
@pytest.mark.parametrize("way", WAYS)
def test_the_canvas_stays_near_the_clean_one(way: str, shape: int) -> None:
    """However the drawing is sent, its lines lie where those of the clean drawing lie."""
    send, farthest, reach = WAYS[way]
    drawing = page(shape)
    clean = draw_ink(grey(drawing))
    sent = draw_ink(send(drawing, np.random.default_rng(shape)))
    apart, near = chamfer(clean, sent), overlap(clean, sent, reach)
    assert apart <= farthest
    assert near >= 0.97


@pytest.mark.parametrize("falling", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("angle", np.arange(0, 2 * np.pi, np.pi / 4))
def test_a_shadow_does_not_turn_paper_into_ink(falling: float, angle: float) -> None:
    """Wherever the shadow falls, a drawing on a page in it is found, and dark ink is not taken for light."""
    drawing = page(1)
    shaded = unevenly_lit(pencil(drawing), falling, float(angle))
    assert overlap(draw_ink(grey(drawing)), draw_ink(grey(shaded))) >= 0.97


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_the_lines_lie_where_the_pen_was(shape: int) -> None:
    """The canvas holds the drawing's own lines, scaled to its box: judged against the points that were drawn."""
    points = np.concatenate([np.array(line) for line in SHAPES[shape]])
    low, extent = points.min(axis=0), float(np.ptp(points, axis=0).max())
    centre = (points.max(axis=0) + low) / 2
    canvas = draw_ink(grey(page(shape)))[0].numpy()
    for line in SHAPES[shape]:
        for start, end in pairwise(line):
            for share in np.linspace(0.05, 0.95, 19):
                point = np.array(start) * (1 - share) + np.array(end) * share
                x, y = np.round((point - centre) / extent * (EXTENT - 4) + SIDE / 2).astype(int)
                assert canvas[y - 4 : y + 5, x - 4 : x + 5].min() < WHITE // 2


@pytest.mark.parametrize("shape", range(len(SHAPES)))
@pytest.mark.parametrize("size", [(400, 300), (300, 400), (120, 90)])
def test_the_box_is_208_and_centred(shape: int, size: tuple[int, int]) -> None:
    """The longer side of the ink's box is 208 pixels, less the width of the pen, and its middle is the canvas's."""
    canvas = draw_ink(grey(page(shape, *size)))
    assert (canvas.dtype, tuple(canvas.shape)) == (torch.uint8, (1, SIDE, SIDE))
    top, bottom, left, right = ink_box(canvas)
    pen = 3 * EXTENT / (0.65 * min(size))
    assert EXTENT - pen <= max(bottom - top, right - left) + 1 <= EXTENT + 2
    assert (top + bottom) / 2 == pytest.approx((SIDE - 1) / 2, abs=2.5)
    assert (left + right) / 2 == pytest.approx((SIDE - 1) / 2, abs=2.5)


@pytest.mark.parametrize("pen", [1, 3, 6, 10])
def test_every_pen_draws_lines_of_one_width(pen: int) -> None:
    """The ink of a line of the canvas divided by its length is 2.5 pixels, whatever the pen was."""
    drawing = np.full((300, 400), WHITE, np.uint8)
    drawing[150 - pen : 150 + pen, 40:360] = 0
    canvas = draw_ink(grey(drawing))[0].numpy()
    middle = (WHITE - canvas[:, 60:196].astype(float)) / WHITE
    assert middle.sum(axis=0).mean() == pytest.approx(2.5, abs=0.25)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_filled_shape_becomes_its_outline(share: float) -> None:
    """A shape filled with black is drawn by its border, so that it meets the edges of a photo."""
    filled, drawn = np.full((200, 300), WHITE, np.uint8), np.full((200, 300), WHITE, np.uint8)
    height = round(260 * share)
    filled[20 : 20 + height, 20:280] = 0
    drawn[20 : 20 + height, 20:280] = 0
    drawn[22 : 18 + height, 22:278] = WHITE
    near = overlap(draw_ink(grey(drawn)), draw_ink(grey(filled)), 4)
    assert near >= 0.97


@given(st.integers(0, 255), st.integers(1, 60), st.integers(1, 60))
@settings(deadline=None, max_examples=25)
def test_blank_paper_of_any_tone_is_empty(tone: int, height: int, width: int) -> None:
    """A picture of one tone holds no drawing, whatever its tone and size."""
    with pytest.raises(EmptyDrawing, match="one tone"):
        draw_ink(grey(np.full((height, width), tone, np.uint8)))


@pytest.mark.parametrize("tone", [0, 128, 255])
@pytest.mark.parametrize("opacity", [0, 1, 100, 200, 254])
def test_a_sheet_without_ink_is_empty(tone: int, opacity: int) -> None:
    """A sheet of one tone and one opacity holds no drawing either, mostly transparent or hardly so."""
    rgba = np.full((20, 30, 4), tone, np.uint8)
    rgba[..., 3] = opacity
    with pytest.raises(EmptyDrawing):
        draw_ink(decode(encode_png(rgba)))


@pytest.mark.parametrize("tone", [40, 128, 250])
def test_the_grain_of_blank_paper_is_no_ink(tone: int) -> None:
    """Slight noise and a shadow over an empty page are not a drawing."""
    random = np.random.default_rng(tone)
    blank = np.full((200, 260), tone, np.uint8)
    with pytest.raises(EmptyDrawing):
        draw_ink(grey(noisy(blank, random, 2)))
    with pytest.raises(EmptyDrawing):
        draw_ink(grey(unevenly_lit(blank, 0.4, 1.0)))


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 2), (2, 1), (2, 2), (1, 500), (500, 1), (3, 3000), (3000, 3), (1, 20_000), (769, 1)]
)
def test_odd_sizes_never_crash(shape: tuple[int, int]) -> None:
    """One pixel, a thread, a ribbon: each is a drawing on the canvas or an empty one."""
    random = np.random.default_rng(sum(shape))
    patterns = (
        np.zeros(shape),
        np.full(shape, 255),
        random.integers(0, 256, shape),
        random.integers(0, 2, shape) * 255,
    )
    for pixels in patterns:
        try:
            canvas = draw_ink(grey(pixels.astype(np.uint8)))
        except EmptyDrawing:
            continue
        assert tuple(canvas.shape) == (1, SIDE, SIDE)
        assert int(canvas.min()) < WHITE // 2


@given(st.integers(1, 24), st.integers(1, 24), st.integers(0, 2**32 - 1), st.booleans())
@settings(deadline=None, max_examples=40)
def test_no_small_picture_crashes(height: int, width: int, seed: int, with_alpha: bool) -> None:
    """Random pixels of any small size, opaque or not, end on the canvas with ink on it, or are empty."""
    random = np.random.default_rng(seed)
    levels = random.integers(0, 256, 3)
    rgb = levels[random.integers(0, 3, (height, width, 3))].astype(np.uint8)
    alpha = levels[random.integers(0, 3, (height, width))].astype(np.uint8) if with_alpha else None
    try:
        canvas = draw_ink(Picture(rgb, alpha))
    except EmptyDrawing:
        return
    assert tuple(canvas.shape) == (1, SIDE, SIDE)
    assert int(canvas.min()) < WHITE // 2


def test_a_speck_is_dropped_only_beside_a_drawing() -> None:
    """A speck of dust does not move the box, and a dot alone is what was drawn."""
    drawing = page(0)
    dusty = drawing.copy()
    dusty[5:7, 5:7] = 0
    assert chamfer(draw_ink(grey(drawing)), draw_ink(grey(dusty))) < 0.1
    alone = np.full((300, 400), WHITE, np.uint8)
    alone[5:7, 5:7] = 0
    assert int(draw_ink(grey(alone)).min()) < WHITE // 2


@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_small_drawing_in_the_corner_of_a_large_page_keeps_its_detail(corner: tuple[int, int]) -> None:
    """A page of any size is cut down to its ink first, so the canvas is that of the drawing alone, to the pixel."""
    drawing = page(0)
    large = np.full((4 * drawing.shape[0], 4 * drawing.shape[1]), WHITE, np.uint8)
    top, left = (end * (whole - part) for end, whole, part in zip(corner, large.shape, drawing.shape, strict=True))
    large[top : top + drawing.shape[0], left : left + drawing.shape[1]] = drawing
    assert torch.equal(draw_ink(grey(large)), draw_ink(grey(drawing)))
