"""What every catalogue promises: the record of what exists, in which order it came to be, and what is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Protocol

from indexer.catalogue.filters import Filter
from indexer.catalogue.records import (
    BuildLock,
    Changes,
    Collection,
    CollectionChanges,
    ErasedRows,
    Expectation,
    GenerationRecord,
    Ids,
    Item,
    ItemDraft,
    Needs,
    NotedSearch,
    Once,
    Page,
    Reject,
    State,
    Stored,
    VectorPage,
)
from models.contracts import Vectors


class Catalogue(Protocol):
    """Collections, items, vectors, rejects and generations; safe to use from any number of threads and processes.

    Every transaction that changes items takes the collection's next change number, so numbers are gapless and follow
    the order of commits; a deletion takes one too. What a call has written is seen by every later call, anywhere.

    Every method that names a collection raises `UnknownCollection` if there is none, and every method raises
    `CatalogueUnavailable` if the database does not answer.
    """

    # Collections

    def create_collection(
        self,
        name: str,
        model: str,
        title: str = "",
        *,
        threshold: float | None = None,
        personal: bool = False,
        keep_days: int | None = None,
    ) -> Collection:
        """Create an empty collection.

        Raises:
            InvalidName: a name is 1 to 64 lower-case letters, digits, `-` and `_`, the first a letter or digit.
            InvalidMetadata: the title is too long.
            InvalidThreshold: the threshold is no cosine.
            InvalidKeepDays: items cannot be kept for so many days.
            CollectionExists: the name is taken.
        """

    def collection(self, name: str) -> Collection:
        """Return one collection."""

    def collections(self) -> list[Collection]:
        """Return all collections by name."""

    def change_collection(self, name: str, changes: CollectionChanges) -> Collection:
        """Change what is named of a collection; items and their numbers of changes stay as they are.

        Raises:
            InvalidMetadata: the title is too long.
            InvalidThreshold: the threshold is no cosine.
            InvalidKeepDays: items cannot be kept for so many days.
        """

    def delete_collection(self, name: str) -> None:
        """Delete a collection with everything in it."""

    def state(self, collection: str) -> State:
        """Return where a collection stands; one SELECT, made for every search."""

    def needs(self, collection: str) -> Needs:
        """Return what a new item has to be embedded with; to be asked before embedding, and handed to `upsert`."""

    # Items

    def upsert(
        self, collection: str, drafts: Sequence[ItemDraft], *, embedded: AbstractSet[str] | None = None
    ) -> list[Item]:
        """Write items in one transaction, all with the same change number, and return them in the order of `drafts`.

        A draft replaces the whole item of its key. Vectors of checkpoints that the draft does not bring stay if the
        picture is the same, and go if it is another. Rejects of the keys are cleared. If a key occurs twice, the
        later draft counts. Without drafts nothing happens.

        `embedded` are the digests of `needs` that the drafts bring vectors of, or cannot. If the collection has come to
        need another one meanwhile, nothing is written. A build, which brings the vectors of one, leaves it out.

        Raises:
            VectorsLacking: the collection needs vectors that the drafts do not bring; ask `needs` again.
            InvalidKey: a key breaks the rules.
            InvalidMetadata: a title or metadata breaks the rules.
            UnmetExpectation: a key does not hold what its draft expects; nothing is written.
            ValueError: a vector is not one-dimensional, or not finite.
        """

    def upsert_once(
        self, collection: str, drafts: Sequence[ItemDraft], once: Once, *, embedded: AbstractSet[str] | None = None
    ) -> str:
        """Write items as `upsert` does and keep the answer, in one transaction, and return the answer.

        If the request was answered already, nothing is written, and that answer is returned. Answers are kept for a
        day. Without drafts the answer is kept too.

        Raises:
            ReusedRequestKey: the key stands for another request.
            VectorsLacking, InvalidKey, InvalidMetadata, UnmetExpectation, ValueError: as `upsert` does.
        """

    def answered(self, collection: str, key: str, request: str) -> str | None:
        """Return what `upsert_once` answered to a request, given as its sha256; None if it did not, or long ago.

        Raises:
            ReusedRequestKey: the key stands for another request.
        """

    def patch(
        self,
        collection: str,
        key: str,
        *,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        expected: Expectation | None = None,
    ) -> Item:
        """Change the title, and merge into the metadata (RFC 7396: null removes a member); vectors stay.

        A patch that changes nothing takes no change number.

        Raises:
            UnknownItem: there is no such item.
            UnmetExpectation: it is not what is expected.
            InvalidMetadata: the title or the merged metadata breaks the rules.
        """

    def delete(self, collection: str, key: str, *, expected: Expectation | None = None) -> int:
        """Delete one item and return the change number of the deletion.

        Raises:
            UnknownItem: there is no such item.
            UnmetExpectation: it is not what is expected.
        """

    def item(self, collection: str, key: str) -> Item:
        """Return one item.

        Raises:
            UnknownItem: there is no such item.
        """

    def items(self, collection: str, ids: Sequence[int] | Ids) -> list[Item]:
        """Return items in the order of `ids`; those that do not exist are left out."""

    def page(self, collection: str, *, cursor: str | None = None, limit: int = 50, where: Filter | None = None) -> Page:
        """Return some items, oldest first. Items that exist throughout are met exactly once, whatever is written.

        Raises:
            InvalidCursor: the cursor is not one of this collection.
        """

    def allowed(self, collection: str, where: Filter) -> Ids:
        """Return the ids, ascending, of all items that a filter keeps."""

    def stored(self, collection: str, keys: Sequence[str]) -> dict[str, Stored]:
        """Return what is stored of those of the keys that exist."""

    def pictures(self) -> set[str]:
        """Return the sha256, in hex, of every picture that an item of any collection refers to."""

    # Searches of collections of people

    def note_search(self, search: NotedSearch) -> None:
        """Note a search, with the moment at which this is done.

        Raises:
            DiskUnwritable: the database takes no more; then nobody may see what was found.
        """

    def noted_searches(self, collection: str, limit: int | None = None) -> list[NotedSearch]:
        """Return the latest searches noted of a collection, oldest first; of one that is gone too, None for all."""

    def forget_searches(self, collection: str, before: datetime) -> int:
        """Delete what was noted of a collection before a moment, of one that is gone too; returns how many lines.

        Raises:
            DiskUnwritable: the database takes no changes; everything stays.
        """

    # Erasing

    def ids(self, collection: str) -> Ids:
        """Return the ids, ascending, of all items."""

    def older(self, collection: str, than: datetime) -> Ids:
        """Return the ids, ascending, of items that have had their picture since before a moment."""

    def own_pictures(self, collection: str, ids: Sequence[int] | Ids) -> set[str]:
        """Return the sha256, in hex, of the pictures of its items that no other item of any collection refers to."""

    def erase(self, collection: str, ids: Sequence[int] | Ids, keys: Sequence[str] = ()) -> ErasedRows:
        """Delete items of a collection, in one transaction, with all that quotes them.

        That is their metadata, their vectors, the rejects of their keys and of `keys`, and the answers that are kept
        for callers who ask again. Ids of no item are passed over.
        """

    def scrub(self) -> None:
        """Let the files of the database hold nothing of rows that are deleted; others wait meanwhile.

        Raises:
            CatalogueUnavailable: the database is in use for too long; what was deleted stays readable in its files.
        """

    # Vectors

    def changes(self, collection: str, since: int, digest: str) -> Changes:
        """Return what happened to the vectors of one checkpoint after change number `since`; one consistent read.

        Applied to what was known at `since`, it gives what is true at the returned number. Since 0 it is every vector
        there is. Changes of metadata, and of vectors of other checkpoints, are not in it. Any `since` may be asked
        for, however old.
        """

    def vectors(
        self, collection: str, digest: str, *, after: int = 0, limit: int = 1000, until: int | None = None
    ) -> VectorPage:
        """Return vectors of one checkpoint by ascending id of their items, of items with an id above `after`.

        With `until`, only vectors that were written at or before that change number.
        """

    def vector_count(self, collection: str, digest: str) -> int:
        """Return how many items have a vector of a checkpoint."""

    def lacking(self, collection: str, digest: str, *, after: int = 0, limit: int = 1000) -> list[Item]:
        """Return items that have a picture but no vector of a checkpoint, by ascending id, above `after`."""

    def add_vectors(self, collection: str, digest: str, items: Sequence[Item], vectors: Vectors) -> Ids:
        """Add vectors of a checkpoint to items, in one transaction, and return the ids of those that got theirs.

        Items that have meanwhile been deleted or got another picture than the given one are passed over. `vectors` is
        float32 (n, dim), one row for each of the items.
        """

    # Rejects

    def reject(self, collection: str, key: str, reason: str, source: str | None = None) -> None:
        """Note why something could not be indexed, in place of an earlier reason for the same key.

        The key may be anything: what no key may hold is replaced, and what is too long is cut.
        """

    def rejects(self, collection: str) -> list[Reject]:
        """Return all rejects by key."""

    def clear_rejects(self, collection: str, keys: Sequence[str] | None = None) -> int:
        """Forget the rejects of some keys, or all, and return how many there were."""

    # Generations

    def begin_build(self, collection: str, digest: str) -> None:
        """Let `needs` name a checkpoint that items are being embedded with; of two builds the later one counts.

        Every item written after this that asks for its needs has a vector of it, before its generation is published.
        """

    def end_build(self, collection: str, digest: str) -> None:
        """Let `needs` no longer name a checkpoint because of a build; unless another build has begun."""

    def publish(self, collection: str, generation: GenerationRecord, token: str | None = None) -> None:
        """Let searches use a generation, in one transaction; one whose number is not known yet is added.

        Until the next publishing, `needs` names the checkpoint that searches used before, too.
        With the token of a build lock nothing happens unless that lock is held while the transaction commits.

        Raises:
            ValueError: the number is known, with another checkpoint or change number.
            BuildLockLost: the lock of that token is not held.
        """

    def generations(self, collection: str) -> list[GenerationRecord]:
        """Return all generations that were ever published and not forgotten, newest last."""

    def forget_generation(self, collection: str, number: int, token: str | None = None) -> None:
        """Forget a generation; one that is not known is no error. A token counts as in `publish`.

        Raises:
            PublishedGeneration: it is the one that searches use.
            BuildLockLost: the lock of that token is not held.
        """

    # The lock of an indexer, one per collection

    def build_lock(self, collection: str) -> BuildLock | None:
        """Return the lock as it is held; None if nobody holds it."""

    def take_build_lock(self, collection: str, lock: BuildLock, seen: BuildLock | None = None) -> bool:
        """Put a lock in the place of the one `seen`, None for none; False if that is not what is there by now."""

    def beat_build_lock(self, collection: str, token: str) -> bool:
        """Count the beat of a held lock up by one; False if it is no longer held."""

    def release_build_lock(self, collection: str, token: str) -> None:
        """Let go of a lock; one that is no longer held is no error."""
