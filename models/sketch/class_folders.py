"""Pictures in the layout of ImageNet and TU-Berlin: one folder for each class, named as the class is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.datasets import MissingData
from models.sketch.datasets import is_held_out

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PICTURES = frozenset({".png", ".jpg", ".jpeg"})
VECTORS = frozenset({".svg"})
LEAST_PICTURES = 4
"""Pictures that a class needs, so that one of them is held out."""
_NAMED = 3


@dataclass(frozen=True, eq=False)
class ClassFolders:
    """What lies in the folders of classes, class after class, in the order of the names.

    Attributes:
        folder: what holds them.
        classes: their names.
        paths: of the pictures.
        labels: int64 (pictures,), the class of each.
    """

    folder: Path
    classes: tuple[str, ...]
    paths: tuple[Path, ...]
    labels: NDArray[np.int64]

    @property
    def held_out(self) -> NDArray[np.bool_]:
        """Tell which pictures are never trained on, bool (pictures,): of each class every seventh, from the fourth."""
        first = np.searchsorted(self.labels, self.labels)
        return is_held_out(np.arange(len(self.labels)) - first)


def find_classes(folder: Path, suffixes: frozenset[str] = PICTURES, known: frozenset[str] = PICTURES) -> ClassFolders:
    """List the classes of a folder and their pictures; what else lies there is passed over.

    Args:
        folder: holds a folder for each class.
        suffixes: of the files that count, in lower case.
        known: suffixes of all files that might lie there, for whoever has named a wrong folder.

    Raises:
        MissingData: there are fewer than two classes, or too few pictures in one.
    """
    expected = f"expected is a folder for each class, CLASS/*{' or CLASS/*'.join(sorted(known))}"
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    found = {path.name: _pictures(path, suffixes) for path in inside if path.is_dir() and path.name[0] != "."}
    filled = {name: paths for name, paths in found.items() if paths}
    if len(filled) < 2:  # noqa: PLR2004 - one class teaches nothing
        there = _listed([path.name for path in inside])
        message = f"{folder} holds fewer than two folders of pictures (there: {there}); {expected}."
        raise MissingData(message)
    scarce = [name for name, paths in filled.items() if len(paths) < LEAST_PICTURES]
    if scarce:
        message = (
            f"{folder} holds classes of fewer than {LEAST_PICTURES} pictures ({_listed(scarce)}), of which none can be "
            f"held out; add pictures or remove those folders: {expected}."
        )
        raise MissingData(message)
    paths = tuple(path for several in filled.values() for path in several)
    labels = np.repeat(np.arange(len(filled)), [len(several) for several in filled.values()])
    return ClassFolders(folder, tuple(filled), paths, labels)


def find_sketches(folder: Path) -> ClassFolders:
    """List the classes of a folder in TU-Berlin's layout, of its vector release or, where no SVG lies, its pictures.

    Raises:
        MissingData: as `find_classes`.
    """
    vectors = folder.is_dir() and any(folder.glob("*/*.svg"))
    return find_classes(folder, VECTORS if vectors else PICTURES, VECTORS | PICTURES)


def shared_classes(one: ClassFolders, other: ClassFolders) -> tuple[ClassFolders, ClassFolders]:
    """Keep the classes that both hold, with the same numbers in both.

    Names agree whatever their case, and whether a space, a hyphen or an underscore parts their words.

    Raises:
        MissingData: they share fewer than two.
    """
    numbers = [{_plain(name): label for label, name in enumerate(found.classes)} for found in (one, other)]
    shared = sorted(numbers[0].keys() & numbers[1].keys())
    if len(shared) < 2:  # noqa: PLR2004 - one class teaches nothing
        message = (
            f"{one.folder} and {other.folder} share fewer than two classes; name the folders of a class alike in both "
            f"(there: {_listed(one.classes)}; and: {_listed(other.classes)})."
        )
        raise MissingData(message)
    first, second = (
        _restricted(found, [of[name] for name in shared]) for found, of in zip((one, other), numbers, strict=True)
    )
    return first, second


def _pictures(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes)


def _restricted(found: ClassFolders, labels: list[int]) -> ClassFolders:
    rows = np.concatenate([np.flatnonzero(found.labels == label) for label in labels])
    counts = [int((found.labels == label).sum()) for label in labels]
    return replace(
        found,
        classes=tuple(found.classes[label] for label in labels),
        paths=tuple(found.paths[row] for row in rows),
        labels=np.repeat(np.arange(len(labels)), counts),
    )


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _listed(names: list[str] | tuple[str, ...]) -> str:
    """Name the first few of something."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "") if names else "nothing"
