"""COCO (Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014): the categories of a picture's instances."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models.datasets import MissingData
from models.tagger.datasets import Listing, Parts, divided, listing_of

if TYPE_CHECKING:
    from pathlib import Path

MARK = "annotations"
_YEARS = ("2014", "2017")


def load(folder: Path) -> Parts:
    """Read `annotations/instances_{train,val}YEAR.json` and the pictures beside, the official val part being the test.

    YEAR is 2014, as in the paper, or 2017; pictures without an instance are left out, as is usual for tagging.

    Raises:
        MissingData: neither year is there, or a file is not what its name says.
    """
    year = next((year for year in _YEARS if (folder / MARK / f"instances_train{year}.json").is_file()), None)
    if year is None:
        message = f"{folder / MARK} holds neither instances_train2014.json nor instances_train2017.json."
        raise MissingData(message)
    return divided(_part(folder, f"train{year}"), _part(folder, f"val{year}"))


def _part(folder: Path, name: str) -> Listing:
    path = folder / MARK / f"instances_{name}.json"
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
        categories = {one["id"]: one["name"] for one in sorted(told["categories"], key=lambda one: one["id"])}
        found: dict[int, set[str]] = {}
        for instance in told["annotations"]:
            found.setdefault(instance["image_id"], set()).add(categories[instance["category_id"]])
        entries = [
            (folder / name / one["file_name"], frozenset(found[one["id"]]))
            for one in told["images"]
            if one["id"] in found
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path} is not a COCO instances file: {error!r}."
        raise MissingData(message) from None
    return listing_of(entries, list(categories.values()))
