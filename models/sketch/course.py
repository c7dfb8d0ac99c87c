"""How one embedding network learns: from things that nobody drew, where there are any, then from drawings by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from models.sketch.recipe import PHOTOGRAPHED, EmbeddingRecipe, Source
from models.training import Progress, Stage, Trained, fit

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from models.devices import Device
    from models.sketch.materials import Materials

# What differs from the recipe's own numbers, by stage and network. Without a pretrained trunk steps are smaller.
_NUMBERS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("pretraining", "efficientnet-lite0"): {"steps": 1200, "trunk_rate": 5e-4, "evaluate_every": 100},
    ("pretraining", "sketch-a-net"): {"batch": 48, "rate": 3e-4, "evaluate_every": 100},
    ("embedding", "sketch-a-net"): {"steps": 600, "batch": 48, "rate": 3e-4},
}


@dataclass(frozen=True, eq=False)
class Learnt:
    """What a stage has learnt.

    Attributes:
        name: of the stage.
        recipe: by which.
        trained: the network and how it was judged.
    """

    name: str
    recipe: EmbeddingRecipe
    trained: Trained

    def card(self) -> dict[str, Any]:
        """Return what a checkpoint's card tells of it."""
        return {**self.trained.card(), "recipe": _numbers(self.recipe)}


@dataclass(frozen=True, eq=False)
class Course:
    """The stages of one network, each of which goes on where it was killed.

    Attributes:
        materials: what is learnt from.
        network: which embedding network.
        state: a folder for what a resumed run needs.
        device: where to train.
        report: called with progress.
        numbers: of the recipes, instead of their own.
    """

    materials: Materials
    network: str
    state: Path
    device: Device
    report: Callable[[Stage], None]
    numbers: Mapping[str, Any]

    def learn(self, member: int | None = None) -> list[Learnt]:
        """Run the stages, the last of which has what is wanted.

        Args:
            member: number of a network that is to stand beside others, from 1 on: it meets other batches than they
                from the first step on, for the less networks have in common the more they see together. None for one
                alone.
        """
        before = [self._stage("pretraining", member, self.materials.pretraining)] if self.materials.pretraining else []
        start = before[0].trained.network.state_dict() if before else None
        return [*before, self._stage("embedding", member, self.materials.embedding, start)]

    def _stage(
        self, name: str, member: int | None, sources: tuple[Source, ...], start: Mapping[str, Tensor] | None = None
    ) -> Learnt:
        called = name if member is None else f"{name} {member}"
        numbers = {**_NUMBERS.get((name, self.network), {}), **self.numbers}
        recipe = EmbeddingRecipe(sources, self.materials.held_out, self.network, start, **numbers)
        recipe = replace(recipe, seed=recipe.seed + (member or 1) - 1)

        def tell(progress: Progress) -> None:
            self.report(Stage(called, progress))

        return Learnt(called, recipe, fit(recipe, self.state / f"{self.network}-{called}.pt", self.device, tell))


def _numbers(recipe: EmbeddingRecipe) -> Mapping[str, Any]:
    names = ("steps", "batch", "rate", "trunk_rate", "temperature", "people_weight", "people_temperature", "seed")
    sources = {source.name: {"share": source.share, "drawing": asdict(source.drawing)} for source in recipe.sources}
    return {**{name: getattr(recipe, name) for name in names}, "sources": sources, "item": asdict(PHOTOGRAPHED)}
