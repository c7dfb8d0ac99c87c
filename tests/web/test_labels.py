"""The tab that says what is on a picture: labels as chips with bars, and where the network looked."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.app.labelling import keep
from tests.web.colours import COAST, NIGHT, ROSE, SUNSET, TAGS, chips, give, serve_labels
from tests.web.crowd import create, person, put
from tests.web.test_access import CONTRAST
from tests.web.test_intake import GIVE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page, Request, Route

    from tests.web.conftest import Troubles

READ = [
    *(".tab[aria-selected=true]", ".tab[aria-selected=false]", "#choose-picture", "#camera", "#labels-title"),
    *(".label-name", ".label-sure", ".label-why", ".labels-note", "#labels-facts", "#picture-problem"),
    *("#panel-labels .control span", "#panel-labels .control select", "#panel-labels .switch"),
    "#panel-labels .sees-note",
]


KEEP_STREAMS = """() => {
  const film = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.streams = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await film(wanted);
    window.streams.push(stream);
    return stream;
  };
}"""
ENDED = "window.streams.map((stream) => stream.getTracks().every((track) => track.readyState === 'ended'))"


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that labels."""
    with serve_labels(tmp_path_factory.mktemp("colours")) as address:
        yield address


@pytest.fixture
def page(context: BrowserContext, colours: str) -> Page:
    """The tab, before anything is given."""
    opened = context.new_page()
    opened.goto(f"{colours}?tab=labels")
    expect(opened.locator("#labels-notice")).to_contain_text("What is on your picture?")
    expect(opened.locator("#label-count option")).to_have_count(4)
    return opened


def asked(request: Request) -> dict[str, list[str]]:
    """The query string of a request."""
    return parse_qs(urlsplit(request.url).query)


def seen(page: Page) -> bool:
    """Whether it is shown where a label was seen."""
    return bool(page.locator("#label-attention").is_visible() and page.locator("#label-region").is_visible())


def hide(page: Page, *, hidden: bool) -> None:
    """Put the page behind another one, or before it, as far as it can tell: without a screen none is behind."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_labels_are_chips_with_bars(page: Page) -> None:
    """What the real server says: each label with how sure it is, a bar as long, and which one made it likelier."""
    with page.expect_response(TAGS) as answered:
        give(page, SUNSET)
    (picture,) = answered.value.json()["pictures"]
    sure = [tag["probability"] for tag in picture["tags"]]
    expect(page.locator(".label-chip")).to_have_count(2)
    assert chips(page) == ["red", "green"]
    assert page.locator(".label-sure").all_inner_texts() == [f"{100 * one:.0f} %" for one in sure]
    shares = page.locator(".label-bar").evaluate_all(
        "bars => bars.map((bar) => bar.firstElementChild.getBoundingClientRect().width / bar.clientWidth)"
    )
    assert shares == pytest.approx(sure, abs=0.02)
    assert page.locator(".label-why").all_inner_texts() == ["1.6 times likelier after red"]
    expect(page.locator("#labels-title")).to_have_text("2 labels")
    expect(page.locator("#announcer")).to_have_text(
        f"2 labels. The surest is {chips(page)[sure.index(max(sure))]}, with a chance of {100 * max(sure):.0f} %."
    )
    expect(page.locator("#labels-facts")).to_contain_text("120 × 90 pixels · tiny ")


def test_pointing_at_a_label_shows_where_it_was_seen(page: Page) -> None:
    """Over the picture, as large as it: the place in red and a box around it; a click keeps that, another lets go."""
    page.locator("#label-count").select_option("k 5")
    give(page, COAST)
    expect(page.locator(".label-chip")).to_have_count(3)
    assert not seen(page)
    blue = page.locator(".label-chip", has_text="blue")
    blue.hover()
    assert seen(page)
    picture, over, box = (
        page.locator(place).bounding_box() for place in ("#label-picture", "#label-attention", "#label-region")
    )
    assert picture is not None
    assert box is not None
    assert over == picture
    middle = (box["x"] + box["width"] / 2 - picture["x"]) / picture["width"]
    assert 0.65 < middle < 1
    page.locator("#labels-title").hover()
    assert not seen(page)
    blue.click()
    page.locator("#labels-title").hover()
    assert seen(page)
    expect(blue).to_have_attribute("aria-pressed", "true")
    with page.expect_response(TAGS):
        page.locator("#label-order").select_option("probability")
    expect(page.locator(".label-chip[aria-pressed=true]")).to_contain_text("blue")
    page.locator(".label-chip", has_text="blue").click()
    page.locator("#labels-title").hover()
    page.locator("#label-count").focus()
    assert not seen(page)


def test_a_screen_reader_hears_where_it_was_seen(page: Page) -> None:
    """Each label's button tells the part of the picture that the box is in, or that it is all of it."""
    page.locator("#label-count").select_option("k 5")
    give(page, COAST)
    expect(page.get_by_role("button", name="blue")).to_have_accessible_name(re.compile("seen mostly right$"))
    give(page, ROSE)
    expect(page.get_by_role("button", name="crimson")).to_have_accessible_name(re.compile("seen all over the picture$"))


def test_the_keyboard_shows_it_too(page: Page) -> None:
    """A label that has the focus shows where it was seen; keys give the picture back and take it out."""
    give(page, SUNSET)
    expect(page.locator(".label-chip")).to_have_count(2)
    page.locator(".label-chip").first.focus()
    assert seen(page)
    page.keyboard.press("Tab")
    assert seen(page)
    page.keyboard.press("Tab")
    page.locator("#clear-picture").focus()
    assert not seen(page)
    page.keyboard.press("c")
    expect(page.locator(".label-chip")).to_have_count(0)
    expect(page.locator("#label-view")).to_be_hidden()
    expect(page.locator("#labels-notice")).to_contain_text("What is on your picture?")


def test_which_labels_is_asked_of_the_server(page: Page) -> None:
    """So many, those of a precision, in another order, put together; the choice outlives the page."""
    give(page, SUNSET)
    expect(page.locator(".label-chip")).to_have_count(2)
    steps = [
        ("#label-count", "k 10", {"k": ["10"]}),
        ("#label-count", "precision 0.9", {"precision": ["0.9"]}),
        ("#label-order", "probability", {"precision": ["0.9"], "order": ["probability"]}),
    ]
    for control, value, expected in steps:
        with page.expect_request(TAGS) as sent:
            page.locator(control).select_option(value)
        base = {"order": ["path"], "merge": ["false"], "explain": ["true"]}
        assert asked(sent.value) == {**base, **expected}
    with page.expect_request(TAGS) as sent:
        page.get_by_label("Put words for the same together").check()
    assert asked(sent.value)["merge"] == ["true"]
    page.reload()
    expect(page.locator("#label-count")).to_have_value("precision 0.9")
    expect(page.get_by_label("Put words for the same together")).to_be_checked()


def test_a_choice_that_is_remembered_late_counts(page: Page) -> None:
    """What was labelled before the server told which precisions there are is asked for again, as the choice says."""
    page.locator("#label-count").select_option("precision 0.9")
    held: list[Route] = []
    page.route("**/v1/labels", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    page.reload()
    expect(page.locator("#label-count option")).to_have_count(3)
    give(page, SUNSET)
    expect(page.locator(".label-chip")).to_have_count(2)
    with page.expect_request(TAGS) as sent:
        held[0].continue_()
    assert asked(sent.value)["precision"] == ["0.9"]


def test_words_for_the_same_stand_together(page: Page) -> None:
    """The less probable one is named beside the other."""
    page.locator("#label-merge").check()
    give(page, ROSE)
    expect(page.locator(".label-chip")).to_have_count(1)
    expect(page.locator(".label-why")).to_have_text("also crimson")


def test_pictures_are_dropped_and_pasted(page: Page) -> None:
    """Each takes the place of the one before."""
    for kind, content, label in (("paste", SUNSET, "green"), ("drop", ROSE, "crimson")):
        page.evaluate(GIVE, ["one.png", "image/png", list(content), kind])
        expect(page.locator(".label-name").nth(1)).to_have_text(label)
        expect(page.locator("#label-picture")).to_have_attribute("alt", "one.png")


def test_the_camera_takes_a_picture(page: Page, context: BrowserContext) -> None:
    """It films once it is asked, until a picture was taken; that one is labelled, and nothing was sent before."""
    context.grant_permissions(["camera"])
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request) if "/v1/tags" in request.url else None)
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("#camera-view")).to_be_visible()
    expect(page.locator("#camera-view")).to_have_js_property("readyState", 4)
    assert requests == []
    with page.expect_response(TAGS) as answered:
        page.get_by_role("button", name="Take the picture").click()
    assert answered.value.ok
    expect(page.locator("#camera-view")).to_be_hidden()
    assert page.locator("#camera-view").evaluate("video => video.srcObject") is None
    expect(page.locator("#label-picture")).to_have_attribute("alt", "photo.jpg")


def test_the_camera_is_stopped_without_a_picture(page: Page, context: BrowserContext) -> None:
    """By the button beside it, which a phone has too; a picture that was there before stays."""
    context.grant_permissions(["camera"])
    camera, stop = page.locator("#camera"), page.get_by_role("button", name="Stop the camera")
    for given in (False, True):
        if given:
            give(page, SUNSET)
            expect(page.locator(".label-chip")).to_have_count(2)
        camera.click()
        expect(page.locator("#camera-view")).to_be_visible()
        stop.click()
        expect(page.locator("#camera-view")).to_be_hidden()
        expect(stop).to_have_count(0)
        expect(camera).to_have_text("Camera")
        expect(page.locator("#clear-picture")).to_be_enabled(enabled=given)
    expect(page.locator("#label-view")).to_be_visible()
    expect(page.locator(".label-chip")).to_have_count(2)


def test_leaving_the_tab_stops_the_camera(page: Page, context: BrowserContext) -> None:
    """Nobody is filmed without seeing it; Escape stops it too."""
    context.grant_permissions(["camera"])
    for leave in ("Escape", "tab"):
        page.get_by_role("button", name="Camera").click()
        expect(page.locator("#camera-view")).to_have_js_property("readyState", 4)
        stream = page.evaluate_handle("document.querySelector('#camera-view').srcObject")
        if leave == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("tab", name="Drawing").click()
        assert stream.evaluate("stream => stream.getTracks().every((track) => track.readyState === 'ended')")


def test_a_hidden_page_stops_the_camera(page: Page, context: BrowserContext) -> None:
    """Nobody is filmed by a page that is out of sight, nor once the browser has asked meanwhile; it says so."""
    context.grant_permissions(["camera"])
    page.evaluate(KEEP_STREAMS)
    problem, view, camera = page.locator("#picture-problem"), page.locator("#camera-view"), page.locator("#camera")
    for hidden_first in (False, True):
        hide(page, hidden=hidden_first)
        camera.click()
        if not hidden_first:
            expect(view).to_have_js_property("readyState", 4)
            expect(problem).to_be_empty()
            assert page.evaluate(ENDED) == [False]
            hide(page, hidden=True)
        expect(problem).to_contain_text("The camera was stopped, for this page was out of sight")
        expect(camera).to_have_text("Camera")
        assert page.evaluate(ENDED) == [True] * (1 + hidden_first)
        hide(page, hidden=False)
        expect(view).to_be_hidden()


def test_a_camera_that_is_refused_is_a_sentence(page: Page) -> None:
    """Where the browser does not allow it, another way is named."""
    page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
        }"""
    )
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("#picture-problem")).to_contain_text("does not let this page use the camera")


def test_nothing_sure_and_nothing_readable_are_told(page: Page, troubles: Troubles) -> None:
    """A picture without a sure label, one that is none for the server, one that is none for the page."""
    give(page, NIGHT)
    expect(page.locator("#labels-notice")).to_contain_text("No label reaches its threshold")
    troubles.expect("422")
    give(page, b"text", "notes.png")
    expect(page.locator("#labels-notice")).to_contain_text("A picture cannot be read")
    page.locator("#picture-file").set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"text"})
    expect(page.locator("#picture-problem")).to_contain_text("“notes.txt” is not a picture")


def test_a_busy_server_is_asked_again(page: Page, troubles: Troubles) -> None:
    """After the time that it names, without being told to."""
    troubles.expect("503")
    answers: list[Route] = []

    def busy_once(route: Route) -> None:
        answers.append(route)
        if len(answers) > 1:
            route.continue_()
            return
        body = {"detail": "Full.", "type": "urn:likeness:problem:server-busy"}
        route.fulfill(status=503, headers={"Retry-After": "0.1"}, body=json.dumps(body))

    page.route(TAGS, busy_once)
    give(page, SUNSET)
    expect(page.locator(".label-chip")).to_have_count(2)


def test_the_tab_is_in_the_address_and_keeps_its_picture(page: Page, colours: str) -> None:
    """It stands beside the drawing alone where there are no people; what it has outlives a visit to the other."""
    give(page, SUNSET)
    expect(page.locator(".label-chip")).to_have_count(2)
    expect(page.get_by_role("tab")).to_have_text(["Drawing", "Labels"])
    page.get_by_role("tab", name="Labels").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="Drawing")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tabpanel", name="Labels")).to_be_visible()
    assert page.url == f"{colours}?tab=labels"
    assert page.title() == "Likeness: what is on it"
    expect(page.locator(".label-chip")).to_have_count(2)
    expect(page.locator("#collection-picker")).to_be_hidden()
    page.locator("#skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#labels-results")).to_be_focused()


def test_without_weights_there_is_no_tab(context: BrowserContext, tmp_path: Path) -> None:
    """A link to it tells how weights are made, and finds those that were made since."""
    with serve_labels(tmp_path, weights=False) as address:
        page = context.new_page()
        page.goto(address)
        page.locator(".card:not(.place)").first.wait_for()
        expect(page.get_by_role("tablist")).to_be_hidden()
        page.goto(f"{address}?tab=labels")
        expect(page.locator("#labels-notice code")).to_have_text("likeness models train tagger --data FOLDER")
        keep(tmp_path)
        page.get_by_role("button", name="Look again").click()
        expect(page.locator("#labels-notice")).to_contain_text("What is on your picture?")


def test_models_that_cannot_be_listed_keep_nobody_from_searching(
    context: BrowserContext, colours: str, troubles: Troubles
) -> None:
    """Only where labels are wanted the reason is told."""
    troubles.expect("503")
    page = context.new_page()
    body = {"detail": "The card is damaged.", "type": "urn:likeness:problem:corrupt-checkpoint"}
    page.route("**/v1/models", lambda route: route.fulfill(status=503, body=json.dumps(body)))
    page.goto(colours)
    page.locator(".card:not(.place)").first.wait_for()
    page.goto(f"{colours}?tab=labels")
    expect(page.locator("#labels-notice")).to_contain_text("The card is damaged.")


def test_labels_of_items_are_chips_that_filter(context: BrowserContext, colours: str) -> None:
    """An item's labels stand in its dialog; a click shows only what has that label, and more clicks more of them."""
    things = {"rose": ["red", "crimson"], "leaf": ["green"], "sun": ["red", "green"]}
    create(colours, "things", "fake")
    for key, tags in things.items():
        put(colours, "things", key, person(len(key)), {"tags": tags})
    page = context.new_page()
    page.goto(f"{colours}?collection=things")
    expect(page.locator(".facet summary > span:first-child")).to_have_text(["Tags"])
    page.get_by_role("button", name="Picture sun: details").click()
    chips = page.locator("#item-facts .word-chip")
    expect(chips).to_have_text(["red", "green"])
    chips.first.click()
    expect(page.locator("#item-dialog")).to_be_hidden()
    expect(page.locator(".card-title")).to_have_text(["Picture rose", "Picture sun"])
    expect(page.locator(".facet")).to_contain_text("red")
    page.get_by_role("button", name="Picture rose: details").click()
    page.locator("#item-facts .word-chip", has_text="crimson").click()
    expect(page.locator(".facet-told")).to_have_text("2")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator(".card-title")).to_have_count(3)


def test_text_stands_out_and_nothing_scrolls_sideways(page: Page) -> None:
    """By day and by night; from a small phone to a wide screen, whatever a picture and a label are called."""
    page.locator("#label-merge").check()
    give(page, ROSE, "a-very-long-name-without-a-space-" * 4)
    expect(page.locator(".label-why")).to_have_count(1)
    page.locator("#picture-problem").evaluate("(place) => { place.textContent = 'Not a picture'; }")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = page.evaluate(CONTRAST, READ)
        assert len(found) == len(READ)
        assert {selector: ratio for selector, ratio in found.items() if ratio < 4.5} == {}
    for width in (300, 360, 768, 2560):
        page.set_viewport_size({"width": width, "height": 740})
        overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0, width


def test_every_control_has_a_name(page: Page) -> None:
    """Every button, choice and list of the panel says what it is."""
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('#panel-labels :is(button, select, input, ul, video)')]
          .filter((element) => !element.getAttribute('aria-label') && !element.getAttribute('aria-labelledby')
            && !element.labels?.length && !element.textContent.trim())
          .map((element) => element.outerHTML)"""
    )
    assert nameless == []
