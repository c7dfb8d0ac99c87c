"""A large collection without pictures: seeded clusters of vectors, written straight to the catalogue and indexed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.settings import Settings
from indexer.catalogue import Catalogue, ItemDraft, open_catalogue, upgrade
from indexer.generations import GenerationStore
from indexer.pictures import PictureStore
from indexer.pipeline import BuildReport, build
from models.checkpoints import CheckpointStore
from models.devices import choose_device
from models.predictor import load_predictor

COLLECTION = "stock"
MODEL = "sketch"
A_TRANSACTION = 2000
SEED = 20160627
TO_A_CLUSTER = 50
SPREAD = 0.5
"""Length of what sets a vector apart from its cluster's centre, whose length is 1."""


def fill(settings: Settings, items: int, collection: str = COLLECTION, model: str = MODEL) -> BuildReport:
    """Make a collection of `items` vectors around things that were never seen, and publish its index."""
    paths = settings.paths
    paths.home.mkdir(parents=True, exist_ok=True)
    upgrade(settings.catalogue_url)
    predictor = load_predictor(CheckpointStore(paths.checkpoints), model, None, choose_device(settings.device))
    with open_catalogue(settings.catalogue_url) as catalogue:
        catalogue.create_collection(collection, model)
        _write(catalogue, collection, predictor.digest, clustered(items, predictor.spec.dim))
        pictures, generations = PictureStore(paths.pictures), GenerationStore(paths.indexes)
        return build(catalogue, pictures, generations, predictor, collection)


def clustered(count: int, dim: int) -> Iterator[NDArray[np.float32]]:
    """Yield `count` unit vectors, a transaction's worth at a time; the same every time."""
    random = np.random.default_rng(SEED)
    centres = _unit(random.standard_normal((max(1, count // TO_A_CLUSTER), dim)))
    for start in range(0, count, A_TRANSACTION):
        rows = min(A_TRANSACTION, count - start)
        chosen = centres[random.integers(len(centres), size=rows)]
        yield _unit(chosen + SPREAD * _unit(random.standard_normal((rows, dim)))).astype(np.float32)


def _write(catalogue: Catalogue, collection: str, digest: str, vectors: Iterator[NDArray[np.float32]]) -> None:
    written = 0
    for rows in vectors:
        drafts = [
            ItemDraft(
                key=f"item-{number:07}",
                title=f"Item {number}",
                metadata={"colour": ("red", "black", "white", "blue")[number % 4], "price": number % 200},
                vectors={digest: row},
            )
            for number, row in enumerate(rows, written)
        ]
        catalogue.upsert(collection, drafts)
        written += len(drafts)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths
