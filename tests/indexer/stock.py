"""A catalogue to test with, and items whose vectors are known without a network."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from indexer.building import build_generation
from indexer.catalogue import Catalogue, Item, ItemDraft, open_catalogue, upgrade
from indexer.generations import GenerationStore
from indexer.locking import hold
from indexer.manifests import Manifest
from models.contracts import Vectors

DIM = 4
OLD = "0a" * 32
NEW = "0b" * 32


def new_catalogue(folder: Path) -> Catalogue:
    """Return the catalogue in a folder, an empty one in SQLite if there is none."""
    path = folder / "likeness.db"
    if not path.exists():
        path.write_bytes(_empty_database())
    return open_catalogue(f"sqlite:///{path}")


@cache
def _empty_database() -> bytes:
    """Make the tables once: Alembic takes longer than most tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "likeness.db"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def vector_of(picture: int, digest: str) -> Vectors:
    """Return the vector of a picture: quarters, which multiply and add without rounding, so scores are exact."""
    generator = np.random.default_rng([picture, int(digest[:4], 16)])
    return (generator.integers(-4, 5, DIM) / 4).astype(np.float32)


def draft(key: str, picture: int, digests: tuple[str, ...] = (OLD,), colour: str = "red") -> ItemDraft:
    """Return an item whose picture is a number."""
    vectors = {digest: vector_of(picture, digest) for digest in digests}
    return ItemDraft(key, f"Shoe {key}", {"colour": colour}, f"{picture:064x}", f"{picture:064x}", vectors)


def put(catalogue: Catalogue, collection: str, key: str, picture: int, *digests: str, colour: str = "red") -> Item:
    """Write one item."""
    return catalogue.upsert(collection, [draft(key, picture, digests or (OLD,), colour)])[0]


def build(
    catalogue: Catalogue, store: GenerationStore, collection: str, digest: str = OLD, factory: str | None = None
) -> Manifest:
    """Build and publish a generation of what the catalogue holds."""
    target = catalogue.collection(collection)
    generations = store.of(target.id, target.name)
    with hold(catalogue, generations, collection) as held:
        return build_generation(
            catalogue, held, target, digest, DIM, factory=factory, progress=lambda done, total, stage: None
        )
