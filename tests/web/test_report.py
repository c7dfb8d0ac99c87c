"""The report of an evaluation in a real browser: it loads nothing, fits a phone, and is drawn by day and by night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from app.report.page import write_page
from tests.app.report.material import RUN, some_judgement
from tests.models.labelled import some_label_judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from models.judgements import Judgement
    from models.label_judgements import LabelJudgement
    from tests.web.conftest import Troubles


@pytest.fixture(scope="module", params=["searches", "labels"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a report with every section: of a gallery so large that its numbers are wide, or of many labels."""
    folder = tmp_path_factory.mktemp("report")
    if request.param == "searches":
        judged: Judgement | LabelJudgement = some_judgement(40, 1200, photos=True, moments=4)
    else:
        judged = some_label_judgement(40, 60, folder)
    (folder / "report.html").write_text(write_page(judged, RUN), "utf-8")
    return (folder / "report.html").as_uri()


@pytest.fixture(params=[(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, troubles: Troubles, report: str) -> Iterator[Page]:
    """The report on a phone and on a desk, with all that it tried to load noted as a trouble."""
    width, scheme = request.param
    colours: Literal["light", "dark"] = scheme
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=colours)
    troubles.listen(context)
    shown = context.new_page()
    shown.on(
        "request", lambda asked: None if asked.url.startswith(("file:", "data:")) else troubles.heard.append(asked.url)
    )
    shown.goto(report)
    yield shown
    context.close()


def test_nothing_is_cut_off(page: Page) -> None:
    """The page fits the window, cards hold what is in them, pictures are there, and no text lies on another's."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("""[...document.querySelectorAll(".card")].every((card) => [...card.querySelectorAll("*")]
        .every((inner) => inner.getBoundingClientRect().right <= card.getBoundingClientRect().right))""")
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
    overlaps = """(charts) => charts.flatMap((chart) => {
        const texts = [...chart.querySelectorAll("text")]
            .map((text) => [text.textContent, text.getBoundingClientRect()]);
        return texts.flatMap(([said, one], place) => texts.slice(place + 1).filter(([, other]) =>
            one.left < other.right - 1 && other.left < one.right - 1 &&
            one.top < other.bottom - 3 && other.top < one.bottom - 3).map(([other]) => `${said} on ${other}`));
    })"""
    assert page.locator(".chart").evaluate_all(overlaps) == []


def test_text_stands_out(page: Page) -> None:
    """Quiet text and the marks of what is true reach a contrast of 4.5 on their ground (WCAG 2.2, 1.4.3)."""
    contrast = """(element) => {
        const context = document.createElement("canvas").getContext("2d");
        const light = (colour) => {
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((level) => level / 255)
                .map((level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        let ground = element;
        while (/^rgba\\(.*, 0\\)$/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
        const both = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(light);
        return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    }"""
    everywhere, searches = (".note", ".meaning", "footer p"), (".badge", ".example figcaption", ".under")
    labels = (".sure", ".sign", ".word:not(.right) .sign", ".never", "h5", ".beside .quiet")
    own = labels if page.locator("#labels").count() else searches
    for selector in everywhere + own:
        assert page.locator(selector).first.evaluate(contrast) >= 4.5, selector
