"""PASCAL VOC (Everingham et al., The PASCAL Visual Object Classes Challenge 2007): 20 classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.datasets import MissingData
from models.tagger.datasets import Listing, Parts, divided, lines_of, listing_of

if TYPE_CHECKING:
    from pathlib import Path

MARK = "ImageSets/Main"
_PRESENT = "1"
_COLUMNS = 2


def load(folder: Path) -> Parts:
    """Read `ImageSets/Main/CLASS_{trainval,test}.txt` and `JPEGImages/ID.jpg`.

    A class is a picture's label where its line says 1; 0, for difficult objects alone, counts as not, as in training
    by most; the challenge leaves these pictures out when it judges that class.

    Raises:
        MissingData: a list is missing, or a line is not of the form `ID -1`.
    """
    suffix = "_trainval.txt"
    classes = sorted(path.name.removesuffix(suffix) for path in (folder / MARK).glob(f"*{suffix}"))
    if not classes:
        message = f"{folder / MARK} holds no CLASS{suffix}."
        raise MissingData(message)
    return divided(_part(folder, classes, "trainval"), _part(folder, classes, "test"))


def _part(folder: Path, classes: list[str], part: str) -> Listing:
    found: dict[str, set[str]] = {}
    for name in classes:
        path = folder / MARK / f"{name}_{part}.txt"
        for line in lines_of(path):
            columns = line.split()
            if len(columns) != _COLUMNS:
                message = f"{path} has a line that is not of the form `ID -1`: {line}."
                raise MissingData(message)
            present = found.setdefault(columns[0], set())
            if columns[1] == _PRESENT:
                present.add(name)
    pictures = folder / "JPEGImages"
    return listing_of(
        [(pictures / f"{number}.jpg", frozenset(names)) for number, names in sorted(found.items())], classes
    )
