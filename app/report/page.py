"""The page itself: what is known of a judgement and of the run, laid out by the template of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from app.report.labels import labelled
from app.report.searches import searched
from models.label_judgements import LabelJudgement

if TYPE_CHECKING:
    from models.judgements import Judgement


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


def write_page(judgement: Judgement | LabelJudgement, run: Run) -> str:
    """Lay a judgement out as one HTML document, which loads nothing from elsewhere; all text in it is escaped."""
    if isinstance(judgement, LabelJudgement):
        template, context = "labels.html", labelled(judgement)
    else:
        template, context = "searches.html", searched(judgement)
    return _environment().get_template(template).render(judgement=judgement, run=run, **context)


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
