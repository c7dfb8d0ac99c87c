"""Pictures on a page: which are shown, and that nothing of them is lost."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.report.pictures import best_median_worst, data_uri
from models.images import decode
from tests.app.report.material import pictures


@pytest.mark.parametrize("shape", [(7, 9), (7, 9, 3)])
def test_pictures_come_back_to_the_pixel(shape: tuple[int, ...]) -> None:
    """Grey or in colours."""
    picture = pictures(0, *shape)
    kind, _, content = data_uri(picture).partition(",")
    assert kind == "data:image/png;base64"
    np.testing.assert_array_equal(
        decode(base64.b64decode(content)).rgb, np.broadcast_to(picture.reshape(7, 9, -1), (7, 9, 3))
    )


@given(st.permutations(range(30)), st.integers(1, 30), st.integers(1, 9))
def test_sheets_are_even_parts_of_the_order(order: list[int], count: int, most: int) -> None:
    """As many at either end as in the middle, none twice where there are three; the very worst comes first."""
    found = best_median_worst(np.array(order[:count]), most)
    assert list(found) == ["Best", "Median", "Worst"]
    shown = len(found["Best"])
    assert shown == min(most, max(1, count // 3))
    assert found["Best"] == order[:shown]
    assert found["Worst"] == order[:count][::-1][:shown]
    start = order.index(found["Median"][0])
    assert found["Median"] == order[start : start + shown]
    assert abs(start - (count - start - shown)) <= 1
    if count >= 3:
        assert len({row for rows in found.values() for row in rows}) == 3 * shown
