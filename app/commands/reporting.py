"""The report of an evaluation: what was asked for is checked before it is computed, and the page is written after."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.sentences import Refusal
from app.commands.terminal import note

if TYPE_CHECKING:
    from models.judgements import Judgement
    from models.label_judgements import LabelJudgement
    from models.predictor import Predictor
    from models.tagging import TaggingPredictor


def view_options(name: str, evaluation: Any, views: int | None) -> Mapping[str, int]:  # noqa: ANN401 (a module)
    """Return what a system's benchmark is told of views: nothing where nobody asked."""
    if views is None:
        return {}
    offered: tuple[int, ...] = getattr(evaluation, "VIEWS", ())
    if views not in offered:
        choice = f"takes --views {' or '.join(map(str, offered))}" if offered else "takes no --views"
        message = f"The benchmark of the model {name} {choice}."
        raise Refusal(message)
    return {"views": views}


def make_room(name: str, evaluation: Any, target: Path) -> None:  # noqa: ANN401 (a module)
    """See to it that a report can be written once all is computed: the system knows how, and there is a folder."""
    if not hasattr(evaluation, "judge"):
        message = f"The model {name} has no report: leave --report out, and its figures are printed."
        raise Refusal(message)
    target.parent.mkdir(parents=True, exist_ok=True)


def write_report(
    target: Path, judgement: Judgement | LabelJudgement, predictor: Predictor | TaggingPredictor, began: datetime
) -> None:
    """Write the page, and say where it lies."""
    from app.report.page import Run, write_page
    from models.devices import describe

    checkpoint = predictor.checkpoint
    command = shlex.join(["likeness", *sys.argv[1:]])
    run = Run(checkpoint.model, checkpoint.network, checkpoint.digest, command, describe(predictor.device), began)
    # A file's name in the command may hold bytes that are no text.
    target.write_text(write_page(judgement, run), "utf-8", errors="backslashreplace")
    note(f"Wrote {target}, which holds pictures of the data.")
