"""Tests of vectors, on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalogue import Changes, ItemDraft, SqlCatalogue
from models.contracts import Vectors

OLD, NEW = "0a" * 32, "0b" * 32
DIGESTS = (OLD, NEW)
numbers = itertools.count()

Known = dict[int, tuple[float, ...]]
"""Id of an item -> its vector."""


def embed(picture: int, digest: str) -> Vectors:
    """The vector that a checkpoint gives a picture."""
    return np.array([picture, DIGESTS.index(digest), 0.1], dtype=np.float32)


def known(vectors: dict[int, Vectors]) -> Known:
    """Vectors in a form that can be compared."""
    return {item: tuple(vector.tolist()) for item, vector in vectors.items()}


def apply(before: Known, changes: Changes) -> Known:
    """What somebody knows after hearing of changes."""
    after = {item: vector for item, vector in before.items() if item not in changes.removed.tolist()}
    return {**after, **known(dict(zip(changes.ids.tolist(), changes.vectors, strict=True)))}


@pytest.fixture
def shoes(catalogue: SqlCatalogue) -> str:
    """The name of an empty collection."""
    return catalogue.create_collection("shoes", "sketch").name


def put(catalogue: SqlCatalogue, key: str, picture: int | None, *digests: str) -> int:
    """Write one item into shoes and return its id."""
    vectors = {digest: embed(picture or 0, digest) for digest in digests}
    draft = ItemDraft(key, picture=None if picture is None else f"p{picture}", vectors=vectors)
    return catalogue.upsert("shoes", [draft])[0].id


@dataclass
class Model:
    """What a catalogue has to know, kept in plain dictionaries."""

    catalogue: SqlCatalogue
    name: str
    pictures: dict[str, int] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    vectors: dict[tuple[str, str], Vectors] = field(default_factory=dict)
    change_seq: int = 0

    def upsert(self, batch: dict[str, tuple[int, tuple[str, ...]]]) -> None:
        """Write items, each with a picture and vectors of some checkpoints."""
        drafts = []
        for key, (picture, digests) in batch.items():
            if self.pictures.get(key) != picture:
                self.forget(key)
            self.pictures[key] = picture
            new = {digest: embed(picture, digest) for digest in digests}
            self.vectors.update({(key, digest): vector for digest, vector in new.items()})
            drafts.append(ItemDraft(key, picture=f"p{picture}", vectors=new))
        self.ids.update((item.key, item.id) for item in self.catalogue.upsert(self.name, drafts))
        self.change_seq += bool(batch)

    def delete(self, key: str) -> None:
        """Delete an item if it is there."""
        if key in self.pictures:
            self.change_seq += 1
            assert self.catalogue.delete(self.name, key) == self.change_seq
            self.forget(key)
            del self.pictures[key], self.ids[key]

    def patch(self, key: str) -> None:
        """Change the metadata of an item if it is there."""
        if key in self.pictures:
            self.change_seq += 1
            self.catalogue.patch(self.name, key, metadata={"n": self.change_seq})

    def complete(self, digest: str) -> None:
        """Embed whatever lacks a vector of a checkpoint."""
        lacking = self.catalogue.lacking(self.name, digest)
        keys = [key for key in sorted(self.ids, key=self.ids.__getitem__) if (key, digest) not in self.vectors]
        assert [item.key for item in lacking] == keys
        if keys:
            vectors = np.stack([embed(self.pictures[key], digest) for key in keys])
            self.vectors.update({(key, digest): vector for key, vector in zip(keys, vectors, strict=True)})
            written = self.catalogue.add_vectors(self.name, digest, lacking, vectors)
            assert written.tolist() == [self.ids[key] for key in keys]
            self.change_seq += 1

    def forget(self, key: str) -> None:
        """Let the vectors of an item be gone."""
        for digest in DIGESTS:
            self.vectors.pop((key, digest), None)

    def truth(self, digest: str) -> Known:
        """All vectors of a checkpoint."""
        return known({self.ids[key]: vector for (key, one), vector in self.vectors.items() if one == digest})

    def check(self, history: list[tuple[int, dict[str, Known]]]) -> None:
        """Compare with what the catalogue tells, from every earlier moment on."""
        for digest in DIGESTS:
            truth = self.truth(digest)
            page = self.catalogue.vectors(self.name, digest)
            assert known(dict(zip(page.ids.tolist(), page.vectors, strict=True))) == truth
            assert self.catalogue.vector_count(self.name, digest) == len(truth)
            for since, before in history:
                changes = self.catalogue.changes(self.name, since, digest)
                assert changes.change_seq == self.change_seq
                assert apply(before[digest], changes) == truth
                for ids in (changes.ids, changes.removed):
                    assert (np.diff(ids) > 0).all()


keys = st.sampled_from("abcd")
batches = st.dictionaries(
    keys,
    st.tuples(st.integers(1, 3), st.sampled_from([(), (OLD,), (NEW,), (OLD, NEW)])),
    max_size=3,
)
steps = st.one_of(
    st.tuples(st.just("upsert"), batches),
    st.tuples(st.just("delete"), keys),
    st.tuples(st.just("patch"), keys),
    st.tuples(st.just("complete"), st.sampled_from(DIGESTS)),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(steps, max_size=10))
def test_changes_lead_from_any_moment_to_the_truth(catalogue: SqlCatalogue, steps: list[tuple[str, object]]) -> None:
    """Whatever happened, what was known at any change number plus the changes since is what there is now."""
    name = f"c{next(numbers)}"
    catalogue.create_collection(name, "sketch")
    model = Model(catalogue, name)
    history: list[tuple[int, dict[str, Known]]] = [(0, {digest: {} for digest in DIGESTS})]
    for kind, argument in steps:
        getattr(model, kind)(argument)
        history.append((model.change_seq, {digest: model.truth(digest) for digest in DIGESTS}))
    model.check(history)


def test_changes_are_empty_arrays_where_nothing_happened(catalogue: SqlCatalogue, shoes: str) -> None:
    """Nothing is an array too, so that nobody has to ask."""
    changes = catalogue.changes(shoes, 0, OLD)
    assert changes.change_seq == 0
    assert (changes.ids.dtype, changes.ids.shape) == (np.dtype(np.int64), (0,))
    assert (changes.removed.dtype, changes.removed.shape) == (np.dtype(np.int64), (0,))
    assert (changes.vectors.dtype, changes.vectors.shape) == (np.dtype(np.float32), (0, 0))


def test_vectors_come_back_bit_by_bit(catalogue: SqlCatalogue, shoes: str) -> None:
    """No float is rounded on its way, and the arrays can be written to."""
    rows = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    rows[0, 0] = np.finfo(np.float32).tiny / 8
    items = catalogue.upsert(shoes, [ItemDraft(str(n), vectors={OLD: row}) for n, row in enumerate(rows)])
    changes = catalogue.changes(shoes, 0, OLD)
    assert changes.ids.tolist() == [item.id for item in items]
    assert changes.vectors.dtype == np.float32
    np.testing.assert_array_equal(changes.vectors, rows)
    changes.vectors[0] = 0
    np.testing.assert_array_equal(catalogue.vectors(shoes, OLD).vectors, rows)


def test_the_same_picture_keeps_its_vectors(catalogue: SqlCatalogue, shoes: str) -> None:
    """Writing an item again with the picture it has is no change of its vectors; another picture takes them."""
    item = put(catalogue, "a", 1, OLD, NEW)
    put(catalogue, "a", 1)
    put(catalogue, "a", 1, OLD)
    changes = catalogue.changes(shoes, 1, OLD)
    assert (changes.change_seq, len(changes.ids), len(changes.removed)) == (3, 0, 0)
    put(catalogue, "a", 2, NEW)
    old, new = (catalogue.changes(shoes, 1, digest) for digest in DIGESTS)
    assert (old.ids.tolist(), old.removed.tolist()) == ([], [item])
    assert (new.ids.tolist(), new.removed.tolist()) == ([item], [])
    put(catalogue, "a", None)
    assert catalogue.changes(shoes, 4, NEW).removed.tolist() == [item]


def test_vectors_of_other_weights_are_not_in_the_changes(catalogue: SqlCatalogue, shoes: str) -> None:
    """Re-embedding a collection does not burden the searches that still use the old weights."""
    for number, key in enumerate("abc"):
        put(catalogue, key, number + 1, OLD)
    lacking = catalogue.lacking(shoes, NEW)
    catalogue.add_vectors(shoes, NEW, lacking, np.ones((3, 3), dtype=np.float32))
    assert len(catalogue.changes(shoes, 3, OLD).ids) == 0
    assert len(catalogue.changes(shoes, 3, NEW).ids) == 3


def test_vectors_are_exported_in_pages(catalogue: SqlCatalogue, shoes: str) -> None:
    """Pages by ascending id hold every vector of a checkpoint once, or those up to a change number."""
    catalogue.create_collection("boots", "sketch")
    catalogue.upsert("boots", [ItemDraft("a", vectors={OLD: embed(1, OLD)})])
    ids = [put(catalogue, str(number), number + 1, *(DIGESTS if number % 2 else (OLD,))) for number in range(5)]
    exported: list[int] = []
    after = 0
    while len(page := catalogue.vectors(shoes, OLD, after=after, limit=2).ids):
        exported += page.tolist()
        after = exported[-1]
    assert exported == ids
    assert catalogue.vectors(shoes, NEW).ids.tolist() == ids[1::2]
    assert catalogue.vectors(shoes, OLD, until=3).ids.tolist() == ids[:3]
    assert catalogue.vectors(shoes, OLD, after=ids[-1]).vectors.shape == (0, 0)


def test_what_lacks_a_vector_is_found_in_pages(catalogue: SqlCatalogue, shoes: str) -> None:
    """Items with a picture but no vector are listed for embedding; those without a picture are not."""
    ids = [put(catalogue, str(number), number + 1) for number in range(4)]
    put(catalogue, "nothing to see", None)
    put(catalogue, "done", 9, OLD)
    first = catalogue.lacking(shoes, OLD, limit=3)
    rest = catalogue.lacking(shoes, OLD, limit=3, after=first[-1].id)
    assert [item.id for item in first + rest] == ids
    assert first[0] == catalogue.item(shoes, "0")


def test_vectors_of_replaced_pictures_are_passed_over(catalogue: SqlCatalogue, shoes: str) -> None:
    """A vector that was computed from a picture the item no longer has is not given to it."""
    for number, key in enumerate("abcd"):
        put(catalogue, key, number + 1)
    seen = catalogue.lacking(shoes, OLD)
    put(catalogue, "a", 7)
    catalogue.delete(shoes, "b")
    catalogue.patch(shoes, "c", title="C")
    before = catalogue.state(shoes).change_seq
    written = catalogue.add_vectors(shoes, OLD, seen, np.ones((4, 3), dtype=np.float32))
    assert written.tolist() == [seen[2].id, seen[3].id]
    assert catalogue.state(shoes).change_seq == before + 1
    assert catalogue.add_vectors(shoes, OLD, seen[:2], np.ones((2, 3), dtype=np.float32)).tolist() == []
    assert catalogue.state(shoes).change_seq == before + 1


def test_vectors_have_to_fit_their_items(catalogue: SqlCatalogue, shoes: str) -> None:
    """A mistake in shapes is noticed before anything is written."""
    put(catalogue, "a", 1)
    items = catalogue.lacking(shoes, OLD)
    for wrong in (np.ones((2, 3)), np.ones(3), np.full((1, 3), np.nan)):
        with pytest.raises(ValueError, match="vector"):
            catalogue.add_vectors(shoes, OLD, items, wrong.astype(np.float32))
    assert catalogue.state(shoes).change_seq == 1
