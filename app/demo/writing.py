"""The demo's shoes on disk: a picture each, and a list of items that names them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from app.demo.catalogue import catalogue
from app.demo.painter import paint
from app.demo.shape import ShoeShape

ITEMS = "items.jsonl"
EDITION = "edition.txt"
_QUALITY = 90


def write_catalogue(
    folder: Path, count: int = 600, progress: Callable[[int, int], None] | None = None, workers: int = 1
) -> Path:
    """Write the first `count` shoes into a folder and return the list of them.

    What is there already is kept, so that a run after a kill goes on where the last one was; pictures that another
    version of this package drew are drawn anew. Every file appears whole or not at all; the list comes last.

    Args:
        folder: where to write; made if need be.
        count: how many shoes.
        progress: hears how many of how many are done, in the caller's thread.
        workers: processes that paint; one paints in the caller's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _begin_edition(folder)
    tell = progress or (lambda _done, _total: None)
    lines: list[str] = []
    waiting: list[Future[None]] = []
    with _painters(workers) as painters:
        for shoe in catalogue(count):
            target = folder / f"{shoe.key}.jpg"
            line = {"key": shoe.key, "title": shoe.title, "image": target.name, **shoe.metadata}
            lines.append(json.dumps(line, ensure_ascii=False))
            if not target.exists() and painters is not None:
                waiting.append(painters.submit(_paint, shoe.shape, target))
                continue
            if not target.exists():
                _paint(shoe.shape, target)
            tell(len(lines) - len(waiting), count)
        for done, picture in enumerate(waiting, count - len(waiting) + 1):
            picture.result()
            tell(done, count)
    _place(folder / ITEMS, "".join(f"{line}\n" for line in lines).encode())
    return folder / ITEMS


def edition() -> str:
    """Digest of the sources that draw: another edition draws other pictures."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()


def _begin_edition(folder: Path) -> None:
    """Throw away what another edition drew."""
    mark = folder / EDITION
    if mark.exists() and mark.read_text("utf-8") == edition():
        return
    (folder / ITEMS).unlink(missing_ok=True)
    for picture in folder.glob("shoe-*.jpg"):
        picture.unlink()
    _place(mark, edition().encode())


@contextmanager
def _painters(workers: int) -> Iterator[Executor | None]:
    if workers <= 1:
        yield None
        return
    # Spawned, not forked: the caller may have threads of OpenMP, which a fork would leave hanging.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _paint(shape: ShoeShape, target: Path) -> None:
    aside = target.with_name(f".{target.name}.part")
    paint(shape).save(aside, "JPEG", quality=_QUALITY, subsampling=0)
    aside.replace(target)


def _place(target: Path, content: bytes) -> None:
    aside = target.with_name(f".{target.name}.part")
    aside.write_bytes(content)
    aside.replace(target)
