"""The drawing of numbers, read back as XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from benchmarks.growth_chart import PLOT, SERIES, growth_chart
from models.judgements import Judgement, Moment

SVG = "{http://www.w3.org/2000/svg}"
RANKS = {0.25: [9, 8, 7, 6], 0.5: [1, 5, 6, 9], 0.75: [1, 1, 5, 9], 1.0: [1, 1, 1, 2]}


@pytest.fixture(scope="module")
def judgement() -> Judgement:
    """Four drawings that are found ever better."""
    blank = np.zeros((4, 2, 2), np.uint8)
    moments = tuple(Moment(share, np.array(found), blank) for share, found in RANKS.items())
    return Judgement("", "", np.eye(4, dtype=np.float32), np.arange(4), None, blank, blank, blank, moments)


@pytest.fixture(scope="module")
def drawing(judgement: Judgement) -> ET.Element:
    """What is drawn of them."""
    return ET.fromstring(growth_chart(judgement))  # noqa: S314 - our own


@pytest.mark.parametrize(("name", "k"), [("acc@1", 1), ("acc@5", 5)])
def test_points_stand_where_the_figures_are(drawing: ET.Element, name: str, k: int) -> None:
    """Each curve goes through the shares of drawings found, counted by hand, and has a dot at each."""
    points = [(100 * share, 100 * float(np.mean(np.array(found) <= k))) for share, found in RANKS.items()]
    (line,) = drawing.findall(f"{SVG}polyline[@class='{SERIES[name]}']")
    assert line.get("points") == PLOT.line(points)
    dots = drawing.findall(f"{SVG}circle[@class='{SERIES[name]}']")
    assert [(dot.get("cx"), dot.get("cy")) for dot in dots] == [(str(PLOT.x(x)), str(PLOT.y(y))) for x, y in points]


def test_intervals_are_drawn(judgement: Judgement, drawing: ET.Element) -> None:
    """Whiskers reach from the lower to the upper end of each interval."""
    whiskers = drawing.findall(f"{SVG}line[@class='one whisker']")
    figures = [judgement.measured_at(moment)["acc@1"] for moment in judgement.moments]
    ends = [(whisker.get("y1"), whisker.get("y2")) for whisker in whiskers]
    assert ends == [(str(PLOT.y(figure.low)), str(PLOT.y(figure.high))) for figure in figures]


def test_it_is_a_file_of_its_own_and_holds_no_picture(drawing: ET.Element) -> None:
    """It loads nothing, says what it shows, and is made of lines, dots and words."""
    kinds = {element.tag.removeprefix(SVG) for element in drawing.iter()}
    assert kinds == {"svg", "title", "style", "rect", "line", "polyline", "circle", "text"}
    assert "http" not in ET.tostring(drawing, "unicode").replace(SVG[1:-1], "")
    words = [text.text for text in drawing.findall(f"{SVG}text")]
    assert {"25 %", "100 %", "acc@1", "acc@5", "ink drawn"} <= set(words)
