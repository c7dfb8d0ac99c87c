"""Hits as cards, what the network sees of them, more like one of them, filters and the number of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.web.answers import SEARCH, fulfil_with, invent
from tests.web.drawings import BOOT, LINE, draw, find
from tests.web.serving import SHOES

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request


def query(request: Request) -> dict[str, str]:
    """The query string of a request."""
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def test_a_card_shows_what_the_item_is(page: Page) -> None:
    """Picture, title, kind, colour and price of the first item stand on its card."""
    shoe = SHOES[0]
    card = page.locator(".card").filter(has_text=shoe.title)
    expect(card.locator(".card-title")).to_have_text(shoe.title)
    expect(card.locator(".card-facts")).to_contain_text(shoe.kind)
    expect(card.locator(".card-facts")).to_contain_text(shoe.colour)
    expect(card.locator(".price")).to_have_text(f"€{shoe.price:.2f}")
    card.locator("img").scroll_into_view_if_needed()
    expect(card.locator("img")).to_have_js_property("complete", value=True)
    assert card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_a_title_is_text_never_markup(page: Page) -> None:
    """An item called like an HTML element appears letter by letter and runs nothing."""
    title = "<img src=x onerror=alert(1)>"
    invent(page, lambda route: fulfil_with(route, title))
    draw(page, LINE)
    expect(page.locator(".card-title").first).to_have_text(title)
    assert page.locator("img[src=x]").count() == 0


def test_more_like_this_and_back(page: Page) -> None:
    """An item's neighbours replace the hits, without the item itself; Escape returns to the drawing."""
    find(page, BOOT)
    title = page.locator(".card-title").first.inner_text()
    with page.expect_response(lambda response: "search/similar" in response.url) as found:
        page.locator(".card-similar").first.click()
    assert found.value.ok
    expect(page.locator("#results-title")).to_have_text(f"More like {title}")
    expect(page.locator(".card")).to_have_count(11)
    assert title not in page.locator(".card-title").all_inner_texts()
    page.keyboard.press("Escape")
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    expect(page.locator("#back")).to_be_hidden()


def test_what_the_network_sees_shows_both_sides(page: Page) -> None:
    """Beside the trimmed drawing stand the edges of the best hit, both fetched from the server."""
    expect(page.locator("#sees-query")).to_contain_text("Appears as you draw")
    find(page, BOOT)
    for tile in ("#sees-query img", "#sees-hit img"):
        expect(page.locator(tile)).to_be_visible()
        assert page.locator(tile).evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    best = page.locator(".card-title").first.inner_text()
    expect(page.locator("#sees-hit-caption")).to_have_text(f"Best hit: {best}")
    page.keyboard.press("c")
    expect(page.locator("#sees-query")).to_contain_text("Appears as you draw")


def test_a_closed_panel_asks_for_nothing(page: Page) -> None:
    """What the network sees is fetched only while the panel is open, and the choice outlives a reload."""
    page.keyboard.press("n")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    find(page, BOOT)
    assert not [address for address in seen if "/v1/view/" in address]
    page.reload()
    expect(page.locator("#sees")).not_to_have_attribute("open", "")
    expect(page.locator(".card")).to_have_count(12)


def test_a_picture_opens_the_item(page: Page) -> None:
    """The dialog shows the picture, its edges and every fact, and leads on to more like it; Escape closes it."""
    shoe = SHOES[3]
    page.get_by_role("button", name=f"{shoe.title}: details").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_accessible_name(shoe.title)
    expect(dialog.locator("img")).to_have_count(2)
    for label, value in {"Kind": shoe.kind, "Colour": shoe.colour, "Key": shoe.key}.items():
        expect(dialog.locator("dl div").filter(has_text=label).first).to_contain_text(value)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name=f"{shoe.title}: details").click()
    dialog.get_by_role("button", name="More like this").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#results-title")).to_have_text(f"More like {shoe.title}")


def test_filters_come_from_the_items_and_reach_the_server(page: Page) -> None:
    """Kind, colour and price are offered; what is picked is sent as a filter, and only matching items come back."""
    expect(page.locator(".facet summary > span:first-child")).to_have_text(["Kind", "Colour", "Price"])
    find(page, BOOT)
    page.locator(".facet", has_text="Kind").locator("summary").click()
    with page.expect_request(lambda request: "filter" in query(request)) as one:
        page.get_by_label("boot", exact=True).check()
    assert json.loads(query(one.value)["filter"]) == {"kind": "boot"}
    with page.expect_request(SEARCH) as two:
        page.get_by_label("pump", exact=True).check()
    assert json.loads(query(two.value)["filter"]) == {"kind": {"in": ["boot", "pump"]}}
    page.keyboard.press("Escape")
    page.locator(".facet", has_text="Price").locator("summary").click()
    with page.expect_request(SEARCH) as three:
        page.get_by_label("Price, highest").fill("90")
    assert json.loads(query(three.value)["filter"]) == {
        "and": [{"kind": {"in": ["boot", "pump"]}}, {"price": {"lte": 90}}]
    }
    expected = {shoe.title for shoe in SHOES if shoe.kind in {"boot", "pump"} and shoe.price <= 90}
    expect(page.locator(".card")).to_have_count(len(expected))
    assert set(page.locator(".card-title").all_inner_texts()) == expected
    with page.expect_request(SEARCH) as none:
        page.get_by_role("button", name="Clear filters").click()
    assert "filter" not in query(none.value)
    expect(page.locator(".card")).to_have_count(12)
    expect(page.get_by_role("button", name="Clear filters")).to_be_hidden()


def test_filters_that_match_nothing_say_so(page: Page) -> None:
    """No hit under a filter is explained, and one button takes the filters away."""
    page.locator(".facet", has_text="Kind").locator("summary").click()
    page.get_by_label("pump", exact=True).check()
    page.locator(".facet", has_text="Price").locator("summary").click()
    dearest = max(shoe.price for shoe in SHOES if shoe.kind == "pump")
    page.get_by_label("Price, lowest").fill(str(int(dearest) + 10))
    expect(page.locator("#notice")).to_contain_text("Nothing matches these filters")
    expect(page.locator(".card")).to_have_count(0)
    page.locator("#notice").get_by_role("button", name="Clear filters").click()
    expect(page.locator(".card")).to_have_count(12)


def test_the_number_of_results_is_asked_for_and_remembered(page: Page) -> None:
    """Choosing 48 sends k=48, now and after a reload."""
    page.get_by_label("Number of results").select_option("48")
    page.reload()
    with page.expect_request(SEARCH) as search:
        draw(page, LINE)
    assert query(search.value)["k"] == "48"


def test_an_added_item_is_found_by_the_next_search(page: Page, address: str) -> None:
    """What another program puts in stands among the hits of the next drawing, and leaves with its deletion."""
    from tests.web.serving import remove, store

    late = SHOES[0].renamed("late arrival", "Late arrival")
    store(address, late)
    try:
        draw(page, BOOT)
        expect(page.locator(".card-title", has_text="Late arrival")).to_have_count(1)
    finally:
        remove(address, late)
    draw(page, LINE)
    expect(page.locator(".card")).to_have_count(12)
