"""Every data set that the tagger reads, by what its folder holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.tagger import coco, corel, nus_wide, tables, voc
from models.tagger.datasets import find

if TYPE_CHECKING:
    from pathlib import Path

    from models.tagger.datasets import Parts

LAYOUTS = {corel.MARK: corel.load, coco.MARK: coco.load, voc.MARK: voc.load, nus_wide.MARK: nus_wide.load}


def load(data: Path) -> Parts:
    """Read a folder of a data set, or a table of one's own, a file.

    Raises:
        MissingData: it is neither.
    """
    return tables.load(data) if data.is_file() else find(data, LAYOUTS)
