"""How sure the hits are, when nothing matched, and why they were found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect

from tests.web.answers import SEARCH, decline, fulfil_with, invent
from tests.web.drawings import BOOT, LINE, draw, find
from tests.web.test_marks import REFINE
from tests.web.test_modules import call, in_browser, module_page
from tests.web.test_results import query

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.web.conftest import Troubles

__all__ = ["module_page"]

PLACES = ("upper left", "top", "upper right", "left", "middle", "right", "lower left", "bottom", "lower right")


def why(page: Page) -> None:
    """Press the button that asks why, and wait for the answer."""
    with page.expect_response(SEARCH) as found:
        page.get_by_role("button", name="Show why").click()
    assert found.value.ok
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")


def test_a_hit_says_how_sure_it_is(page: Page) -> None:
    """In words where the server knows, on the card and in the dialog; the cosine stays one step away."""
    invent(page, lambda route: fulfil_with(route, "One", "Two", "Three", sure=0.62, matched=True))
    draw(page, LINE)
    scores = page.locator(".score")
    expect(scores).to_have_text(["chance 62 %", "chance 6 %", "chance < 1 %"])
    expect(scores.first).to_have_attribute("title", re.compile("very thing you drew.*Cosine 90 %"))
    expect(page.locator("#announcer")).to_contain_text("The best is One, with a chance of 62 %.")
    expect(page.locator("#notice")).to_be_hidden()
    page.get_by_role("button", name="One: details").click()
    expect(page.get_by_role("dialog").locator("dl")).to_contain_text("Looks like it62 %")


def test_where_nothing_is_known_nothing_is_claimed(page: Page) -> None:
    """Weights without calibration leave the cosine alone, and no word of a match."""
    find(page, BOOT)
    expect(page.locator(".score").first).to_have_text(re.compile(r"^cosine \d+ %$"))
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")


def test_no_match_is_said_and_the_nearest_are_shown(page: Page) -> None:
    """A note above the hits, a heading that claims less, and a word to screen readers; a better drawing ends it."""
    replies = iter([False, True])
    invent(page, lambda route: fulfil_with(route, "One", "Two", sure=0.02, matched=next(replies, True)))
    draw(page, LINE)
    expect(page.locator("#notice")).to_contain_text("Nothing here looks enough like it")
    expect(page.locator("#results-title")).to_have_text("Nearest to your drawing")
    expect(page.locator(".card")).to_have_count(2)
    expect(page.locator("#announcer")).to_have_text(re.compile("^Nothing here looks enough like it. 2 results"))
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator("#notice")).to_be_hidden()
    draw(page, LINE)
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")


def test_why_is_asked_only_where_something_was_searched_for(page: Page) -> None:
    """While browsing there is no button; a search asks for no reasons until it is pressed."""
    button = page.get_by_role("button", name="Show why")
    expect(button).to_be_hidden()
    with page.expect_request(SEARCH) as plain:
        find(page, BOOT)
    assert "explain" not in query(plain.value)
    expect(button).to_be_visible()
    expect(page.locator(".card-why:visible")).to_have_count(0)


def test_why_shows_what_speaks_for_each_hit(page: Page) -> None:
    """The first ten cards show their lines with words for where it lies, the others their pictures, and back again."""
    find(page, BOOT)
    titles = page.locator(".card-title").all_inner_texts()
    why(page)
    expect(page.get_by_role("button", name="Show why")).to_have_attribute("aria-pressed", "true")
    pictures = page.locator(".card-picture")
    expect(page.locator(".card-why:visible")).to_have_count(10)
    assert page.locator(".card-title").all_inner_texts() == titles
    kinds = [
        (source or "").startswith("data:image/png") for source in pictures.evaluate_all("all => all.map((i) => i.src)")
    ]
    assert kinds == [True] * 10 + [False] * 2
    assert pictures.first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 16
    expect(page.locator(".card-why").first).to_have_text(re.compile("^Why: (mostly [a-z, ]+|nothing in particular)$"))
    expect(page.locator("#why-note")).to_be_visible()
    why(page)
    expect(page.locator(".card-why:visible")).to_have_count(0)
    expect(page.locator("#why-note")).to_be_hidden()


def test_while_why_is_shown_the_next_stroke_is_explained_too(page: Page) -> None:
    """The switch stays as it is while one draws on, and goes along with more like this and with marks."""
    find(page, BOOT)
    why(page)
    with page.expect_request(SEARCH) as drawn:
        draw(page, LINE)
    assert query(drawn.value)["explain"] == "true"
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    with page.expect_response(REFINE) as alike:
        page.locator(".card-similar").first.click()
    assert query(alike.value.request)["explain"] == "true"
    assert alike.value.ok
    expect(page.locator(".card-why:visible")).to_have_count(10)


def test_the_dialog_tells_why(page: Page) -> None:
    """A third picture with words for who does not see it stands beside the item and its edges."""
    find(page, BOOT)
    why(page)
    page.locator(".card-open").first.click()
    reasons = page.get_by_role("dialog").locator(".reasons img")
    expect(reasons).to_have_attribute("alt", re.compile("^Edges of .*; what speaks for it is red: "))
    expect(page.get_by_role("dialog").locator("img")).to_have_count(3)


def test_why_works_by_keyboard(page: Page) -> None:
    """The button is reached and pressed without a mouse, keeps the focus, and says whether it is pressed."""
    find(page, BOOT)
    button = page.get_by_role("button", name="Show why")
    button.focus()
    with page.expect_response(SEARCH):
        page.keyboard.press("Enter")
    expect(page.locator(".card-why:visible")).to_have_count(10)
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_accessible_description(re.compile("red ones speak for the match"))


def test_a_model_that_cannot_tell_is_asked_once(page: Page, troubles: Troubles) -> None:
    """The server's sentence is shown, the switch goes back, and trying again searches as before."""
    troubles.expect("409")
    sentence = "The model fake does not tell why: search without explain."
    page.route(
        SEARCH, lambda route: decline(route, 409, sentence) if "explain" in route.request.url else route.fallback()
    )
    find(page, BOOT)
    page.get_by_role("button", name="Show why").click()
    expect(page.locator("#notice")).to_contain_text(sentence)
    expect(page.get_by_role("button", name="Show why")).to_have_attribute("aria-pressed", "false")
    page.locator("#notice").get_by_role("button", name="Try again").click()
    expect(page.locator(".card")).to_have_count(12)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_in_either_light_on_any_width(page: Page, width: int, theme: str) -> None:
    """Nothing runs off the page, and the lines stand on white paper by night too."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    invent(page, lambda route: fulfil_with(route, "A shoe with a rather long title", "Two", sure=0.0001, matched=False))
    draw(page, LINE)
    expect(page.locator(".score").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for box in page.locator(".score").evaluate_all(
        "all => all.map((one) => one.scrollWidth <= one.parentElement.clientWidth)"
    ):
        assert box


@in_browser
@given(st.lists(st.floats(0, 1), min_size=9, max_size=9))
def test_places_are_named_by_their_share(module_page: Page, shares: list[float]) -> None:
    """The largest comes first, others follow only if they have at least three fifths of it, and at most two do."""
    rows = [shares[:3], shares[3:6], shares[6:]]
    words = call(module_page, "format", "return m.whereMost(a);", rows)
    if max(shares) == 0:
        assert words == "nothing in particular"
        return
    named = re.split(r", and |, | and ", words.removeprefix("mostly "))
    values = [shares[PLACES.index(name)] for name in named]
    assert values == sorted(values, reverse=True)
    assert values[0] == max(shares)
    assert min(values) >= 0.6 * max(shares)
    assert len(set(named)) == len(named) == min(3, sum(share >= 0.6 * max(shares) for share in shares))


@in_browser
@given(st.floats(1e-9, 1 - 1e-9))
def test_likelihood_is_never_nothing_or_certain(module_page: Page, probability: float) -> None:
    """Whole per cents from 1 to 99, near the truth, and less than one below."""
    words = call(module_page, "format", "return m.likelihood(a);", probability)
    if probability < 0.01:
        assert words == "< 1 %"
    else:
        said = int(words.removesuffix(" %"))
        assert 1 <= said <= 99
        assert abs(said - 100 * probability) <= 1
