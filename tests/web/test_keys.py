"""A server that asks for keys: the page asks for one, uses it for everything, and keeps it nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest
from playwright.sync_api import expect

from app.main import create_app
from app.settings import Settings
from indexer.catalogue import KeyScope, issue, open_catalogue
from tests.models.fakes import FakePredictor, fake_spec
from tests.web.drawings import LINE, draw
from tests.web.serving import fill, run

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from indexer.catalogue import Keyring
    from models.predictor import Predictor
    from tests.web.conftest import Troubles

STORED = "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.body.outerHTML])"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the closed server."""
    return tmp_path_factory.mktemp("closed")


@pytest.fixture(scope="module")
def closed(home: Path) -> Iterator[str]:
    """A server with the small catalogue; the tests make its keys."""
    settings = Settings(home=home, log_level="ERROR", rate_per_key=0)
    application = create_app(
        settings, predictors=lambda _, digest: cast("Predictor", FakePredictor()), specs={"fake": fake_spec()}
    )
    with run(application) as address:
        fill(address)
        yield address


@pytest.fixture
def keyring(home: Path, closed: str) -> Iterator[Keyring]:
    """Its keys."""
    with open_catalogue(f"sqlite:///{home}/likeness.sqlite") as catalogue:
        yield catalogue.keyring


@pytest.fixture
def secret(keyring: Keyring) -> Iterator[str]:
    """A key that may read; it is revoked after the test."""
    issued = issue("page", KeyScope.READ)
    keyring.add(issued)
    yield issued.secret
    if issued.key.id in {key.id for key in keyring.all() if key.revoked_at is None}:
        keyring.revoke(issued.key.id)


@pytest.fixture
def asked(context: BrowserContext, closed: str, secret: str, troubles: Troubles) -> Page:
    """The page, which asks for a key."""
    troubles.expect("status of 401")
    page = context.new_page()
    page.goto(closed)
    expect(page.get_by_role("dialog")).to_contain_text("This server asks for a key")
    return page


def give(page: Page, secret: str) -> None:
    """Type a key and send it."""
    page.get_by_label("Key", exact=True).fill(secret)
    page.keyboard.press("Enter")


def test_a_key_opens_the_collection_its_pictures_and_the_search(asked: Page, secret: str) -> None:
    """After the key everything is as on an open server: cards with pictures, hits, and what the network sees."""
    expect(asked.locator(".card")).to_have_count(0)
    give(asked, secret)
    expect(asked.get_by_role("dialog")).to_be_hidden()
    expect(asked.locator(".card:not(.place)")).to_have_count(12)
    for place in range(3):
        expect(asked.locator(".card-picture").nth(place)).not_to_have_js_property("naturalWidth", 0)
    draw(asked, LINE)
    expect(asked.locator("#results-title")).to_have_text("Looks like your drawing")
    expect(asked.locator("#sees-hit img")).to_be_visible()


def test_the_key_is_kept_nowhere(asked: Page, secret: str, closed: str) -> None:
    """No storage, no readable cookie and no element holds it, nor any address that was asked for."""
    addresses: list[str] = []
    asked.on("request", lambda request: addresses.append(request.url))
    give(asked, secret)
    expect(asked.locator(".card:not(.place)")).to_have_count(12)
    chance = secret.rsplit("_", 1)[1]
    assert chance not in str(asked.evaluate(STORED))
    assert asked.get_by_label("Key", exact=True).input_value() == ""
    assert not any(chance in address for address in addresses)
    (cookie,) = asked.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert chance not in cookie["value"]


def test_a_session_outlives_the_page(asked: Page, secret: str, closed: str) -> None:
    """Opening the page again, or in a second window, does not ask again."""
    give(asked, secret)
    expect(asked.locator(".card:not(.place)")).to_have_count(12)
    again = asked.context.new_page()
    again.goto(closed)
    expect(again.locator(".card:not(.place)")).to_have_count(12)
    expect(again.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("wrong", ["x", "likeness_aaaaaaaa_" + "a" * 52, "Schlüssel"])
def test_a_wrong_key_is_said_to_be_wrong(asked: Page, secret: str, wrong: str) -> None:
    """The dialog stays, says why in a sentence, and takes the right key after that."""
    give(asked, wrong)
    expect(asked.locator("#key-problem")).not_to_be_empty()
    expect(asked.get_by_role("dialog")).to_be_visible()
    give(asked, secret)
    expect(asked.locator(".card:not(.place)")).to_have_count(12)


def test_a_page_whose_session_ends_asks_again_and_goes_on(asked: Page, secret: str, keyring: Keyring) -> None:
    """In the middle of the work: the drawing stays, and another key finds what it looks like."""
    give(asked, secret)
    expect(asked.locator(".card:not(.place)")).to_have_count(12)
    keyring.revoke("page")
    draw(asked, LINE)
    expect(asked.get_by_role("dialog")).to_contain_text("This server asks for a key")
    another = issue("another", KeyScope.ADMIN)
    keyring.add(another)
    give(asked, another.secret)
    expect(asked.locator("#results-title")).to_have_text("Looks like your drawing")
    expect(asked.locator("#ink")).to_have_attribute("aria-label", "Drawing area, 1 stroke")
    keyring.revoke("another")


def test_who_gives_no_key_is_told_and_can_try_again(asked: Page, secret: str) -> None:
    """Escape leaves the question; a sentence and a button stand in place of the cards."""
    asked.keyboard.press("Escape")
    expect(asked.get_by_role("dialog")).to_be_hidden()
    expect(asked.locator("#notice")).to_contain_text("asks for a key")
    asked.get_by_role("button", name="Give a key").click()
    expect(asked.get_by_role("dialog")).to_be_visible()
    give(asked, secret)
    expect(asked.locator(".card:not(.place)")).to_have_count(12)


def test_a_session_can_be_ended_from_the_page(asked: Page, secret: str) -> None:
    """The button is there only while there is a session; afterwards the page asks again, and the cookie is gone."""
    leave = asked.get_by_role("button", name="Forget the key")
    expect(leave).to_be_hidden()
    give(asked, secret)
    expect(asked.locator(".card:not(.place)")).to_have_count(12)
    leave.click()
    expect(asked.get_by_role("dialog")).to_contain_text("This server asks for a key")
    expect(asked.locator(".card")).to_have_count(0)
    expect(leave).to_be_hidden()
    assert asked.context.cookies() == []


def test_a_key_that_expired_says_so(asked: Page, keyring: Keyring, secret: str) -> None:
    """Its bearer learns that it was once good, and what to do."""
    old = issue("old", KeyScope.READ, datetime.now(UTC) - timedelta(days=1))
    keyring.add(old)
    give(asked, old.secret)
    expect(asked.locator("#key-problem")).to_contain_text("old expired on")
    keyring.revoke("old")
