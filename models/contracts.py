"""What every model promises and what the other decks may rely on: errors, queries, and `ModelSpec`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models.images import Picture

Vectors = NDArray[np.float32]
"""float32, shape (n, dim), every row of unit length."""


Side = Literal["item", "query"]
"""What is stored, or what is searched with; both are embedded into one space."""


class RetrievalError(Exception):
    """A fact about why something could not be done; never an HTTP status.

    The message is one sentence that a person can act on. `app.problems` holds a row for every subclass.
    """


class UnreadablePicture(RetrievalError):
    """The bytes are no picture of an allowed format, or the picture is damaged."""


class PictureTooLarge(RetrievalError):
    """The picture has more pixels than may be decoded."""


class EmptyDrawing(RetrievalError):
    """A query holds no ink: nothing was drawn."""


class InvalidStrokes(RetrievalError):
    """Vector strokes are malformed: no points, not finite, or too many."""


class UnknownModel(RetrievalError):
    """No model of that name exists."""


class MissingCheckpoint(RetrievalError):
    """The named weights are neither shipped nor in the data folder."""


class CorruptCheckpoint(RetrievalError):
    """A weight file does not have the digest its card states."""


class NotExplainable(RetrievalError):
    """A model does not tell why an item is like a query."""


class Kind(StrEnum):
    """What a model does with pixels; endpoints go by kind."""

    EMBED = "embed"


@dataclass(frozen=True, eq=False)
class Strokes:
    """A drawing as vector strokes, in drawing order.

    Each line is an array of shape (points, 2), float32, x to the right and y down, in any unit and at any scale.
    """

    lines: tuple[NDArray[np.float32], ...]


class EmbeddingNetwork(Protocol):
    """A network whose queries and items meet in one space."""

    def embed_queries(self, batch: Tensor) -> Tensor:
        """Turn prepared queries, uint8 (n, ...), into unit vectors, float (n, dim)."""

    def embed_items(self, batch: Tensor) -> Tensor:
        """Turn prepared items, uint8 (n, ...), into unit vectors, float (n, dim)."""

    def view_items(self, batch: Tensor) -> Tensor:
        """Turn prepared items, uint8 (n, ...), into what the network sees of them, uint8 grey (n, height, width)."""


class ExplainingNetwork(EmbeddingNetwork, Protocol):
    """An embedding network that also tells why an item is like a query; not every one does."""

    def explain_items(self, batch: Tensor, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Explain prepared items, uint8 (n, ...), each against one query, unit vectors (n, dim).

        Returns what the network sees of them, uint8 grey (n, height, width), and how much each place supports the
        match, float (n, height, width). Called without inference mode, for derivatives are needed.
        """


@runtime_checkable
class PartlyCoarseNetwork(Protocol):
    """A network of which only parts may compute in a device's number format, if that is coarser than float32."""

    def coarse_parts(self) -> Sequence[nn.Module]:
        """Return the modules that may; they take float32 or their own format, and what they give is used as float32."""


def _alone(prepared: Tensor) -> Tensor:
    """One view: the query as it is."""
    return prepared[None]


@dataclass(frozen=True)
class ModelSpec:
    """A published system's description of itself; everything else in the product goes by this record.

    Attributes:
        name: what users type, e.g. "sketch"; also the folder of the package.
        kind: which endpoints serve it.
        title: one line for people.
        paper: the published source.
        dim: length of an embedding.
        max_batch: the largest batch worth predicting at once.
        preprocessing: version of `prepare_*`; part of a checkpoint's digest, raised whenever their output changes.
        query_shape: shape of a prepared query, without batch dimension.
        item_shape: shape of a prepared item, without batch dimension.
        networks: network name -> builder of an untrained network; the first is the default.
        prepare_query: one query -> uint8 tensor without batch dimension. CPU, thread safe.
        prepare_item: one catalogue picture -> uint8 tensor without batch dimension. CPU, thread safe.
        view_query: a prepared query -> what the network sees of it, uint8 grey (height, width).
        query_views: a prepared query -> all that is embedded of it, uint8 (views, ...). An item scores as its best view
            does: a shoe drawn with its toe to the right is found though its picture points to the left.
        parts: name of a part of the picture -> the numbers of an embedding that stand for it alone, and can be compared
            by themselves; empty where every number stands for all of it.
    """

    name: str
    kind: Kind
    title: str
    paper: str
    dim: int
    max_batch: int
    preprocessing: int
    query_shape: tuple[int, ...]
    item_shape: tuple[int, ...]
    networks: Mapping[str, Callable[[], Any]]
    prepare_query: Callable[[Picture | Strokes], Tensor]
    prepare_item: Callable[[Picture], Tensor]
    view_query: Callable[[Tensor], NDArray[np.uint8]]
    query_views: Callable[[Tensor], Tensor] = _alone
    parts: Mapping[str, slice] = field(default_factory=dict)

    @property
    def default_network(self) -> str:
        """Name of the network that is used unless another is asked for."""
        return next(iter(self.networks))
