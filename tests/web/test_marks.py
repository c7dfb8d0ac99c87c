"""Hits that are liked or not change what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from tests.web.drawings import BOOT, LINE, draw, find
from tests.web.serving import SHOES
from tests.web.test_access import focused
from tests.web.test_modules import call, module_page
from tests.web.test_results import query

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

__all__ = ["module_page"]

REFINE = "**/v1/search/refine?*"
KEYS = {shoe.title: shoe.key for shoe in SHOES}


def title(page: Page, place: int) -> str:
    """The title of the card at a place."""
    return page.locator(".card-title").nth(place).inner_text()


def sent_by(request: Request) -> dict[str, Any]:
    """The JSON that a search sent."""
    body: dict[str, Any] = cast("dict[str, Any]", request.post_data_json)
    return body


def press(page: Page, label: str) -> Request:
    """Press the button of that name, and return the search that follows once its hits are shown."""
    with page.expect_response(REFINE) as found:
        page.get_by_role("button", name=label, exact=True).click()
    assert found.value.ok
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    return found.value.request


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(steps=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["liked", "disliked"])), max_size=12))
def test_a_mark_is_set_changed_and_taken_away(module_page: Page, steps: Sequence[tuple[str, str]]) -> None:
    """After any presses each item is on the side of its last one, or on none where that took its mark away."""
    sides: dict[str, str] = {}
    for key, side in steps:
        if sides.pop(key, None) != side:
            sides[key] = side
    body = """
      let marks = m.NO_MARKS;
      for (const [key, side] of a) marks = m.withMark(marks, key, side);
      return { marks, sides: [...'abcd'].map((key) => m.sideOf(marks, key)), any: m.isMarked(marks) };"""
    found = call(module_page, "marks", body, [list(step) for step in steps])
    assert {side: list(found["marks"][side]) for side in ("liked", "disliked")} == {
        side: [key for key, kept in sides.items() if kept == side] for side in ("liked", "disliked")
    }
    assert found["sides"] == [sides.get(key) for key in "abcd"]
    assert found["any"] is bool(sides)


def test_no_more_marks_are_sent_than_the_server_takes(module_page: Page) -> None:
    """Of a hundred and one likes the oldest is forgotten."""
    body = """
      let marks = m.NO_MARKS;
      for (let n = 0; n <= 100; n += 1) marks = m.withMark(marks, String(n), 'liked');
      return marks.liked;"""
    assert call(module_page, "marks", body) == [str(number) for number in range(1, 101)]


def test_while_browsing_there_is_nothing_to_mark(page: Page) -> None:
    """Marks are offered where something was searched for, and only there."""
    expect(page.locator(".mark:visible")).to_have_count(0)
    find(page, BOOT)
    expect(page.locator(".mark:visible")).to_have_count(24)
    expect(page.locator("#forget")).to_be_hidden()


def test_marks_refine_the_search_until_they_are_cleared(page: Page) -> None:
    """What is not wanted leaves, what is liked stays marked, and one button brings the plain hits back."""
    find(page, BOOT)
    before = page.locator(".card-title").all_inner_texts()
    first, second = title(page, 0), title(page, 1)
    sent = press(page, f"Not this: {first}")
    assert sent_by(sent)["disliked"] == [KEYS[first]]
    assert sent_by(sent)["liked"] == []
    assert len(sent_by(sent)["strokes"]) == len(BOOT)
    assert query(sent)["collection"] == "shoes"
    expect(page.locator(".card")).to_have_count(11)
    assert first not in page.locator(".card-title").all_inner_texts()
    sent = press(page, f"Like {second}")
    assert (sent_by(sent)["liked"], sent_by(sent)["disliked"]) == ([KEYS[second]], [KEYS[first]])
    expect(page.get_by_role("button", name=f"Like {second}", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#forget")).to_have_text("Clear 1 like and 1 dislike")
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    page.locator("#forget").click()
    expect(page.locator(".card")).to_have_count(12)
    assert page.locator(".card-title").all_inner_texts() == before
    expect(page.locator("#forget")).to_be_hidden()
    expect(page.locator(".mark[aria-pressed=true]")).to_have_count(0)


def test_the_same_button_takes_a_mark_away(page: Page) -> None:
    """Liked twice is not liked: the plain search is asked again."""
    find(page, BOOT)
    name = f"Like {title(page, 2)}"
    press(page, name)
    with page.expect_response(lambda response: "/v1/search/fake" in response.url):
        page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#forget")).to_be_hidden()


def test_marks_go_with_an_item_that_more_is_wanted_of(page: Page) -> None:
    """More like this begins without marks, can be refined itself, and Escape forgets what was marked there."""
    find(page, BOOT)
    press(page, f"Like {title(page, 1)}")
    wanted = title(page, 0)
    with page.expect_response(lambda response: "search/similar" in response.url):
        page.locator(".card-similar").first.click()
    expect(page.locator("#results-title")).to_have_text(f"More like {wanted}")
    expect(page.locator("#forget")).to_be_hidden()
    unwanted = title(page, 0)
    sent = press(page, f"Not this: {unwanted}")
    assert sent_by(sent) == {"item": KEYS[wanted], "liked": [], "disliked": [KEYS[unwanted]]}
    expect(page.locator(".card")).to_have_count(10)
    page.keyboard.press("Escape")
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    expect(page.locator("#forget")).to_be_hidden()
    expect(page.locator(".card")).to_have_count(12)


def test_marks_outlive_a_further_stroke_and_not_an_empty_paper(page: Page) -> None:
    """Drawing on is the same wish; clearing the paper ends it."""
    find(page, BOOT)
    liked = title(page, 0)
    press(page, f"Like {liked}")
    with page.expect_request(REFINE) as more:
        draw(page, LINE)
    assert sent_by(more.value)["liked"] == [KEYS[liked]]
    page.keyboard.press("c")
    expect(page.locator("#results-title")).to_have_text("Shoes")
    expect(page.locator("#forget")).to_be_hidden()


def test_hits_of_a_picture_are_refined_with_the_picture(page: Page, tmp_path: Path) -> None:
    """The picture travels again, the marks beside it."""
    (tmp_path / "shoe.png").write_bytes(SHOES[0].picture)
    page.locator("#file").set_input_files(tmp_path / "shoe.png")
    expect(page.locator("#results-title")).to_have_text("Looks like your picture")
    unwanted = title(page, 0)
    sent = press(page, f"Not this: {unwanted}")
    # What a form with a file holds Chromium does not tell; that it was understood shows in the hits.
    assert sent.headers["content-type"].startswith("multipart/form-data")
    expect(page.locator(".card")).to_have_count(11)
    assert unwanted not in page.locator(".card-title").all_inner_texts()


def test_the_focus_is_not_lost_with_a_card_that_leaves(page: Page) -> None:
    """Who marks with the keyboard goes on from the results."""
    find(page, BOOT)
    page.locator(".mark-disliked").first.focus()
    with page.expect_response(REFINE):
        page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(11)
    assert page.evaluate("document.activeElement.id") == "results"
    name = f"Like {title(page, 0)}"
    page.get_by_role("button", name=name, exact=True).focus()
    with page.expect_response(REFINE):
        page.keyboard.press("Space")
    expect(page.locator("#forget")).to_have_text("Clear 1 like and 1 dislike")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    assert focused(page) == name
