"""The demo's pictures on disk, drawn by the real generator, a few of them."""

from __future__ import annotations

import json
import shutil
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

import app.demo
from app.commands.drawing import draw, generator_digest, lay_out
from app.demo.people.catalogue import queries
from app.demo.shoes.catalogue import catalogue

COUNT = 3


def nothing(done: int, total: int | None, stage: str) -> None:
    """Hear of progress and say nothing."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw a few shoes; returns the file that lists them."""
    return draw(catalogue(COUNT), COUNT, tmp_path_factory.mktemp("demo") / "new", 1, nothing)


def test_every_line_has_a_picture(drawn: Path) -> None:
    """Keys are unique, each line names a whole picture beside it, and carries title and metadata."""
    lines = [json.loads(line) for line in drawn.read_text("utf-8").splitlines()]
    assert [line["key"] for line in lines] == [shoe.key for shoe in catalogue(COUNT)]
    for line, shoe in zip(lines, catalogue(COUNT), strict=True):
        assert line["title"] == shoe.title
        assert dict(shoe.metadata).items() <= line.items()
        with Image.open(drawn.parent / line["image"]) as picture:
            picture.load()
            assert picture.format == "PNG"


def test_a_drawing_that_was_killed_goes_on(drawn: Path, tmp_path: Path) -> None:
    """Whole pictures are kept, missing ones drawn as they would have been, half ones not taken for whole."""
    folder = tmp_path / "killed"
    shutil.copytree(drawn.parent, folder)
    kept, lost, *_ = sorted(folder.glob("*.png"))
    kept.write_bytes(b"as it was")
    lost.rename(folder / f".{lost.name}.new")
    (folder / drawn.name).unlink()
    heard: list[tuple[int, int | None, str]] = []
    again = draw(catalogue(COUNT), COUNT, folder, 2, lambda *news: heard.append(news))
    assert again.read_bytes() == drawn.read_bytes()
    assert kept.read_bytes() == b"as it was"
    assert lost.read_bytes() == (drawn.parent / lost.name).read_bytes()
    assert [news for news in heard if news[2] == "design"] == [(n, COUNT, "design") for n in range(1, COUNT + 1)]
    assert heard[-1] == (1, 1, "paint")


def test_an_interrupted_drawing_leaves_no_list(tmp_path: Path) -> None:
    """The list stands for all pictures, so it does not exist before they do."""

    def interrupt(done: int, total: int | None, stage: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw(catalogue(1), 1, tmp_path, 1, interrupt)
    assert list(tmp_path.glob("*.jsonl")) == []


def test_pictures_to_look_for_are_in_no_list(tmp_path: Path) -> None:
    """They lie in a folder by themselves, which is not made for none."""
    lay_out((), tmp_path / "none")
    assert not (tmp_path / "none").exists()
    wanted = list(islice(queries(4), 2))
    lay_out(wanted, tmp_path / "some")
    assert sorted(path.name for path in (tmp_path / "some").iterdir()) == [f"{query.key}.jpg" for query in wanted]
    for path in (tmp_path / "some").iterdir():
        with Image.open(path) as picture:
            picture.load()
            assert picture.format == "JPEG"


def test_another_generator_has_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest follows the source: the same for the same files, another for a changed, added or renamed one."""
    source = tmp_path / "demo"
    shutil.copytree(app.demo.__path__[0], source, ignore=shutil.ignore_patterns("__pycache__"))
    before = generator_digest("shoes")
    monkeypatch.setattr(app.demo, "__path__", [str(source)])
    assert generator_digest("shoes") == before
    (source / "shoes" / "more.py").touch()
    added = generator_digest("shoes")
    (source / "shoes" / "more.py").rename(source / "shoes" / "less.py")
    renamed = generator_digest("shoes")
    (source / "shoes" / "less.py").write_text("# changed\n", "utf-8")
    assert len({before, added, renamed, generator_digest("shoes")}) == 4


def test_people_are_not_drawn_anew_for_other_shoes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the shoes changes their digest alone, one of what both are drawn with changes both."""
    source = tmp_path / "demo"
    shutil.copytree(app.demo.__path__[0], source, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(app.demo, "__path__", [str(source)])
    shoes, people = generator_digest("shoes"), generator_digest("people")
    (source / "shoes" / "more.py").touch()
    assert generator_digest("shoes") != shoes
    assert generator_digest("people") == people
    (source / "more.py").touch()
    assert generator_digest("people") != people
