"""What the catalogue takes and returns: plain values, without a database behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from models.contracts import Vectors

Ids = NDArray[np.int64]
"""int64: ids of items."""

ANY = "*"
"""Stands for every version of an item in an `Expectation`."""


@dataclass(frozen=True)
class Collection:
    """Items that are searched together, embedded by one model.

    Attributes:
        id: never given to another collection, not even one of the same name.
        name: what users type.
        title: for people; empty if there is none.
        model: name of the model that embeds the items.
        checkpoint: digest of the checkpoint that the first vector was embedded with; None while there was none.
            Writes are embedded with it as long as nothing is published.
        change_seq: number of the last change; every transaction that writes items takes the next one.
        published: number of the generation that searches use; None before the first.
        items: how many items there are.
        created_at: when, in UTC.
        threshold: the cosine that the best hit of a search must reach to be a match; None for what the checkpoint says.
        personal: whether its pictures are of people.
        keep_days: for how many days after they got their pictures its items may be kept; None for ever.
    """

    id: int
    name: str
    title: str
    model: str
    checkpoint: str | None
    change_seq: int
    published: int | None
    items: int
    created_at: datetime
    threshold: float | None = None
    personal: bool = False
    keep_days: int | None = None


class CollectionChanges(TypedDict, total=False):
    """What to change of a collection, as in `Collection`; what is not named stays as it is."""

    title: str
    threshold: float | None
    personal: bool
    keep_days: int | None


@dataclass(frozen=True)
class State:
    """Where a collection stands, all read in one SELECT.

    Attributes:
        collection_id: never given to another collection, not even one of the same name.
        model: name of the model that embeds the items.
        change_seq: number of the last change.
        published: number of the generation that searches use; None before the first.
        digest: of the checkpoint that searches use: the published generation's, else the collection's own; None
            while the collection was never written to.
        threshold: as in `Collection`.
        personal: as in `Collection`.
    """

    collection_id: int
    model: str
    change_seq: int
    published: int | None
    digest: str | None
    threshold: float | None = None
    personal: bool = False


@dataclass(frozen=True)
class Needs:
    """What a new item has to be embedded with, so that every search finds it whatever becomes of the weights.

    Attributes:
        model: name of the model that embeds the items.
        searched: digest of the checkpoint that searches use; None while the collection was never written to.
        digests: that one; the one they used until the last publishing, for some process may not have loaded the new
            generation yet; and that of a running build. Any will do if there is none.
    """

    model: str
    searched: str | None
    digests: frozenset[str]


@dataclass(frozen=True)
class Item:
    """One thing that can be found.

    Attributes:
        id: never given to another item, not even one of the same key.
        key: unique within the collection; what users call the item.
        title: for people; empty if there is none.
        metadata: a JSON object.
        picture: sha256, in hex, of the stored picture; None if there is none.
        change_seq: number of the change that wrote the item as it is.
        updated_at: when that was, in UTC.
    """

    id: int
    key: str
    title: str
    metadata: Mapping[str, Any]
    picture: str | None
    change_seq: int
    updated_at: datetime

    @property
    def version(self) -> str:
        """Another one after every change, and for every item that ever bears this key."""
        return version_of(self.id, self.change_seq)


def version_of(item_id: int, change_seq: int) -> str:
    """Return the version of an item that a change has written."""
    return f"{item_id}-{change_seq}"


@dataclass(frozen=True)
class Expectation:
    """What a writer takes an item for; where it is something else, nothing is written.

    Attributes:
        one_of: versions of which the item must be in one, `ANY` for whichever; None if it need not even exist.
        none_of: versions in none of which it may be; with `ANY` it must not exist.
    """

    one_of: frozenset[str] | None = None
    none_of: frozenset[str] = frozenset()

    def is_met_by(self, version: str | None) -> bool:
        """Whether an item in this version, None for one that does not exist, is what was expected."""
        if version is None:
            return self.one_of is None
        wanted = self.one_of is None or bool(self.one_of & {version, ANY})
        return wanted and not self.none_of & {version, ANY}


@dataclass(frozen=True, eq=False)
class ItemDraft:
    """An item as it shall be; it replaces what the key held before.

    Attributes:
        key: 1 to 200 bytes of UTF-8 without control characters.
        title: for people.
        metadata: a JSON object.
        picture: sha256, in hex, of the stored picture.
        source: sha256, in hex, of the bytes that the picture was read from; by it a build knows what is unchanged.
        vectors: digest of a checkpoint -> the picture's vector, float32 (dim,).
        expected: what the key must hold before; None for whatever it holds.
    """

    key: str
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    picture: str | None = None
    source: str | None = None
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    expected: Expectation | None = None


@dataclass(frozen=True, eq=False)
class Once:
    """A write that happens once, however often it is asked for.

    Attributes:
        key: chosen by the caller, 1 to 200 characters.
        request: sha256, in hex, of what is asked for.
        answer: makes the answer, which is kept, of the items as they were written.
    """

    key: str
    request: str
    answer: Callable[[Sequence[Item]], str]


@dataclass(frozen=True)
class Stored:
    """What a build needs to know of an item to skip it.

    Attributes:
        id: of the item.
        title: as in `Item`.
        metadata: as in `Item`.
        picture: as in `Item`.
        source: sha256, in hex, of the bytes that the picture was read from; None if that is not known.
        digests: the checkpoints that the picture has been embedded with.
    """

    id: int
    title: str
    metadata: Mapping[str, Any]
    picture: str | None
    source: str | None
    digests: frozenset[str]


@dataclass(frozen=True)
class Page:
    """Some items, and where to go on; `next_cursor` is None on the last page."""

    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True, eq=False)
class Changes:
    """What happened to the vectors of one checkpoint after some change number.

    Attributes:
        change_seq: the changes up to this number are contained.
        ids: items whose vector was written, ascending; all of them exist.
        vectors: theirs, float32 (n, dim); (0, 0) if there are none.
        removed: items that have lost their vector since: deleted, or their picture replaced by one that was not
            embedded with this checkpoint; ascending.
    """

    change_seq: int
    ids: Ids
    vectors: Vectors
    removed: Ids


@dataclass(frozen=True, eq=False)
class VectorPage:
    """Some vectors of one checkpoint: `ids`, ascending, and `vectors`, float32 (n, dim); (0, 0) past the last."""

    ids: Ids
    vectors: Vectors


@dataclass(frozen=True)
class Reject:
    """A picture that could not be indexed.

    Attributes:
        key: of the item, or where the bad line stands.
        reason: one sentence.
        source: sha256, in hex, of the bytes that were refused; None if there were none.
        rejected_at: when, in UTC.
    """

    key: str
    reason: str
    source: str | None
    rejected_at: datetime


@dataclass(frozen=True)
class NotedSearch:
    """What is noted of a search of a collection of people: no picture, no vector, and nobody who was found.

    Attributes:
        collection: its name.
        caller: name of the key that was brought, `-` for none.
        query: what was searched by: a picture, strokes or an item.
        hits: how many were found.
        matched: whether the best of them is a match; None where that is not known.
        searched_at: when, in UTC; set by the catalogue.
    """

    collection: str
    caller: str
    query: str
    hits: int
    matched: bool | None
    searched_at: datetime | None = None


@dataclass(frozen=True)
class ErasedRows:
    """What was erased of a collection: how many items, vectors over all checkpoints, and rejects."""

    items: int
    vectors: int
    rejects: int


@dataclass(frozen=True)
class BuildLock:
    """Who alone may change the generations of a collection at present.

    Attributes:
        token: 32 digits in hex, drawn anew by every holder.
        holder: its name, for people.
        beat: rises while the holder lives; one that stands still tells that the holder is gone.
    """

    token: str
    holder: str
    beat: int = 0


@dataclass(frozen=True)
class GenerationRecord:
    """A generation as the catalogue knows it; its files lie elsewhere.

    Attributes:
        number: rising within a collection.
        digest: of the checkpoint that embedded its vectors.
        change_seq: the changes up to this number are contained.
        count: how many vectors it holds.
        factory: the kind of index.
        recall: recall@10 against exact search; None if it was not measured.
        created_at: when it was first published, in UTC; set by the catalogue.
    """

    number: int
    digest: str
    change_seq: int
    count: int
    factory: str
    recall: float | None = None
    created_at: datetime | None = None
