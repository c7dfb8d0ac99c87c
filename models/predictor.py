"""One loaded network that embeds, on one device."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor, nn

from models.calibration import Calibration
from models.checkpoints import Checkpoint, CheckpointStore
from models.contracts import NotExplainable
from models.devices import Device
from models.explanations import Explanation
from models.loading import PARITY, load_network, moved, probe
from models.registry import embedding_spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from models.contracts import EmbeddingNetwork, EmbeddingSpec, ExplainingNetwork, Strokes, Vectors
    from models.images import Picture


class Predictor:
    """A model with its weights, ready to turn pictures into vectors.

    `prepare_*` may be called from any thread; `predict_*`, `view_items`, `explain_items` and `warm` from one at a time.
    """

    def __init__(self, spec: EmbeddingSpec, checkpoint: Checkpoint, network: EmbeddingNetwork, device: Device) -> None:
        """Serve `network`, which already holds the weights of `checkpoint` and lies on `device`."""
        self.spec = spec
        self.checkpoint = checkpoint
        self.device = device
        self._network = network

    @property
    def network(self) -> nn.Module:
        """What computes: in evaluation mode, on the device, its batch normalisations folded."""
        return cast("nn.Module", self._network)

    @property
    def digest(self) -> str:
        """Digest of the weights in use."""
        return self.checkpoint.digest

    @property
    def calibration(self) -> Calibration | None:
        """What scores of these weights say; None where that is not known."""
        found = self.checkpoint.calibration
        return found if isinstance(found, Calibration) else None

    def prepare_query(self, query: Picture | Strokes) -> Tensor:
        """Turn one query into a uint8 tensor on the CPU.

        Raises:
            EmptyDrawing: it holds no ink.
            InvalidStrokes: its strokes are malformed.
        """
        return self.spec.prepare_query(query)

    def prepare_item(self, picture: Picture) -> Tensor:
        """Turn one catalogue picture into a uint8 tensor on the CPU."""
        return self.spec.prepare_item(picture)

    def predict_queries(self, batch: Tensor) -> Vectors:
        """Embed prepared queries, uint8 (n, ...); returns float32 (n, dim), rows of unit length."""
        return self._predict(self._network.embed_queries, batch)

    def predict_items(self, batch: Tensor) -> Vectors:
        """Embed prepared items, uint8 (n, ...); returns float32 (n, dim), rows of unit length."""
        return self._predict(self._network.embed_items, batch)

    def view_query(self, prepared: Tensor) -> NDArray[np.uint8]:
        """Show what the network sees of one prepared query: uint8 grey (height, width)."""
        return self.spec.view_query(prepared)

    def view_items(self, batch: Tensor) -> NDArray[np.uint8]:
        """Show what the network sees of prepared items: uint8 grey (n, height, width)."""
        with torch.inference_mode():
            pixels: NDArray[np.uint8] = self._network.view_items(moved(batch, self.device)).cpu().numpy()
        return pixels

    @property
    def explains(self) -> bool:
        """Whether `explain_items` can be asked."""
        return hasattr(self._network, "explain_items")

    def explain_items(self, batch: Tensor, queries: Vectors) -> list[Explanation]:
        """Tell why prepared items are like queries.

        Args:
            batch: uint8 (n, ...).
            queries: float32 (n, dim), the query of each item, of unit length.

        Raises:
            NotExplainable: the model does not tell.
        """
        if not self.explains:
            message = f"The model {self.spec.name} does not tell why an item was found; search without explain."
            raise NotExplainable(message)
        network = cast("ExplainingNetwork", self._network)
        lines, support = network.explain_items(moved(batch, self.device), moved(torch.from_numpy(queries), self.device))
        return [Explanation(*pair) for pair in zip(lines.cpu().numpy(), support.float().cpu().numpy(), strict=True)]

    def warm(self) -> None:
        """Run both sides, at the largest batch first: memory grows now, and no caller waits for lazy initialisation."""
        views = len(self.spec.query_views(torch.full(self.spec.query_shape, 255, dtype=torch.uint8)))
        for predict, shape, rows in (
            (self.predict_queries, self.spec.query_shape, views),
            (self.predict_items, self.spec.item_shape, 1),
        ):
            for batch in (self.spec.max_batch, 1):
                predict(torch.full((batch * rows, *shape), 255, dtype=torch.uint8))

    def _predict(self, embed: Callable[[Tensor], Tensor], batch: Tensor) -> Vectors:
        with torch.inference_mode():
            vectors = embed(moved(batch, self.device)).float()
            return np.ascontiguousarray(nn.functional.normalize(vectors).cpu().numpy())


def load_predictor(store: CheckpointStore, model: str, reference: str | None, device: Device) -> Predictor:
    """Load a model's weights onto a device.

    On a device whose number format is not float32, both formats embed a probe first; if they disagree
    the network stays in float32. Who is to answer callers without delay calls `warm` next.

    Args:
        store: where to look for weights.
        model: name of the model.
        reference: a digest, a prefix of one, or a network's name; None for the default.
        device: where to run.

    Raises:
        UnknownModel: no model has that name.
        WrongKind: it does not embed.
        MissingCheckpoint: no weights match.
        CorruptCheckpoint: the weight file is not what its card states, or does not fit the network.
    """
    description = embedding_spec(model)
    checkpoint = store.find(model, reference, description.default_network)
    loaded = load_network(description, store, checkpoint, device)
    exact = Predictor(description, checkpoint, cast("EmbeddingNetwork", loaded.exact), device)
    if loaded.fast is None:
        return exact
    fast = Predictor(description, checkpoint, cast("EmbeddingNetwork", loaded.fast), device)
    return fast if _agree(exact, fast) else exact


def _agree(exact: Predictor, fast: Predictor) -> bool:
    """Whether both embed a smooth deterministic probe alike, queries and items."""
    for side, shape in (("predict_queries", exact.spec.query_shape), ("predict_items", exact.spec.item_shape)):
        rings = probe(shape)
        ours, theirs = getattr(exact, side)(rings), getattr(fast, side)(rings)
        if float((ours * theirs).sum(axis=1).min()) < PARITY:
            return False
    return True
