"""Erasing items for good: rows, pictures, vectors, and every generation that holds them.

The order lets a run that was killed be run again: pictures go while their rows still name them; a generation without
the erased vectors is published before those with them go; and the database's own remains go last, whatever was erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from indexer.building import Progress, build_generation, vector_pages
from indexer.catalogue import Catalogue, Collection, Ids
from indexer.generations import Generations, GenerationStore
from indexer.locking import Hold, hold
from indexer.manifests import CorruptGeneration, MissingGeneration
from indexer.pictures import PictureStore


@dataclass(frozen=True)
class Erasure:
    """What was erased.

    Attributes:
        collection: its name.
        items: how many items.
        pictures: how many pictures, with their thumbnails: those of the items that no other item shows, and those that
            no item showed any more.
        vectors: how many vectors in the catalogue, over all checkpoints.
        rejects: how many notes of pictures that could not be indexed.
        generations: numbers of those that held vectors of erased or deleted items, ascending.
        published: number of the generation that searches use now; None for none.
        unclaimed: how many pictures stay that no item shows yet, younger than an hour.
    """

    collection: str
    items: int
    pictures: int
    vectors: int
    rejects: int
    generations: tuple[int, ...]
    published: int | None
    unclaimed: int


def erase(
    catalogue: Catalogue,
    pictures: PictureStore,
    generations: GenerationStore,
    collection: str,
    ids: Sequence[int] | Ids,
    keys: Sequence[str] = (),
    *,
    threads: int = 1,
    progress: Progress,
) -> Erasure:
    """Erase items, and the rejects of `keys`, so that no file in the data folder holds a byte of them.

    What killed runs of this or of a build left behind goes too, also if there is no item to erase.

    Raises:
        UnknownCollection: there is none.
        BuildRunning: an indexer is at work on the collection.
        BuildLockLost: another indexer has taken over: run it again.
        RecallTooLow: the new generation finds too little; the items are erased, older generations still hold them.
        CatalogueUnavailable: the database is in use, so that its files still hold what was deleted: run it again.
    """
    target = catalogue.collection(collection)
    store = generations.of(target.id, target.name)
    with hold(catalogue, store, collection) as held:
        store.sweep()
        removed = pictures.erase(catalogue.own_pictures(collection, ids))
        rows = catalogue.erase(collection, ids, keys)
        # An item that was written meanwhile had another picture; and items had others before.
        removed += pictures.prune(catalogue.pictures())
        gone = _replace(catalogue, held, target, threads, progress)
    # After the lock, which is a row as well, was let go: then the database's journal stays empty.
    catalogue.scrub()
    return Erasure(
        collection=collection,
        items=rows.items,
        pictures=removed,
        vectors=rows.vectors,
        rejects=rows.rejects,
        generations=gone,
        published=catalogue.state(collection).published,
        unclaimed=pictures.unclaimed(catalogue.pictures()),
    )


def overdue(catalogue: Catalogue, collection: Collection, now: datetime) -> Ids:
    """Return the ids of the items that a collection has kept for longer than it states; none if it states nothing."""
    if collection.keep_days is None:
        return np.empty(0, dtype=np.int64)
    return catalogue.older(collection.name, now - timedelta(days=collection.keep_days))


def _replace(
    catalogue: Catalogue, held: Hold, collection: Collection, threads: int, progress: Progress
) -> tuple[int, ...]:
    """Remove the generations with vectors of items that are no more, once one without them is published."""
    store = held.generations
    living = catalogue.ids(collection.name)
    recorded = [record.number for record in catalogue.generations(collection.name)]
    tainted = [number for number in sorted({*recorded, *store.numbers()}) if _outlives(store, number, living)]
    state = catalogue.state(collection.name)
    if state.published in tainted and state.digest is not None:
        dim = _dim(catalogue, store, collection.name, state.published, state.digest)
        build_generation(catalogue, held, collection, state.digest, dim, threads=threads, progress=progress)
    for number in tainted:
        held.check()
        # SQL first: a record without files could still be published.
        catalogue.forget_generation(collection.name, number, held.token)
        store.discard(number)
    return tuple(tainted)


def _outlives(store: Generations, number: int, living: Ids) -> bool:
    """Whether a generation holds vectors of other items than the living; one that cannot be read may."""
    try:
        return not np.isin(store.ids(number), living).all()
    except (CorruptGeneration, MissingGeneration):
        return True


def _dim(catalogue: Catalogue, store: Generations, collection: str, published: int | None, digest: str) -> int:
    """Return the length of a checkpoint's vectors, as one of them has it, else as the published generation does."""
    for page in vector_pages(catalogue, collection, digest):
        return int(page.vectors.shape[1])
    return store.manifest(published or 0).dim
