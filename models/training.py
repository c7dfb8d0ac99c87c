"""The training loop that every system shares: seeded, resumable, judged as it goes."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn

from models.devices import place

if TYPE_CHECKING:
    from pathlib import Path

    from models.devices import Device


WARM_UP = 0.05
"""Share of the steps in which learning rates rise."""


class Recipe(Protocol):
    """How one network is trained and judged; implementations are frozen dataclasses of hyper-parameters."""

    @property
    def steps(self) -> int:
        """Optimiser steps in all."""

    @property
    def evaluate_every(self) -> int:
        """Steps between judgements."""

    def build(self) -> nn.Module:
        """Make the network to start from; the same every time."""

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Parameters with their learning rates, for the optimiser.

        A group may state "warm_up", the share of the steps in which its rate rises; 5 % unless it does.
        """

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Draw the batch of a step, a function of the seed and the step alone, and return its mean loss."""

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Judge on held-out training data; the first figure is the one by which the best weights are kept."""


@dataclass(frozen=True)
class Progress:
    """One line of a training log: step of steps, mean loss since the last line, and held-out figures when judged.

    A stage that only reads has no loss.
    """

    step: int
    steps: int
    loss: float | None
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Stage:
    """Progress of one stage of a system's training, by the stage's name."""

    name: str
    progress: Progress


@dataclass(frozen=True)
class Trained:
    """The best weights by the recipe's first held-out figure.

    Attributes:
        network: on the CPU, float32, holding those weights.
        step: when they were judged.
        figures: what was found then.
        seconds: time spent, over all resumed runs.
    """

    network: nn.Module
    step: int
    figures: Mapping[str, float]
    seconds: float

    def card(self) -> dict[str, Any]:
        """Return what a checkpoint's card tells of it."""
        return {"best step": self.step, "held out": dict(self.figures), "seconds": round(self.seconds)}


def fit(
    recipe: Recipe,
    state: Path,
    device: Device,
    report: Callable[[Progress], None],
    save_seconds: float = 60.0,
    optimiser_of: Callable[[Iterable[dict[str, Any]]], torch.optim.Optimizer] = torch.optim.AdamW,
) -> Trained:
    """Train by a recipe from its start, or from where `state` says an earlier run was killed.

    Learning rates warm up over the first 5 % of the steps, or as their group states, and fall to zero along a cosine.
    Weights are averaged exponentially; the averaged ones are judged and kept.

    Args:
        recipe: what to train.
        state: a file for weights and optimiser, written at least every `save_seconds` seconds, deleted by no one.
        device: where to train.
        report: called about every ten steps and at every judgement.
        save_seconds: how much work a kill may cost.
        optimiser_of: makes the optimiser of the recipe's parameter groups.
    """
    network, average = recipe.build(), recipe.build()
    for module in (network, average):
        place(module, device)
    groups = recipe.parameter_groups(network)
    optimiser = optimiser_of(groups)
    rates = [group["lr"] for group in optimiser.param_groups]
    run = _Run()
    if state.exists():
        stored = torch.load(state, map_location=device.name, weights_only=True)
        network.load_state_dict(stored["network"])
        average.load_state_dict(stored["average"])
        optimiser.load_state_dict(stored["optimiser"])
        run = _Run(**stored["run"])
    started, saved, losses = time.monotonic() - run.seconds, time.monotonic(), list[float]()
    for step in range(run.step, recipe.steps):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * schedule(step, recipe.steps, group.get("warm_up", WARM_UP))
        network.train()
        loss = recipe.loss(network, step, device)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        _follow(average, network, step)
        losses.append(float(loss.detach()))
        run.step = step + 1
        figures: Mapping[str, float] = {}
        if run.step % recipe.evaluate_every == 0 or run.step == recipe.steps:
            average.eval()
            figures = recipe.evaluate(average, device)
            run.judge(figures, average)
        if figures or run.step % 10 == 0:
            report(Progress(run.step, recipe.steps, math.fsum(losses) / len(losses), figures))
            losses.clear()
        if time.monotonic() - saved > save_seconds or run.step == recipe.steps:
            run.seconds = time.monotonic() - started
            parts: dict[str, Any] = {"network": network, "average": average, "optimiser": optimiser}
            save_whole(state, {**{name: part.state_dict() for name, part in parts.items()}, "run": vars(run)})
            saved = time.monotonic()
    best = recipe.build()
    best.load_state_dict({name: tensor.cpu() for name, tensor in run.weights.items()})
    return Trained(best.eval(), run.best_step, run.figures, run.seconds)


def schedule(step: int, steps: int, warm_up: float = WARM_UP) -> float:
    """Share of the full learning rate at a step: linear over a share of the steps, then half a cosine down to zero."""
    warm = max(1, round(steps * warm_up)) if warm_up else 0
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


class _Run:
    """What a resumed run must know beside the tensors of the optimiser."""

    def __init__(
        self,
        step: int = 0,
        seconds: float = 0.0,
        best: float = -math.inf,
        best_step: int = 0,
        figures: Mapping[str, float] | None = None,
        weights: dict[str, Tensor] | None = None,
    ) -> None:
        self.step, self.seconds, self.best, self.best_step = step, seconds, best, best_step
        self.figures = dict(figures or {})
        self.weights = weights or {}

    def judge(self, figures: Mapping[str, float], network: nn.Module) -> None:
        leading = next(iter(figures.values()))
        if leading >= self.best:
            self.best, self.best_step, self.figures = leading, self.step, dict(figures)
            self.weights = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}


def _follow(average: nn.Module, network: nn.Module, step: int) -> None:
    """Move the average towards the network, faster in the beginning; counters and statistics are averaged too."""
    decay = min(0.99, (step + 1) / (step + 10))
    current = network.state_dict()
    with torch.no_grad():
        for name, tensor in average.state_dict().items():
            if tensor.is_floating_point():
                tensor.lerp_(current[name], 1 - decay)
            else:
                tensor.copy_(current[name])


def save_whole(path: Path, content: object) -> None:
    """Write what `torch.save` can, so that neither a kill nor a power cut leaves half of it under its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    with aside.open("wb") as stream:
        torch.save(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)


def half_precision(network: nn.Module) -> dict[str, Tensor]:
    """State of a network with every floating tensor in fp16; what fp16 cannot hold is clamped to its range."""
    limit = torch.finfo(torch.float16).max
    return {
        name: tensor.clamp(-limit, limit).half() if tensor.is_floating_point() else tensor
        for name, tensor in network.state_dict().items()
    }
