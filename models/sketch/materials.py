"""What the stages of training learn from: all data sets that are there, without what a test part holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.sketch.canvas import SIDE
from models.sketch.datasets import load_pairs
from models.sketch.datasets_v2 import load_photos, load_vector_sketches
from models.sketch.gallery import Gallery, HeldOut, gather_chairs, gather_shoes, joined, of_themselves
from models.sketch.icons import find_icons, read_icon
from models.sketch.leaks import near_duplicates, twins
from models.sketch.recipe import DISTORTED, Source
from models.sketch.redrawing import redraw, redraw_traced
from models.sketch.strokes import render
from models.training import save_whole

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from models.contracts import Strokes
    from models.sketch.datasets import Pairs, PhotoSketches
    from models.sketch.datasets_v2 import VectorSketches
    from models.sketch.icons import Icon

Draw = Callable[["Tensor"], "Tensor"]
"""Framed photos, uint8 (n, 3, 256, 256) -> their edge maps, uint8 (n, 1, 256, 256)."""
ICONS_AT_ONCE = 500
"""Icons that are read and kept at once: what a kill costs."""


@dataclass(frozen=True, eq=False)
class Materials:
    """What there is to learn from.

    Attributes:
        pretraining: sources of things that no hand has drawn; empty where none are there.
        embedding: sources of things that were drawn by hand.
        held_out: kind of things -> what is judged by.
        facts: for the card: how many items each source has, and how many were dropped as near-duplicates.
    """

    pretraining: tuple[Source, ...]
    embedding: tuple[Source, ...]
    held_out: Mapping[str, HeldOut]
    facts: Mapping[str, Mapping[str, int]]


def gather(
    data: Path, shoes: Pairs, chairs: Pairs, photos: PhotoSketches, draw: Draw, icons: Source | None
) -> Materials:
    """Put together what lies in the folder `data`; `chairv2_train` and `shoev2_photos` may be missing.

    What shows a thing of a test part, or a held-out one, is dropped.

    Args:
        data: holds `qmul_v1`, and perhaps the others.
        shoes: QMUL-Shoe's train part.
        chairs: QMUL-Chair's train part.
        photos: shoe304.
        draw: the trained detector.
        icons: what `gather_icons` returned, if there are icons.

    Raises:
        MissingData: a folder is there and does not hold what its name says.
    """
    shoe_gallery, held_shoes = gather_shoes(shoes, photos, draw(photos.photos))
    chair_gallery, held_chairs = gather_chairs(chairs)
    shoe_gallery, chair_gallery = redraw_traced(shoe_gallery), redraw_traced(chair_gallery)
    held_out = {"shoes": held_shoes, "chairs": held_chairs}
    alone = [] if icons is None else [icons]
    facts: dict[str, dict[str, int]] = {} if icons is None else {"icons": {"items": len(icons.gallery)}}
    if (data / "shoev2_photos").is_dir():
        edges = draw(load_photos(data / "shoev2_photos"))
        kept = ~near_duplicates(edges, _known(data / "qmul_v1/shoes", held_shoes))
        facts["shoev2_photos"] = _counts(kept)
        alone.append(Source("shoev2_photos", _pretended(edges[kept]), 0.33, DISTORTED))
    if (data / "chairv2_train").is_dir():
        more = load_vector_sketches(data / "chairv2_train")
        edges = draw(more.photos)
        kept = ~more.held_out
        kept[kept] = ~near_duplicates(edges[kept], _known(data / "qmul_v1/chairs", held_chairs))
        facts["chairv2_train"] = {**_counts(kept[~more.held_out]), "held out": int(more.held_out.sum())}
        held_out["chairs of the second set"] = _held_out(more, edges)
        alone.append(Source("chairv2_train photos", _pretended(edges[kept]), 0.12, DISTORTED))
        second = gather_vector(more.sketches, edges, np.flatnonzero(kept))
        same = twins(edges[kept], torch.cat([*chair_gallery.views]))
        facts["chairv2_train"]["joined with QMUL-Chair's"] = int((same >= 0).sum())
        chair_gallery = joined(chair_gallery, second, same)
    facts |= {"shoes": {"items": len(shoe_gallery)}, "chairs": {"items": len(chair_gallery)}}
    drawn_by_hand = (Source("shoes", shoe_gallery, 0.5), Source("chairs", chair_gallery, 0.4))
    return Materials(tuple(alone), drawn_by_hand, held_out, facts)


def gather_vector(
    sketches: Sequence[Sequence[Strokes]],
    edges: Tensor,
    rows: NDArray[np.int64],
    *,
    bend: bool = True,
    shorten: bool = True,
) -> Gallery:
    """Gather things with vector sketches, and variants of these.

    Args:
        sketches: of each thing its drawings, at least one.
        edges: uint8 (n, 1, 256, 256), the edge map of each thing.
        rows: int64, which things, and in which order.
        bend: as in `models.sketch.variants.variant`.
        shorten: as there.
    """
    drawn = [torch.stack([render(strokes) for strokes in sketches[row]]) for row in rows]
    variants = {place: redraw(sketches[row], int(row), bend=bend, shorten=shorten) for place, row in enumerate(rows)}
    return Gallery(drawn, list(edges[rows][:, None]), variants=variants)


def gather_icons(folder: Path, draw: Draw, kept: Path, report: Callable[[int, int], None]) -> Source | None:
    """Draw all icons and the edges of their filled twins; None if there is no folder of them.

    Args:
        folder: holds icon families.
        draw: the trained detector.
        kept: a folder; what an earlier run has drawn is taken from there.
        report: hears how many of how many icons are done.

    Raises:
        MissingData: the folder holds no icons.
        MissingCheckpoint: the renderer of icons is not installed.
    """
    if not folder.is_dir():
        return None
    icons = find_icons(folder)
    parts = []
    for start in range(0, len(icons), ICONS_AT_ONCE):
        path = kept / f"icons-{start}.pt"
        if not path.exists():
            save_whole(path, _drawn(icons[start : start + ICONS_AT_ONCE], draw))
        parts.append(torch.load(path, weights_only=True))
        report(min(start + ICONS_AT_ONCE, len(icons)), len(icons))
    pairs = torch.cat(parts)
    return Source("icons", Gallery(list(pairs[:, :1]), list(pairs[:, 1:])), 0.55, DISTORTED)


def _drawn(icons: tuple[Icon, ...], draw: Draw) -> Tensor:
    """Return uint8 (n, 2, 1, 256, 256), for each icon that shows anything its drawing and its edge map."""
    read = [pair for pair in map(read_icon, icons) if pair is not None]
    if not read:
        return torch.empty(0, 2, 1, SIDE, SIDE, dtype=torch.uint8)
    drawings, photos = (torch.stack(side) for side in zip(*read, strict=True))
    return torch.stack([drawings, draw(photos)], dim=1)


def _pretended(edges: Tensor) -> Gallery:
    """Things that nobody drew: their edge maps stand for drawings, and so do variants of what these are traced to."""
    return redraw_traced(of_themselves(edges))


def _held_out(data: VectorSketches, edges: Tensor) -> HeldOut:
    rows = np.flatnonzero(data.held_out)
    drawn = [(item, render(strokes)) for item, row in enumerate(rows) for strokes in data.sketches[row]]
    drawings = torch.stack([drawing for _, drawing in drawn])
    return HeldOut(drawings, np.array([item for item, _ in drawn]), {"own": edges[rows]})


def _known(folder: Path, held_out: HeldOut) -> Tensor:
    """Edge maps of all things that training must not meet."""
    return torch.cat([load_pairs(folder, "test").edges, held_out.items["released"]])


def _counts(kept: NDArray[np.bool_]) -> dict[str, int]:
    return {"items": int(kept.sum()), "dropped as near-duplicates": int((~kept).sum())}
