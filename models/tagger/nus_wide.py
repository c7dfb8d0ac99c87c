"""NUS-WIDE (Chua et al., NUS-WIDE: A Real-World Web Image Database, CIVR 2009): 81 concepts, lists without pictures."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import numpy as np

from models.datasets import MissingData
from models.tagger.datasets import Listing, Parts, divided, lines_of

MARK = "ConceptsList/Concepts81.txt"


def load(folder: Path) -> Parts:
    """Read `ConceptsList`, `ImageList`, `Groundtruth/TrainTestLabels`, and the pictures in `Flickr`.

    Many of the pictures are no longer to be had: those that are not there are left out.

    Raises:
        MissingData: a list is missing, two do not have the same length, or no picture of a part is there.
    """
    concepts = lines_of(folder / MARK)
    return divided(_part(folder, concepts, "Train"), _part(folder, concepts, "Test"))


def _part(folder: Path, concepts: list[str], part: str) -> Listing:
    names = lines_of(folder / "ImageList" / f"{part}Imagelist.txt")
    # The lists were written on Windows.
    paths = [folder / "Flickr" / Path(*PureWindowsPath(name).parts) for name in names]
    tags = np.zeros((len(paths), len(concepts)), bool)
    for column, concept in enumerate(concepts):
        path = folder / "Groundtruth" / "TrainTestLabels" / f"Labels_{concept}_{part}.txt"
        told = lines_of(path)
        if len(told) != len(paths):
            message = f"{path} has {len(told)} lines for {len(paths)} pictures."
            raise MissingData(message)
        tags[:, column] = np.array(told) == "1"
    there = np.array([path.is_file() for path in paths], bool)
    if not there.any():
        message = f"None of the {len(paths)} pictures of {folder / 'ImageList'} is in {folder / 'Flickr'}."
        raise MissingData(message)
    return Listing(tuple(paths), tags, tuple(concepts)).where(there)
