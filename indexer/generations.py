"""Generations on disk: folders that are written aside, checked, renamed into place and never changed again.

A collection's generations lie in `<root>/<collection id>/<number>`, each with `index.faiss`, `vectors.f32`, `ids.npy`
and `manifest.json`. Which one is published is written in SQL; a folder that SQL does not know is a leftover.
"""

from __future__ import annotations

import fcntl
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from indexer.disk import flush, make_folder, writing
from indexer.manifests import IDS_FILE, Manifest, check_files, corrupt, read_manifest, seal
from indexer.vectors.contracts import CorruptIndex, Positions, VectorIndex
from indexer.vectors.engines import Accelerator
from indexer.vectors.faiss import open_index
from models.contracts import RetrievalError

CANARIES = 8
CANARY_TOLERANCE = 1e-3
_ASIDE = ".new-"

Ids = NDArray[np.int64]
"""int64: ids of items."""


class BuildRunning(RetrievalError):
    """Another indexer is at work on the same collection."""


@dataclass(frozen=True, eq=False)
class LockFile:
    """The file by which processes of one machine exclude each other; it holds a note of who did so last."""

    file: IO[str]

    def note(self) -> str:
        """Return the last note; empty if there is none."""
        self.file.seek(0)
        return self.file.read()

    def leave(self, note: str) -> None:
        """Put a note in place of the last one."""
        self.file.truncate(0)
        self.file.write(note)
        self.file.flush()


@dataclass(frozen=True, eq=False)
class Generation:
    """A loaded generation: vectors numbered 0..n-1 and the ids of their items, ascending."""

    manifest: Manifest
    ids: Ids
    index: VectorIndex

    def positions(self, ids: Ids) -> Positions:
        """Return where those of the ids lie that this generation holds."""
        places = np.searchsorted(self.ids, ids)
        inside = places < len(self.ids)
        places = places[inside]
        held: Positions = places[self.ids[places] == ids[inside]].astype(np.int64)
        return held


class Generations:
    """The generations of one collection."""

    def __init__(
        self, folder: Path, collection: str, *, threads: int = 1, accelerator: Accelerator | None = None
    ) -> None:
        """Look into `folder`, which need not exist yet; `threads` and `accelerator` serve the searches."""
        self._folder = folder
        self._collection = collection
        self._threads = threads
        self._accelerator = accelerator

    def numbers(self) -> list[int]:
        """Return the numbers of all complete generations on disk, ascending."""
        if not self._folder.exists():
            return []
        return sorted(int(path.name) for path in self._folder.iterdir() if path.name.isdecimal())

    def folder(self, number: int) -> Path:
        """Return where a generation lies, or would lie."""
        return self._folder / f"{number:06d}"

    def manifest(self, number: int) -> Manifest:
        """Read what a generation says of itself.

        Raises:
            MissingGeneration: there is no such folder.
            CorruptGeneration: its manifest cannot be read.
        """
        return read_manifest(self.folder(number), number, self._collection)

    def ids(self, number: int) -> Ids:
        """Return the ids, ascending, of the items whose vectors a generation holds.

        Raises:
            MissingGeneration: there is no such folder.
            CorruptGeneration: they cannot be read.
        """
        self.manifest(number)
        try:
            ids: Ids = np.load(self.folder(number) / IDS_FILE, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise corrupt(self._collection, number, f"{IDS_FILE} cannot be read ({error})") from error
        return ids

    def check(self, number: int) -> Manifest:
        """Compare every file with the checksum in the manifest.

        Raises:
            MissingGeneration: there is no such folder.
            CorruptGeneration: a file is missing or has changed.
        """
        manifest = self.manifest(number)
        check_files(self.folder(number), manifest)
        return manifest

    def open(self, number: int) -> Generation:
        """Load a generation after checking every file, and let a few of its vectors find themselves.

        Raises:
            MissingGeneration: there is no such folder.
            CorruptGeneration: a file is missing or has changed, or the index does not find what it holds.
        """
        manifest = self.check(number)
        try:
            generation = self.open_unchecked(self.folder(number), manifest)
        except (CorruptIndex, OSError, ValueError) as error:
            raise corrupt(self._collection, number, str(error).rstrip(".")) from error
        if len(generation.ids) != manifest.count or generation.index.count != manifest.count:
            raise corrupt(self._collection, number, f"it does not hold {manifest.count} vectors")
        if not _finds_itself(generation.index):
            raise corrupt(self._collection, number, "its vectors do not find themselves")
        return generation

    def open_unchecked(self, folder: Path, manifest: Manifest) -> Generation:
        """Load a folder that this very run wrote."""
        index = open_index(
            folder, manifest.dim, effort=manifest.effort, threads=self._threads, accelerator=self._accelerator
        )
        ids = np.load(folder / IDS_FILE, allow_pickle=False)
        return Generation(manifest, ids, index)

    @contextmanager
    def exclusive(self) -> Iterator[LockFile]:
        """Keep others on this machine out; the system lets go when this process dies, however it dies.

        Raises:
            BuildRunning: somebody else on this machine is inside.
            DiskUnwritable: the disk takes no more.
        """
        with writing(self._folder):
            make_folder(self._folder)
            lock = (self._folder / ".lock").open("a+")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"Another indexer is at work on {self._collection}: wait until it has finished."
                raise BuildRunning(message) from error
            yield LockFile(lock)

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """Give a new folder that nothing reads, and remove it if it was not placed. Call while holding the lock.

        Raises:
            DiskUnwritable: the disk takes no more.
        """
        folder = self._folder / f"{_ASIDE}{uuid.uuid4().hex}"
        with writing(self._folder):
            self.sweep()
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def place(self, folder: Path, manifest: Manifest) -> Manifest:
        """Complete a folder made aside with its manifest, flush all of it to disk, and rename it into place."""
        sealed = seal(folder, manifest)
        folder.rename(self.folder(manifest.number))
        # The folders above too: whoever made them may have been killed before their names were on the disk.
        for changed in (self._folder, self._folder.parent, self._folder.parent.parent):
            flush(changed)
        return sealed

    def discard(self, number: int) -> None:
        """Remove a generation's files; those who have it loaded go on undisturbed."""
        aside = self._folder / f"{_ASIDE}discarded-{number}"
        try:
            # Renamed first, so that a crash in between leaves no half generation under its number.
            self.folder(number).rename(aside)
        except FileNotFoundError:
            return
        shutil.rmtree(aside)

    def sweep(self) -> int:
        """Remove what killed builds left behind; return how many folders that were. Call while holding the lock."""
        leftovers = list(self._folder.glob(f"{_ASIDE}*"))
        for folder in leftovers:
            # One that was taken for dead may still write; what it adds meanwhile goes the next time.
            shutil.rmtree(folder, ignore_errors=True)
        return len(leftovers)


class GenerationStore:
    """The generations of all collections, under one root."""

    def __init__(self, root: Path, *, threads: int = 1, accelerator: Accelerator | None = None) -> None:
        """Look under `root`; searches take `threads` each, and run on the `accelerator` if there is one."""
        self._root = root
        self._threads = threads
        self._accelerator = accelerator

    def of(self, collection_id: int, name: str) -> Generations:
        """Return the generations of one collection."""
        return Generations(self._root / str(collection_id), name, threads=self._threads, accelerator=self._accelerator)

    def collection_ids(self) -> list[int]:
        """Return the ids of all collections that have files."""
        if not self._root.exists():
            return []
        return sorted(int(path.name) for path in self._root.iterdir() if path.name.isdecimal())

    def forget(self, collection_id: int) -> None:
        """Remove all files of a collection that no longer exists."""
        shutil.rmtree(self._root / str(collection_id), ignore_errors=True)


def _finds_itself(index: VectorIndex) -> bool:
    if index.count == 0:
        return True
    positions = np.unique(np.linspace(0, index.count - 1, CANARIES).astype(np.int64))
    canaries = index.vectors(positions)
    found = index.search(canaries, 1)
    itself = np.einsum("nd,nd->n", canaries, canaries)
    return bool((found.scores[:, 0] >= itself - CANARY_TOLERANCE).all())
