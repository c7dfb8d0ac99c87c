"""What the people tab says when a search cannot be answered; what was given stays in every case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from app.bodies import MAX_PICTURES
from models.calibration import of_model
from models.checkpoints import CheckpointStore
from models.contracts import RetrievalError
from tests.web.crowd import SEARCH, crop, fail, fulfil, give

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext, FilePayload, Page

    from tests.web.conftest import Troubles


@pytest.fixture
def page(context: BrowserContext, crowd: str) -> Page:
    """The tab, before anything is given."""
    opened = context.new_page()
    opened.goto(f"{crowd}?tab=people")
    expect(opened.locator("#people-notice")).to_contain_text("Who are you looking for?")
    return opened


def raised(act: Callable[[], object]) -> RetrievalError:
    """The error that the product itself raises."""
    with pytest.raises(RetrievalError) as caught:
        act()
    return caught.value


def test_weights_that_are_not_calibrated(page: Page, troubles: Troubles) -> None:
    """The server's sentence is shown with its command as code; once calibrated, trying again finds."""
    troubles.expect("status of 409")
    page.route(SEARCH, lambda route: fail(route, raised(lambda: of_model(None, "reid"))))
    give(page, crop(1))
    notice = page.locator("#people-notice")
    expect(notice).to_contain_text("Nobody can say yet what a likeness means")
    expect(notice.locator("code")).to_have_text("likeness models calibrate reid --data FOLDER")
    expect(notice).not_to_contain_text("`")
    expect(page.locator(".crop")).to_have_count(1)
    page.unroute(SEARCH)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".sighting").first).to_be_visible()


def test_a_network_without_weights(page: Page, troubles: Troubles, tmp_path: Path) -> None:
    """That is no passing trouble: the page tells what to do, and does not ask again and again."""
    troubles.expect("status of 503")
    error = raised(lambda: CheckpointStore(tmp_path, tmp_path / "none").find("reid", None))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.route(SEARCH, lambda route: fail(route, error))
    give(page, crop(1))
    notice = page.locator("#people-notice")
    expect(notice).to_contain_text("The network has no weights yet")
    expect(notice.locator("code")).to_have_text("likeness models train reid --data DIR")
    expect(notice).not_to_contain_text("Trying again")
    expect(page.locator(".crop")).to_have_count(1)


def test_a_picture_that_cannot_be_read(page: Page, troubles: Troubles) -> None:
    """The real server declines; the one is named that the browser cannot show, and without it the others find."""
    troubles.expect("status of 4..")
    give(page, crop(1), {**crop(1, "broken.png"), "buffer": b"no picture"})
    expect(page.locator("#people-notice")).to_contain_text("A picture cannot be read")
    expect(page.locator("#people-notice")).to_contain_text("Take that one out")
    expect(page.locator(".crop.is-missing img")).to_have_attribute("alt", "broken.png")
    expect(page.locator(".crop")).to_have_count(2)
    page.get_by_role("button", name="Take out broken.png").click()
    expect(page.locator("#people-results-title")).to_have_text("Found here")


def test_what_is_no_picture_is_named_and_the_others_are_taken(page: Page) -> None:
    """Text files are refused in a sentence that stays while the pictures beside them find."""
    text: FilePayload = {**crop(1, "notes.txt"), "mimeType": "text/plain"}
    give(page, text, crop(1))
    expect(page.locator(".sighting").first).to_be_visible()
    expect(page.locator("#crops-problem")).to_contain_text("“notes.txt” is not a picture")
    give(page, text, {**text, "name": "more.txt"})
    expect(page.locator("#crops-problem")).to_contain_text("“notes.txt” and “more.txt” are not pictures")
    expect(page.locator(".crop")).to_have_count(1)
    page.get_by_role("button", name="Take out 1.png").click()
    expect(page.locator("#crops-problem")).to_be_empty()


def test_more_pictures_than_one_search_takes(page: Page) -> None:
    """As many as the API takes are kept and searched with by the real server; a sentence counts the others."""
    with page.expect_response(SEARCH) as answered:
        give(page, *(crop(1, f"{number}.png") for number in range(MAX_PICTURES + 2)))
    assert answered.value.ok
    expect(page.locator(".crop")).to_have_count(MAX_PICTURES)
    expect(page.locator("#crops-problem")).to_contain_text(
        f"{MAX_PICTURES} pictures at most: 2 pictures were not taken"
    )
    give(page, crop(1, "late.png"))
    expect(page.locator("#crops-problem")).to_contain_text("“late.png” was not taken")


def test_a_server_that_is_away(page: Page, troubles: Troubles) -> None:
    """Pictures and hits stay while it is tried again, and the next answer takes the sentence away."""
    troubles.expect("ERR_CONNECTION_REFUSED")
    page.route(SEARCH, lambda route: fulfil(route, ("before", "match", "door")))
    give(page, crop(1))
    expect(page.locator(".sighting-name")).to_have_text("before")
    page.unroute(SEARCH)
    page.route(SEARCH, lambda route: route.abort("connectionrefused"))
    give(page, crop(1))
    expect(page.locator("#people-notice")).to_contain_text("The server cannot be reached")
    expect(page.locator(".sighting-name")).to_have_text("before")
    expect(page.locator(".crop")).to_have_count(2)
    page.unroute(SEARCH)
    page.route(SEARCH, lambda route: fulfil(route, ("after", "match", "door")))
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".sighting-name")).to_have_text("after")
    expect(page.locator("#people-notice")).to_be_hidden()


def test_a_hit_whose_picture_is_gone(page: Page, troubles: Troubles) -> None:
    """Searching by it says so in the server's words, and what was given stays."""
    troubles.expect("status of 404")
    give(page, crop(1))
    expect(page.locator(".sighting").first).to_be_visible()
    detail = "There is no such picture; it was erased."
    page.route("**/v1/pictures/*", lambda route: route.fulfill(status=404, json={"detail": detail}))
    page.get_by_role("button", name="Search by this").first.click()
    expect(page.locator("#people-notice")).to_contain_text(detail)
    expect(page.locator(".crop img")).to_have_attribute("alt", "1.png")
    expect(page.locator(".sighting").first).to_be_visible()


def test_a_key_is_asked_for(page: Page, troubles: Troubles) -> None:
    """A session that ends in the middle of the work loses nothing."""
    troubles.expect("status of 401")
    page.route(SEARCH, lambda route: route.fulfill(status=401, body="{}"))
    give(page, crop(1))
    expect(page.get_by_role("dialog")).to_contain_text("This server asks for a key")
    page.keyboard.press("Escape")
    expect(page.locator("#people-notice")).to_contain_text("asks for a key")
    expect(page.locator(".crop")).to_have_count(1)
