"""What the page shows when there is nothing to show, when the server is busy, gone, or answers out of turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.web.answers import EVERYTHING, SEARCH, decline, fulfil_with, invent, strokes_of
from tests.web.drawings import CROSS, LINE, draw

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request, Route

    from tests.web.conftest import Troubles

DEAF = """
// A fetch that does not hear abort() and keeps the first search's answer until it is let go.
const real = window.fetch;
window.held = [];
window.fetch = (address, { signal, ...options } = {}) => {
  const answer = real(address, options);
  if (!String(address).includes("search/fake") || window.held.length > 0) return answer;
  return new Promise((resolve) => window.held.push(async () => resolve(await answer)));
};
"""


def stop_the_clock(page: Page) -> None:
    """From here on time passes only when a test lets it."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))


def test_an_empty_paper_invites_and_shows_the_collection(page: Page) -> None:
    """Before anything is drawn there is a hint, and the collection's items without scores."""
    expect(page.locator("#hint-title")).to_have_text("Draw a shoe")
    expect(page.locator("#results-title")).to_have_text("Shoes")
    expect(page.locator(".card")).to_have_count(12)
    expect(page.locator(".score:visible")).to_have_count(0)
    expect(page.locator("#facts")).to_have_text("Showing 12 of 12 items")


def test_an_empty_collection_says_how_to_fill_it(page: Page) -> None:
    """Choosing the empty collection shows the command for that collection, also after drawing."""
    page.get_by_label("Collection").select_option("bare")
    notice = page.locator("#notice")
    expect(notice).to_contain_text("“Bare shelf” is empty")
    expect(notice).to_contain_text("likeness index build bare --source FOLDER")
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator("#filters")).to_be_hidden()
    draw(page, LINE)
    expect(page.locator("#sees-query img")).to_be_visible()
    expect(notice).to_contain_text("“Bare shelf” is empty")
    assert "collection=bare" in page.url


def test_no_collection_at_all_points_to_the_demo(context: BrowserContext, address: str) -> None:
    """A fresh installation is told about `likeness demo` and can look again."""
    page = context.new_page()
    page.route("**/v1/collections", lambda route: route.fulfill(json={"collections": []}))
    page.goto(address)
    expect(page.locator("#notice")).to_contain_text("likeness demo")
    page.unroute("**/v1/collections")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator(".card")).to_have_count(12)
    expect(page.locator("#notice")).to_be_hidden()


def test_a_busy_server_is_asked_again_after_the_time_it_names(page: Page, troubles: Troubles) -> None:
    """503 with Retry-After 30: the page says so, keeps the cards, is silent for 30 seconds and then succeeds."""
    troubles.expect("status of 503")
    stop_the_clock(page)
    requests: list[Request] = []

    def reply(route: Route) -> None:
        requests.append(route.request)
        if len(requests) == 1:
            decline(route, 503, "Too many queries are waiting; try again soon.", **{"Retry-After": "30"})
        else:
            fulfil_with(route, "found at last")

    invent(page, reply)
    draw(page, LINE)
    page.clock.run_for(1000)
    notice = page.locator("#notice")
    expect(notice).to_contain_text("The server is busy")
    expect(notice).to_contain_text("Trying again in 30 seconds")
    expect(page.locator("#announcer")).to_contain_text("The server is busy")
    expect(page.locator(".card")).to_have_count(12)
    page.clock.run_for(25_000)
    draw(page, [[(300, 500), (700, 500)]])
    page.clock.run_for(2000)
    assert len(requests) == 1
    page.clock.run_for(5000)
    expect(page.locator(".card-title").first).to_have_text("found at last")
    assert len(strokes_of(requests[-1])) == 2
    assert len(requests) == 2
    expect(notice).to_be_hidden()


def test_try_now_does_not_wait(page: Page, troubles: Troubles) -> None:
    """The button of the busy notice asks at once."""
    troubles.expect("status of 503")
    answers = iter([503])

    def reply(route: Route) -> None:
        if next(answers, None):
            decline(route, 503, "busy", **{"Retry-After": "600"})
        else:
            fulfil_with(route, "found")

    invent(page, reply)
    draw(page, LINE)
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".card-title").first).to_have_text("found")


def test_the_servers_refusal_is_shown_in_its_own_words(page: Page, troubles: Troubles) -> None:
    """A 4xx answer shows its detail and the request's id, takes stale hits away, and is not asked again by itself."""
    troubles.expect("status of 409")
    requests: list[Request] = []

    def reply(route: Route) -> None:
        requests.append(route.request)
        decline(route, 409, "The collection was built with other weights; run likeness index build shoes.")

    stop_the_clock(page)
    invent(page, reply)
    draw(page, LINE)
    page.clock.run_for(1000)
    notice = page.locator("#notice")
    expect(notice).to_contain_text("The collection was built with other weights; run likeness index build shoes.")
    expect(notice).to_contain_text("r-17")
    expect(page.locator(".card")).to_have_count(0)
    page.clock.run_for(60_000)
    assert len(requests) == 1


def test_being_offline_is_said_and_ends_by_itself(page: Page, context: BrowserContext, troubles: Troubles) -> None:
    """Without a network the page says so and keeps the cards; when it is back the drawing is searched."""
    troubles.expect("ERR_INTERNET_DISCONNECTED")
    context.set_offline(offline=True)
    draw(page, LINE)
    expect(page.locator("#notice")).to_contain_text("You are offline")
    expect(page.locator(".card")).to_have_count(12)
    context.set_offline(offline=False)
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    expect(page.locator("#notice")).to_be_hidden()


def test_an_unreachable_server_is_tried_again(context: BrowserContext, address: str, troubles: Troubles) -> None:
    """A page whose first requests fail says so and recovers without being reloaded."""
    troubles.expect("ERR_CONNECTION_REFUSED")
    page = context.new_page()
    page.route(EVERYTHING, lambda route: route.abort("connectionrefused"))
    page.goto(address)
    expect(page.locator("#notice")).to_contain_text("The server cannot be reached")
    page.unroute(EVERYTHING)
    expect(page.locator(".card")).to_have_count(12)


def test_a_newer_search_aborts_the_older(page: Page) -> None:
    """The request of the first stroke is aborted by that of the second."""
    pending: list[Route] = []
    aborted: list[str] = []
    page.on("requestfailed", lambda request: aborted.append(request.post_data or ""))

    def reply(route: Route) -> None:
        if len(strokes_of(route.request)) == 1:
            pending.append(route)
        else:
            fulfil_with(route, "newer")

    invent(page, reply)
    with page.expect_request(SEARCH):
        draw(page, CROSS[:1])
    draw(page, CROSS[1:])
    expect(page.locator(".card-title").first).to_have_text("newer")
    assert len(pending) == len(aborted) >= 1


def test_an_older_answer_that_comes_late_changes_nothing(context: BrowserContext, address: str) -> None:
    """Even when abort() is not heard, the answer to the first stroke cannot replace that to the second."""
    page = context.new_page()
    page.add_init_script(DEAF)
    invent(page, lambda route: fulfil_with(route, ["none", "older", "newer"][len(strokes_of(route.request))]))
    page.goto(address)
    page.locator(".card:not(.place)").first.wait_for()
    with page.expect_response(SEARCH):
        draw(page, CROSS[:1])
    draw(page, CROSS[1:])
    title = page.locator(".card-title").first
    expect(title).to_have_text("newer")
    page.evaluate("() => Promise.all(window.held.map((letGo) => letGo()))")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(title).to_have_text("newer")
    expect(page.locator("#progress")).to_be_hidden()


def test_cards_do_not_flicker_between_answers(page: Page) -> None:
    """While an answer is awaited the old cards stay, and an item in both answers keeps its element."""
    waiting: list[Route] = []

    def reply(route: Route) -> None:
        if len(strokes_of(route.request)) == 2:
            fulfil_with(route, "kept", "dropped")
        elif stage == "drawing":
            fulfil_with(route, "other")
        else:
            waiting.append(route)

    stage = "drawing"
    invent(page, reply)
    draw(page, CROSS)
    expect(page.locator(".card-title")).to_have_text(["kept", "dropped"])
    kept = page.locator(".card").first.element_handle()
    stage = "undoing"
    with page.expect_request(SEARCH):
        page.keyboard.press("Control+z")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".card-title")).to_have_text(["kept", "dropped"])
    fulfil_with(waiting[-1], "new", "kept")
    expect(page.locator(".card-title")).to_have_text(["new", "kept"])
    assert page.evaluate("card => card === document.querySelectorAll('.card')[1]", kept)
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
