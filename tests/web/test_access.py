"""Everyone can use the page: without a mouse, without sight, on a phone, by night, without motion."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.answers import strokes_of
from tests.web.drawings import BOOT, LINE, draw, find, holds

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.web.conftest import Troubles

CONTRAST = """(selectors) => {
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return rgba(getComputedStyle(document.documentElement).backgroundColor);
  };
  return Object.fromEntries(selectors.map((selector) => {
    const element = document.querySelector(selector);
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    return [selector, (a + 0.05) / (b + 0.05)];
  }));
}"""

READ = [
    ".wordmark",
    ".tagline",
    ".hint-title",
    ".hint-text",
    ".tool[aria-pressed=true]",
    ".tool[aria-pressed=false]",
    ".tool.upload",
    ".sees summary",
    ".sees figcaption",
    ".sees-tile p",
    ".sees-note",
    "#results-title",
    ".count-picker",
    ".facet summary",
    ".card-title",
    ".card-facts",
    ".price",
    ".card-similar",
    ".facts",
]


def focused(page: Page) -> str:
    """Name of what has the focus."""
    name: str = page.evaluate(
        "() => { const e = document.activeElement; return e.getAttribute('aria-label') || e.textContent.trim(); }"
    )
    return name


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page).startswith(name):
            return
    message = f"Tab never reached {name}."
    raise AssertionError(message)


def test_a_shoe_can_be_found_without_a_mouse(page: Page) -> None:
    """Keys alone draw a line, search, filter, open an item and ask for more like it."""
    tab_to(page, "Drawing area")
    with page.expect_request(lambda request: holds(request, [[(740, 387)]])) as found:
        page.keyboard.press("Space")
        for _ in range(4):
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
    (stroke,) = strokes_of(found.value)
    assert stroke[0] == [500, 375]
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    tab_to(page, "Kind")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".facet.is-picked")).to_have_count(1)
    page.keyboard.press("Escape")
    assert focused(page).startswith("Kind")
    expect(page.locator(".facet[open]")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(4)
    tab_to(page, page.locator(".card-open").first.get_attribute("aria-label") or "?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    tab_to(page, "More like this")
    page.keyboard.press("Enter")
    expect(page.locator("#results-title")).to_contain_text("More like")


def test_the_focus_is_always_visible(page: Page) -> None:
    """Whatever Tab reaches wears an outline, itself or through the paper around it."""
    for _ in range(25):
        page.keyboard.press("Tab")
        outlined = page.evaluate(
            """() => {
              const worn = (element) => element && getComputedStyle(element).outlineStyle !== 'none'
                && parseFloat(getComputedStyle(element).outlineWidth) >= 2;
              const active = document.activeElement;
              return active === document.body || worn(active) || worn(active.closest('#paper'));
            }"""
        )
        assert outlined, focused(page)


def test_a_card_keeps_the_focus_when_hits_change(page: Page) -> None:
    """A reader who stands on an item's button still stands there after the next answer."""
    button = page.locator(".card-similar").nth(2)
    name = button.get_attribute("aria-label")
    button.focus()
    page.get_by_label("Number of results").evaluate("s => { s.value = '48'; s.dispatchEvent(new Event('change')); }")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    assert focused(page) == name


def test_every_control_has_a_name(page: Page) -> None:
    """Each button, select and input says what it is for, and every picture has an alternative text."""
    draw(page, BOOT)
    expect(page.locator("#sees-hit img")).to_be_visible()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, summary, canvas, [role]')]
          .filter((element) => !element.getAttribute('aria-label') && !element.getAttribute('aria-labelledby')
            && !element.labels?.length && !element.textContent.trim() && element.role !== 'status')
          .map((element) => element.outerHTML)"""
    )
    assert nameless == []
    assert page.locator("img:not([alt])").count() == 0


def test_landmarks_and_headings_lead_through_the_page(page: Page) -> None:
    """There is one main, one banner, one first heading, and no level is skipped."""
    for landmark in ("main", "banner"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    levels = page.evaluate(
        """() => [...document.querySelectorAll('h1,h2,h3')].filter((h) => !h.closest('[hidden]'))
          .map((h) => Number(h.tagName[1]))"""
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate("document.documentElement.lang") == "en"


def test_results_are_announced(page: Page) -> None:
    """A polite live region tells how many hits there are and which is the best."""
    live = page.locator("#announcer")
    expect(live).to_have_attribute("aria-live", "polite")
    find(page, BOOT)
    expect(live).to_contain_text("12 results. The best is")
    expect(live).to_contain_text(page.locator(".card-title").first.inner_text())


def test_shortcuts_are_listed_and_letters_can_be_turned_off(page: Page) -> None:
    """A question mark opens the list; with letters off, E chooses nothing but Ctrl+Z still undoes."""
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Undo")
    dialog.get_by_label("Single-letter shortcuts").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Pen", exact=True)).to_have_attribute("aria-pressed", "true")
    draw(page, LINE)
    page.keyboard.press("Control+z")
    expect(page.locator("#ink")).to_have_attribute("aria-label", "Drawing area, empty")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(browser: Browser, address: str, troubles: Troubles, scheme: str) -> None:
    """Every kind of text has a contrast of at least 4.5 to 1 with what lies under it, by day and by night."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 860}, color_scheme="dark" if scheme == "dark" else "light"
    )
    troubles.listen(context)
    page = context.new_page()
    page.goto(address)
    page.locator(".card:not(.place)").first.wait_for()
    page.locator(".facet").first.wait_for()
    poor = {selector: ratio for selector, ratio in page.evaluate(CONTRAST, READ).items() if ratio < 4.5}
    context.close()
    assert poor == {}


def test_dark_and_light_can_be_chosen_and_are_remembered(page: Page, context: BrowserContext) -> None:
    """The button turns the page dark at once and after a reload; choosing back follows the system again."""
    brightness = (
        "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)"
    )
    assert page.evaluate(brightness) > 600
    page.get_by_role("button", name="Dark theme").click()
    assert page.evaluate(brightness) < 200
    page.reload()
    assert page.evaluate(brightness) < 200
    expect(page.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Dark theme").click()
    assert page.evaluate("localStorage.getItem('likeness.theme')") is None
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(brightness) < 200


def test_the_ink_follows_the_theme(page: Page) -> None:
    """Dark ink by day is light ink by night."""
    draw(page, LINE)
    ink = """() => new Promise(requestAnimationFrame).then(() => {
      const canvas = document.querySelector('#ink');
      return canvas.getContext('2d').getImageData(canvas.width / 2, 200 / 750 * canvas.height, 1, 1).data[0];
    })"""
    assert page.evaluate(ink) < 80
    page.keyboard.press("d")
    assert page.evaluate(ink) > 200


def test_nothing_scrolls_sideways(page: Page) -> None:
    """From a small phone to a wide screen the page fits, with hits, filters and a dialog open."""
    find(page, BOOT)
    page.locator(".facet", has_text="Price").locator("summary").click()
    overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    wide: dict[tuple[int, str], int] = {}
    for state in ("filter open", "dialog open"):
        if state == "dialog open":
            page.keyboard.press("Escape")
            page.locator(".card-open").first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
        for width in (300, 320, 360, 768, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 740})
            wide[width, state] = page.evaluate(overflow)
    assert set(wide.values()) == {0}, wide


def test_a_finger_draws_on_a_phone(browser: Browser, address: str, troubles: Troubles) -> None:
    """On a touch screen of 360 pixels a finger draws instead of scrolling, buttons are large enough, hits appear."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    troubles.listen(context)
    page = context.new_page()
    page.goto(address)
    page.locator(".card:not(.place)").first.wait_for()
    session = context.new_cdp_session(page)
    for kind, points in (("touchStart", [(80, 150)]), ("touchMove", [(200, 240)]), ("touchEnd", [])):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    expect(page.locator("#ink")).to_have_attribute("aria-label", "Drawing area, 1 stroke")
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    assert page.evaluate("scrollY") == 0
    sizes = page.locator("#panel-drawing .tool").evaluate_all(
        "buttons => buttons.map((b) => [b.offsetWidth, b.offsetHeight])"
    )
    assert all(width >= 40 and height >= 40 for width, height in sizes)
    context.close()


def test_motion_stops_for_those_who_asked(page: Page) -> None:
    """With reduced motion no card slides in."""
    page.emulate_media(reduced_motion="reduce")
    duration = page.locator(".card").first.evaluate("card => parseFloat(getComputedStyle(card).animationDuration)")
    assert duration < 0.001
