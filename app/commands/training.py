"""How a training run is shown: a bar where a person looks, a line per judgement elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from app.commands.terminal import stderr

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class TrainingLog:
    """Shows the stages of a training run on stderr."""

    def __init__(self) -> None:
        """Begin with no stage."""
        from rich.progress import Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._console = stderr()
        self._progress: Progress = Progress(
            *Progress.get_default_columns()[:3],
            TextColumn("{task.fields[loss]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        """Start to show."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave what was shown."""
        self._progress.stop()

    def report(self, stage: Any) -> None:  # noqa: ANN401 (each system has a type of its own)
        """Show where a stage is, and what was found when it was judged."""
        now = stage.progress
        loss = "" if now.loss is None else f"loss {now.loss:.4f}"
        if stage.name not in self._tasks:
            self._tasks[stage.name] = self._progress.add_task(stage.name, total=now.steps, loss=loss)
        self._progress.update(self._tasks[stage.name], completed=now.step, loss=loss)
        if now.figures:
            figures = ", ".join(f"{name} {value:.2f}" for name, value in now.figures.items())
            self._console.print(f"{stage.name}: step {now.step} of {now.steps}, {loss}, {figures}", soft_wrap=True)
