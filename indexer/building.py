"""From the vectors in SQL to a published generation: export, index, check, place, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np

from indexer.catalogue import Catalogue, Collection, GenerationRecord, VectorPage
from indexer.checks import check_index
from indexer.generations import Generations
from indexer.index_choice import choose_index
from indexer.locking import Hold
from indexer.manifests import IDS_FILE, CorruptGeneration, Manifest, MissingGeneration
from indexer.vectors.faiss import open_index
from indexer.vectors.writing import FaissWriter

PAGE = 2000

Progress = Callable[[int, int | None, str], None]
"""Hears of progress: how many are done, of how many (None: not known), and of what."""


def build_generation(
    catalogue: Catalogue,
    held: Hold,
    collection: Collection,
    digest: str,
    dim: int,
    *,
    factory: str | None = None,
    threads: int = 1,
    progress: Progress,
) -> Manifest:
    """Build a generation of all vectors of one checkpoint and publish it, while the collection's lock is held.

    If the published generation is sound and nothing has changed since, it stays.

    Raises:
        InvalidFactory: the factory makes no index of these vectors.
        RecallTooLow: the index finds too little; nothing is published.
        BuildLockLost: another indexer has taken over; nothing is published.
    """
    generations = held.generations
    state = catalogue.state(collection.name)
    standing = _standing(catalogue, generations, collection.name, digest, state.change_seq, factory)
    if standing is not None:
        return standing
    with generations.aside() as folder:
        total = catalogue.vector_count(collection.name, digest)
        ids = [np.empty(0, dtype=np.int64)]
        with FaissWriter(folder, dim, threads) as writer:
            # Changes after `state` are not waited for: searches take them from SQL.
            for page in vector_pages(catalogue, collection.name, digest, until=state.change_seq):
                writer.add(page.vectors)
                ids.append(page.ids)
                progress(writer.count, total, "export")
                held.check()
            choice = choose_index(writer.count, factory)
            progress(0, None, "index")
            writer.build(choice.factory)
        np.save(folder / IDS_FILE, np.concatenate(ids))
        progress(0, None, "check")
        checked = check_index(open_index(folder, dim, threads=threads), choice.factory)
        manifest = generations.place(
            folder,
            Manifest(
                collection=collection.name,
                collection_id=collection.id,
                number=next_number(catalogue, generations, collection.name),
                model=collection.model,
                digest=digest,
                dim=dim,
                count=writer.count,
                change_seq=state.change_seq,
                factory=choice.factory,
                reason=choice.reason,
                effort=checked.effort,
                recall=checked.recall,
                created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            ),
        )
    progress(0, None, "publish")
    catalogue.publish(collection.name, record_of(manifest), held.token)
    return manifest


def record_of(manifest: Manifest) -> GenerationRecord:
    """Return what the catalogue keeps of a generation."""
    return GenerationRecord(
        number=manifest.number,
        digest=manifest.digest,
        change_seq=manifest.change_seq,
        count=manifest.count,
        factory=manifest.factory,
        recall=manifest.recall,
    )


def vector_pages(
    catalogue: Catalogue, collection: str, digest: str, *, until: int | None = None
) -> Iterator[VectorPage]:
    """Yield all vectors of a checkpoint by ascending id, a page at a time."""
    after = 0
    while True:
        page = catalogue.vectors(collection, digest, after=after, limit=PAGE, until=until)
        if len(page.ids) == 0:
            return
        yield page
        after = int(page.ids[-1])


def next_number(catalogue: Catalogue, generations: Generations, collection: str) -> int:
    """Return a number that neither the disk nor the catalogue has seen."""
    recorded = [record.number for record in catalogue.generations(collection)]
    return max([0, *recorded, *generations.numbers()]) + 1


def _standing(
    catalogue: Catalogue,
    generations: Generations,
    collection: str,
    digest: str,
    change_seq: int,
    factory: str | None,
) -> Manifest | None:
    """Return the published generation if a build could only repeat it."""
    published = catalogue.state(collection).published
    if published is None:
        return None
    try:
        manifest = generations.check(published)
    except (CorruptGeneration, MissingGeneration):
        return None
    wanted = choose_index(manifest.count, factory).factory
    same = (manifest.digest, manifest.change_seq, manifest.factory) == (digest, change_seq, wanted)
    return manifest if same else None
