"""The section on labels: of the weights that a server would use, or of untrained ones, which is then said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings
from benchmarks import label_paths, labels, labels_report, pictures, saturated, untrained_labels
from models.checkpoints import CheckpointStore

if TYPE_CHECKING:
    from benchmarks.options import Options

PICTURES = 256
"""Different pictures that are sent."""
ROUNDS = 25
TO_A_PICTURE = 4
"""Searches that are asked for to a picture that is labelled: a label takes longer, and the section as long."""


def write(environment: Mapping[str, str], folder: Path, options: Options) -> list[str]:
    """Measure, and write it down.

    Args:
        environment: of the server; its home is `folder / "home"`.
        folder: for pictures.
        options: how much is measured.
    """
    photos = folder / "labelled"
    photos.mkdir()
    pictures.write_photos(pictures.shoes(PICTURES), [photos], PICTURES)
    store = CheckpointStore(Settings(home=folder / "home").paths.checkpoints)
    samples = [path.read_bytes() for path in sorted(photos.iterdir())[: pictures.SHOES]]
    weights = untrained_labels.find_or_make(store, samples)
    found = saturated.measure(environment, photos, max(options.requests // TO_A_PICTURE, 1), labels.REQUESTS)
    timed = label_paths.measure(environment, photos, ROUNDS)
    return [
        labels_report.HEADING,
        "",
        *labels_report.weights(weights),
        *labels_report.requests(found),
        *labels_report.paths(timed),
    ]
