"""What a system is asked to learn: from what, into which weights, where and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.training import Progress, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from models.checkpoints import CheckpointStore
    from models.contracts import ModelSpec
    from models.devices import Device

JUDGEMENTS = 10
"""How often a training of a stated length is judged."""


@dataclass(frozen=True, eq=False)
class TrainingRequest:
    """One training of a system; a killed one goes on where it was, if asked for again with the same `state`.

    Attributes:
        spec: the system's description.
        data: a folder or a file of what is learnt from, in a layout that the system reads.
        store: where the checkpoint goes, and where weights are that the system starts from.
        state: a folder for what a resumed run needs; delete it to start anew.
        device: where to train.
        report: called with progress.
        network: which of the system's networks; None for the default.
        steps: optimiser steps of each stage; None for each recipe's own.
    """

    spec: ModelSpec
    data: Path
    store: CheckpointStore
    state: Path
    device: Device
    report: Callable[[Stage], None]
    network: str | None = None
    steps: int | None = None

    @property
    def chosen(self) -> str:
        """The network that is to be trained."""
        return self.network or self.spec.default_network

    def length(self, judgements: int = JUDGEMENTS) -> dict[str, Any]:
        """Return the numbers of a recipe that follow from the stated steps: none where none are stated."""
        if self.steps is None:
            return {}
        return {"steps": self.steps, "evaluate_every": max(1, self.steps // judgements)}

    def telling(self, stage: str) -> Callable[[Progress], None]:
        """Return what tells the progress of a stage."""
        return lambda progress: self.report(Stage(stage, progress))
