"""The page, read as a browser and a reader of the screen would: by its elements and its text."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from app.report.page import Run, write_page
from models.judgements import Judgement
from models.label_judgements import LabelJudgement
from tests.app.report.material import RUN, some_judgement
from tests.app.report.reading import Tree, cells, read
from tests.models.labelled import some_label_judgement

KINDS: dict[str, Callable[[Path], Judgement | LabelJudgement]] = {
    "drawings": lambda _: some_judgement(17),
    "photos and moments": lambda _: some_judgement(17, photos=True, moments=4, votes=False),
    "one of one": lambda _: some_judgement(1, 1, moments=1),
    "few labels": lambda folder: some_label_judgement(17, folder=folder),
    "many labels": lambda folder: some_label_judgement(30, 40, folder),
    "one picture": lambda folder: some_label_judgement(1, 4, folder),
}


@pytest.fixture(params=KINDS)
def judged(request: pytest.FixtureRequest, tmp_path: Path) -> Judgement | LabelJudgement:
    """Each of them."""
    return KINDS[request.param](tmp_path)


def test_the_page_needs_nothing_else(judged: Judgement | LabelJudgement) -> None:
    """Nothing is loaded but what is written into it: no script, sheet, font or address; the policy says so too."""
    page = write_page(judged, RUN)
    root = Tree(page).root
    assert root.all("script", "link", "iframe", "object", "form", "base") == []
    assert not re.search(r"url\(|@import|@font-face|https?:", page)
    assert all(image.attributes["src"].startswith("data:image/png;base64,") for image in root.all("img"))
    identities = [element.attributes["id"] for element in root.all() if "id" in element.attributes]
    assert len(identities) == len(set(identities))
    assert {link.attributes["href"] for link in root.all("a")} <= {f"#{identity}" for identity in identities}
    assert not [name for element in root.all() for name in element.attributes if name.startswith("on")]
    (policy,) = (meta for meta in root.all("meta") if meta.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none'")


def test_the_page_can_be_walked_without_eyes(judged: Judgement | LabelJudgement) -> None:
    """One title, named landmarks, headings that skip no level, pictures and charts with words, tables with heads."""
    root = read(judged)
    assert root.all("html")[0].attributes["lang"] == "en"
    assert [len(root.all(name)) for name in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    identities = {element.attributes.get("id") for element in root.all()}
    for element in root.all("section", "nav", "article"):
        assert element.attributes.get("aria-label") or element.attributes["aria-labelledby"] in identities
    levels = [int(heading.name[1]) for heading in root.all("h1", "h2", "h3", "h4", "h5")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(image.attributes["alt"] for image in root.all("img"))
    for drawing in root.all("svg"):
        assert drawing.attributes.get("aria-hidden") == "true" or drawing.attributes["aria-label"]
    assert all(head.attributes["scope"] in {"row", "col"} for head in root.all("th"))
    for table in root.all("table"):
        heads, *rows = cells(table)
        assert all(len(row) == len(heads) for row in rows)
        assert rows


def test_the_figures_are_in_the_table() -> None:
    """Each figure stands there with its interval, as the judgement measured it, and so do the numbers of both sides."""
    judged = some_judgement(17)
    _, *rows = cells(read(judged).one("figures").all("table")[0])
    measured = judged.measured()
    assert [row[0].split()[0] for row in rows] == ["acc@1", "acc@10", "%corr", "mean"]
    for row, name in zip(rows, ("acc@1", "acc@10", "corr", "mrr"), strict=True):
        figure, digits = measured[name], 3 if name == "mrr" else 1
        assert float(row[1].rstrip("%")) == round(figure.value, digits)
        assert row[2] == f"{figure.low:.{digits}f} to {figure.high:.{digits}f}"
    assert "doodles whose true item came first" in rows[0][0]
    assert "17 doodles, 9 items. Everything is compared." in read(judged).one("figures").text


def test_without_votes_there_is_no_agreement() -> None:
    """A figure that nobody measured has no row."""
    assert "%corr" not in read(some_judgement(votes=False)).text


def test_the_opening_counts() -> None:
    """The first sentence says how many were found at once and among ten, as loops count."""
    judged = some_judgement(40, 15)
    opening = read(judged).all("main")[0].children[0].text
    first, tenth = (sum(rank <= k for rank in judged.found.tolist()) for k in (1, 10))
    assert f"Of 40 doodles, {first} found their true item at first place among 15, and {tenth} within" in opening


def test_charts_stand_beside_their_numbers() -> None:
    """acc@K is drawn for every K, its band has both edges; the tables hold values at named places, and counts."""
    judged = some_judgement(30, 25)
    ranks = read(judged).one("ranks")
    (curve,) = (line for line in ranks.all("polyline") if line.attributes["class"] == "curve")
    (band,) = ranks.all("polygon")
    assert len(curve.attributes["points"].split()) == 25
    assert len(band.attributes["points"].split()) == 50
    heights = [float(point.split(",")[1]) for point in curve.attributes["points"].split()]
    assert heights == sorted(heights, reverse=True)
    values, counts = (cells(table)[1:] for table in ranks.all("table"))
    assert [(int(row[0]), row[1]) for row in values] == [
        (k, f"{100 * (judged.found <= k).mean():.1f} %") for k in [*range(1, 11), 15, 20, 25]
    ]
    assert sum(int(count) for _, count in counts) == 30
    assert len(ranks.all("rect")) == len(counts)


def test_examples_are_marked_in_words() -> None:
    """Three sheets; every hit has its score, and the true one says that it is, to eyes and to ears."""
    judged = some_judgement(17)
    sheets = [part for part in read(judged).one("examples").all("section") if part.attributes.get("class") == "sheet"]
    assert [sheet.all("h3")[0].text for sheet in sheets] == ["Best", "Median", "Worst"]
    for example in (example for sheet in sheets for example in sheet.all("article")):
        query = int(example.attributes["aria-label"].split()[1]) - 1
        assert f"rank {judged.found[query]} of 9" in example.text
        drawing, outline, *hits = example.all("img")
        assert drawing.attributes["alt"] == f"Doodle {query + 1}"
        assert outline.attributes["alt"] == f"Skeleton of item {judged.truth[query] + 1}, the true one"
        for place, (item, hit, picture) in enumerate(
            zip(judged.hits(query, 5), example.all("li"), hits, strict=True), 1
        ):
            true = item == judged.truth[query]
            assert picture.attributes["alt"] == f"Hit {place}: item {item + 1}" + (", the true one" if true else "")
            assert hit.text == f"{place} {judged.scores[query, item]:.3f}" + (" ✓ true" if true else "")


def test_moments_have_a_section_where_there_are_any() -> None:
    """After each share stand acc@1, acc@5 and the mean reciprocal rank; without vector strokes nothing is said."""
    assert "While drawing" not in read(some_judgement()).text
    judged = some_judgement(moments=4)
    section = read(judged).one("while-drawing")
    _, *rows = cells(section.all("table")[0])
    assert [row[0] for row in rows] == ["25 %", "50 %", "75 %", "100 %"]
    for row, moment in zip(rows, judged.moments, strict=True):
        for cell, figure in zip(row[1:], judged.measured_at(moment).values(), strict=True):
            value, low, high = cell.replace(" %", "").replace("–", " ").split()
            digits = len(value.split(".")[1])
            assert [value, low, high] == [f"{each:.{digits}f}" for each in (figure.value, figure.low, figure.high)]
    assert len(section.all("img")) == 4 * 4
    assert len([line for line in section.all("polyline") if line.attributes["class"] == "curve"]) == 2


def test_the_run_is_told() -> None:
    """Network, whole digest, command, machine and date stand on the page."""
    told = read(some_judgement()).one("run")
    values = dict(zip([name.text for name in told.all("dt")], [value.text for value in told.all("dd")], strict=True))
    assert values == {
        "Network": "some-network",
        "Checkpoint": "fa" * 32,
        "Command": "likeness models evaluate sketch",
        "Machine": "A CPU",
        "Date": "2031-05-06 00:00 UTC",
    }
    assert told.all("time")[0].attributes["datetime"] == "2031-05-06T00:00:00+00:00"


@pytest.mark.parametrize(
    "hostile", ["</title><script>alert(1)</script>", "\" onload='x' &amp; {{ 7 * 7 }}", "<!-- é ✓"]
)
def test_text_stays_text(hostile: str) -> None:
    """Whatever stands in a folder's name, a command or a card is read as it was typed, and makes no element."""
    judged = dataclasses.replace(some_judgement(), title=hostile, protocol=hostile, query_word=hostile)
    run = Run(hostile, hostile, hostile, hostile, hostile, RUN.began)
    root = read(judged, run)
    assert len(root.all()) == len(read(some_judgement()).all())
    assert root.one("title").text == hostile
    assert [value.text for value in root.one("run").all("dd")][:4] == [hostile] * 4
    best = int(judged.order()[0]) + 1
    assert root.one("examples").all("img")[0].attributes["alt"] == f"{hostile.capitalize()} {best}"
