"""Folders `bounding_box_train`, `query` and `bounding_box_test`, whose file names tell identity and camera."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.datasets import MissingData
from models.reid.listings import Entry, Split, Trial, listed, split_rest

if TYPE_CHECKING:
    from pathlib import Path

TRAIN, QUERY, GALLERY = "bounding_box_train", "query", "bounding_box_test"


@dataclass(frozen=True)
class BoxFolders:
    """How a data set names its files.

    Attributes:
        title: of the data set.
        name: matches the whole name of a file without its suffix; groups 1 and 2 are identity and camera.
        suffixes: of its pictures; other files are passed over.
        example: of a name, for people.
    """

    title: str
    name: re.Pattern[str]
    suffixes: tuple[str, ...]
    example: str

    def entries(self, folder: Path) -> list[Entry]:
        """Read the names in one of the folders; none where it is not there.

        Raises:
            MissingData: a picture has another name.
        """
        found = []
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.suffix.lower() not in self.suffixes:
                continue
            name = self.name.fullmatch(path.stem)
            if name is None:
                message = f"{path} is not called {self.example}; unpack {self.title} anew."
                raise MissingData(message)
            found.append((name[1], name[2], path))
        return found

    def official(self, folder: Path) -> Split:
        """Read the published split: the last folder is the gallery of the test, whose people are not learnt from.

        Of those who may be learnt from every tenth is held out.

        Raises:
            MissingData: a folder holds no pictures, or such as have other names.
        """
        train, query, gallery = (self.entries(folder / part) for part in (TRAIN, QUERY, GALLERY))
        for part, entries in ((TRAIN, train), (QUERY, query), (GALLERY, gallery)):
            if not entries:
                message = f"{folder / part} holds no pictures; unpack {self.title} anew."
                raise MissingData(message)
        (trained,) = listed(train)
        return split_rest(trained, Trial(*listed(query, gallery)))


def has_official(folder: Path) -> bool:
    """Tell whether a folder holds all three."""
    return all((folder / part).is_dir() for part in (TRAIN, QUERY, GALLERY))
