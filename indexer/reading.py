"""The first half of a build: what is to be indexed becomes prepared pictures, several at a time, in order."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Protocol, TypeVar

from torch import Tensor

from indexer.catalogue import Item, ItemDraft, Stored
from indexer.pictures import PictureStore
from indexer.sources import SourceItem
from indexer.stopwatch import Stopwatch
from models.checkpoints import Checkpoint
from models.contracts import EmbeddingSpec, RetrievalError, Vectors
from models.images import Picture, decode

Result = TypeVar("Result")


class ItemPredictor(Protocol):
    """What a build needs of `models.predictor.Predictor`."""

    spec: EmbeddingSpec
    checkpoint: Checkpoint

    @property
    def digest(self) -> str:
        """Digest of the weights in use."""

    def prepare_item(self, picture: Picture) -> Tensor:
        """Turn one picture into a tensor; thread safe."""

    def predict_items(self, batch: Tensor) -> Vectors:
        """Embed prepared pictures; from one thread at a time."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture that waits for its vector, and the item that it belongs to."""

    draft: ItemDraft
    tensor: Tensor


@dataclass(frozen=True, eq=False)
class PreparedAgain:
    """A stored picture that waits for a vector of other weights."""

    item: Item
    tensor: Tensor


@dataclass(frozen=True, eq=False)
class Unchanged:
    """An item whose picture is already embedded; `rewritten` says whether its title or metadata is another."""

    draft: ItemDraft
    rewritten: bool


@dataclass(frozen=True)
class Rejected:
    """Something that cannot be indexed, and why; `source` is the sha256 of the bytes, if there were any."""

    key: str
    reason: str
    source: str | None = None


class PictureReader:
    """Reads, decodes, prepares and stores pictures; its methods may run in any number of threads at once."""

    def __init__(self, predictor: ItemPredictor, pictures: PictureStore, read: Stopwatch, write: Stopwatch) -> None:
        """Prepare pictures for `predictor` and store them in `pictures`."""
        self._predictor = predictor
        self._pictures = pictures
        self._read = read
        self._write = write

    def read(self, item: SourceItem, stored: Stored | None) -> Prepared | Unchanged | Rejected:
        """Turn one source item into a prepared picture, unless it is stored and embedded just so."""
        source: str | None = None
        try:
            with self._read.running():
                content = item.read()
                source = hashlib.sha256(content).hexdigest()
                if stored is not None and stored.source == source and self._predictor.digest in stored.digests:
                    return _unchanged(item, stored)
                picture = decode(content)
                tensor = self._predictor.prepare_item(picture)
        except (RetrievalError, OSError) as error:
            return Rejected(item.key, _reason(error), source)
        # Not above: a full disk is no fault of the picture, and must stop the run rather than reject everything.
        with self._write.running():
            digest = self._pictures.save(content, picture)
        return Prepared(ItemDraft(item.key, item.title, item.metadata, digest, source), tensor)

    def read_again(self, item: Item) -> PreparedAgain | Rejected:
        """Prepare the stored picture of an item."""
        try:
            with self._read.running():
                tensor = self._predictor.prepare_item(decode(self._pictures.open(item.picture or "").read_bytes()))
        except (RetrievalError, OSError) as error:
            return Rejected(item.key, _reason(error), item.picture)
        return PreparedAgain(item, tensor)


def in_order(pool: Executor, jobs: Iterable[Callable[[], Result]], window: int) -> Iterator[Result]:
    """Run jobs in a pool and yield their results in order; at most `window` are under way or waiting to be taken.

    The jobs are taken from their iterable in the caller's thread. If the caller stops early, jobs not begun are
    cancelled.
    """
    pending: deque[Future[Result]] = deque()
    try:
        for job in jobs:
            pending.append(pool.submit(job))
            if len(pending) >= window:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


def _unchanged(item: SourceItem, stored: Stored) -> Unchanged:
    rewritten = (item.title, dict(item.metadata)) != (stored.title, dict(stored.metadata))
    return Unchanged(ItemDraft(item.key, item.title, item.metadata, stored.picture, stored.source), rewritten)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"The picture cannot be read: {error.strerror or error}."
    return str(error)
