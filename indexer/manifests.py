"""What a generation says of itself, written last and read first: its manifest, and the checksums in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from indexer.disk import flush
from indexer.vectors.faiss import INDEX_FILE, VECTORS_FILE
from models.contracts import RetrievalError

IDS_FILE = "ids.npy"
MANIFEST_FILE = "manifest.json"
FILES = (INDEX_FILE, VECTORS_FILE, IDS_FILE)
METRIC = "inner_product"


class CorruptGeneration(RetrievalError):
    """The files of a generation are damaged."""


class MissingGeneration(RetrievalError):
    """There is no generation of that number."""


@dataclass(frozen=True)
class Manifest:
    """What a generation says of itself.

    Attributes:
        collection: name of the collection.
        collection_id: its id; a collection made anew under its name has another.
        number: of the generation, rising within a collection.
        model: name of the model that embedded the vectors.
        digest: of the checkpoint that embedded them.
        dim: length of a vector.
        count: how many vectors.
        change_seq: the changes up to this number are contained.
        factory: the FAISS index.
        reason: why it was chosen.
        effort: the default search effort, raised until the recall sufficed; None where the index knows none.
        recall: recall@10 against exact search, on a sample.
        created_at: ISO 8601, UTC.
        metric: how vectors are compared.
        files: name -> sha256 of every other file.
    """

    collection: str
    collection_id: int
    number: int
    model: str
    digest: str
    dim: int
    count: int
    change_seq: int
    factory: str
    reason: str
    effort: int | None
    recall: float
    created_at: str
    metric: str = METRIC
    files: Mapping[str, str] | None = None


def read_manifest(folder: Path, number: int, collection: str) -> Manifest:
    """Read the manifest of a generation.

    Raises:
        MissingGeneration: there is no such folder.
        CorruptGeneration: its manifest cannot be read.
    """
    try:
        return Manifest(**json.loads((folder / MANIFEST_FILE).read_bytes()))
    except FileNotFoundError as error:
        message = f"The collection {collection} has no generation {number} on disk: {remedy(collection)}"
        raise MissingGeneration(message) from error
    except (OSError, ValueError, TypeError) as error:
        raise corrupt(collection, number, f"its manifest cannot be read ({error})") from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with the checksum in the manifest.

    Raises:
        CorruptGeneration: a file is missing or has changed.
    """
    sums = manifest.files or {}
    for name in FILES:
        try:
            found = _sha256(folder / name)
        except OSError as error:
            what = f"{name} cannot be read ({error.strerror})"
            raise corrupt(manifest.collection, manifest.number, what) from error
        if sums.get(name) != found:
            raise corrupt(manifest.collection, manifest.number, f"{name} is not the file that was published")


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Complete a folder with its manifest, and flush all of it to disk."""
    complete = replace(manifest, files={name: _sha256(folder / name) for name in FILES})
    (folder / MANIFEST_FILE).write_text(json.dumps(asdict(complete), indent=2, sort_keys=True) + "\n")
    for name in (*FILES, MANIFEST_FILE):
        flush(folder / name)
    flush(folder)
    return complete


def corrupt(collection: str, number: int, what: str) -> CorruptGeneration:
    """Return the error that says what is damaged and what to run."""
    return CorruptGeneration(
        f"Generation {number} of the collection {collection} is damaged, {what}: {remedy(collection)}"
    )


def remedy(collection: str) -> str:
    """Return what to do about a generation that cannot be used."""
    return f"run `likeness index build {collection}`."


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
