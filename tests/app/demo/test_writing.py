"""The catalogue on disk: whole, resumable, the same however often and by however many it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from app.demo import writing
from app.demo.catalogue import catalogue
from app.demo.painter import paint
from app.demo.shape import ShoeShape

COUNT = 5


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a few shoes were written."""
    folder = tmp_path_factory.mktemp("demo") / "new" / "shoes"
    writing.write_catalogue(folder, COUNT)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Interrupted(Exception):
    """Stands for a kill."""


def test_items_name_their_pictures(written: Path) -> None:
    """The list has a line per shoe: key, title, picture, and the metadata as columns."""
    lines = [json.loads(line) for line in (written / writing.ITEMS).read_text("utf-8").splitlines()]
    for line, shoe in zip(lines, catalogue(COUNT), strict=True):
        assert line == {"key": shoe.key, "title": shoe.title, "image": f"{shoe.key}.jpg", **shoe.metadata}


def test_pictures_open(written: Path) -> None:
    """Every picture named is a JPEG of 512 by 512 in colour."""
    for line in (written / writing.ITEMS).read_text("utf-8").splitlines():
        with Image.open(written / json.loads(line)["image"]) as picture:
            assert (picture.format, picture.size, picture.mode) == ("JPEG", (512, 512), "RGB")


def test_nothing_else_is_left_behind(written: Path) -> None:
    """Beside pictures, list and edition there is no file, least of all an unfinished one."""
    assert set(content(written)) == {writing.ITEMS, writing.EDITION, *(f"shoe-{k:04d}.jpg" for k in range(COUNT))}


def test_writing_again_paints_nothing(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there is kept as it is."""
    before = content(written)
    monkeypatch.setattr(writing, "paint", _refuse)
    assert writing.write_catalogue(written, COUNT) == written / writing.ITEMS
    assert content(written) == before


def test_a_killed_run_is_resumed(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a kill only what is missing is painted, and the end is as if nothing had happened."""

    def kill(done: int, _total: int) -> None:
        if done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        writing.write_catalogue(tmp_path, COUNT, kill)
    assert not (tmp_path / writing.ITEMS).exists()
    painted: list[ShoeShape] = []

    def count(shape: ShoeShape) -> Image.Image:
        painted.append(shape)
        return paint(shape)

    monkeypatch.setattr(writing, "paint", count)
    writing.write_catalogue(tmp_path, COUNT)
    assert len(painted) == COUNT - 2
    assert content(tmp_path) == content(written)


def test_a_half_written_picture_is_not_taken_for_one(written: Path, tmp_path: Path) -> None:
    """What a kill left aside is overwritten; it never stands under the picture's name."""
    (tmp_path / ".shoe-0001.jpg.part").write_bytes(b"half a pict")
    writing.write_catalogue(tmp_path, COUNT)
    assert content(tmp_path) == content(written)


def test_another_edition_is_painted_anew(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of another version of the generator are not kept."""
    monkeypatch.setattr(writing, "edition", lambda: "an older one")
    writing.write_catalogue(tmp_path, 2)
    (tmp_path / "shoe-0000.jpg").write_bytes(b"old")
    monkeypatch.undo()
    writing.write_catalogue(tmp_path, COUNT)
    assert content(tmp_path) == content(written)


def test_several_processes_write_the_same(written: Path, tmp_path: Path) -> None:
    """Two painters in processes of their own give the same files, and progress ends at the whole."""
    heard: list[tuple[int, int]] = []
    writing.write_catalogue(tmp_path, COUNT, lambda done, total: heard.append((done, total)), workers=2)
    assert content(tmp_path) == content(written)
    assert heard == [(done, COUNT) for done in range(1, COUNT + 1)]


def test_progress_counts_to_the_end(written: Path) -> None:
    """Also when all is there, progress tells one after the other."""
    heard: list[tuple[int, int]] = []
    writing.write_catalogue(written, COUNT, lambda done, total: heard.append((done, total)))
    assert heard == [(done, COUNT) for done in range(1, COUNT + 1)]


def test_the_edition_is_a_digest() -> None:
    """The edition is stable within one version."""
    assert writing.edition() == writing.edition()
    assert len(writing.edition()) == 64


def _refuse(_shape: ShoeShape) -> Image.Image:
    message = "Nothing was to be painted."
    raise AssertionError(message)
