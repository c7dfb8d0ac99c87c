"""How a build is shown while it runs, and what is told of it afterwards."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.commands.terminal import facts, note, stderr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.progress import TaskID
    from rich.table import Table

    from indexer.catalogue import Reject
    from indexer.pipeline import BuildReport

SHOWN_REJECTS = 5


class BuildProgress:
    """A bar on stderr for each stage of a build, if a person is looking."""

    def __init__(self) -> None:
        """Begin with no stage."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as TimeRemaining

        console = stderr()
        self._progress = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemaining(),
            console=console,
            disable=not console.is_terminal,
        )
        self._stage: str | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Start to show."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave what was shown."""
        self._finish()
        self._progress.stop()

    def __call__(self, done: int, total: int | None, stage: str) -> None:
        """Show where a stage is; another stage ends the one before."""
        if stage != self._stage or self._task is None:
            self._finish()
            self._stage, self._task = stage, self._progress.add_task(stage, total=total)
        self._progress.update(self._task, completed=done, total=total)

    def _finish(self) -> None:
        if self._task is not None:
            completed = self._progress.tasks[self._task].completed
            # A stage of unknown length is as long as it was.
            self._progress.update(self._task, total=max(completed, 1), completed=max(completed, 1))


def summary(report: BuildReport) -> Table:
    """Tell what a build did."""
    return facts(
        {
            "collection": report.collection,
            "generation": f"{report.generation}, {report.count:,} vectors, checkpoint {report.digest[:12]}",
            "index": f"{report.factory}: {report.reason}",
            "recall@10": f"{report.recall:.3f}",
            "embedded": report.embedded,
            "unchanged": report.skipped,
            "metadata only": report.rewritten,
            "rejected": report.rejected,
            "read": f"{report.read_s:.1f} s",
            "embed": f"{report.embed_s:.1f} s",
            "write": f"{report.write_s:.1f} s",
            "indexing": f"{report.index_s:.1f} s",
        }
    )


def tell_rejects(rejects: Sequence[Reject]) -> None:
    """Name the first of the pictures that could not be indexed."""
    for reject in rejects[:SHOWN_REJECTS]:
        note(f"Rejected {reject.key}: {reject.reason}")
    if len(rejects) > SHOWN_REJECTS:
        note(f"Rejected {len(rejects) - SHOWN_REJECTS} more; `likeness index status` lists them all.")
