"""The page of labels: its figures, its bars, and which labels are listed where."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.report.labels import FEW, LISTED, lengths, tables
from models.label_judgements import LabelCount, LabelJudgement
from tests.app.report.material import RUN
from tests.app.report.reading import Element, cells, read
from tests.models.labelled import FIXED_NAMES, OWN_NAMES, some_label_judgement


@pytest.fixture
def judged(tmp_path: Path) -> LabelJudgement:
    """Thirty pictures of forty labels."""
    return some_label_judgement(30, 40, tmp_path)


def width(cell: Element) -> float:
    """Length of the bar in a cell, of 100."""
    (bar,) = (part for part in cell.all("rect") if part.attributes["class"] == "bar first")
    return float(bar.attributes["width"])


def test_the_figures_stand_with_their_intervals(judged: LabelJudgement) -> None:
    """Those of a fixed number of labels and those that are said unasked; N+ has a value and no interval."""
    page = read(judged)
    fixed, own = (cells(page.one(name).all("table")[0])[1:] for name in ("figures", "unasked"))
    *rows, recalled = fixed
    assert [row[0].split()[0] for row in rows] == ["C-F1", "C-P", "C-R", "O-F1", "O-P", "O-R", "MAP@10"]
    assert [f"own {row[0].split()[0]}" for row in own] == list(OWN_NAMES)
    for row, name in zip([*rows, *own], FIXED_NAMES + OWN_NAMES, strict=True):
        figure = judged.measured[name]
        assert row[1:3] == [f"{figure.value:.1f} %", f"{figure.low:.1f} to {figure.high:.1f}"]
    assert recalled[0] == f"N+ labels of {judged.figures['labels']} that are said rightly at least once"
    assert recalled[1:3] == ["5", "none"]
    assert page.one("figures-title").text == "With 4 labels a picture"
    assert "30 pictures. Everything is said." in page.one("figures").text


def test_the_opening_counts(judged: LabelJudgement) -> None:
    """What is said, what of it is right and what is missed are counted as loops count; so is what is true a picture."""
    said = right = true = 0
    for row in range(30):
        for label in range(40):
            said += judged.said[row, label]
            true += judged.true[row, label]
            right += judged.said[row, label] and judged.true[row, label]
    page = read(judged)
    opening = page.all("main")[0].children[0].text
    assert (
        f"Of 30 pictures it says, unasked, {said} labels, of which {right} are right; {true - right} labels" in opening
    )
    assert f"{said / 30:.1f} labels a picture (2.2 to 4.8), where {true / 30:.1f} are true." in page.one("unasked").text


def test_labels_a_picture_are_counted_and_drawn(judged: LabelJudgement) -> None:
    """How many pictures have how many, from none to the most; two bars each, as high as the table says."""
    found = lengths(judged)
    for one in found:
        assert one.said == sum(int(row.sum()) == one.labels for row in judged.said)
        assert one.true == sum(int(row.sum()) == one.labels for row in judged.true)
    assert [one.labels for one in found] == list(range(len(found)))
    assert sum(one.said for one in found) == sum(one.true for one in found) == 30
    assert found[-1].said + found[-1].true > 0
    section = read(judged).one("unasked")
    (rows,) = (cells(table)[1:] for table in section.all("table")[1:])
    assert rows == [[str(one.labels), str(one.said), str(one.true)] for one in found]
    (chart,) = (drawing for drawing in section.all("svg") if drawing.attributes["class"] == "chart")
    bars = [(part.attributes["class"], float(part.attributes["height"])) for part in chart.all("rect")]
    most = max(height for _, height in bars)
    tallest = max(max(one.said, one.true) for one in found)
    expected = [pair for one in found for pair in (("bar first", one.said), ("bar", one.true))]
    assert [kind for kind, _ in bars] == [kind for kind, _ in expected]
    assert [height / most for _, height in bars] == pytest.approx([n / tallest for _, n in expected], abs=1e-3)


def test_every_label_has_its_bars(judged: LabelJudgement) -> None:
    """Frequent ones first, then the worst, then all by name: bars as long as the shares that stand beside them."""
    section = read(judged).one("labels")
    frequent, worst, everything = section.all("table")
    counts = {one.label: one for one in judged.counts()}
    names = [[row.all("th")[0].text for row in table.all("tr")[1:]] for table in (frequent, worst, everything)]
    chosen = tables(judged.counts())
    assert names[:2] == [[one.label for one in rows] for rows in chosen.values()]
    assert names[2] == sorted(counts)
    assert f"All {len(counts)} labels" in section.all("summary")[0].text
    most = max(one.true for one in counts.values())
    for row in everything.all("tr")[1:]:
        one = counts[row.all("th")[0].text]
        pictures, *shares = row.all("td")
        assert pictures.text == str(one.true)
        assert width(pictures) == pytest.approx(100 * one.true / most, abs=0.01)
        for cell, share, of, never in zip(
            shares,
            (one.precision, one.recall),
            (one.said, one.true),
            ("never said", "on no picture"),
            strict=True,
        ):
            if share is None:
                assert (cell.text, cell.all("svg")) == (never, [])
            else:
                assert cell.text == f"{100 * share:.0f} % {one.right} of {of}"
                assert width(cell) == pytest.approx(100 * share, abs=0.01)


def test_few_labels_stand_in_one_table(tmp_path: Path) -> None:
    """Nothing is listed twice where all can be seen at once."""
    judged = some_label_judgement(17, folder=tmp_path)
    section = read(judged).one("labels")
    (table,) = section.all("table")
    assert len(table.all("tr")) == 1 + len(judged.counts())
    assert section.all("details") == []


numbers = st.integers(0, 30)
counted = st.builds(
    lambda number, right, wrong, missed: LabelCount(str(number), right + missed, right + wrong, right),
    *(st.integers(0, 10**9), numbers, numbers, numbers),
).filter(lambda one: one.true + one.said > 0)


@given(st.lists(counted, min_size=LISTED + 1, max_size=60, unique_by=lambda one: one.label))
def test_labels_are_listed_where_they_say_most(counts: list[LabelCount]) -> None:
    """None that is left out is on more pictures than a listed one, or, of those on some few pictures, fares worse."""
    found = tables(counts)
    frequent, worst = found["The most frequent"], found.get("The worst", [])
    assert len(frequent) == LISTED
    assert [one.true for one in frequent] == sorted((one.true for one in counts), reverse=True)[:LISTED]
    telling = sorted(one.f1 for one in counts if one.true >= FEW)
    assert [one.f1 for one in worst] == telling[:LISTED]
    assert all(one.true >= FEW for one in worst)
    equals = [(one.f1, -one.true) for one in worst]
    assert equals == sorted(equals)


@pytest.mark.parametrize("hostile", ["</title><script>alert(1)</script>", "\" onload='x' &amp; {{ 7 * 7 }}"])
def test_text_stays_text(judged: LabelJudgement, hostile: str) -> None:
    """Whatever labels, folders and sentences are called, it is read as it was typed, and makes no element."""
    labels = tuple(f"{hostile}{label}" for label in judged.labels)
    changed = dataclasses.replace(judged, title=hostile, protocol=hostile, labels=labels)
    root = read(changed, dataclasses.replace(RUN, model=hostile))
    assert len(root.all()) == len(read(judged).all())
    assert root.one("title").text == hostile
    assert root.one("labels").all("table")[0].all("th")[4].text.startswith(hostile)
