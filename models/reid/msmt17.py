"""MSMT17, version 1 (Wei et al., Person Transfer GAN, CVPR 2018): 4,101 people before 15 cameras, in and out of doors.

`list_train.txt` and `list_val.txt` name pictures below `train`, 32,621 of 1,041 people together; `list_query.txt` and
`list_gallery.txt` name 11,659 and 82,161 below `test`, of 3,060 others, who are numbered from 0 again. A line is
`0000/0000_000_01_0303morning_0008_0.jpg 0`: path and person; the third number of the name is the camera. Files, lines
and counts of pictures as torchreid has them (`torchreid/data/datasets/image/msmt17.py`); as TransReID does, both lists
of the train part are learnt from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.datasets import MissingData
from models.reid.listings import Entry, Split, Trial, listed, split_rest

if TYPE_CHECKING:
    from pathlib import Path

TRAIN_LIST = "list_train.txt"
_LINE = re.compile(r"((?:\S*/)?\d+_\d+_(\d+)_\S+) (\d+)")


def is_here(folder: Path) -> bool:
    """Tell whether a folder is an unpacked MSMT17."""
    return (folder / TRAIN_LIST).is_file()


def official(folder: Path) -> Split:
    """Read the published split; of those who may be learnt from every tenth is held out.

    Raises:
        MissingData: a list is missing, empty, or has a line of another form.
    """
    train = [entry for name in (TRAIN_LIST, "list_val.txt") for entry in _entries(folder, name, "train")]
    query, gallery = (_entries(folder, name, "test") for name in ("list_query.txt", "list_gallery.txt"))
    (trained,) = listed(train)
    return split_rest(trained, Trial(*listed(query, gallery)))


def _entries(folder: Path, name: str, part: str) -> list[Entry]:
    try:
        lines = (folder / name).read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        message = f"{folder / name} cannot be read ({error}); unpack MSMT17_V1 anew."
        raise MissingData(message) from error
    found: list[Entry] = []
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            message = (
                f"Line {number} of {folder / name} is not of the form PID/PID_..._CAM_....jpg PID; "
                "unpack MSMT17_V1 anew."
            )
            raise MissingData(message)
        path, camera, person = match.groups()
        found.append((f"{int(person):05}", camera, folder / part / path))
    if not found:
        message = f"{folder / name} names no pictures; unpack MSMT17_V1 anew."
        raise MissingData(message)
    return found
