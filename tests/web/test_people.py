"""The tab to search for a person: what is given, what is found by which camera, and how sure that is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.web.crowd import SEARCH, crop, fulfil, give, person
from tests.web.test_intake import GIVE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request, Route

THREE = [("a", "match", "door"), ("b", "unsure", "hall"), ("c", "match", "hall"), ("d", "no match", None)]


@pytest.fixture
def page(context: BrowserContext, crowd: str) -> Page:
    """The tab, before anything is given."""
    opened = context.new_page()
    opened.goto(f"{crowd}?tab=people")
    expect(opened.locator("#people-notice")).to_contain_text("Who are you looking for?")
    expect(opened.locator("#camera-control")).to_be_visible()
    return opened


def asked(request: Request) -> dict[str, list[str]]:
    """The query string of a request."""
    return parse_qs(urlsplit(request.url).query)


def watch(page: Page) -> None:
    """Let searches pass by this test; only what is intercepted shows its body."""
    page.route(SEARCH, lambda route: route.continue_())


def pictures_in(request: Request) -> int:
    """How many pictures a request sends."""
    return (request.post_data_buffer or b"").count(b'name="image"')


def crops(page: Page) -> list[str]:
    """Names of the pictures that are searched with."""
    return [name or "" for name in page.locator(".crop img").evaluate_all("found => found.map((one) => one.alt)")]


def test_a_person_is_found_by_every_camera(page: Page) -> None:
    """The real server: the person's four pictures match, in groups by camera, each best first, one without a camera."""
    give(page, crop(1))
    expect(page.locator("#people-results-title")).to_have_text("Found here")
    headings = page.locator(".camera h3").all_inner_texts()
    assert sorted(heading.splitlines()[0] for heading in headings) == [
        "Camera 3",
        "Camera door",
        "Camera hall",
        "No camera named",
    ]
    for group in page.locator(".camera").all():
        scores = [int(text.split()[-2]) for text in group.locator(".sighting-score").all_inner_texts()]
        assert scores == sorted(scores, reverse=True)
        first = group.locator(".sighting").first
        expect(first.locator(".sighting-name")).to_contain_text("Picture 1/")
        expect(first.locator(".word")).to_have_text("Match")
        expect(first.locator("time")).to_contain_text("2025-01-31 09:")
        expect(first.locator(".sighting-score")).to_contain_text("chance")
    expect(page.locator("#verdict")).to_contain_text("False-match rate 1 %: of 100 searches")
    expect(page.locator("#announcer")).to_contain_text("Found here.")


def test_several_pictures_are_one_search(page: Page) -> None:
    """Pictures chosen, pasted and dropped stand side by side, go in one form, and each can be taken out again."""
    watch(page)
    give(page, crop(1, "one.png"), crop(1, "two.png"))
    expect(page.locator(".sighting").first).to_be_visible()
    for kind, name in (("paste", "three.png"), ("drop", "four.png")):
        with page.expect_request(SEARCH) as sent:
            page.evaluate(GIVE, [name, "image/png", list(person(1)), kind])
    assert pictures_in(sent.value) == 4
    assert crops(page) == ["one.png", "two.png", "three.png", "four.png"]
    with page.expect_request(SEARCH) as sent:
        page.get_by_role("button", name="Take out two.png").click()
    assert pictures_in(sent.value) == 3
    assert crops(page) == ["one.png", "three.png", "four.png"]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Take out three.png"
    with page.expect_request(SEARCH) as sent:
        page.locator("h2:visible").first.click()
        page.keyboard.press("Control+z")
    assert pictures_in(sent.value) == 4


def test_without_pictures_nothing_is_asked_and_nothing_is_shown(page: Page) -> None:
    """Taking all out leaves the tab as it was at first, even when an answer is on its way; undo brings them back."""
    held: list[Route] = []
    page.route(SEARCH, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    with page.expect_request(SEARCH):
        give(page, crop(1), crop(2))
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Take all pictures out").click()
    expect(page.locator("#people-notice")).to_contain_text("Who are you looking for?")
    expect(page.locator("#people-progress")).to_be_hidden()
    page.unroute(SEARCH)
    page.keyboard.press("Control+z")
    expect(page.locator(".sighting").first).to_be_visible()
    assert len(crops(page)) == 2


@pytest.mark.parametrize(
    ("verdict", "title", "words"),
    [
        ("match", "Found here", "2 of the 4 nearest pictures match, by cameras door and hall."),
        ("unsure", "Perhaps here", "None of the 4 nearest pictures matches, but 2 come near enough to be looked at."),
        ("no match", "Nobody here", "None of the 4 nearest pictures matches."),
    ],
)
def test_the_verdict_is_a_sentence_a_word_and_a_colour(page: Page, verdict: str, title: str, words: str) -> None:
    """For each kind of answer; words of hits are written out, and no two of them look alike."""
    order = {"match": THREE, "unsure": [*THREE[1:2], ("e", "unsure", "door")], "no match": []}[verdict]
    rest = [(f"r{place}", "no match", "door") for place in range(4 - len(order))]
    page.route(SEARCH, lambda route: fulfil(route, *order, *rest))
    give(page, crop(1))
    expect(page.locator("#people-results-title")).to_have_text(title)
    expect(page.locator("#verdict-word")).to_have_text(verdict.capitalize())
    expect(page.locator("#verdict-text")).to_have_text(words)
    shown = page.locator(".sighting .word").all()
    assert sorted(word.inner_text().lower() for word in shown) == sorted(word for _, word, _ in [*order, *rest])
    looks = {(word.inner_text(), word.evaluate("one => getComputedStyle(one).color")) for word in shown}
    assert len({colour for _, colour in looks}) == len(looks) == len({word for word, _ in looks})


def test_the_rate_of_false_matches_is_asked_for_and_said(page: Page) -> None:
    """A change asks again with the other rate, says what it promises, and is remembered."""
    give(page, crop(1))
    expect(page.locator(".sighting").first).to_be_visible()
    with page.expect_request(SEARCH) as sent:
        page.get_by_label("False matches").select_option("0.1 % of searches")
    assert asked(sent.value)["fmr"] == ["0.001"]
    expect(page.locator("#verdict-rate")).to_contain_text("False-match rate 0.1 %: of 1,000 searches")
    page.reload()
    expect(page.get_by_label("False matches")).to_have_value("0.001")


def test_a_camera_and_other_times_are_left_out(page: Page) -> None:
    """The real server leaves them out, the page says so, and one button searches everything again."""
    give(page, crop(1))
    expect(page.locator(".camera")).to_have_count(4)
    expect(page.get_by_label("Leave out")).to_contain_text("no cameracamera 3camera doorcamera hall")
    page.get_by_label("Leave out").select_option("3")
    expect(page.locator(".camera")).to_have_count(3)
    expect(page.locator("#verdict-text")).to_contain_text("Searched without camera 3.")
    page.get_by_label("From", exact=True).fill("2025-01-31T09:00")
    page.get_by_label("Until", exact=True).fill("2025-01-31T09:10")
    expect(page.locator(".sighting")).to_have_count(1)
    expect(page.locator(".camera h3")).to_contain_text("Camera door")
    expect(page.locator("#verdict-text")).to_contain_text("from 2025-01-31 09:00, until 2025-01-31 09:10.")
    page.get_by_label("Until", exact=True).fill("2025-01-31T09:00")
    expect(page.locator("#people-notice")).to_contain_text("Nobody here")
    page.get_by_role("button", name="Search everything").click()
    expect(page.locator(".camera")).to_have_count(4)
    assert len(crops(page)) == 1


def test_a_hit_is_searched_by_and_back(page: Page) -> None:
    """Its picture takes the place of what was given and is not its own hit; back finds what was given."""
    watch(page)
    give(page, crop(1, "mine.png"))
    first = page.locator(".sighting").first
    name = first.locator(".sighting-name").inner_text()
    with page.expect_request(SEARCH) as sent:
        first.get_by_role("button", name="Search by this").click()
    assert (pictures_in(sent.value), asked(sent.value)["k"]) == (1, ["25"])
    expect(page.locator(".sighting")).to_have_count(19)
    assert crops(page) == [name]
    assert name not in page.locator(".sighting-name").all_inner_texts()
    expect(page.locator("#people-results-title")).to_have_text("Found here")
    page.get_by_role("button", name="Back to my pictures").click()
    expect(page.locator(".sighting")).to_have_count(20)
    assert crops(page) == ["mine.png"]
    expect(page.get_by_role("button", name="Back to my pictures")).to_be_hidden()


def test_an_items_own_match_is_nobodys(page: Page) -> None:
    """Where an item that is searched by only finds itself, nobody is here."""

    def spoil(route: Route) -> None:
        real = route.fetch()
        body = real.json()
        for hit in body["hits"][1:]:
            hit["verdict"] = "no match"
        route.fulfill(response=real, json=body)

    give(page, crop(1))
    expect(page.locator("#people-results-title")).to_have_text("Found here")
    page.route(SEARCH, spoil)
    page.get_by_role("button", name="Search by this").first.click()
    expect(page.locator("#people-results-title")).to_have_text("Nobody here")
    expect(page.locator(".sighting")).to_have_count(19)
    expect(page.locator("#verdict-word")).to_have_text("No match")
    expect(page.locator(".word[data-verdict=match]")).to_have_count(0)


def test_a_hit_opens_with_all_that_is_known(page: Page) -> None:
    """The picture, the verdict, camera, time and key; from there it can be searched by too."""
    give(page, crop(1))
    page.locator(".sighting-open").first.click()
    dialog = page.get_by_role("dialog")
    for words in ("Verdict", "match", "Camera", "Time", "Key"):
        expect(dialog).to_contain_text(words)
    assert dialog.locator("img").count() == 1
    with page.expect_request(SEARCH):
        dialog.get_by_role("button", name="Search by this").click()
    expect(page.get_by_role("button", name="Back to my pictures")).to_be_visible()


def test_searches_of_people_are_said_to_be_noted(page: Page) -> None:
    """For a personal collection, before anything is searched, and not for another one."""
    noted = page.get_by_text("Searches of this collection are noted").locator("visible=true")
    expect(noted).to_be_visible()
    page.locator("#collection").select_option("empty")
    expect(noted).to_have_count(0)
    page.get_by_role("tab", name="Drawing").click()
    expect(page.locator(".card:not(.place)").first).to_be_visible()
    expect(noted).to_have_count(0)


def test_another_collection_is_searched_with_the_same_pictures(page: Page, crowd: str) -> None:
    """The pictures stay, an empty collection says what to do, and the address names it."""
    give(page, crop(1))
    expect(page.locator(".sighting").first).to_be_visible()
    page.locator("#collection").select_option("empty")
    expect(page.locator("#people-notice")).to_contain_text("“Empty” is empty")
    expect(page.locator("#people-notice code")).to_have_text("likeness index build empty --source FOLDER")
    assert len(crops(page)) == 1
    assert page.url == f"{crowd}?tab=people&collection=empty"
    page.reload()
    expect(page.locator("#collection")).to_have_value("empty")


def test_a_title_and_a_camera_are_text_never_markup(page: Page) -> None:
    """Called like HTML elements they appear letter by letter."""
    markup = "<img src=x onerror=alert(1)>"
    page.route(SEARCH, lambda route: fulfil(route, (markup, "match", markup)))
    give(page, {**crop(1), "name": markup})
    expect(page.locator(".sighting-name")).to_have_text(markup)
    expect(page.locator(".camera h3")).to_contain_text(f"Camera {markup}")
    assert page.locator("img[src=x]").count() == 0


def test_the_form_holds_the_pictures_as_they_are(page: Page) -> None:
    """Small ones are sent byte by byte, with the filter as the API reads it."""
    watch(page)
    page.get_by_label("From", exact=True).fill("2025-01-31T09:00")
    with page.expect_request(SEARCH) as sent:
        give(page, crop(1))
    body = sent.value.post_data_buffer or b""
    assert person(1, shift=2) in body
    assert json.loads(asked(sent.value)["filter"][0]) == {"time": {"gte": "2025-01-31T09:00"}}
