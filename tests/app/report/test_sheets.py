"""Contact sheets: who is shown, with which pictures and scores."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from app.report.sheets import growths, sheets, small_uri
from models.images import decode
from tests.app.report.material import pictures, some_judgement


def shown(address: str) -> NDArray[np.uint8]:
    """Pixels of a data URI, RGB."""
    kind, _, content = address.partition(",")
    assert kind == "data:image/png;base64"
    return decode(base64.b64decode(content)).rgb


def same(address: str, grey: NDArray[np.uint8]) -> bool:
    """Whether an address holds just this grey picture."""
    return bool((shown(address) == grey[..., None]).all())


def test_grey_pictures_come_back_to_the_pixel() -> None:
    """A line drawing loses nothing."""
    picture = pictures(0, 7, 9)
    assert same(small_uri(picture), picture)


def test_photos_come_back_at_half_the_size() -> None:
    """Each pixel is the mean of four, rounded; an odd row or column is left out."""
    photo = pictures(0, 7, 8, 3)
    expected = [
        [
            [np.mean([photo[2 * y + i, 2 * x + j, channel] for i in (0, 1) for j in (0, 1)]) for channel in range(3)]
            for x in range(4)
        ]
        for y in range(3)
    ]
    np.testing.assert_allclose(shown(small_uri(photo)), expected, atol=0.5)


def test_the_best_the_median_and_the_worst_are_shown() -> None:
    """Of 17 queries each sheet has five: the first, the middle and the last by order, and nobody twice."""
    judged = some_judgement(17)
    order = (judged.order() + 1).tolist()
    found = {sheet.title: [example.number for example in sheet.examples] for sheet in sheets(judged)}
    assert found == {"Best": order[:5], "Median": order[6:11], "Worst": order[:-6:-1]}


def test_few_queries_make_short_sheets() -> None:
    """Of six, two each; a single one is the best, the median and the worst."""
    assert [len(sheet.examples) for sheet in sheets(some_judgement(6))] == [2, 2, 2]
    assert [[example.number for example in sheet.examples] for sheet in sheets(some_judgement(1))] == [[1]] * 3


def test_an_example_is_told_by_its_own_scores() -> None:
    """Pictures, places, scores, rank and lead are those of the judgement; the true hit, and only that, is marked."""
    judged = some_judgement(17)
    for example in (example for sheet in sheets(judged) for example in sheet.examples):
        query, true = example.number - 1, example.item - 1
        assert true == judged.truth[query]
        assert same(example.picture, judged.queries[query])
        assert same(example.outline, judged.outlines[true])
        assert example.score == judged.scores[query, true]
        assert (example.rank, example.lead) == (judged.found[query], judged.lead(query))
        assert [hit.place for hit in example.hits] == [1, 2, 3, 4, 5]
        assert [hit.number - 1 for hit in example.hits] == judged.hits(query, 5).tolist()
        for hit in example.hits:
            assert same(hit.picture, judged.items[hit.number - 1])
            assert hit.score == judged.scores[query, hit.number - 1]
            assert hit.true == (hit.number == example.item)
        assert any(hit.true for hit in example.hits) == (example.rank <= 5)


def test_queries_are_shown_as_they_grew() -> None:
    """Four of them from the best to the worst, at every moment with picture and rank."""
    judged = some_judgement(10, moments=4)
    found = growths(judged)
    assert [growth.number for growth in found] == (judged.order()[[0, 3, 6, 9]] + 1).tolist()
    for growth in found:
        assert [part.share for part in growth.parts] == [0.25, 0.5, 0.75, 1]
        for part, moment in zip(growth.parts, judged.moments, strict=True):
            assert part.rank == moment.found[growth.number - 1]
            assert same(part.picture, moment.queries[growth.number - 1])


def test_nobody_grows_twice_or_without_moments() -> None:
    """Two queries are two, and where no parts are known nothing is shown."""
    assert len(growths(some_judgement(2, moments=2))) == 2
    assert growths(some_judgement(5)) == ()
