"""The paper's own training of Sketch-a-Net: four stages, each of which runs alone and starts where another ended."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.checkpoints import CheckpointStore
from models.contracts import MissingCheckpoint
from models.sketch.class_canvases import KeptDrawings
from models.sketch.classification import hand_on
from models.sketch.edges import EdgeDetector
from models.sketch.network import SketchANetTrunk
from models.sketch.stage_recipes import RECIPES, Tools
from models.sketch.train import LICENCE
from models.training import Progress, Stage, fit, half_precision

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from models.checkpoints import Checkpoint
    from models.contracts import ModelSpec
    from models.devices import Device

NETWORK = "sketch-a-net"
STAGES = tuple(RECIPES)
NOTHING = "nothing"
_DIGITS = 12


@dataclass(frozen=True, eq=False)
class StagedTraining:
    """What all stages work with.

    Attributes:
        spec: the sketch system's description.
        store: of checkpoints that can be served: its edge detector draws photos; the last stage's result goes there.
        state: a folder: `results` holds what the other stages have learnt, `canvases` what was drawn for them, and a
            folder of a stage's name what its resumed runs need; delete that one to start a stage anew.
        device: where to train.
        report: called with progress.
    """

    spec: ModelSpec
    store: CheckpointStore
    state: Path
    device: Device
    report: Callable[[Stage], None]

    def run(self, stage: str, data: Path, start: str | None = None, steps: int | None = None) -> Checkpoint:
        """Run one stage and store what it has learnt.

        A killed run goes on where it was, if called again with the same folder and the same start.

        Args:
            stage: one of `STAGES`.
            data: a folder in the layout of the stage's data set.
            start: a stage that has run here, the digest of its result, a checkpoint of Sketch-a-Net, or `NOTHING`; None
                for the result of the nearest stage before this one, or nothing where none has run.
            steps: optimiser steps; None for the recipe's own.

        Returns:
            Of the last stage a checkpoint that can be served; of the others one that stages can start from.

        Raises:
            MissingData: the folder does not hold the stage's data.
            MissingCheckpoint: there are no such weights to start from, or the stage needs some; or there is no edge
                detector to draw photos with.
        """
        origin, weights = self._start(stage, start)
        title = f"{stage} from {NOTHING if origin is None else f'{origin.network} {origin.digest[:_DIGITS]}'}"

        def report(progress: Progress) -> None:
            self.report(Stage(title, progress))

        drawn_by, detector = self._detector()
        drawings = KeptDrawings(
            self.state / "canvases",
            detector,
            drawn_by.digest[:_DIGITS],
            lambda title, done, total: self.report(Stage(title, Progress(done, total, None, {}))),
        )
        run = self.state / stage / _key(data, origin)
        recipe = RECIPES[stage](data, weights, Tools(drawings, run / "features.pt", self.device), steps)
        trained = fit(recipe.recipe, run / "state.pt", self.device, report, optimiser_of=recipe.optimiser_of)
        card = {
            "preprocessing": self.spec.preprocessing,
            "stage": stage,
            "data": recipe.facts,
            "recipe": recipe.numbers,
            "start": None if origin is None else dict(origin.card),
            "edges": {"network": drawn_by.network, "digest": drawn_by.digest},
            "device": self.device.name,
            "best step": trained.step,
            "held out": dict(trained.figures),
            "seconds": round(trained.seconds),
        }
        if stage != STAGES[-1]:
            return self._results.save(self.spec.name, stage, trained.network.state_dict(), card)
        system = self.spec.networks[NETWORK]()
        system.edges.load_state_dict(detector.state_dict())
        system.embedding.load_state_dict(trained.network.state_dict())
        return self.store.save(self.spec.name, NETWORK, half_precision(system), {**card, "licence": LICENCE})

    @property
    def _results(self) -> CheckpointStore:
        """Where stages find each other's results: a stage's name stands where else that of a network does."""
        return CheckpointStore(self.state / "results")

    def _start(self, stage: str, reference: str | None) -> tuple[Checkpoint | None, Mapping[str, Tensor] | None]:
        """Find the weights to start from, by the names of their layers."""
        if reference == NOTHING:
            return None, None
        earlier = STAGES[STAGES.index(stage) - 1 :: -1] if stage != STAGES[0] else ()
        for wanted in earlier if reference is None else (reference,):
            for store in (self._results, self.store):
                try:
                    found = store.find(self.spec.name, wanted)
                except MissingCheckpoint:
                    continue
                weights = _layers(store.load(found))
                # Refused before the drawing, which may take hours.
                hand_on(weights, SketchANetTrunk())
                return found, weights
        if reference is None:
            return None, None
        known = ", ".join(found.network for found in self._results.all(self.spec.name) if found.network in STAGES)
        message = (
            f"There are no weights {reference} to start from; name a stage that has run here ({known or 'none has'}), "
            f"the digest of a checkpoint of {NETWORK}, or {NOTHING}."
        )
        raise MissingCheckpoint(message)

    def _detector(self) -> tuple[Checkpoint, EdgeDetector]:
        """Load the edge detector of the system's default checkpoint."""
        found = self.store.find(self.spec.name, None, self.spec.default_network)
        detector = EdgeDetector()
        prefix = "edges."
        tensors = self.store.load(found).items()
        detector.load_state_dict({name.removeprefix(prefix): part for name, part in tensors if name.startswith(prefix)})
        return found, detector.eval()


def _key(data: Path, origin: Checkpoint | None) -> str:
    """Name what a run learns from and starts from: a run with another of either is another run."""
    said = f"{data.resolve()}\n{NOTHING if origin is None else origin.digest}"
    return hashlib.sha256(said.encode()).hexdigest()[:_DIGITS]


def _layers(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights of a stage's result, or those of the embedding network of a checkpoint, in float32."""
    return {
        name.removeprefix("embedding."): tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }
