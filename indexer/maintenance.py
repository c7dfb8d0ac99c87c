"""Looking after generations: how an index stands, which generation serves, and which may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from indexer.building import record_of
from indexer.catalogue import BuildLock, Catalogue, GenerationRecord
from indexer.generations import GenerationStore
from indexer.live import DELTA_BOUND
from indexer.locking import Hold, hold
from indexer.manifests import MissingGeneration

KEPT = 2
"""Generations that pruning leaves: the newest, and one to go back to."""


@dataclass(frozen=True)
class GenerationStatus:
    """One generation, as the catalogue and the disk know it.

    Attributes:
        number: its number.
        digest: of the checkpoint that embedded it; None if only files are left of it.
        count: how many vectors it holds.
        factory: the FAISS index.
        recall: recall@10 against exact search.
        created_at: when it was first published.
        published: whether searches use it.
        on_disk: whether its files are there.
    """

    number: int
    digest: str | None
    count: int | None
    factory: str | None
    recall: float | None
    created_at: datetime | None
    published: bool
    on_disk: bool


@dataclass(frozen=True)
class IndexStatus:
    """How the index of a collection stands.

    Attributes:
        collection: its name.
        model: name of its model.
        digest: of the checkpoint that searches use.
        items: how many items there are.
        vectors: how many of them have a vector of that checkpoint.
        pending: how many vectors changed since the published generation, and are compared one by one.
        build_due: whether there are so many of those that a build should be run.
        rejects: how many pictures could not be indexed.
        lock: who changes the generations at the moment; None for nobody.
        generations: newest last.
    """

    collection: str
    model: str
    digest: str | None
    items: int
    vectors: int
    pending: int
    build_due: bool
    rejects: int
    lock: BuildLock | None
    generations: tuple[GenerationStatus, ...]


def status(catalogue: Catalogue, generations: GenerationStore, collection: str) -> IndexStatus:
    """Return how the index of a collection stands.

    Raises:
        UnknownCollection: there is none.
    """
    target = catalogue.collection(collection)
    state = catalogue.state(collection)
    records = {record.number: record for record in catalogue.generations(collection)}
    on_disk = set(generations.of(target.id, target.name).numbers())
    published = records.get(state.published or 0)
    pending = 0
    if state.digest is not None:
        since = 0 if published is None else published.change_seq
        pending = len(catalogue.changes(collection, since, state.digest).ids)
    return IndexStatus(
        collection=collection,
        model=target.model,
        digest=state.digest,
        items=target.items,
        vectors=0 if state.digest is None else catalogue.vector_count(collection, state.digest),
        pending=pending,
        build_due=pending > DELTA_BOUND,
        rejects=len(catalogue.rejects(collection)),
        lock=catalogue.build_lock(collection),
        generations=tuple(
            _generation_status(number, records.get(number), state.published, on_disk)
            for number in sorted({*records, *on_disk})
        ),
    )


def publish(catalogue: Catalogue, generations: GenerationStore, collection: str, number: int) -> GenerationRecord:
    """Let searches use a generation, after loading it to see that it is sound.

    Raises:
        UnknownCollection: there is none.
        MissingGeneration: there is no generation of that number.
        CorruptGeneration: its files are damaged.
        BuildRunning: an indexer is at work on the collection.
    """
    target = catalogue.collection(collection)
    store = generations.of(target.id, target.name)
    with hold(catalogue, store, collection) as held:
        return _published(catalogue, held, number)


def rollback(catalogue: Catalogue, generations: GenerationStore, collection: str) -> GenerationRecord:
    """Publish the newest generation older than the published one.

    Raises:
        UnknownCollection: there is none.
        MissingGeneration: there is none to go back to.
        CorruptGeneration: its files are damaged.
        BuildRunning: an indexer is at work on the collection.
    """
    target = catalogue.collection(collection)
    store = generations.of(target.id, target.name)
    with hold(catalogue, store, collection) as held:
        published = catalogue.state(collection).published or 0
        older = [record.number for record in catalogue.generations(collection) if record.number < published]
        if not older:
            message = f"The collection {collection} has no older generation to go back to: see `likeness index status`."
            raise MissingGeneration(message)
        return _published(catalogue, held, max(older))


def prune(catalogue: Catalogue, generations: GenerationStore, collection: str, keep: int = KEPT) -> list[int]:
    """Remove all generations but the newest `keep` and the published one; return the numbers removed.

    Leftovers of killed builds go too, and the files of collections that no longer exist.

    Raises:
        UnknownCollection: there is none.
        BuildRunning: another indexer is at work on the collection.
    """
    target = catalogue.collection(collection)
    store = generations.of(target.id, target.name)
    with hold(catalogue, store, collection) as held:
        store.sweep()
        published = catalogue.state(collection).published
        recorded = [record.number for record in catalogue.generations(collection)]
        kept = {*sorted(recorded)[max(0, len(recorded) - keep) :], published}
        unwanted = sorted({*recorded, *store.numbers()} - kept)
        for number in unwanted:
            # SQL first: a record without files could still be published.
            catalogue.forget_generation(collection, number, held.token)
            store.discard(number)
    known = {other.id for other in catalogue.collections()}
    for collection_id in generations.collection_ids():
        if collection_id not in known:
            generations.forget(collection_id)
    return unwanted


def _published(catalogue: Catalogue, held: Hold, number: int) -> GenerationRecord:
    """Publish a generation once loading it has shown that it is sound."""
    record = record_of(held.generations.open(number).manifest)
    catalogue.publish(held.collection, record, held.token)
    return record


def _generation_status(
    number: int, record: GenerationRecord | None, published: int | None, on_disk: set[int]
) -> GenerationStatus:
    return GenerationStatus(
        number=number,
        digest=None if record is None else record.digest,
        count=None if record is None else record.count,
        factory=None if record is None else record.factory,
        recall=None if record is None else record.recall,
        created_at=None if record is None else record.created_at,
        published=number == published,
        on_disk=number in on_disk,
    )
