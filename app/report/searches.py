"""What the page of searches shows: where true items were found, and which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.report.charts import PER_CENT, Plot, bars, marks, places, ticks
from app.report.rows import Row, from_0_to_1, per_cent
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


def searched(judgement: Judgement) -> Mapping[str, Any]:
    """Work out what the template `searches.html` names."""
    word, curve = judgement.query_word, judgement.curve()
    curve_plot = Plot(1, max(2, len(judgement.items)))
    counted = bars(judgement.found, len(judgement.items))
    return {
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


def _rows(figures: Mapping[str, Figure], word: str) -> dict[str, Row]:
    return {name: _row(name, figure, word) for name, figure in figures.items()}


def _row(name: str, figure: Figure, word: str) -> Row:
    title, meaning = _NAMES[name]
    return (from_0_to_1 if name == "mrr" else per_cent)(title, meaning.format(word), figure)
