"""Reports of evaluations: asked for on the command line, refused before anything is computed, written after."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.commands.reporting import make_room, view_options, write_report
from app.commands.sentences import Refusal
from models import predictor
from models.predictor import Predictor
from tests.app.commands.conftest import Run, Shipped
from tests.app.report.material import some_judgement
from tests.models.fakes import DIGEST, FakePredictor
from tests.models.labelled import some_label_judgement

BENCHMARK = SimpleNamespace(VIEWS=(1, 10), judge=lambda *_: None)


@pytest.fixture
def judged(shipped: Shipped, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path, dict[str, int]]]:
    """Let the model of the name sketch have a benchmark; returns what is asked of it."""
    asked: list[tuple[str, Path, dict[str, int]]] = []

    def evaluate(data: Path, _: Any, **options: int) -> dict[str, float]:
        asked.append(("evaluate", data, options))
        return dict(some_judgement().figures)

    def judge(data: Path, _: Any, **options: int) -> Any:
        asked.append(("judge", data, options))
        return some_judgement()

    benchmark = SimpleNamespace(VIEWS=(1, 10), evaluate=evaluate, judge=judge)
    monkeypatch.setitem(sys.modules, "models.sketch.evaluation", benchmark)
    return asked


def test_a_report_is_written_beside_the_figures(
    run: Run, judged: list[Any], shipped: Shipped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --report the same four figures are printed as without, and the page has digest, command and date."""
    target = tmp_path / "a" / "b" / "report.html"
    monkeypatch.setattr(sys, "argv", ["likeness", "models", "evaluate", "it's"])
    plain = run("models", "evaluate", "sketch", "--data", tmp_path, "--json")
    result = run("models", "evaluate", "sketch", "--data", tmp_path, "--report", target, "--json")
    assert json.loads(result.stdout) == json.loads(plain.stdout)
    assert list(json.loads(result.stdout)) == ["acc@1", "acc@10", "corr", "queries"]
    assert str(target) in result.stderr
    assert judged == [("evaluate", tmp_path, {}), ("judge", tmp_path, {})]
    page = target.read_text("utf-8")
    assert shipped.checkpoints[-1].digest in page
    assert "likeness models evaluate &#39;it&#39;&#34;&#39;&#34;&#39;s&#39;" in page
    assert str(datetime.now(tz=UTC).year) in page


def test_views_are_handed_on(run: Run, judged: list[Any], tmp_path: Path) -> None:
    """--views reaches the benchmark, with a report or without."""
    run("models", "evaluate", "sketch", "--data", tmp_path, "--views", 10)
    run("models", "evaluate", "sketch", "--data", tmp_path, "--views", 1, "--report", tmp_path / "x.html")
    assert judged == [("evaluate", tmp_path, {"views": 10}), ("judge", tmp_path, {"views": 1})]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--views", 3], "takes --views 1 or 10."),
        (["--report", "."], "is a directory"),
        (["--report", "file/report.html"], "file"),
    ],
)
def test_what_cannot_be_done_is_said_before_it_is_computed(
    run: Run,
    judged: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[object],
    said: str,
) -> None:
    """Nobody waits minutes for a number of views that there is not, or a page that cannot lie there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(predictor, "load_predictor", lambda *_: pytest.fail("weights were loaded"))
    (tmp_path / "file").write_text("")
    result = run("models", "evaluate", "sketch", "--data", tmp_path, *options)
    assert (result.exit_code, result.stdout, judged) == (2, "", [])
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_system_need_not_offer_views_or_a_report(tmp_path: Path) -> None:
    """A benchmark without them says so by the model's name; what is not asked for is not missed."""
    bare = SimpleNamespace()
    assert view_options("reid", bare, None) == {}
    with pytest.raises(Refusal, match="reid takes no --views"):
        view_options("reid", bare, 1)
    with pytest.raises(Refusal, match="reid has no report"):
        make_room("reid", bare, tmp_path / "folder" / "x.html")
    assert not (tmp_path / "folder").exists()
    assert view_options("sketch", BENCHMARK, None) == {}
    assert view_options("sketch", BENCHMARK, 10) == {"views": 10}
    make_room("sketch", BENCHMARK, tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_labels_have_a_page_of_their_own(tmp_path: Path) -> None:
    """What a tagger's benchmark found is written by the same call, beside what it is of."""
    target = tmp_path / "x.html"
    write_report(
        target, some_label_judgement(folder=tmp_path), cast("Predictor", FakePredictor()), datetime.now(tz=UTC)
    )
    page = target.read_text("utf-8")
    assert "What it says unasked" in page
    assert DIGEST in page


def test_a_command_that_is_no_text_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder's name may hold any bytes: they are told by their numbers, and the rest of the page is whole."""
    monkeypatch.setattr(sys, "argv", ["likeness", "--data", "caf\udce9"])
    target = tmp_path / "x.html"
    target.write_text("an older page")
    write_report(target, some_judgement(), cast("Predictor", FakePredictor()), datetime.now(tz=UTC))
    page = target.read_text("utf-8")
    assert "caf\\udce9" in page
    assert DIGEST in page
    assert page.rstrip().endswith("</html>")
