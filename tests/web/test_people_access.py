"""Everyone can search for a person: without a mouse, without sight, on a phone, by night."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.crowd import SEARCH, crop, fulfil, give
from tests.web.test_access import CONTRAST, tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FileChooser, Page

    from tests.web.conftest import Troubles

READ = [
    ".tab[aria-selected=true]",
    ".tab[aria-selected=false]",
    "#choose-crops",
    ".control span",
    ".control select",
    ".control input",
    "#panel-people .sees-note",
    "#people-results-title",
    "#verdict-text",
    ".verdict-rate",
    ".camera h3",
    ".camera-count",
    ".word[data-verdict=match]",
    ".word[data-verdict=unsure]",
    ".word[data-verdict='no match']",
    ".sighting-name",
    ".sighting-time",
    ".sighting-score",
    ".sighting .score-name",
    ".sighting .card-similar",
    "#people-facts",
    "#people-noted",
    "#crops-problem",
]


@pytest.fixture
def page(context: BrowserContext, crowd: str) -> Page:
    """The tab with hits of the real server."""
    opened = context.new_page()
    opened.goto(f"{crowd}?tab=people")
    expect(opened.locator("#camera-control")).to_be_visible()
    give(opened, crop(1), {**crop(1, "notes.txt"), "mimeType": "text/plain"})
    expect(opened.locator(".sighting")).to_have_count(20)
    return opened


def test_text_stands_out_by_day_and_by_night(page: Page) -> None:
    """Every kind of text, each verdict among them, has a contrast of at least 4.5 to 1 with what lies under it."""
    poor: dict[tuple[str, str], float] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = page.evaluate(CONTRAST, READ)
        assert len(found) == len(READ)
        poor |= {(scheme, selector): ratio for selector, ratio in found.items() if ratio < 4.5}
    assert poor == {}


def test_nothing_scrolls_sideways(page: Page) -> None:
    """From a small phone to a wide screen the tab fits, whatever a camera and a picture are called."""
    name = "a-very-long-name-without-a-space-" * 4
    page.route(SEARCH, lambda route: fulfil(route, (name, "match", name), ("b", "unsure", None)))
    give(page, crop(1, f"{name}.png"))
    expect(page.locator(".sighting")).to_have_count(2)
    overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    wide = {}
    for width in (300, 320, 360, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 740})
        wide[width] = page.evaluate(overflow)
    assert set(wide.values()) == {0}, wide


def test_names_landmarks_and_headings(page: Page) -> None:
    """Every control and picture has a name; one main, one first heading, no level skipped, groups named by cameras."""
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('#panel-people :is(button, select, input, ul, [role]), [role=tab]')]
          .filter((element) => !element.getAttribute('aria-label') && !element.getAttribute('aria-labelledby')
            && !element.labels?.length && !element.textContent.trim())
          .map((element) => element.outerHTML)"""
    )
    assert nameless == []
    assert page.locator("img:not([alt])").count() == 0
    expect(page.get_by_role("main")).to_have_count(1)
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3')].filter((h) => h.checkVisibility()).map((h) => +h.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    expect(page.get_by_role("list", name="Camera door")).to_be_visible()
    expect(page.get_by_role("list", name="Pictures searched with")).to_be_visible()


def test_a_person_can_be_looked_for_without_a_mouse(page: Page) -> None:
    """Keys alone change the rate, open a hit, search by it, go back, take a picture out, and open the file dialog."""
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108 - Playwright marks it
    page.keyboard.press("f")
    with page.expect_request(SEARCH):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("False matches")).to_have_value("0.001")
    tab_to(page, page.locator(".sighting-open").first.get_attribute("aria-label") or "?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    tab_to(page, "Search by this")
    page.keyboard.press("Enter")
    expect(page.locator(".sighting")).to_have_count(19)
    expect(page.locator("#people-results")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".sighting")).to_have_count(20)
    tab_to(page, "Take out 1.png")
    page.keyboard.press("Enter")
    expect(page.locator(".sighting")).to_have_count(0)
    expect(page.locator("#choose-crops")).to_be_focused()
    with page.expect_event("filechooser"):
        page.keyboard.press("u")
    assert [chooser.is_multiple() for chooser in choosers] == [True]


def test_the_focus_is_always_visible(page: Page) -> None:
    """Whatever Tab reaches wears an outline."""
    worn = """() => { const style = getComputedStyle(document.activeElement);
      return document.activeElement === document.body
        || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2); }"""
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(worn), page.evaluate("document.activeElement.outerHTML")


def test_a_finger_finds_on_a_phone(browser: Browser, crowd: str, troubles: Troubles) -> None:
    """On a touch screen of 360 pixels the tabs and the buttons of the tab are large enough, and the hint fits it."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    troubles.listen(context)
    page = context.new_page()
    page.goto(crowd)
    page.get_by_role("tab", name="People").tap()
    expect(page.get_by_text("choose a picture of one person")).to_be_visible()
    give(page, crop(1))
    expect(page.locator(".sighting").first).to_be_visible()
    sizes = page.locator(".tab, #choose-crops, #clear-crops, .control select").evaluate_all(
        "all => all.filter((one) => one.checkVisibility()).map((one) => [one.offsetWidth, one.offsetHeight])"
    )
    assert len(sizes) == 6
    assert all(width >= 36 and height >= 36 for width, height in sizes)
    context.close()
