"""The demo's pictures on disk: a PNG for each shoe, and a JSON Lines file that lists them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.demo.shoes.catalogue import DemoShoe
    from app.demo.shoes.shape import ShoeShape

LINES = "shoes.jsonl"

Progress = Callable[[int, int | None, str], None]
"""Hears how many are done, of how many, and of what."""


def generator_digest() -> str:
    """Sha256, in hex, of the source of what draws: another generator draws other pictures."""
    import app.demo

    digest = hashlib.sha256()
    for path in sorted(path for folder in app.demo.__path__ for path in Path(folder).rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def draw(shoes: Iterable[DemoShoe], count: int, folder: Path, workers: int, progress: Progress) -> Path:
    """Draw the shoes that are not drawn yet and return the file that lists all of them.

    Every file is written aside and renamed, so that whoever comes after a kill finds it whole or not at all.

    Args:
        shoes: what to draw.
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
        for number, shoe in enumerate(shoes, 1):
            target = folder / f"{shoe.key}.png"
            lines.append(json.dumps({"key": shoe.key, "title": shoe.title, "image": target.name, **shoe.metadata}))
            if not target.exists():
                painted.append(pool.submit(_paint, shoe.shape, target))
            progress(number, count, "design")
        for done, picture in enumerate(as_completed(painted), 1):
            picture.result()
            progress(done, len(painted), "paint")
    finally:
        # Also after Ctrl-C: what has not begun is left for the next time.
        pool.shutdown(cancel_futures=True)
    _place(folder / LINES, lambda aside: aside.write_text("".join(f"{line}\n" for line in lines), "utf-8"))
    return folder / LINES


def _paint(shape: ShoeShape, target: Path) -> None:
    from app.demo.shoes.painter import paint

    picture = paint(shape)
    _place(target, lambda aside: picture.save(aside, "PNG"))


def _place(target: Path, write: Callable[[Path], object]) -> None:
    aside = target.with_name(f".{target.name}.new")
    write(aside)
    aside.replace(target)
