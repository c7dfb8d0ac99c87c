"""The page itself: what is known of a judgement and of the run, laid out by the template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from app.report.charts import PER_CENT, Plot, bars, marks, places, ticks
from app.report.sheets import growths, sheets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.judgements import Figure, Judgement

_NAMES = {
    "acc@1": ("acc@1", "{}s whose true item came first"),
    "acc@5": ("acc@5", "{}s whose true item came among the first five"),
    "acc@10": ("acc@10", "{}s whose true item came among the first ten"),
    "corr": ("%corr", "human triplets ordered as people order them"),
    "mrr": ("mean reciprocal rank", "mean of 1 / rank of the true item"),
}


@dataclass(frozen=True)
class Run:
    """Where a judgement comes from.

    Attributes:
        model: name of the model.
        network: which of its networks.
        digest: of the weights.
        command: what was typed.
        machine: what it ran on.
        began: when, with a time zone.
    """

    model: str
    network: str
    digest: str
    command: str
    machine: str
    began: datetime


@dataclass(frozen=True)
class Row:
    """A figure as it is written; `share`, `low` and `high` are places on a scale from 0 to 100."""

    name: str
    meaning: str
    value: str
    interval: str
    share: float
    low: float
    high: float


def write_page(judgement: Judgement, run: Run) -> str:
    """Lay a judgement out as one HTML document, which loads nothing from elsewhere; all text in it is escaped."""
    word, curve = judgement.query_word, judgement.curve()
    curve_plot = Plot(1, max(2, len(judgement.items)))
    counted = bars(judgement.found, len(judgement.items))
    context = {
        "judgement": judgement,
        "run": run,
        "rows": _rows(judgement.measured(), word),
        "first": int((judgement.found <= 1).sum()),
        "tenth": int((judgement.found <= 10).sum()),  # noqa: PLR2004 - acc@10
        "curve": curve,
        "curve_plot": curve_plot,
        "marks": marks({k: curve[k].value for k in (1, 10) if k < len(judgement.items)}, curve_plot),
        "places": places(len(judgement.items)),
        "bars": counted,
        "bars_plot": Plot(0, len(counted), max(bar.count for bar in counted), top=28, bottom=64),
        "moments": [(moment.share, _rows(judgement.measured_at(moment), word)) for moment in judgement.moments],
        "moments_plot": Plot(20, PER_CENT, right=64),
        "growths": growths(judgement),
        "sheets": sheets(judgement),
        "ticks": ticks,
    }
    return _environment().get_template("page.html").render(context)


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rows(figures: Mapping[str, Figure], word: str) -> dict[str, Row]:
    return {name: _row(name, figure, word) for name, figure in figures.items()}


def _row(name: str, figure: Figure, word: str) -> Row:
    unit, digits = (PER_CENT, 3) if name == "mrr" else (1, 1)
    value, low, high = (f"{number:.{digits}f}" for number in (figure.value, figure.low, figure.high))
    title, meaning = _NAMES[name]
    return Row(
        title,
        meaning.format(word),
        value if name == "mrr" else f"{value}\u00a0%",
        f"{low} to {high}",
        *(round(unit * number, 2) for number in (figure.value, figure.low, figure.high)),
    )
