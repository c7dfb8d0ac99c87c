"""The page's pure modules, called inside the browser and judged by what must hold for any input."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from tests.web.conftest import Troubles

coordinates = st.tuples(st.integers(0, 1000), st.integers(0, 750))
lines = st.lists(st.lists(coordinates, min_size=2, max_size=8), max_size=5)
in_browser = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@pytest.fixture(scope="module")
def module_page(browser: Browser, address: str) -> Page:
    """A page that only lends its modules."""
    page = browser.new_page()
    page.goto(address)
    return page


def call(page: Page, module: str, body: str, argument: Any = None) -> Any:
    """Run a function body with the module as `m` and the argument as `a`."""
    return page.evaluate(f"async (a) => {{ const m = await import('/static/js/{module}.js'); {body} }}", argument)


DRAWING = """
const stroke = (line) => ({ points: line.map(([x, y]) => ({ x, y, pressure: 0.5 })), pressed: false });
const drawing = a.lines.reduce((sheet, line) => m.withStroke(sheet, stroke(line)), m.BLANK);
"""


@in_browser
@given(steps=st.lists(st.sampled_from(["commit", "undo", "redo"]), max_size=30))
def test_history_behaves_like_two_stacks(module_page: Page, steps: list[str]) -> None:
    """Any sequence of steps, undos and redos gives what a list with a cursor gives."""
    values, cursor, expected = [0], 0, []
    for number, step in enumerate(steps, 1):
        if step == "commit":
            values, cursor = [*values[: cursor + 1], number], cursor + 1
        elif step == "undo":
            cursor = max(0, cursor - 1)
        else:
            cursor = min(len(values) - 1, cursor + 1)
        expected.append([values[cursor], cursor > 0, cursor < len(values) - 1])
    body = """
      let history = m.begin(0);
      return a.map((step, index) => {
        history = step === 'commit' ? m.commit(history, index + 1) : m[step](history);
        return [history.present, m.canUndo(history), m.canRedo(history)];
      });"""
    assert call(module_page, "history", body, steps) == expected


@in_browser
@given(line=st.lists(coordinates, min_size=2, max_size=10))
def test_spreading_keeps_the_ends_and_leaves_no_gaps(module_page: Page, line: list[tuple[int, int]]) -> None:
    """A stored stroke's points lie close together, begin and end with the hand, and stray from its way nowhere."""
    body = "return m.spread(a.map(([x, y]) => ({ x, y, pressure: 0.5 }))).map(({ x, y }) => [x, y]);"
    points = call(module_page, "ink", body, line)
    assert points[0] == list(line[0])
    assert points[-1] == pytest.approx(list(line[-1]))
    gaps = [math.dist(p, q) for p, q in pairwise(points)]
    assert all(gap <= 9 + 1e-9 for gap in gaps)
    assert all(min(way(point, p, q) for p, q in pairwise(line)) <= 3 for point in points)


def way(point: list[float], start: tuple[int, int], end: tuple[int, int]) -> float:
    """Distance of a point from a straight piece of line."""
    (x, y), (dx, dy) = point, (end[0] - start[0], end[1] - start[1])
    length = dx * dx + dy * dy
    share = 0 if length == 0 else min(1, max(0, ((x - start[0]) * dx + (y - start[1]) * dy) / length))
    return math.dist(point, (start[0] + share * dx, start[1] + share * dy))


@in_browser
@given(lines=lines, start=coordinates, end=coordinates)
def test_erasing_removes_exactly_what_was_touched(
    module_page: Page, lines: list[list[tuple[int, int]]], start: tuple[int, int], end: tuple[int, int]
) -> None:
    """The point eraser leaves every run of points out of its reach, the stroke eraser every stroke all of which is."""
    body = (
        DRAWING
        + """
      const at = ([x, y]) => ({ x, y, pressure: 0.5 });
      const plain = (sheet) => sheet.strokes.map((one) => one.points.map(({ x, y }) => [x, y]));
      const before = JSON.stringify(drawing);
      const points = m.erasePoints(drawing, at(a.start), at(a.end), 20);
      const strokes = m.eraseStrokes(drawing, at(a.start), at(a.end), 20);
      return { all: plain(drawing), points: plain(points), strokes: plain(strokes),
        same: before === JSON.stringify(drawing), untouched: [points === drawing, strokes === drawing] };"""
    )
    found = call(module_page, "ink", body, {"lines": lines, "start": start, "end": end})
    assert found["same"]
    whole = [stroke for stroke in found["all"] if all(way(point, start, end) > 20 for point in stroke)]
    assert found["strokes"] == whole
    expected = []
    for stroke in found["all"]:
        run: list[list[float]] = []
        for point in [*stroke, None]:
            if point is not None and way(point, start, end) > 20:
                run.append(point)
                continue
            expected += [run] if len(run) > 1 or (len(stroke) == len(run)) else []
            run = []
    assert found["points"] == expected
    assert found["untouched"] == [found["points"] == found["all"], found["strokes"] == found["all"]]


def test_a_dot_is_a_stroke_and_no_points_are_none(module_page: Page) -> None:
    """One point can be sent; a stroke without points changes nothing."""
    body = DRAWING + "return [m.toLines(drawing), m.withStroke(drawing, stroke([])) === drawing];"
    assert call(module_page, "ink", body, {"lines": [[[10.04, 20.06]]]}) == [[[[10, 20.1]]], True]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("-3", 0), (None, None), ("", None), ("soon", None), ("Thu, 01 Jan 1970 00:00:12 GMT", 2)],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    module_page: Page, header: str | None, seconds: float | None
) -> None:
    """Both forms of the header give seconds from now, never less than none; anything else gives nothing."""
    assert call(module_page, "api", "return m.retrySeconds(a, 10_000);", header) == seconds


def test_only_what_may_pass_is_tried_again(module_page: Page) -> None:
    """A busy or limited server and a lost network are worth waiting for; a refusal is not."""
    body = """
      const { Problem, Unreachable } = await import('/static/js/api.js');
      return [new Problem(503, '', { retryAfter: 9 }), new Problem(429, '', { retryAfter: 1 }), new Problem(503, ''),
        new Problem(404, ''), new Problem(500, ''), new Error('')].map((error) => m.patience(error, 0))
        .concat([0, 1, 2, 3, 4, 99].map((failures) => m.patience(new Unreachable(), failures)));"""
    assert call(module_page, "finder", body) == [9, 1, 2, None, None, None, 2, 4, 8, 15, 30, 30]


def facets(page: Page, records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Facets of items with this metadata, by field."""
    found = call(page, "facets", "return m.inferFacets(a.map((metadata) => ({ metadata })));", records)
    return {facet["field"]: facet for facet in found}


@in_browser
@given(prices=st.lists(st.floats(0, 1e6, allow_nan=False), min_size=8, max_size=40, unique=True))
def test_a_range_spans_every_value_in_at_most_a_few_dozen_steps(module_page: Page, prices: list[float]) -> None:
    """No item lies outside the slider's ends, and the slider is neither endless nor a switch."""
    facet = facets(module_page, [{"price": price} for price in prices])["price"]
    slack = 1e-9 * max(1.0, *prices)
    assert facet["low"] <= min(prices) + slack
    assert facet["high"] >= max(prices) - slack
    assert 2 <= (facet["high"] - facet["low"]) / facet["step"] <= 63


def test_facets_are_what_people_filter_by(module_page: Page) -> None:
    """Repeated words and spread numbers are offered, the familiar first; titles, constants and odd names are not."""
    records = [
        {
            "sole": ["flat", "heel"][number % 2],
            "price": 10 + number,
            "colour": ["red", "blue"][number % 2],
            "kind": ["boot", "pump", "mule"][number % 3],
            "vegan": number % 2 == 0,
            "size": 36 + number % 4,
            "code": f"A{number}",
            "season": "all",
            "tags": ["x"],
            "maker": {"name": "a"},
        }
        for number in range(20)
    ]
    found = facets(module_page, records)
    assert list(found) == ["kind", "colour", "price", "size", "sole", "vegan"]
    assert [entry["value"] for entry in found["kind"]["values"]] == ["boot", "mule", "pump"]
    assert sum(entry["count"] for entry in found["kind"]["values"]) == 20
    assert found["size"]["kind"] == "choice"


def test_the_commonest_labels_are_offered(module_page: Page) -> None:
    """However many there are: as many as are seen at a glance, no rarer one in place of a commoner, in order."""
    records = [{"tags": [f"label {number:03}" for number in range(0, 60, 1 + turn)]} for turn in range(30)]
    values = facets(module_page, records)["tags"]["values"]
    counts = {f"label {number:03}": sum(number % (1 + turn) == 0 for turn in range(30)) for number in range(60)}
    assert {one["value"]: one["count"] for one in values}.items() <= counts.items()
    kept = {one["value"] for one in values}
    assert len(kept) == len(values) == 24
    assert min(counts[label] for label in kept) >= max(counts[label] for label in counts if label not in kept)
    assert [one["value"] for one in values] == sorted(kept)


def test_a_filter_is_written_as_the_api_reads_it(module_page: Page) -> None:
    """Nothing, one value, several, ranges open at either end, and several fields at once."""
    body = "return a.map(m.toFilter);"
    picked = [
        {},
        {"kind": {"values": []}, "price": {"from": None, "to": None}},
        {"kind": {"values": ["boot"]}},
        {"kind": {"values": ["boot", "pump"]}},
        {"price": {"from": 0, "to": None}},
        {"price": {"from": 10, "to": 20}, "kind": {"values": ["boot"]}},
        {"not": {"values": [1]}, "a.b\\c": {"values": [2]}},
    ]
    assert call(module_page, "facets", body, picked) == [
        None,
        None,
        {"kind": "boot"},
        {"kind": {"in": ["boot", "pump"]}},
        {"price": {"gte": 0}},
        {"and": [{"price": {"gte": 10, "lte": 20}}, {"kind": "boot"}]},
        {"and": [{"\\not": 1}, {"a\\.b\\\\c": 2}]},
    ]


def test_values_are_written_for_people(module_page: Page) -> None:
    """Per cent with a true minus, names of fields as words, prices in their currency when one is named."""
    body = """return [m.percent(0.874), m.percent(-0.05), m.fieldLabel('heel_height'), m.fieldLabel('heelHeight'),
      m.fieldValue('price', 1234.5, { currency: 'EUR' }), m.fieldValue('price', 80), m.fieldValue('size', 41),
      m.fieldValue('vegan', true), m.fieldValue('tags', ['a', 'b']), m.fieldValue('x', null)];"""
    assert call(module_page, "format", body) == [
        "87 %",
        "−5 %",
        "Heel height",
        "Heel height",
        "€1,234.50",
        "80",
        "41",
        "yes",
        "a, b",
        "–",
    ]


def test_keys_with_slashes_and_odd_letters_reach_their_path(module_page: Page) -> None:
    """A key's slashes stay slashes, everything else that has a meaning in an address is escaped."""
    addresses: list[str] = []

    def reply(route: Route) -> None:
        addresses.append(route.request.url)
        route.fulfill(body=b"")

    module_page.route("**/v1/view/**", reply)
    call(module_page, "api", "await m.viewItem(a, { name: 'my shoes' });", "left/a b?#%é")
    module_page.unroute("**/v1/view/**")
    (address,) = addresses
    assert address.endswith("/v1/view/my%20shoes/left/a%20b%3F%23%25%C3%A9")


def test_the_examples_lie_on_the_sheet(module_page: Page) -> None:
    """Every example is some strokes of finite points within the sheet."""
    body = """const { WIDTH, HEIGHT } = await import('/static/js/ink.js');
      return m.EXAMPLES.map(({ lines }) => m.toStrokes(lines).flatMap(({ points }) => points)
        .every(({ x, y }) => x > 0 && x < WIDTH && y > 0 && y < HEIGHT));"""
    found = call(module_page, "examples", body)
    assert len(found) >= 4
    assert all(found)


def test_a_forbidden_storage_is_no_obstacle(browser: Browser, address: str, troubles: Troubles) -> None:
    """Where the browser denies localStorage the page works and remembers for as long as it is open."""
    context = browser.new_context()
    troubles.listen(context)
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page = context.new_page()
    page.goto(address)
    page.locator(".card:not(.place)").first.wait_for()
    page.get_by_role("button", name="Dark theme").click()
    dark = page.get_by_role("button", name="Dark theme").get_attribute("aria-pressed")
    context.close()
    assert json.loads(dark or "null") is True
