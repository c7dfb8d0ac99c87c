"""Ink on the paper: drawing, erasing, undoing, and the searches that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from tests.web.answers import fulfil_with, invent, strokes_of
from tests.web.drawings import BOOT, CROSS, LINE, draw, find, holds, put_down

if TYPE_CHECKING:
    from playwright.sync_api import Request, Route


def searched(page: Page) -> list[Request]:
    """Collect the searches from here on; each finds an item that tells the number of strokes."""
    requests: list[Request] = []

    def reply(route: Route) -> None:
        requests.append(route.request)
        fulfil_with(route, f"{len(strokes_of(route.request))} strokes")

    invent(page, reply)
    return requests


def label(page: Page) -> str:
    """What the paper tells a screen reader."""
    return page.locator("#ink").get_attribute("aria-label") or ""


def test_a_drawing_is_sent_as_strokes_and_brings_up_hits(page: Page) -> None:
    """Four mouse strokes arrive at the real server as four strokes of points, and hits with scores come back."""
    found = find(page, BOOT)
    assert found.ok
    strokes = strokes_of(found.request)
    assert len(strokes) == len(BOOT)
    for stroke, line in zip(strokes, BOOT, strict=True):
        assert abs(stroke[0][0] - line[0][0]) < 4
        assert abs(stroke[0][1] - line[0][1]) < 4
        assert abs(stroke[-1][0] - line[-1][0]) < 4
        assert abs(stroke[-1][1] - line[-1][1]) < 4
    scores = [hit["score"] for hit in found.json()["hits"]]
    assert scores == sorted(scores, reverse=True)
    expect(page.locator(".card .score").first).to_have_text(f"cosine {round(scores[0] * 100)} %".replace("-", "−"))


def test_the_search_does_not_wait_for_the_pen_to_be_lifted(page: Page) -> None:
    """With the button still down, the resting hand is answered."""
    searched(page)
    put_down(page, BOOT[0])
    expect(page.locator(".card-title").first).to_have_text("1 strokes")
    page.mouse.up()


def test_ink_is_visible(page: Page) -> None:
    """The canvas is blank before and dark along the line after."""
    blank = "() => !document.querySelector('#ink').getContext('2d').getImageData(0, 0, 99999, 99999).data.some(Boolean)"
    assert page.evaluate(blank.replace("99999, 99999", "400, 300"))
    draw(page, LINE)
    expect(page.locator("#ink")).to_have_attribute("aria-label", "Drawing area, 1 stroke")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    alpha = page.evaluate(
        """() => {
          const canvas = document.querySelector('#ink');
          const at = (x, y) => canvas.getContext('2d')
            .getImageData(x / 1000 * canvas.width, y / 750 * canvas.height, 1, 1).data[3];
          return [at(500, 200), at(500, 400)];
        }"""
    )
    assert alpha[0] > 200
    assert alpha[1] == 0


def test_undo_redo_and_clear_walk_through_every_step(page: Page) -> None:
    """Buttons and keys go back and forth stroke by stroke, clearing is a step too, and each step is searched."""
    searched(page)
    draw(page, CROSS)
    title = page.locator(".card-title").first
    expect(title).to_have_text("2 strokes")
    page.get_by_role("button", name="Undo").click()
    expect(title).to_have_text("1 strokes")
    page.keyboard.press("Control+z")
    assert label(page) == "Drawing area, empty"
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    expect(page.locator("#hint")).to_be_visible()
    page.keyboard.press("Control+Shift+Z")
    page.keyboard.press("Control+y")
    expect(title).to_have_text("2 strokes")
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()
    page.get_by_role("button", name="Clear", exact=True).click()
    assert label(page) == "Drawing area, empty"
    expect(page.locator("#results-title")).to_have_text("Shoes")
    page.get_by_role("button", name="Undo").click()
    expect(title).to_have_text("2 strokes")


def test_the_eraser_cuts_a_line_in_two(page: Page) -> None:
    """Rubbing across the middle of one stroke leaves two shorter ones, and one undo brings the whole one back."""
    requests = searched(page)
    draw(page, LINE)
    expect(page.locator(".card-title").first).to_have_text("1 strokes")
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Eraser", exact=True)).to_have_attribute("aria-pressed", "true")
    draw(page, [[(500, 100), (500, 300)]])
    expect(page.locator(".card-title").first).to_have_text("2 strokes")
    left, right = strokes_of(requests[-1])
    assert left[0][0] < left[-1][0] < 500 < right[0][0] < right[-1][0]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card-title").first).to_have_text("1 strokes")


def test_the_stroke_eraser_takes_a_whole_line(page: Page) -> None:
    """Touching one of two crossing lines removes it and leaves the other; missing both changes nothing."""
    requests = searched(page)
    draw(page, CROSS)
    expect(page.locator(".card-title").first).to_have_text("2 strokes")
    page.get_by_role("button", name="Stroke eraser").click()
    draw(page, [[(480, 40), (520, 40)]])
    assert label(page) == "Drawing area, 2 strokes"
    draw(page, [[(240, 150), (240, 240)]])
    expect(page.locator(".card-title").first).to_have_text("1 strokes")
    assert strokes_of(requests[-1])[0][0][0] > 700


def test_escape_gives_an_unfinished_stroke_up(page: Page) -> None:
    """Escape with the button down leaves the paper as it was."""
    put_down(page, LINE[0])
    page.keyboard.press("Escape")
    page.mouse.up()
    assert label(page) == "Drawing area, empty"
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_pen_tells_its_pressure_and_its_eraser_erases(page: Page) -> None:
    """Pressing a pen harder makes a thicker line; the pen's other end erases without choosing the tool."""
    pen = """([points, buttons, button]) => {
      const canvas = document.querySelector('#ink');
      canvas.setPointerCapture = () => {};
      const box = canvas.getBoundingClientRect();
      const send = (type, [x, y, pressure]) => canvas.dispatchEvent(new PointerEvent(type, {
        pointerId: 7, pointerType: 'pen', isPrimary: true, bubbles: true, button, buttons, pressure,
        clientX: box.x + x / 1000 * box.width, clientY: box.y + y / 750 * box.height }));
      send('pointerdown', points[0]);
      for (const point of points.slice(1)) send('pointermove', point);
      send('pointerup', points[points.length - 1]);
    }"""
    light = [[200 + 20 * step, 200, 0.1] for step in range(20)]
    firm = [[200 + 20 * step, 500, 0.95] for step in range(20)]
    page.evaluate(pen, [light, 1, 0])
    page.evaluate(pen, [firm, 1, 0])
    page.evaluate("() => new Promise(requestAnimationFrame)")
    thickness = page.evaluate(
        """() => {
          const canvas = document.querySelector('#ink');
          const column = (y) => canvas.getContext('2d').getImageData(
            0.4 * canvas.width, (y - 40) / 750 * canvas.height, 1, 80 / 750 * canvas.height).data;
          return [200, 500].map((y) => column(y).filter((value, index) => index % 4 === 3 && value > 127).length);
        }"""
    )
    assert thickness[1] > thickness[0] > 0
    page.evaluate(pen, [[[300, 480, 0.5], [300, 520, 0.5]], 32, 5])
    assert label(page) == "Drawing area, 3 strokes"


def test_an_example_starts_the_drawing(page: Page) -> None:
    """Choosing the boot puts strokes on the paper, which can be undone in one step."""
    searched(page)
    page.get_by_role("button", name="Start from an example: Boot").click()
    expect(page.locator(".card-title").first).to_have_text("5 strokes")
    page.keyboard.press("Control+z")
    expect(page.locator("#hint")).to_be_visible()


def test_ink_keeps_its_place_when_the_window_changes(page: Page) -> None:
    """The same drawing is sent on a wide and on a narrow window."""
    searched(page)
    draw(page, LINE)
    page.set_viewport_size({"width": 700, "height": 860})
    lower = [(200.0, 400.0), (800.0, 400.0)]
    with page.expect_request(lambda request: holds(request, [*LINE, lower])) as found:
        draw(page, [lower])
    first, second = strokes_of(found.value)
    assert abs(first[0][0] - second[0][0]) < 6
    assert abs(first[-1][0] - second[-1][0]) < 6
