"""Pictures of classes on the canvas: drawn once, kept as files, and read when a batch needs them."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from models.contracts import EmptyDrawing, InvalidStrokes
from models.datasets import MissingData, read_picture
from models.sketch.canvas import SIDE
from models.sketch.class_folders import VECTORS
from models.sketch.ink import draw_ink
from models.sketch.photos import frame
from models.sketch.redrawing import redraw
from models.sketch.strokes import render
from models.sketch.train import draw_edges
from models.sketch.vector_files import read_vector_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from models.images import Picture
    from models.sketch.class_folders import ClassFolders
    from models.sketch.edges import EdgeDetector

AT_ONCE = 32
"""Pictures that are drawn together: what a kill costs, and how often progress is told."""
_DIGITS = 12


@dataclass(frozen=True, eq=False)
class ClassCanvases:
    """Pictures of classes on the canvas.

    Attributes:
        classes: their names.
        paths: of the kept canvases.
        labels: int64 (pictures,), the class of each.
        held_out: bool (pictures,), which are never trained on.
    """

    classes: tuple[str, ...]
    paths: tuple[Path, ...]
    labels: NDArray[np.int64]
    held_out: NDArray[np.bool_]

    def read(self, rows: NDArray[np.int64], random: np.random.Generator | None = None) -> Tensor:
        """Read canvases, of each a random view, or the first without `random`; uint8 (rows, 1, 256, 256).

        Raises:
            MissingData: a kept canvas is gone or damaged.
        """
        several = [_load(self.paths[row]) for row in rows]
        return torch.stack([views[0 if random is None else random.integers(len(views))] for views in several])


@dataclass(frozen=True, eq=False)
class KeptDrawings:
    """Draws the pictures of classes, and keeps what it has drawn, whoever asks for it.

    Attributes:
        kept: a folder for the canvases.
        detector: of edges.
        detected_by: what tells this detector from others.
        report: hears what is being done, and how much of how much is.
    """

    kept: Path
    detector: EdgeDetector
    detected_by: str
    report: Callable[[str, int, int], None]

    def sketches(self, found: ClassFolders) -> ClassCanvases:
        """Draw pictures of sketches, or vector sketches with variants of their own (the paper's section 3.3).

        Raises:
            MissingData: a file cannot be read, or shows nothing.
        """
        return self._keep(found, "", lambda paths: [_views_of_sketch(path) for path in paths])

    def edge_maps(self, found: ClassFolders) -> ClassCanvases:
        """Draw the edges of photos; a grey PNG of 256 x 256 is an edge map already and is taken as it is.

        Raises:
            MissingData: a file cannot be read.
        """
        return self._keep(found, self.detected_by, lambda paths: _edges_of(paths, self.detector))

    def _keep(
        self, found: ClassFolders, drawn_by: str, draw: Callable[[Sequence[Path]], Sequence[Tensor]]
    ) -> ClassCanvases:
        """Draw what an earlier run has not drawn: of a picture all that may stand for it, the first one as it is."""
        digest = hashlib.sha256(f"{found.folder.resolve()}\n{drawn_by}".encode()).hexdigest()
        folder = self.kept / digest[:_DIGITS]
        named = zip(found.paths, found.labels, strict=True)
        targets = tuple(folder / found.classes[label] / f"{path.name}.png" for path, label in named)
        for start in range(0, len(targets), AT_ONCE):
            pairs = zip(found.paths[start : start + AT_ONCE], targets[start : start + AT_ONCE], strict=True)
            if lacking := [(path, target) for path, target in pairs if not target.exists()]:
                drawn = draw([path for path, _ in lacking])
                for (_, target), views in zip(lacking, drawn, strict=True):
                    _save(target, views)
                self.report(f"drawing {found.folder.name}", min(start + AT_ONCE, len(targets)), len(targets))
        return ClassCanvases(found.classes, targets, found.labels, found.held_out)


def _edges_of(paths: Sequence[Path], detector: EdgeDetector) -> list[Tensor]:
    """Return of each picture uint8 (1, 1, 256, 256)."""
    pictures = [read_picture(path) for path in paths]
    maps = [_edge_map(path, picture) for path, picture in zip(paths, pictures, strict=True)]
    photos = [frame(picture) for picture, found in zip(pictures, maps, strict=True) if found is None]
    drawn = iter(draw_edges(detector, torch.stack(photos)) if photos else ())
    return [(next(drawn) if found is None else found)[None] for found in maps]


def _views_of_sketch(path: Path) -> Tensor:
    """Return uint8 (views, 1, 256, 256), of a picture one view, of vector strokes some variants too."""
    try:
        if path.suffix.lower() not in VECTORS:
            return draw_ink(read_picture(path))[None]
        strokes = read_vector_file(path)
        changed = redraw([strokes], zlib.crc32(f"{path.parent.name}/{path.name}".encode()))
        return torch.cat([render(strokes)[None], changed])
    except (EmptyDrawing, InvalidStrokes) as error:
        message = f"{path} shows no drawing ({error}); replace or delete it."
        raise MissingData(message) from error


def _edge_map(path: Path, picture: Picture) -> Tensor | None:
    rgb = picture.rgb
    drawn = path.suffix.lower() == ".png" and rgb.shape[:2] == (SIDE, SIDE) and bool((rgb == rgb[..., :1]).all())
    return torch.from_numpy(rgb[..., 0].copy())[None] if drawn else None


def _save(target: Path, views: Tensor) -> None:
    """Write views below each other as one grey picture; a kill leaves no half of it under its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".new")
    Image.fromarray(views.reshape(-1, SIDE).numpy()).save(aside, "PNG")
    aside.replace(target)


def _load(path: Path) -> Tensor:
    """Read what `_save` wrote: uint8 (views, 1, 256, 256)."""
    try:
        with Image.open(path) as image:
            pixels = np.array(image)
        return torch.from_numpy(pixels).reshape(-1, 1, SIDE, SIDE)
    except (OSError, SyntaxError, RuntimeError) as error:
        message = f"The kept canvas {path} is gone or damaged ({error}); delete it, and run the stage again."
        raise MissingData(message) from error
