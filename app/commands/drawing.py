"""The demo's pictures on disk: a file for each item, and a JSON Lines file that lists them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL import Image

LINES = "items.jsonl"


class Drawn(Protocol):
    """One item of the demo, before it is painted."""

    @property
    def key(self) -> str:
        """Name of the item, and of its file."""

    @property
    def title(self) -> str:
        """What people read."""

    @property
    def metadata(self) -> Mapping[str, str | int | float | bool]:
        """What one can filter by."""

    @property
    def suffix(self) -> str:
        """How the file's name ends: .png or .jpg."""

    def paint(self) -> Image.Image:
        """Paint it."""


Progress = Callable[[int, int | None, str], None]
"""Hears how many are done, of how many, and of what."""


def generator_digest(name: str) -> str:
    """Sha256, in hex, of the source of what draws `name`, shoes or people: another generator draws other pictures."""
    import app.demo

    digest = hashlib.sha256()
    for folder in app.demo.__path__:
        for path in sorted((*Path(folder).glob("*.py"), *(Path(folder) / name).glob("*.py"))):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def draw(items: Iterable[Drawn], count: int, folder: Path, workers: int, progress: Progress) -> Path:
    """Draw the items that are not drawn yet and return the file that lists all of them.

    Every file is written aside and renamed, so that whoever comes after a kill finds it whole or not at all.

    Args:
        items: what to draw.
        count: how many they are.
        folder: where to draw; made if need be, and for this version of the generator only.
        workers: threads that paint.
        progress: hears of progress, in the caller's thread.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    pool = ThreadPoolExecutor(workers, thread_name_prefix="painter")
    try:
        painted = []
        for number, item in enumerate(items, 1):
            target = folder / f"{item.key}{item.suffix}"
            lines.append(json.dumps({"key": item.key, "title": item.title, "image": target.name, **item.metadata}))
            if not target.exists():
                painted.append(pool.submit(_paint, item, target))
            progress(number, count, "design")
        for done, picture in enumerate(as_completed(painted), 1):
            picture.result()
            progress(done, len(painted), "paint")
    finally:
        # Also after Ctrl-C: what has not begun is left for the next time.
        pool.shutdown(cancel_futures=True)
    _place(folder / LINES, lambda aside: aside.write_text("".join(f"{line}\n" for line in lines), "utf-8"))
    return folder / LINES


def lay_out(queries: Sequence[Drawn], folder: Path) -> None:
    """Paint pictures that belong to no collection, for people to look for; no folder is made for none."""
    for query in queries:
        folder.mkdir(parents=True, exist_ok=True)
        _paint(query, folder / f"{query.key}{query.suffix}")


def _paint(item: Drawn, target: Path) -> None:
    picture = item.paint()
    form = {".png": "PNG", ".jpg": "JPEG"}[item.suffix]
    _place(target, lambda aside: picture.save(aside, form, quality=90))


def _place(target: Path, write: Callable[[Path], object]) -> None:
    aside = target.with_name(f".{target.name}.new")
    write(aside)
    aside.replace(target)
