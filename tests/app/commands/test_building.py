"""How a build is shown: bars where a person looks, nothing but the rejects elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from app.commands import building
from app.commands.building import SHOWN_REJECTS, BuildProgress, tell_rejects
from indexer.catalogue import Reject

STAGES = st.sampled_from(["embed", "embed again", "export", "index"])
NEWS = st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9), STAGES))


def shown(news: list[tuple[int, int | None, str]], terminal: bool) -> str:
    """Show news of a build on a console and return what it showed."""
    console = Console(file=StringIO(), force_terminal=terminal, width=100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "stderr", lambda: console)
        with BuildProgress() as progress:
            for one in news:
                progress(*one)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@settings(max_examples=25, deadline=None)
@given(news=NEWS)
def test_any_news_can_be_shown(news: list[tuple[int, int | None, str]]) -> None:
    """Stages may come in any order, know their length or not, and be over before they began; each gets its bar."""
    text = shown(news, terminal=True)
    assert all(stage in text for _, _, stage in news)


@settings(max_examples=25, deadline=None)
@given(news=NEWS)
def test_nothing_is_shown_where_nobody_looks(news: list[tuple[int, int | None, str]]) -> None:
    """A log file gets no bars."""
    assert shown(news, terminal=False) == ""


def test_a_stage_that_ended_is_shown_as_complete() -> None:
    """What was left of one stage when the next began is not left hanging."""
    last = shown([(3, 5, "embed"), (0, None, "index")], terminal=True).splitlines()
    assert any("3/3" in line for line in last)


@pytest.mark.parametrize("count", [0, 1, SHOWN_REJECTS, SHOWN_REJECTS + 1, 1000])
def test_the_first_rejects_are_told_and_the_rest_counted(capsys: pytest.CaptureFixture[str], count: int) -> None:
    """A thousand bad pictures do not bury the result."""
    tell_rejects([Reject(f"{n}.png", "It is damaged.", None, datetime.now(UTC)) for n in range(count)])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == min(count, SHOWN_REJECTS + 1)
    assert all(line == f"Rejected {n}.png: It is damaged." for n, line in enumerate(lines[:SHOWN_REJECTS]))
    if count > SHOWN_REJECTS:
        assert str(count - SHOWN_REJECTS) in lines[-1]
