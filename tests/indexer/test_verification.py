"""Verifying: whatever is changed behind the catalogue's back is found, and nothing sound is blamed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.catalogue import Catalogue, ItemDraft, UnknownCollection, VectorPage
from indexer.generations import GenerationStore
from indexer.manifests import IDS_FILE, MANIFEST_FILE, seal
from indexer.pictures import PictureStore
from indexer.vectors.faiss import INDEX_FILE, VECTORS_FILE
from indexer.vectors.writing import FaissWriter
from indexer.verification import Verified, verify
from models.images import decode
from tests.indexer.pictured import photo
from tests.indexer.stock import NEW, OLD, build, new_catalogue, vector_of

COUNT = 6


class Shop:
    """A collection of six items with pictures, built and published."""

    def __init__(self, folder: Path) -> None:
        self.catalogue: Catalogue = new_catalogue(folder)
        self.store = GenerationStore(folder / "indexes")
        self.pictures = PictureStore(folder / "pictures")
        self.catalogue.create_collection("shoes", "fake")
        for number in range(COUNT):
            self.put(f"k{number}", number)
        build(self.catalogue, self.store, "shoes")

    def put(self, key: str, number: int, digest: str = OLD) -> None:
        """Write an item with a picture that exists."""
        content = photo(number)
        picture = self.pictures.save(content, decode(content))
        self.catalogue.upsert("shoes", [ItemDraft(key, picture=picture, vectors={digest: vector_of(number, digest)})])

    def folder(self, number: int = 1) -> Path:
        """Return where a generation lies."""
        return self.store.of(self.catalogue.collection("shoes").id, "shoes").folder(number)

    def verify(self) -> Verified:
        """Verify the collection."""
        return verify(self.catalogue, self.store, self.pictures, "shoes")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Return a sound shop."""
    return Shop(tmp_path)


def test_what_is_sound_has_no_problems(shop: Shop) -> None:
    """After a build, writes, replacements, deletions and other weights there is nothing to blame."""
    assert shop.verify() == Verified("shoes", 1, COUNT, COUNT, ())
    shop.put("k1", 11)
    shop.put("new", 12)
    shop.put("other weights", 13, NEW)
    shop.catalogue.delete("shoes", "k2")
    assert shop.verify() == Verified("shoes", 1, COUNT, COUNT + 1, ())
    build(shop.catalogue, shop.store, "shoes")
    assert shop.verify() == Verified("shoes", 2, COUNT, COUNT + 1, ())


def test_an_unpublished_collection_is_sound(tmp_path: Path) -> None:
    """Without generations there is nothing to compare."""
    catalogue = new_catalogue(tmp_path)
    catalogue.create_collection("shoes", "fake")
    found = verify(catalogue, GenerationStore(tmp_path / "i"), PictureStore(tmp_path / "p"), "shoes")
    assert found == Verified("shoes", 0, 0, 0, ())


def flip(path: Path) -> None:
    """Change one bit."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def reseal(shop: Shop, ids: np.ndarray, vectors: np.ndarray) -> None:
    """Put other vectors or ids into the generation, with checksums that fit."""
    generations = shop.store.of(shop.catalogue.collection("shoes").id, "shoes")
    manifest = generations.manifest(1)
    for name in (INDEX_FILE, VECTORS_FILE):
        (shop.folder() / name).unlink()
    with FaissWriter(shop.folder(), 4) as writer:
        writer.add(vectors)
        writer.build("Flat")
    np.save(shop.folder() / IDS_FILE, ids)
    seal(shop.folder(), manifest)


def damage_file(shop: Shop) -> None:
    """Flip a bit of the index."""
    flip(shop.folder() / INDEX_FILE)


def lose_file(shop: Shop) -> None:
    """Remove the ids."""
    (shop.folder() / IDS_FILE).unlink()


def change_manifest(shop: Shop) -> None:
    """Let the manifest name other weights."""
    path = shop.folder() / MANIFEST_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), "digest": NEW}))


def change_vector(shop: Shop) -> None:
    """Change one number of one vector."""
    index = shop.store.of(shop.catalogue.collection("shoes").id, "shoes").open(1)
    vectors = index.index.vectors(np.arange(COUNT)).copy()
    vectors[3, 0] += 0.25
    reseal(shop, index.ids, vectors)


def change_ids(shop: Shop) -> None:
    """Give one vector the id of an item that does not exist."""
    index = shop.store.of(shop.catalogue.collection("shoes").id, "shoes").open(1)
    ids = index.ids.copy()
    ids[-1] = 1_000_000
    reseal(shop, ids, index.index.vectors(np.arange(COUNT)))


def lose_picture(shop: Shop) -> None:
    """Remove a stored picture."""
    shop.pictures.open(shop.catalogue.item("shoes", "k4").picture or "").unlink()


def forget_record(shop: Shop) -> None:
    """Leave files that the catalogue does not know."""
    build(shop.catalogue, shop.store, "shoes", OLD, "HNSW4")
    shop.catalogue.forget_generation("shoes", 1)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (damage_file, [INDEX_FILE, "likeness index build shoes"]),
        (lose_file, [IDS_FILE, "likeness index build shoes"]),
        (change_manifest, ["manifest"]),
        (change_vector, ["another in the index"]),
        (change_ids, ["none in the index"]),
        (change_ids, ["the catalogue does not"]),
        (lose_picture, ["picture of k4"]),
        (forget_record, ["Generation 1", "likeness index prune shoes"]),
    ],
)
def test_harm_is_found_and_named(shop: Shop, harm: Callable[[Shop], None], words: list[str]) -> None:
    """Each kind of disagreement between SQL and the files is a sentence that says what is wrong."""
    harm(shop)
    problems = shop.verify().problems
    assert any(all(word in problem for word in words) for problem in problems)


def test_writes_during_a_comparison_are_no_problem(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A difference that arises because someone writes meanwhile is looked at again before it is told."""
    real = shop.catalogue.vectors
    written = False

    def vectors(collection: str, digest: str, **options: int) -> VectorPage:
        nonlocal written
        if not written:
            written = True
            shop.put("k5", 15)
            shop.catalogue.delete("shoes", "k0")
        return real(collection, digest, **options)

    monkeypatch.setattr(shop.catalogue, "vectors", vectors)
    assert shop.verify().problems == ()


def test_an_unknown_collection_is_an_error(shop: Shop) -> None:
    """Verifying what does not exist says so."""
    with pytest.raises(UnknownCollection):
        verify(shop.catalogue, shop.store, shop.pictures, "boots")


def test_the_record_is_compared_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record whose count is not that of the manifest is told, though every checksum fits."""
    records = shop.catalogue.generations("shoes")
    monkeypatch.setattr(shop.catalogue, "generations", lambda name: [replace(records[0], count=COUNT + 1)])
    assert "does not say what the catalogue says" in shop.verify().problems[0]
