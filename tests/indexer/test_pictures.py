"""Tests of the picture store."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.disk import DiskUnwritable
from indexer.pictures import GRACE_S, PictureStore, UnknownPicture, media_type_of
from models.images import decode
from tests.indexer.pictured import refuse_new_files


def encoded(kind: str = "PNG", size: tuple[int, int] = (60, 40), seed: int = 0, **options: object) -> bytes:
    """A picture of noise in some format."""
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def save(store: PictureStore, content: bytes) -> str:
    """Store a picture as a server does."""
    return store.save(content, decode(content))


def thumbnail_of(store: PictureStore, digest: str) -> Path:
    """Where a thumbnail lies that has to be there."""
    small = store.thumbnail(digest)
    assert small is not None
    return small


def everything(root: Path) -> set[str]:
    """All files of a store."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def age(root: Path) -> None:
    """Let every file be older than the time of grace."""
    long_ago = time.time() - GRACE_S - 1
    for path in root.rglob("*"):
        if path.is_file():
            os.utime(path, (long_ago, long_ago))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the store keeps its files."""
    return tmp_path / "home" / "pictures"


@pytest.fixture
def store(root: Path) -> PictureStore:
    """An empty store."""
    return PictureStore(root)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
    ],
)
def test_a_picture_is_kept_byte_for_byte(store: PictureStore, kind: str, media_type: str) -> None:
    """What was sent is what is served, by its sha256, with the type that its bytes say."""
    content = encoded(kind)
    digest = save(store, content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert store.open(digest).read_bytes() == content
    assert store.media_type(digest) == media_type


def test_unknown_bytes_have_no_particular_type() -> None:
    """A browser is never told to run what the store does not know."""
    assert media_type_of(b"<svg onload=x") == "application/octet-stream"
    assert media_type_of(b"") == "application/octet-stream"


@pytest.mark.parametrize(
    "size", [(1, 1), (256, 256), (383, 100), (384, 384), (385, 7), (30, 1000), (640, 480), (1601, 900), (9000, 90)]
)
def test_a_thumbnail_is_small_and_of_the_same_shape(store: PictureStore, size: tuple[int, int]) -> None:
    """Its longer side has 192 to 384 pixels, small pictures stay as they are, and proportions do too."""
    digest = save(store, encoded(size=size))
    with Image.open(thumbnail_of(store, digest)) as small:
        assert small.format == "JPEG"
        assert min(192, max(size)) <= max(small.size) <= 384
        if max(size) < 384:
            assert small.size == size
        scale = max(small.size) / max(size)
        assert small.size == pytest.approx([max(1, side * scale) for side in size], abs=1)


def test_a_thumbnail_is_the_mean_of_what_it_stands_for(store: PictureStore) -> None:
    """Each of its pixels is close to the mean of the block of pixels that it replaces."""
    y, x = np.mgrid[:600, :750]
    shades = (127 + 60 * np.sin(x / 40) + 60 * np.cos(y / 50) + 7 * (-1.0) ** (x + y)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(shades).save(buffer, "PNG")
    with Image.open(thumbnail_of(store, save(store, buffer.getvalue()))) as small:
        means = shades.reshape(200, 3, 250, 3).mean(axis=(1, 3))
        assert np.abs(np.asarray(small.convert("L"), dtype=float) - means).max() <= 4


def test_a_thumbnail_is_upright_and_tells_nothing(store: PictureStore) -> None:
    """The camera's rotation is applied, and its position and name are not passed on; nor kept."""
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    exif[0x010F] = "Secret Camera"
    content = encoded("JPEG", size=(60, 40), exif=exif)
    digest = save(store, content)
    with Image.open(thumbnail_of(store, digest)) as small:
        assert small.size == (40, 60)
        assert not small.getexif()
        assert "exif" not in small.info
    assert b"Secret Camera" not in thumbnail_of(store, digest).read_bytes()
    assert b"Secret Camera" not in store.open(digest).read_bytes()


def test_transparent_parts_are_white(store: PictureStore) -> None:
    """A cut-out product stands on white, not on black."""
    buffer = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(buffer, "PNG")
    digest = save(store, buffer.getvalue())
    with Image.open(thumbnail_of(store, digest)) as small:
        assert small.getpixel((10, 10)) == (255, 255, 255)


def test_the_same_picture_is_kept_once(store: PictureStore, root: Path) -> None:
    """Sending a picture again changes no file and adds none."""
    content = encoded()
    digest = save(store, content)
    files = everything(root)
    inode = store.open(digest).stat().st_ino
    assert save(store, content) == digest
    assert everything(root) == files
    assert store.open(digest).stat().st_ino == inode
    assert len(files) == 2


def test_many_may_save_the_same_picture(store: PictureStore, root: Path) -> None:
    """Threads that save the same picture at once leave one whole copy and nothing aside."""
    content = encoded(size=(200, 200))
    with ThreadPoolExecutor(4) as threads:
        [digest] = set(threads.map(save, [store] * 8, [content] * 8))
    assert store.open(digest).read_bytes() == content
    assert len(everything(root)) == 2


@pytest.mark.parametrize("digest", ["", "ab", "0" * 64, "../" * 20 + "etc/passwd", "A" * 64, "0" * 63 + "\n", "é" * 64])
def test_unknown_pictures_are_said(store: PictureStore, digest: str) -> None:
    """A digest that is none, or of nothing, never becomes a path outside."""
    for call in (store.open, store.thumbnail, store.new_thumbnail, store.media_type):
        with pytest.raises(UnknownPicture, match="There is no picture"):
            call(digest)


def test_a_lost_thumbnail_is_made_again(store: PictureStore) -> None:
    """Thumbnails are derived: one that a power cut has emptied, or that is gone, is the same as before."""
    digest = save(store, encoded())
    small = thumbnail_of(store, digest)
    before = small.read_bytes()
    for lose in (lambda: small.write_bytes(b""), small.unlink):
        for make in (lambda: store.new_thumbnail(digest), lambda: save(store, encoded())):
            lose()
            assert store.thumbnail(digest) is None
            make()
            assert thumbnail_of(store, digest).read_bytes() == before


def test_what_nothing_refers_to_is_pruned(store: PictureStore, root: Path) -> None:
    """Unused pictures go with their thumbnails; used ones stay."""
    used, unused = save(store, encoded(seed=1)), save(store, encoded(seed=2))
    age(root)
    assert store.prune({used}) == 1
    assert {Path(name).stem for name in everything(root)} == {used}
    with pytest.raises(UnknownPicture):
        store.thumbnail(unused)
    assert store.prune({used}) == 0


def test_a_picture_whose_row_is_on_its_way_is_not_pruned(store: PictureStore, root: Path) -> None:
    """A picture that was just saved, even one that was there before, stays until its row can be there."""
    old = save(store, encoded(seed=1))
    age(root)
    new = save(store, encoded(seed=2))
    save(store, encoded(seed=1))
    assert store.prune(set()) == 0
    assert store.open(old).exists()
    assert store.open(new).exists()
    assert store.prune(set(), grace_s=-1) == 2
    assert everything(root) == set()


def test_a_picture_that_is_saved_while_it_is_pruned_stays(
    store: PictureStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever saves it just before it goes, after its age was looked at, refers to a picture that is there."""
    content = encoded()
    digest = save(store, content)
    age(root)
    real = Path.replace

    def saved_before(path: Path, target: Path) -> Path:
        if path.name == digest:
            save(store, content)
        return real(path, target)

    monkeypatch.setattr(Path, "replace", saved_before)
    assert store.prune(set()) == 0
    monkeypatch.undo()
    assert store.open(digest).read_bytes() == content


def test_a_store_without_files_is_pruned(store: PictureStore) -> None:
    """Before the first picture there is nothing to do."""
    assert store.prune(set()) == 0


KILLED = """
import os, sys, pathlib
from indexer.pictures import PictureStore
from models.images import decode
# Die where a file is written but does not bear its name yet.
pathlib.Path.replace = lambda self, target: os._exit(9)
content = pathlib.Path(sys.argv[2]).read_bytes()
PictureStore(pathlib.Path(sys.argv[1])).save(content, decode(content))
"""


def test_a_kill_leaves_all_or_nothing(store: PictureStore, root: Path, tmp_path: Path) -> None:
    """A process that dies while it saves leaves no half picture, and what it left aside is pruned."""
    content = encoded()
    picture = tmp_path / "picture.png"
    picture.write_bytes(content)
    died = subprocess.run([sys.executable, "-c", KILLED, root, picture], check=False, cwd=Path(__file__).parents[2])
    assert died.returncode == 9
    with pytest.raises(UnknownPicture):
        store.open(hashlib.sha256(content).hexdigest())
    assert len(everything(root)) == 1
    age(root)
    assert store.prune(set()) == 0
    assert everything(root) == set()
    assert store.open(save(store, content)).read_bytes() == content


def test_a_failed_write_leaves_nothing(store: PictureStore, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full, one sentence says so and no file is left."""

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DiskUnwritable, match="its disk is full"):
        save(store, encoded())
    assert everything(root) == set()


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_half_a_thumbnail_is_made_again(store: PictureStore, share: float) -> None:
    """A power cut may leave the beginning of a file; nobody is shown half a picture."""
    digest = save(store, encoded())
    small = thumbnail_of(store, digest)
    whole = small.read_bytes()
    small.write_bytes(whole[: int(share * len(whole))])
    assert store.thumbnail(digest) is None
    assert store.new_thumbnail(digest) == whole
    assert thumbnail_of(store, digest).read_bytes() == whole


def test_a_thumbnail_can_be_had_without_the_disk(
    store: PictureStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a lost thumbnail cannot be written again, it can still be made."""
    digest = save(store, encoded())
    whole = thumbnail_of(store, digest).read_bytes()
    thumbnail_of(store, digest).unlink()
    refuse_new_files(monkeypatch, errno.EROFS)
    for _ in range(2):
        assert store.new_thumbnail(digest) == whole
        assert store.thumbnail(digest) is None


def test_a_picture_that_was_there_is_made_durable_too(
    store: PictureStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote it may have been killed before its name was on the disk: its folders are flushed again."""
    content = encoded()
    original = store.open(save(store, content))
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()))
    save(PictureStore(root), content)
    assert synced == [original.parent, original.parent.parent, root, root.parent]


def test_a_saved_picture_and_its_folders_are_durable(
    store: PictureStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before `save` returns, the file and every folder whose entry was new are synchronised, in that order."""
    synced: list[Path] = []
    kinds: set[bool] = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()))
    for number in range(60):
        content = encoded(seed=number)
        before = {(root / path).parent for path in everything(root)}
        synced.clear()
        original = store.open(save(store, content))
        assert synced[0].parent == original.parent
        assert original.parent in synced[1:]
        kinds.add(original.parent in before)
        if original.parent not in before:
            assert {root / "originals", root} <= set(synced[2:])
    assert kinds == {True, False}, "Folders that were new, and folders that were there."


def test_erased_pictures_are_gone_at_once(store: PictureStore, root: Path) -> None:
    """However young, with their thumbnails, and no others; one that is not stored is no error and does not count."""
    kept, *doomed = [save(store, encoded(seed=seed)) for seed in range(3)]
    assert store.unclaimed({kept}) == 2
    assert store.erase({*doomed, "0f" * 32}) == 2
    assert {Path(name).stem for name in everything(root)} == {kept}
    assert store.unclaimed({kept}) == store.erase(set()) == 0
    assert store.unclaimed(set()) == 1
