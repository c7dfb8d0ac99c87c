"""A model without weights that keeps every promise of a real one; `test_predictor.py` holds both to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from models.calibration import Calibration
from models.checkpoints import Checkpoint
from models.contracts import EmbeddingSpec, EmptyDrawing, InvalidStrokes, Kind, Strokes, Vectors
from models.devices import Device
from models.explanations import Explanation
from models.images import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 16
DIGEST = "fa" * 32


def brightness(pixels: NDArray[np.uint8]) -> Tensor:
    """Grey levels of a picture at 16 x 16, uint8 (1, 16, 16): what the fake network sees."""
    grey = torch.from_numpy(np.array(pixels)).float().mean(dim=2)[None, None]
    return torch.nn.functional.interpolate(grey, (SIDE, SIDE), mode="area")[0].to(torch.uint8)


def prepare_item(picture: Picture) -> Tensor:
    """Prepare a picture, uint8 (1, 16, 16)."""
    return brightness(picture.rgb)


def prepare_query(query: Picture | Strokes) -> Tensor:
    """Prepare a query, uint8 (1, 16, 16); strokes mark the cells of their points; white pictures hold no ink."""
    if isinstance(query, Picture):
        if query.rgb.min() == 255:
            message = "The drawing is empty; draw something first."
            raise EmptyDrawing(message)
        return brightness(query.rgb)
    canvas = torch.full((1, SIDE, SIDE), 255, dtype=torch.uint8)
    points = np.concatenate(query.lines) if query.lines else np.empty((0, 2), np.float32)
    if len(points) == 0:
        message = "The drawing is empty; draw something first."
        raise EmptyDrawing(message)
    if not np.isfinite(points).all():
        message = "Every point of a stroke must be a pair of finite numbers [x, y]."
        raise InvalidStrokes(message)
    low, extent = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-6)
    cells = np.clip((points - low) / extent * (SIDE - 1), 0, SIDE - 1).astype(int)
    canvas[0, cells[:, 1], cells[:, 0]] = 0
    return canvas


def fake_spec(name: str = "fake", dim: int = 8) -> EmbeddingSpec:
    """Describe the fake model."""
    return EmbeddingSpec(
        name=name,
        kind=Kind.EMBED,
        title="A model for tests",
        paper="none",
        dim=dim,
        max_batch=8,
        preprocessing=1,
        query_shape=(1, SIDE, SIDE),
        item_shape=(1, SIDE, SIDE),
        networks={"brightness": lambda: None},
        prepare_query=prepare_query,
        prepare_item=prepare_item,
        view_query=lambda prepared: prepared[0].numpy(),
    )


class FakePredictor:
    """Embeds a picture by a fixed random projection of its grey levels, so equal pictures meet and others do not."""

    def __init__(
        self, dim: int = 8, digest: str = DIGEST, name: str = "fake", calibration: Calibration | None = None
    ) -> None:
        """Make one; another digest gives another projection, as other weights would."""
        self.spec = fake_spec(name, dim)
        self.checkpoint = Checkpoint(name, "brightness", digest, Path(), {"preprocessing": 1}, calibration)
        self.device = Device("cpu", torch.float32, 1)
        self.batches: list[int] = []
        seed = int(digest[:8], 16)
        self._projection = np.random.default_rng(seed).standard_normal((SIDE * SIDE, dim)).astype(np.float32)

    @property
    def digest(self) -> str:
        """Digest of the weights in use."""
        return self.checkpoint.digest

    @property
    def calibration(self) -> Calibration | None:
        """What scores say."""
        found = self.checkpoint.calibration
        return found if isinstance(found, Calibration) else None

    def prepare_query(self, query: Picture | Strokes) -> Tensor:
        """Turn one query into a uint8 tensor."""
        return self.spec.prepare_query(query)

    def prepare_item(self, picture: Picture) -> Tensor:
        """Turn one picture into a uint8 tensor."""
        return self.spec.prepare_item(picture)

    def predict_queries(self, batch: Tensor) -> Vectors:
        """Embed prepared queries."""
        return self._embed(batch)

    def predict_items(self, batch: Tensor) -> Vectors:
        """Embed prepared items."""
        return self._embed(batch)

    def view_query(self, prepared: Tensor) -> NDArray[np.uint8]:
        """Show a prepared query."""
        return self.spec.view_query(prepared)

    def view_items(self, batch: Tensor) -> NDArray[np.uint8]:
        """Show prepared items."""
        return batch[:, 0].numpy()

    @property
    def explains(self) -> bool:
        """Whether it tells why."""
        return True

    def explain_items(self, batch: Tensor, queries: Vectors) -> list[Explanation]:
        """Tell what each grey level adds to the likeness, exactly, for the projection is linear."""
        rows = batch.flatten(1).float().numpy() / 255 - 0.5
        lengths = np.maximum(np.linalg.norm(rows @ self._projection, axis=1, keepdims=True), 1e-6)
        support = (rows * (queries @ self._projection.T) / lengths).astype(np.float32)
        return [
            Explanation(row[0].numpy(), part) for row, part in zip(batch, support.reshape(-1, SIDE, SIDE), strict=True)
        ]

    def warm(self) -> None:
        """Nothing to warm."""

    def _embed(self, batch: Tensor) -> Vectors:
        assert batch.dtype is torch.uint8
        self.batches.append(len(batch))
        # Row by row: a vector must not depend on its neighbours in the batch by even the last bit.
        vectors = np.stack([(row.reshape(-1).float().numpy() / 255 - 0.5) @ self._projection for row in batch])
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6).astype(np.float32)
        return unit
