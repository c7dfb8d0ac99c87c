"""The pure modules behind the tabs and the search for a person, called inside the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bodies import MAX_PICTURES
from app.problems import TABLE
from app.settings import Settings
from tests.web.test_modules import call, in_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

cameras = st.sampled_from(["door", "hall", 3, "3", None, "", " ", 1.5, {"name": "x"}])


@pytest.fixture(scope="module")
def module_page(browser: Browser, address: str) -> Page:
    """A page that only lends its modules."""
    page = browser.new_page()
    page.goto(address)
    return page


@in_browser
@given(seen=st.lists(cameras, max_size=12))
def test_hits_are_grouped_without_losing_one(module_page: Page, seen: list[Any]) -> None:
    """Each stands in one group, of its camera as text, in its order; groups are in the order of their first hits."""
    hits = [{"key": str(place), "metadata": {"camera": camera}} for place, camera in enumerate(seen)]
    body = "return m.byCamera(a).map(({ camera, hits }) => [camera, hits.map(({ key }) => Number(key))]);"
    groups = call(module_page, "sightings", body, hits)
    expected: dict[str | None, list[int]] = {}
    for place, camera in enumerate(seen):
        named = isinstance(camera, int | float) or (isinstance(camera, str) and camera.strip())
        expected.setdefault(str(camera) if named else None, []).append(place)
    assert groups == [[camera, places] for camera, places in expected.items()]


@in_browser
@given(verdicts=st.lists(st.sampled_from(["match", "unsure", "no match"]), max_size=6), own=st.sets(st.integers(0, 5)))
def test_own_pictures_are_no_hits(module_page: Page, verdicts: list[str], own: set[int]) -> None:
    """What is left is the others in their order, no more than asked for, and the verdict is the best one's."""
    hits = [{"key": str(place), "verdict": verdict} for place, verdict in enumerate(verdicts)]
    body = "return m.withoutOwn({ hits: a.hits, verdict: 'match' }, new Set(a.own), 3);"
    found = call(module_page, "sightings", body, {"hits": hits, "own": [str(place) for place in own]})
    left = [hit for place, hit in enumerate(hits) if place not in own][:3]
    assert found["hits"] == left
    assert found["verdict"] == (left[0]["verdict"] if left else "no match")


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("2025-01-31T08:00:00Z", "2025-01-31 08:00:00 UTC"),
        ("2025-01-31T08:00", "2025-01-31 08:00"),
        ("2025-01-31T08:00:00.250+01:00", "2025-01-31 08:00:00 +01:00"),
        ("yesterday", None),
        ("2025-01-31", None),
        (1738310400, None),
        (None, None),
    ],
)
def test_times_are_shown_as_they_were_written(module_page: Page, time: Any, words: str | None) -> None:
    """In the zone of whoever wrote them; what is no time is none."""
    assert call(module_page, "sightings", "return m.timeWords(a);", time) == words


def test_a_collection_tells_by_what_it_is_narrowed_down(module_page: Page) -> None:
    """Its cameras once each, numbers in order, and whether items have a time that can be compared as text."""
    body = "return a.map((all) => m.narrowing(all.map((metadata) => ({ metadata }))));"
    some = [{"camera": 10}, {"camera": "2"}, {"camera": 2, "time": 17}, {"time": "2025-01-31T08:00:00Z"}]
    assert call(module_page, "sightings", body, [some, some[:3], []]) == [
        {"cameras": ["2", "10"], "timed": True},
        {"cameras": ["2", "10"], "timed": False},
        {"cameras": [], "timed": False},
    ]


def test_a_window_of_time_is_written_as_the_api_reads_it(module_page: Page) -> None:
    """Its end is outside, either end may be open, and no window is no filter."""
    body = "return a.map(([from, until]) => m.windowFilter(from, until));"
    assert call(module_page, "sightings", body, [["", ""], ["a", ""], ["", "b"], ["a", "b"]]) == [
        None,
        {"time": {"gte": "a"}},
        {"time": {"lt": "b"}},
        {"time": {"gte": "a", "lt": "b"}},
    ]


@pytest.mark.parametrize(("had", "more"), [(0, 0), (0, 40), (30, 2), (30, 3), (32, 1)])
def test_no_more_pictures_are_taken_than_the_api_takes(module_page: Page, had: int, more: int) -> None:
    """The first ones are kept, and those for which there was no room are told apart."""
    body = "const { crops, left } = m.withCrops(a.had, a.more); return [crops, left, m.MOST];"
    names = [f"{place}" for place in range(had + more)]
    crops, left, most = call(module_page, "crops", body, {"had": names[:had], "more": names[had:]})
    assert (crops, left, most) == (names[:MAX_PICTURES], names[MAX_PICTURES:], MAX_PICTURES)


def test_as_many_pictures_as_may_be_fit_one_request(module_page: Page) -> None:
    """At the size above which the page makes them smaller, all of them are less than a server takes by default."""
    limit = call(module_page, "crops", "return m.LIMITS.bytes * m.MOST;")
    assert limit + 1024 * MAX_PICTURES < Settings().max_body_bytes


@in_browser
@given(tab=st.sampled_from([None, "people", "drawing"]), collection=st.none() | st.text("aé/&=?#% 0", min_size=1))
def test_an_address_is_read_as_it_was_written(module_page: Page, tab: str | None, collection: str | None) -> None:
    """Whatever a collection is called, and whatever part of the page a link led to."""
    body = "return m.placeIn(`http://x/y/${m.addressOf(a)}#results`);"
    place = {"tab": tab, "collection": collection}
    assert call(module_page, "address", body, place) == place


def test_what_does_not_pass_is_not_waited_for(module_page: Page) -> None:
    """Of the server's own 503s only those are tried again whose row names a time; of a proxy's, all."""
    rows = [("Retry-After" in row.headers) for row in TABLE.values() if row.status == 503]
    assert set(rows) == {True, False}
    body = """
      const { Problem } = await import('/static/js/api.js');
      return a.map((named) => m.patience(new Problem(503, '', { kind: 'x', retryAfter: named ? 1 : null }), 0))
        .concat([m.patience(new Problem(503, ''), 0)]);"""
    assert call(module_page, "finder", body, rows) == [*(1 if named else None for named in rows), 2]


def test_commands_in_sentences_are_code(module_page: Page) -> None:
    """What stands between backticks, and nothing else; a single one is just a letter."""
    body = "return a.map((text) => m.coded(text).map((part) => part.outerHTML ?? part));"
    assert call(module_page, "elements", body, ["run `a <b>`, then `c`.", "it`s", "plain"]) == [
        ["run ", '<code class="within">a &lt;b&gt;</code>', ", then ", '<code class="within">c</code>', "."],
        ["it`s"],
        ["plain"],
    ]


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ([("match", "door")], "The nearest picture matches, by camera door."),
        ([("match", None), ("unsure", "a")], "1 of the 2 nearest pictures matches."),
        ([("match", "a"), ("match", None)], "2 of the 2 nearest pictures match, by camera a and one without a name."),
        ([("match", name) for name in "abcd"], "4 of the 4 nearest pictures match, by 4 cameras."),
        (
            [("match", name) for name in ("a", "b", "c", "d", None)],
            "5 of the 5 nearest pictures match, by 4 cameras and one without a name.",
        ),
        ([("unsure", "a")], "The nearest picture does not match, but it comes near enough to be looked at."),
        ([("no match", "a")], "The nearest picture does not match."),
    ],
)
def test_verdicts_are_sentences(module_page: Page, seen: list[tuple[str, str | None]], words: str) -> None:
    """For one picture and several, with cameras and without."""
    hits = [{"key": "k", "verdict": verdict, "metadata": {"camera": camera}} for verdict, camera in seen]
    assert call(module_page, "people-wording", "return m.verdictText({ hits: a });", hits) == words
