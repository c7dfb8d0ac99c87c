"""`likeness demo` up to the point where it serves, with a few shoes and a model that has no weights."""

from __future__ import annotations

import signal
from itertools import count
from pathlib import Path

import pytest
from PIL import Image

from app.commands import demo
from app.commands.configuration import load_settings
from app.commands.demo import prepare, read_mark
from app.commands.sentences import Refusal
from app.commands.stores import opened
from app.demo.shoes import painter
from app.settings import Settings
from indexer import building, pipeline
from tests.app.commands.conftest import Run, Shipped

ITEMS = 3


@pytest.fixture
def settings(home: Path, shipped: Shipped, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty data folder, with a fake model and a painter that is done at once."""
    colours = count(1)
    monkeypatch.setattr(painter, "paint", lambda _: Image.new("RGB", (16, 16), (next(colours), 0, 0)))
    monkeypatch.setattr(demo, "generator_digest", lambda _: "cd" * 32)
    return load_settings()


def keys(settings: Settings) -> list[str]:
    """Return what the collection of the demo holds."""
    with opened(settings) as stores:
        return [item.key for item in stores.catalogue.page("shoes", limit=100).items]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was told since the last time; nothing of it may stand on stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_the_second_start_only_serves(settings: Settings, shipped: Shipped, capsys: pytest.CaptureFixture[str]) -> None:
    """The first start draws and indexes, and says so; the second says and does nothing."""
    prepare(settings, ITEMS)
    assert "once" in said(capsys)
    assert len(keys(settings)) == ITEMS
    assert shipped.embedded == ITEMS
    for items in (ITEMS, None):
        prepare(settings, items)
        assert said(capsys) == ""
    assert shipped.embedded == ITEMS


def test_new_weights_are_noticed_and_told(
    settings: Settings, shipped: Shipped, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other shipped weights than those the demo was indexed with mean a new index, of the same pictures."""
    prepare(settings, ITEMS)
    before, old, new = keys(settings), shipped.checkpoints[0], shipped.change()
    said(capsys)
    prepare(settings, None)
    told = said(capsys)
    assert old.digest[:12] in told
    assert new.digest[:12] in told
    assert keys(settings) == before
    with opened(settings) as stores:
        assert stores.catalogue.state("shoes").digest == new.digest
    prepare(settings, None)
    assert said(capsys) == ""


@pytest.mark.parametrize("stage", ["draw", "predictor_of", "lay_out", "_write_mark"])
def test_a_killed_start_goes_on(
    settings: Settings, shipped: Shipped, capsys: pytest.CaptureFixture[str], stage: str
) -> None:
    """Wherever the first start ends, the next one finishes its work."""

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, stage, kill)
        with pytest.raises(KeyboardInterrupt):
            prepare(settings, ITEMS)
    said(capsys)
    prepare(settings, ITEMS)
    assert said(capsys) != ""
    assert len(keys(settings)) == ITEMS
    prepare(settings, ITEMS)
    assert said(capsys) == ""


def test_a_build_that_is_killed_half_way_is_resumed(
    settings: Settings, shipped: Shipped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was embedded before the kill is not embedded again."""
    real = building.build_generation
    monkeypatch.setattr(pipeline, "build_generation", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        prepare(settings, ITEMS)
    monkeypatch.setattr(pipeline, "build_generation", real)
    prepare(settings, None)
    assert shipped.embedded == ITEMS
    assert len(keys(settings)) == ITEMS


@pytest.mark.parametrize("items", [ITEMS - 1, ITEMS + 1])
def test_another_number_of_shoes_is_drawn_anew(
    settings: Settings, shipped: Shipped, capsys: pytest.CaptureFixture[str], items: int
) -> None:
    """Whoever asks for fewer gets fewer, whoever asks for more gets more, and is told of it."""
    prepare(settings, ITEMS)
    said(capsys)
    prepare(settings, items)
    assert str(items) in said(capsys)
    assert len(keys(settings)) == items


def test_another_generator_draws_anew(
    settings: Settings, shipped: Shipped, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that draws otherwise replaces the pictures, and leaves none of the old ones behind."""
    prepare(settings, ITEMS)
    said(capsys)
    monkeypatch.setattr(demo, "generator_digest", lambda _: "ab" * 32)
    prepare(settings, None)
    assert "other shoes" in said(capsys)
    (folder,) = (path for path in (settings.paths.home / "demo").iterdir() if path.is_dir())
    assert len(list(folder.glob("*.png"))) == ITEMS


def test_a_collection_of_somebody_else_is_not_touched(settings: Settings, shipped: Shipped) -> None:
    """A collection of the demo's name that the demo did not make is left alone, whatever became of its own."""
    with opened(settings) as stores:
        stores.catalogue.create_collection("shoes", "sketch")
    with pytest.raises(Refusal, match="LIKENESS_HOME"):
        prepare(settings, ITEMS)
    with opened(settings) as stores:
        stores.catalogue.delete_collection("shoes")
    prepare(settings, ITEMS)
    with opened(settings) as stores:
        stores.catalogue.delete_collection("shoes")
        stores.catalogue.create_collection("shoes", "sketch")
    with pytest.raises(Refusal, match="shoes"):
        prepare(settings, ITEMS)
    assert keys(settings) == []


def test_a_demo_that_was_deleted_is_built_again(settings: Settings, shipped: Shipped) -> None:
    """Without its collection the demo begins anew."""
    prepare(settings, ITEMS)
    with opened(settings) as stores:
        stores.catalogue.delete_collection("shoes")
    prepare(settings, None)
    assert len(keys(settings)) == ITEMS


@pytest.mark.parametrize("content", ["", "{", "[]", '{"items": 3}', '{"other": 1}'])
def test_a_note_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    """Half a file, or one of another version, says nothing."""
    (tmp_path / "demo.json").write_text(content, "utf-8")
    assert read_mark(tmp_path) is None


def test_nobody_waits_for_a_demo_that_cannot_be_served(settings: Settings, shipped: Shipped, run: Run) -> None:
    """Beyond loopback a key is missing; that is said before anything is drawn."""
    kept = signal.getsignal(signal.SIGTERM)
    result = run("demo", "--host", "0.0.0.0", "--port", 0, "--items", ITEMS)  # noqa: S104 (nothing is served)
    signal.signal(signal.SIGTERM, kept)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "likeness keys create" in result.stderr
    assert shipped.embedded == 0
