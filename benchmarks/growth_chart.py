"""A drawing of numbers: how well things are found while their drawings grow, as an SVG file that stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.report.charts import PER_CENT, Plot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from models.judgements import Figure, Judgement

PLOT = Plot(20, PER_CENT, right=64)
# Light and dark, as the reader's screen is.
STYLE = """\
.ground { fill: #fff } text { font: 13px system-ui, sans-serif; fill: #565d6e } .grid { stroke: #dcdfe6 }
.middle { text-anchor: middle } .end { text-anchor: end } polyline { fill: none; stroke-width: 2.5 }
.one { stroke: #2f3fd0 } .five { stroke: #b23a22 } polyline.five { stroke-dasharray: 7 5 }
circle { fill: #fff; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) {
.ground, circle { fill: #1c1f27 } text { fill: #a6adbd } .grid { stroke: #313643 }
.one { stroke: #9aa6ff } .five { stroke: #ff9a82 } }"""
SERIES = {"acc@1": "one", "acc@5": "five"}


def growth_chart(judgement: Judgement) -> str:
    """Draw acc@1 and acc@5 with 95 % intervals over the share of the ink that was there.

    Args:
        judgement: one with moments.

    Returns:
        An SVG document; nothing of the data's pictures is in it.
    """
    measured = {PER_CENT * moment.share: judgement.measured_at(moment) for moment in judgement.moments}
    name = "acc@1 and acc@5 in per cent while drawing, with 95 % intervals"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PLOT.width} {PLOT.height}" role="img">',
        f"<title>{name}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{PLOT.width}" height="{PLOT.height}"/>',
        *_axes(measured),
    ]
    for series, kind in SERIES.items():
        lines += _curve({share: figures[series] for share, figures in measured.items()}, series, kind)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _axes(shares: Mapping[float, object]) -> Iterator[str]:
    left, right = PLOT.left, PLOT.width - PLOT.right
    for value in range(0, PER_CENT + 1, 20):
        y = PLOT.y(value)
        yield f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
        yield f'<text class="end" x="{left - 8}" y="{y + 4}">{value} %</text>'
    for share in shares:
        yield f'<text class="middle" x="{PLOT.x(share)}" y="{PLOT.y(0) + 20}">{share:.0f} %</text>'
    yield f'<text class="middle" x="{(left + right) / 2}" y="{PLOT.height - 8}">ink drawn</text>'


def _curve(figures: Mapping[float, Figure], name: str, kind: str) -> Iterator[str]:
    points = [(share, figure.value) for share, figure in figures.items()]
    for share, figure in figures.items():
        x, low, high = PLOT.x(share), PLOT.y(figure.low), PLOT.y(figure.high)
        yield f'<line class="{kind} whisker" x1="{x}" x2="{x}" y1="{low}" y2="{high}"/>'
    yield f'<polyline class="{kind}" points="{PLOT.line(points)}"/>'
    for share, value in points:
        yield f'<circle class="{kind}" cx="{PLOT.x(share)}" cy="{PLOT.y(value)}" r="4"/>'
    share, value = points[-1]
    yield f'<text x="{PLOT.x(share) + 11}" y="{PLOT.y(value) + 4}">{name}</text>'
