"""The last step of a batch: what was read and embedded goes into the catalogue, and is counted once it is committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from indexer.catalogue import Catalogue, InvalidKey, InvalidMetadata, ItemDraft
from indexer.reading import Prepared, PreparedAgain, Rejected, Unchanged
from indexer.stopwatch import Stopwatch
from models.contracts import Vectors


@dataclass
class Tally:
    """What became of the items so far."""

    embedded: int = 0
    skipped: int = 0
    rewritten: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        """How many items are dealt with."""
        return self.embedded + self.skipped + self.rewritten + self.rejected


class Saver:
    """Commits batches to one collection, each in one transaction; for one thread at a time."""

    def __init__(
        self,
        catalogue: Catalogue,
        collection: str,
        digest: str,
        tally: Tally,
        watch: Stopwatch,
        committed: Callable[[Tally], None],
    ) -> None:
        """Save vectors of the checkpoint `digest` and count in `tally`; `committed` hears of every batch."""
        self.tally = tally
        self._catalogue = catalogue
        self._collection = collection
        self._digest = digest
        self._watch = watch
        self._committed = committed
        self._rejected_before = {reject.key for reject in catalogue.rejects(collection)}

    def save(self, prepared: Sequence[Prepared], vectors: Vectors, settled: Sequence[Unchanged | Rejected]) -> None:
        """Write items with their vectors, and those of which only the words have changed."""
        drafts = [replace(one.draft, vectors={self._digest: row}) for one, row in zip(prepared, vectors, strict=True)]
        with self._watch.running():
            self._settle(settled)
            self.tally.embedded += self._upsert(drafts)
            unchanged = [one for one in settled if isinstance(one, Unchanged)]
            self.tally.rewritten += self._upsert([one.draft for one in unchanged if one.rewritten])
            self.tally.skipped += sum(not one.rewritten for one in unchanged)
        self._committed(self.tally)

    def save_again(
        self, prepared: Sequence[PreparedAgain], vectors: Vectors, settled: Sequence[Unchanged | Rejected]
    ) -> None:
        """Add vectors to items that have their picture already."""
        with self._watch.running():
            self._settle(settled)
            items = [one.item for one in prepared]
            if items:
                self.tally.embedded += len(self._catalogue.add_vectors(self._collection, self._digest, items, vectors))
        self._committed(self.tally)

    def _settle(self, settled: Sequence[Unchanged | Rejected]) -> None:
        for one in settled:
            if isinstance(one, Rejected):
                self._reject(one)
        mended = [one.draft.key for one in settled if isinstance(one, Unchanged) and not one.rewritten]
        mended = [key for key in mended if key in self._rejected_before]
        if mended:
            self._catalogue.clear_rejects(self._collection, mended)

    def _upsert(self, drafts: Sequence[ItemDraft]) -> int:
        """Write drafts in one transaction; one that the catalogue refuses is rejected and the others written."""
        if not drafts:
            return 0
        try:
            self._catalogue.upsert(self._collection, drafts)
        except (InvalidKey, InvalidMetadata) as error:
            if len(drafts) == 1:
                self._reject(Rejected(drafts[0].key, str(error), drafts[0].source))
                return 0
            return sum(self._upsert([draft]) for draft in drafts)
        return len(drafts)

    def _reject(self, rejected: Rejected) -> None:
        self._catalogue.reject(self._collection, rejected.key, rejected.reason, rejected.source)
        self.tally.rejected += 1
