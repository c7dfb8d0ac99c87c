"""The tabs at the top: what they show, where the choice is kept, and when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.app.people import people_server
from tests.web.crowd import create, crop, give
from tests.web.drawings import LINE, draw
from tests.web.serving import run

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page


@pytest.fixture
def page(context: BrowserContext, crowd: str) -> Page:
    """The page as its bare address shows it."""
    opened = context.new_page()
    opened.goto(crowd)
    opened.locator(".card:not(.place)").first.wait_for()
    return opened


def shown(page: Page) -> str:
    """Name of the tab that is shown, which is the one that is selected."""
    (panel,) = page.get_by_role("tabpanel").all()
    (name,) = page.locator("[role=tab][aria-selected=true]").all_inner_texts()
    expect(page.get_by_role("tabpanel", name=name)).to_have_count(1)
    assert panel.get_attribute("id") == f"panel-{name.lower()}"
    return name


def test_the_choice_is_in_the_address_and_in_the_history(page: Page, crowd: str) -> None:
    """A click changes the address; reload, back and forward show the tab that the address names."""
    assert shown(page) == "Drawing"
    page.get_by_role("tab", name="People").click()
    assert shown(page) == "People"
    assert page.url == f"{crowd}?tab=people&collection=people"
    assert page.title() == "Likeness: search for a person"
    page.reload()
    expect(page.get_by_role("tab", name="People")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Drawing").click()
    page.go_back()
    expect(page.get_by_role("tabpanel", name="People")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("tabpanel", name="Drawing")).to_be_visible()


def test_arrows_lead_from_tab_to_tab(page: Page) -> None:
    """One tab is in the order of Tab; arrows go round, Home and End to the ends, and the focus goes along."""
    page.get_by_role("tab", name="Drawing").focus()
    for key, name in [
        ("ArrowRight", "People"),
        ("ArrowRight", "Drawing"),
        ("ArrowLeft", "People"),
        ("Home", "Drawing"),
        ("End", "People"),
    ]:
        page.keyboard.press(key)
        assert shown(page) == name
        assert page.evaluate("document.activeElement.textContent") == name
        assert page.locator("[role=tab]").evaluate_all("tabs => tabs.filter((tab) => tab.tabIndex === 0).length") == 1


def test_each_tab_keeps_what_it_has(page: Page) -> None:
    """A drawing and pictures of a person outlive visits to the other tab, and no key reaches the hidden one."""
    draw(page, LINE)
    expect(page.locator("#results-title")).to_contain_text("your drawing")
    page.get_by_role("tab", name="People").click()
    give(page, crop(1))
    expect(page.locator(".sighting").first).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".crop")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator(".crop")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Drawing").click()
    expect(page.locator("#ink")).to_have_attribute("aria-label", "Drawing area, 1 stroke")
    page.get_by_role("tab", name="People").click()
    expect(page.locator(".sighting").first).to_be_visible()


def test_each_tab_has_its_own_collections(page: Page) -> None:
    """What can be drawn for stands in one, people in the other; a link to one of people opens their tab."""
    expect(page.locator("#collection")).to_be_hidden()
    page.get_by_role("tab", name="People").click()
    assert page.locator("#collection").locator("option").all_inner_texts() == ["Empty", "People"]
    page.goto(f"{page.url.partition('?')[0]}?collection=empty")
    expect(page.get_by_role("tabpanel", name="People")).to_be_visible()
    expect(page.locator("#collection")).to_have_value("empty")


def test_the_first_link_leads_to_the_hits_of_the_tab(page: Page) -> None:
    """In either tab, without leaving it."""
    for name, place in (("Drawing", "results"), ("People", "people-results")):
        page.get_by_role("tab", name=name).click()
        page.get_by_role("link", name="Skip to the results").focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{place}")).to_be_focused()
        assert shown(page) == name


def test_the_ink_is_sharp_in_a_tab_that_was_hidden(context: BrowserContext, crowd: str) -> None:
    """Who comes by way of the people tab draws on a canvas with as many pixels as the paper has."""
    page = context.new_page()
    page.goto(f"{crowd}?tab=people")
    page.get_by_role("tab", name="Drawing").click()
    draw(page, LINE)
    expect(page.locator("#results-title")).to_contain_text("your drawing")
    assert page.locator("#ink").evaluate("ink => Math.abs(ink.width - ink.clientWidth) <= 1")


def test_a_server_without_people_shows_no_tabs(context: BrowserContext, address: str) -> None:
    """It is just the page to draw on; a link to the other tab tells what to do, and stays on it."""
    page = context.new_page()
    page.goto(address)
    page.locator(".card:not(.place)").first.wait_for()
    expect(page.get_by_role("tablist")).to_be_hidden()
    expect(page.get_by_role("tabpanel")).to_have_count(0)
    page.goto(f"{address}?tab=people")
    expect(page.locator("#people-notice")).to_contain_text("There is no collection of people yet")
    expect(page.locator("#people-notice code")).to_have_text("likeness index build people --model reid --source FOLDER")
    assert shown(page) == "People"


def test_a_server_of_people_alone_opens_their_tab(context: BrowserContext, tmp_path: Path) -> None:
    """There is nothing to draw for; the other tab says so."""
    with run(people_server(tmp_path)) as address:
        create(address, "people", "reid")
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_role("tabpanel", name="People")).to_be_visible()
        page.get_by_role("tab", name="Drawing").click()
        expect(page.locator("#notice")).to_contain_text("There is no collection yet")
