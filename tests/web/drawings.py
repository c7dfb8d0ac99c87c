"""Shoes drawn by hand for these tests, as corner points on a sheet of 1000 by 750, and the hand that draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.web.answers import strokes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page, Request, Response

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

PUMP: list[Line] = [
    [(140, 610), (150, 580), (230, 545), (320, 530), (380, 500), (470, 430), (590, 370), (720, 330), (800, 320)],
    [(380, 500), (440, 510), (560, 470), (690, 420), (790, 390)],
    [(800, 320), (846, 370), (850, 430), (836, 470), (830, 640), (784, 640), (770, 520)],
    [(140, 610), (180, 626), (330, 628), (430, 610), (560, 550), (680, 505), (770, 520)],
]

SNEAKER: list[Line] = [
    [(130, 520), (140, 460), (210, 420), (330, 390), (430, 330), (500, 270), (540, 250)],
    [(540, 250), (600, 290), (700, 290), (780, 240), (830, 250), (850, 350), (866, 450), (870, 510)],
    [(120, 520), (110, 560), (150, 590), (400, 600), (650, 596), (860, 590), (890, 550), (870, 510)],
    [(130, 520), (400, 526), (640, 524), (870, 510)],
    [(360, 372), (430, 420)],
    [(410, 340), (480, 390)],
    [(460, 300), (530, 350)],
]

LINE: list[Line] = [[(200, 200), (800, 200)]]
CROSS: list[Line] = [[(200, 150), (800, 600)], [(800, 150), (200, 600)]]


NEAR = 5


def find(page: Page, lines: Sequence[Line]) -> Response:
    """Draw, and wait until what the whole drawing found is shown; returns the server's answer."""
    with page.expect_response(lambda response: holds(response.request, lines)) as found:
        draw(page, lines)
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    return found.value


def holds(request: Request, lines: Sequence[Line]) -> bool:
    """Whether a request is a search by the whole of these lines; while the hand moves there are searches by less."""
    if "/v1/search/" not in request.url or "/similar/" in request.url:
        return False
    strokes = strokes_of(request)
    (x, y), end = strokes[-1][-1], lines[-1][-1]
    return len(strokes) == len(lines) and abs(x - end[0]) < NEAR and abs(y - end[1]) < NEAR


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
        page.mouse.move(*place, steps=2)
