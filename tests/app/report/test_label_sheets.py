"""Contact sheets of labels: which pictures, what is said of them, and how that is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.report.label_sheets import LONGEST, label_sheets
from app.report.pictures import data_uri
from models.label_judgements import LabelJudgement
from tests.app.report.reading import read
from tests.models.labelled import some_label_judgement


@pytest.fixture
def judged(tmp_path: Path) -> LabelJudgement:
    """Thirty pictures of nine labels."""
    return some_label_judgement(30, folder=tmp_path)


def test_the_best_the_median_and_the_worst_are_shown(judged: LabelJudgement) -> None:
    """Eight each by the judgement's order, with their own picture, name and agreement."""
    order = (judged.order() + 1).tolist()
    found = {sheet.title: [one.number for one in sheet.pictures] for sheet in label_sheets(judged)}
    assert found == {"Best": order[:8], "Median": order[11:19], "Worst": order[:-9:-1]}
    for one in (one for sheet in label_sheets(judged) for one in sheet.pictures):
        row = one.number - 1
        assert one.picture == data_uri(judged.picture(row, LONGEST))
        assert one.name == judged.paths[row].name
        assert one.agreement == judged.agreements()[row]


def test_what_is_said_and_what_is_missed_stand_apart(judged: LabelJudgement) -> None:
    """Together they are all that is said or true, each once, the surest first; what is right is told."""
    for one in (one for sheet in label_sheets(judged) for one in sheet.pictures):
        row = one.number - 1
        said, true = (
            {label for label, there in zip(judged.labels, table[row].tolist(), strict=True) if there}
            for table in (judged.said, judged.true)
        )
        for words, expected in ((one.said, said), (one.missed, true - said)):
            assert sorted(word.label for word in words) == sorted(expected)
            likely = [judged.likely[row, judged.labels.index(word.label)] for word in words]
            assert [word.probability for word in words] == pytest.approx([100 * one for one in likely])
            assert likely == sorted(likely, reverse=True)
            assert all(word.true == judged.true[row, judged.labels.index(word.label)] for word in words)
        assert all(word.true for word in one.missed)


def test_marks_are_seen_and_heard(judged: LabelJudgement) -> None:
    """Right and wrong have a sign for eyes and a word for ears; a picture of which nothing is said says so."""
    for sheet, section in zip(
        label_sheets(judged),
        (part for part in read(judged).one("examples").all("section") if part.attributes.get("class") == "sheet"),
        strict=True,
    ):
        assert section.all("h3")[0].text == sheet.title
        for one, article in zip(sheet.pictures, section.all("article"), strict=True):
            assert (
                article.attributes["aria-label"] == article.all("img")[0].attributes["alt"] == f"Picture {one.number}"
            )
            assert article.all("h4")[0].text == f"Picture {one.number} {one.name} F1 {one.agreement:.2f}"
            said, *missed = article.all("ul")
            marks = {True: "✓right:", False: "✗wrong:"}
            told = [f"{marks[word.true]} {word.label} {word.probability:.0f} %" for word in one.said]
            assert [word.text for word in said.all("li")] == (told or ["nothing"])
            lines = [f"{word.label} {word.probability:.0f} %" for word in one.missed]
            assert [word.text for part in missed for word in part.all("li")] == lines
            assert [heading.text for heading in article.all("h5")] == ["Said", "Missed"][: 1 + bool(lines)]


def test_pictures_of_which_nothing_is_said_say_so(tmp_path: Path) -> None:
    """An empty list would be read as one that was forgotten."""
    judged = some_label_judgement(3, folder=tmp_path)
    judged.said[:] = False
    assert [part.text for part in read(judged).one("examples").all("li") if part.text == "nothing"] == ["nothing"] * 3
