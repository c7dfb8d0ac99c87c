"""What every model promises and what the other decks may rely on: errors, queries, networks, and `ModelSpec`."""

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
    from models.paths import Limits, Looked, Paths, Reasons

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


class UnknownCheckpoint(RetrievalError):
    """Weights that a caller names are not here."""


class CorruptCheckpoint(RetrievalError):
    """A weight file does not have the digest its card states."""


class NotExplainable(RetrievalError):
    """A model does not tell why an item is like a query."""


class WrongKind(RetrievalError):
    """A model does something else with pictures than it is asked for."""


class Kind(StrEnum):
    """What a model does with pixels; endpoints go by kind."""

    EMBED = "embed"
    TAG = "tag"


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


class TaggingNetwork(Protocol):
    """A network that says labels of pictures, one after the other; labels are numbers from 0."""

    def look(self, batch: Tensor) -> Looked:
        """Turn prepared pictures, uint8 (n, ...), into what is seen of them."""

    def label(self, features: Tensor, limits: Limits, allowed: Tensor | None) -> Paths:
        """Find the most probable paths of labels.

        Args:
            features: float (n, features), from `look`, n at least 1.
            limits: how far to search.
            allowed: bool (labels,), what may be said; None for everything.
        """

    def explain(self, looked: Looked, pictures: Tensor, paths: Tensor, named: Tensor) -> Reasons:
        """Tell of the last label of each path where it is seen, and what makes it follow.

        Args:
            looked: what is seen of n pictures, from `look`.
            pictures: int64 (m,), of which picture each path is.
            paths: int64 (m, steps), of at least one label each, `models.paths.NOTHING` after the last one.
            named: bool (n, labels), which labels may be named on each picture as what makes others follow.

        Called without inference mode, for derivatives are needed.
        """

    def label_vectors(self) -> Tensor:
        """Return where each label stands in the space that labels share with pictures: float (labels, numbers)."""


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

    A system describes itself by one of the classes below, by what it does with pictures.

    Attributes:
        name: what users type, e.g. "sketch"; also the folder of the package.
        kind: which endpoints serve it.
        title: one line for people.
        paper: the published source.
        max_batch: the largest batch worth predicting at once.
        preprocessing: version of `prepare_*`; part of a checkpoint's digest, raised whenever their output changes.
        item_shape: shape of a prepared item, without batch dimension.
        networks: network name -> builder of an untrained network; the first is the default.
        prepare_item: one picture, of a catalogue or to be labelled -> uint8 tensor without batch dimension. CPU, thread
            safe.
    """

    name: str
    kind: Kind
    title: str
    paper: str
    max_batch: int
    preprocessing: int
    item_shape: tuple[int, ...]
    networks: Mapping[str, Callable[..., Any]]
    prepare_item: Callable[[Picture], Tensor]

    @property
    def default_network(self) -> str:
        """Name of the network that is used unless another is asked for."""
        return next(iter(self.networks))


@dataclass(frozen=True)
class EmbeddingSpec(ModelSpec):
    """A system that embeds queries and items into one space; its networks are built without arguments.

    Attributes:
        dim: length of an embedding.
        query_shape: shape of a prepared query, without batch dimension.
        prepare_query: one query -> uint8 tensor without batch dimension. CPU, thread safe.
        view_query: a prepared query -> what the network sees of it, uint8 grey (height, width).
        query_views: a prepared query -> all that is embedded of it, uint8 (views, ...). An item scores as its best view
            does: a shoe drawn with its toe to the right is found though its picture points to the left.
        parts: name of a part of the picture -> the numbers of an embedding that stand for it alone, and can be compared
            by themselves; empty where every number stands for all of it.
    """

    dim: int
    query_shape: tuple[int, ...]
    prepare_query: Callable[[Picture | Strokes], Tensor]
    view_query: Callable[[Tensor], NDArray[np.uint8]]
    query_views: Callable[[Tensor], Tensor] = _alone
    parts: Mapping[str, slice] = field(default_factory=dict)


@dataclass(frozen=True)
class TaggingSpec(ModelSpec):
    """A system that says labels of a picture; its networks are built with the number of labels.

    The labels are those of a checkpoint, whose card lists them as "labels".

    Attributes:
        shown: width and height of a picture in pixels -> the rectangle of it that the prepared picture shows, as x, y,
            width and height in the same pixels; it may reach beyond the picture.
    """

    shown: Callable[[int, int], tuple[float, float, float, float]]
