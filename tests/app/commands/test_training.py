"""How a training run is shown."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console

from app.commands import training
from app.commands.training import TrainingLog
from models.training import Progress


@pytest.mark.parametrize("terminal", [False, True])
def test_judgements_are_lines_and_steps_are_bars(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    """Every judgement stays to be read; steps between are seen only by who looks."""
    console = Console(file=StringIO(), force_terminal=terminal, highlight=False, width=120)
    monkeypatch.setattr(training, "stderr", lambda: console)
    with TrainingLog() as log:
        for name in ("edges", "embedding"):
            log.report(SimpleNamespace(name=name, progress=Progress(1, 4, 2.0, {})))
            log.report(SimpleNamespace(name=name, progress=Progress(2, 4, 1.5, {"acc@1": 10.0, "acc@5": 30.0})))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    for name in ("edges", "embedding"):
        assert f"{name}: step 2 of 4, loss 1.5000, acc@1 10.00, acc@5 30.00" in text
    assert ("loss 2.0000" in text or "━" in text) is terminal
