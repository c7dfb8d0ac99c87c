"""Whether what is derived is what it was derived from: SQL against the files, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from indexer.building import vector_pages
from indexer.catalogue import Catalogue, Collection, GenerationRecord
from indexer.generations import Generation, Generations, GenerationStore
from indexer.manifests import CorruptGeneration, MissingGeneration
from indexer.pictures import PictureStore, UnknownPicture
from indexer.views import View

PAGE = 500
ATTEMPTS = 3
"""Differences are looked for so often at most if others write meanwhile; only standing ones are problems."""


@dataclass(frozen=True)
class Verified:
    """What a comparison of SQL with the files found; `problems` is empty if they agree."""

    collection: str
    generations: int
    vectors: int
    pictures: int
    problems: tuple[str, ...]


def verify(catalogue: Catalogue, generations: GenerationStore, pictures: PictureStore, collection: str) -> Verified:
    """Compare SQL with the files, both ways: generations, checksums, ids, every vector, pictures.

    Raises:
        UnknownCollection: there is none.
    """
    target = catalogue.collection(collection)
    store = generations.of(target.id, target.name)
    records = catalogue.generations(collection)
    problems = [problem for record in records for problem in _check_record(store, target, record)]
    leftovers = sorted(set(store.numbers()) - {record.number for record in records})
    remedy = f"run `likeness index prune {collection}`"
    problems += [f"Generation {number} is on disk but not in the catalogue: {remedy}." for number in leftovers]
    vectors = 0
    published = next((record for record in records if record.number == target.published), None)
    if published is not None and not any(_check_record(store, target, published)):
        generation = store.open(published.number)
        problems += _check_vectors(catalogue, collection, generation)
        vectors = generation.manifest.count
    missing, seen = _check_pictures(catalogue, pictures, collection)
    return Verified(collection, len(records), vectors, seen, tuple(problems + missing))


def _check_record(store: Generations, collection: Collection, record: GenerationRecord) -> Iterator[str]:
    """Yield what is wrong with the files of a generation."""
    try:
        manifest = store.check(record.number)
    except (CorruptGeneration, MissingGeneration) as error:
        yield str(error)
        return
    facts = (manifest.collection_id, manifest.digest, manifest.change_seq, manifest.count)
    if facts != (collection.id, record.digest, record.change_seq, record.count):
        yield f"The manifest of generation {record.number} does not say what the catalogue says of it."


def _check_vectors(catalogue: Catalogue, collection: str, generation: Generation) -> list[str]:
    """Return where the published generation, with the changes since, is not what SQL holds."""
    problems: list[str] = []
    for _ in range(ATTEMPTS):
        before = catalogue.state(collection)
        problems = list(_compare(catalogue, collection, generation))
        if not problems or catalogue.state(collection) == before:
            break
    return problems


def _compare(catalogue: Catalogue, collection: str, generation: Generation) -> Iterator[str]:
    manifest = generation.manifest
    changes = catalogue.changes(collection, manifest.change_seq, manifest.digest)
    view = View.of(generation).advanced(changes.change_seq, changes.ids, changes.vectors, changes.removed)
    found = 0
    for page in vector_pages(catalogue, collection, manifest.digest, until=changes.change_seq):
        for item, vector in zip(page.ids.tolist(), page.vectors, strict=True):
            known = view.vector(item)
            if known is None:
                yield f"The item {item} has a vector in the catalogue and none in the index."
            elif not np.array_equal(known, vector):
                yield f"The item {item} has one vector in the catalogue and another in the index."
            found += known is not None
    if found < view.count:
        yield f"The index holds {view.count - found} vectors that the catalogue does not."


def _check_pictures(catalogue: Catalogue, pictures: PictureStore, collection: str) -> tuple[list[str], int]:
    """Return which items miss their picture, and how many have one."""
    problems: list[str] = []
    seen = 0
    cursor: str | None = None
    while True:
        page = catalogue.page(collection, cursor=cursor, limit=PAGE)
        for item in page.items:
            if item.picture is None:
                continue
            seen += 1
            try:
                pictures.open(item.picture)
            except UnknownPicture:
                problems.append(f"The picture of {item.key} is not in the data folder.")
        cursor = page.next_cursor
        if cursor is None:
            return problems, seen
