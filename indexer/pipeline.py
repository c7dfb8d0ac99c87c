"""One indexing run: read, embed, write, index, check, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice

from indexer.building import Progress, build_generation
from indexer.catalogue import Catalogue, Collection, UnknownCollection, WrongModel
from indexer.embedding import BATCH, embed
from indexer.generations import GenerationStore
from indexer.locking import Hold, hold
from indexer.pictures import PictureStore
from indexer.reading import ItemPredictor, PictureReader, Prepared, PreparedAgain, Rejected, Unchanged, in_order
from indexer.saving import Saver, Tally
from indexer.sources import SourceItem, SourceReject
from indexer.stopwatch import Stopwatch
from models.checkpoints import Checkpoint, CheckpointStore
from models.devices import cpu_count

LOOKUP = 64
"""Source items whose stored state is asked for at once."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        collection: its name.
        generation: number of the generation that is published now.
        digest: of the checkpoint.
        count: how many vectors the generation holds.
        factory: the FAISS index.
        reason: why that one.
        effort: nprobe or efSearch that searches start with; None where the index knows none.
        recall: recall@10 against exact search, on a sample.
        embedded: pictures embedded in this run.
        skipped: items that were found unchanged.
        rewritten: items of which only title or metadata had changed.
        rejected: items that could not be indexed; the catalogue keeps the reasons.
        read_s: time during which pictures were read, decoded or prepared.
        embed_s: time during which the network was at work.
        write_s: time during which pictures or rows were written.
        index_s: time that the index took, checks included.
    """

    collection: str
    generation: int
    digest: str
    count: int
    factory: str
    reason: str
    effort: int | None
    recall: float
    embedded: int
    skipped: int
    rewritten: int
    rejected: int
    read_s: float
    embed_s: float
    write_s: float
    index_s: float


def build(  # noqa: PLR0913  what it needs is many things, each of another room
    catalogue: Catalogue,
    pictures: PictureStore,
    generations: GenerationStore,
    predictor: ItemPredictor,
    collection: str,
    source: Iterable[SourceItem | SourceReject] | None = None,
    *,
    factory: str | None = None,
    checkpoints: CheckpointStore | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
) -> BuildReport:
    """Bring a collection up to its source and publish a generation of it.

    What is committed already is not embedded again, so a killed build is resumed by calling this again. Bad pictures
    become rejects and stop nothing. Items whose picture was embedded with other weights are embedded with those of
    `predictor`, from their stored pictures, while the old generation goes on serving.

    Args:
        catalogue: what is true.
        pictures: where pictures go.
        generations: where indexes go.
        predictor: the loaded model.
        collection: name; created if there is none and a source is given.
        source: what to index; None builds from what is stored.
        factory: a FAISS factory string; None lets the size decide.
        checkpoints: keeps a copy of the weights that were used.
        progress: hears of progress, from several threads, one at a time.
        workers: threads for reading; None takes as many as there are cores.

    Raises:
        UnknownCollection: there is none, and no source to make one of.
        WrongModel: another model embeds the collection.
        BuildRunning: another indexer is at work on the collection.
        BuildLockLost: another indexer has taken over; nothing is published.
        InvalidFactory: the factory makes no index of these vectors.
        RecallTooLow: the index finds too little; nothing is published.
    """
    target = _collection(catalogue, collection, predictor, create=source is not None)
    threads = workers or cpu_count()
    tell = progress or _keep_quiet
    watches = _Watches()
    store = generations.of(target.id, target.name)
    with (
        hold(catalogue, store, collection, waiting=lambda holder: tell(0, None, f"wait for {holder}")) as held,
        _announced(catalogue, collection, predictor.checkpoint, checkpoints),
    ):
        reader = PictureReader(predictor, pictures, watches.read, watches.write)
        run = _Run(catalogue, target, predictor, reader, held)
        with ThreadPoolExecutor(threads, thread_name_prefix="picture-reader") as pool:
            window = 2 * BATCH + threads
            tally = Tally()
            if source is not None:
                total = len(source) if isinstance(source, Sized) else None
                saver = run.saver(watches, tally, lambda done: tell(done.total, total, "embed"))
                embed(in_order(pool, run.jobs(source), window), predictor, watches.embed, saver.save)
            again = run.saver(watches, tally, lambda done: tell(done.total, None, "embed again"))
            embed(in_order(pool, run.jobs_again(), window), predictor, watches.embed, again.save_again)
            with watches.index.running():
                manifest = build_generation(
                    catalogue,
                    held,
                    target,
                    predictor.digest,
                    predictor.spec.dim,
                    factory=factory,
                    threads=threads,
                    progress=tell,
                )
            # What a server wrote meanwhile that could not load the new weights.
            embed(in_order(pool, run.jobs_again(), window), predictor, watches.embed, again.save_again)
    return BuildReport(
        collection=collection,
        generation=manifest.number,
        digest=manifest.digest,
        count=manifest.count,
        factory=manifest.factory,
        reason=manifest.reason,
        effort=manifest.effort,
        recall=manifest.recall,
        embedded=tally.embedded,
        skipped=tally.skipped,
        rewritten=tally.rewritten,
        rejected=tally.rejected,
        read_s=watches.read.seconds,
        embed_s=watches.embed.seconds,
        write_s=watches.write.seconds,
        index_s=watches.index.seconds,
    )


class _Watches:
    """The stopwatches of one run."""

    def __init__(self) -> None:
        self.read = Stopwatch()
        self.embed = Stopwatch()
        self.write = Stopwatch()
        self.index = Stopwatch()


class _Run:
    """What there is to read in one run."""

    def __init__(
        self, catalogue: Catalogue, collection: Collection, predictor: ItemPredictor, reader: PictureReader, held: Hold
    ) -> None:
        self._catalogue = catalogue
        self._name = collection.name
        self._digest = predictor.digest
        self._reader = reader
        self._held = held
        self._seen: set[str] = set()
        self._tried: set[tuple[int, str | None]] = set()

    def saver(self, watches: _Watches, tally: Tally, committed: Callable[[Tally], None]) -> Saver:
        """Return what commits the batches of this run."""
        return Saver(self._catalogue, self._name, self._digest, tally, watches.write, committed)

    def jobs(
        self, source: Iterable[SourceItem | SourceReject]
    ) -> Iterator[Callable[[], Prepared | Unchanged | Rejected]]:
        """Yield one job per entry of the source; what is stored is looked up for many at once."""
        entries = iter(source)
        while chunk := list(islice(entries, LOOKUP)):
            self._held.check()
            keys = [entry.key for entry in chunk if isinstance(entry, SourceItem)]
            stored = self._catalogue.stored(self._name, keys)
            for entry in chunk:
                if isinstance(entry, SourceReject):
                    yield partial(Rejected, entry.key, entry.reason)
                elif entry.key in self._seen:
                    yield partial(Rejected, entry.key, "The key occurs more than once in the source; the first counts.")
                else:
                    self._seen.add(entry.key)
                    yield partial(self._reader.read, entry, stored.get(entry.key))

    def jobs_again(self) -> Iterator[Callable[[], PreparedAgain | Unchanged | Rejected]]:
        """Yield one job per item whose picture has no vector of the weights in use; each picture is tried once."""
        after = 0
        while page := self._catalogue.lacking(self._name, self._digest, after=after):
            self._held.check()
            after = page[-1].id
            for item in page:
                if (item.id, item.picture) not in self._tried:
                    self._tried.add((item.id, item.picture))
                    yield partial(self._reader.read_again, item)


def _collection(catalogue: Catalogue, name: str, predictor: ItemPredictor, *, create: bool) -> Collection:
    try:
        found = catalogue.collection(name)
    except UnknownCollection:
        if not create:
            raise
        found = catalogue.create_collection(name, predictor.spec.name)
    if found.model != predictor.spec.name:
        message = f"The collection {name} is embedded by the model {found.model}, not by {predictor.spec.name}."
        raise WrongModel(message)
    return found


@contextmanager
def _announced(
    catalogue: Catalogue, collection: str, checkpoint: Checkpoint, checkpoints: CheckpointStore | None
) -> Iterator[None]:
    """Have servers embed what they write during a build with its weights too, of which a copy is kept first."""
    if checkpoints is not None:
        checkpoints.keep(checkpoint)
    catalogue.begin_build(collection, checkpoint.digest)
    try:
        yield
    finally:
        catalogue.end_build(collection, checkpoint.digest)


def _keep_quiet(done: int, total: int | None, stage: str) -> None:
    """Tell nobody."""
