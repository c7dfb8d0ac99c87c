"""Shoes drawn by hand for these tests, as corner points on a sheet of 1000 by 750, and the hand that draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

Line = list[tuple[float, float]]

SHEET = (1000, 750)

BOOT: list[Line] = [
    [(560, 60), (566, 180), (560, 300), (546, 380), (505, 440), (430, 480), (330, 510), (262, 550), (246, 600)],
    [(246, 600), (250, 650), (400, 656), (560, 650), (640, 620), (690, 622), (694, 660), (780, 660)],
    [(780, 660), (782, 560), (768, 450), (764, 330), (770, 180), (776, 66)],
    [(560, 60), (640, 74), (720, 74), (776, 66)],
]

STILETTO: list[Line] = [
    [(150, 620), (180, 585), (280, 555), (400, 500), (510, 410), (610, 300), (700, 210), (770, 180)],
    [(770, 180), (812, 230), (818, 300), (800, 350)],
    [(150, 620), (180, 640), (290, 636), (370, 610), (480, 530), (600, 430), (720, 370), (800, 350)],
    [(800, 350), (822, 450), (832, 560), (834, 644), (812, 644), (800, 560), (776, 450), (750, 362)],
]

LINE: list[Line] = [[(200, 200), (800, 200)]]
CROSS: list[Line] = [[(200, 150), (800, 600)], [(800, 150), (200, 600)]]


def draw(page: Page, lines: Sequence[Line]) -> None:
    """Draw with the mouse, as a hand does: down, along, up."""
    for line in lines:
        put_down(page, line)
        page.mouse.up()


def put_down(page: Page, line: Line) -> None:
    """Draw a line and leave the button down."""
    box = page.locator("#ink").bounding_box()
    assert box is not None
    places = [(box["x"] + x / SHEET[0] * box["width"], box["y"] + y / SHEET[1] * box["height"]) for x, y in line]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
