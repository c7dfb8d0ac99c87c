"""CUHK03-NP (Zhong et al., CVPR 2017): the new protocol of CUHK03, two cameras, boxes drawn by hand or by a detector.

The folders `labeled` and `detected` are two such data sets. Each has 767 people in `bounding_box_train` and 700 others,
with one query by each camera, in `query` and `bounding_box_test`: `0001_c1_1.png` is person 1 by camera 1. Counts and
protocol as in the README of its authors (zhunzhong07/person-re-ranking, `CUHK03-NP`); folders and names as the
loader `datasets/cuhk03.py` by the author of fast-reid reads them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.reid.box_folders import TRAIN, BoxFolders

if TYPE_CHECKING:
    from pathlib import Path

CUHK03_NP = BoxFolders("CUHK03-NP", re.compile(r"(\d{4})_c(\d+)_\d+"), (".png", ".jpg"), "IIII_cC_N.png")
KINDS = ("labeled", "detected")


def is_here(folder: Path) -> bool:
    """Tell whether a folder's pictures have the names of CUHK03-NP, by one of them."""
    pictures = (path for path in (folder / TRAIN).iterdir() if path.suffix.lower() in CUHK03_NP.suffixes)
    first = next(pictures, None)
    return first is not None and CUHK03_NP.name.fullmatch(first.stem) is not None


def is_around(folder: Path) -> bool:
    """Tell whether a folder holds both kinds of boxes, of which one has to be chosen."""
    return any((folder / kind / TRAIN).is_dir() for kind in KINDS)
