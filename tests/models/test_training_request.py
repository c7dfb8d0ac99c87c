"""What is asked of every system's training, and what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from models.checkpoints import CheckpointStore
from models.devices import Device
from models.reid import SPEC
from models.training import Progress, Stage
from models.training_request import TrainingRequest

if TYPE_CHECKING:
    from collections.abc import Callable


def asked(report: Callable[[Stage], None] = lambda _: None, **options: Any) -> TrainingRequest:
    """Ask a system to train."""
    store, device = CheckpointStore(Path("checkpoints")), Device("cpu", torch.float32, 1)
    return TrainingRequest(SPEC, Path("data"), store, Path("state"), device, report, **options)


def test_the_default_network_is_trained_unless_another_is_named() -> None:
    """A named network is the one; none named is the system's default."""
    assert asked().chosen == SPEC.default_network
    assert asked(network="another").chosen == "another"


def test_recipes_keep_their_own_length_unless_one_is_stated() -> None:
    """Nothing is changed without steps, so that a recipe's own numbers hold."""
    assert asked().length() == {}


@pytest.mark.parametrize("steps", [1, 3, 10, 25, 400])
@pytest.mark.parametrize("judgements", [1, 10])
def test_a_stated_length_is_judged_about_so_often(steps: int, judgements: int) -> None:
    """At least as many judgements are made as asked for, where there are as many steps, and fewer than twice that."""
    length = asked(steps=steps).length(judgements)
    assert length["steps"] == steps
    assert length["evaluate_every"] >= 1
    made = steps // length["evaluate_every"]
    assert min(steps, judgements) <= made < 2 * judgements


def test_progress_is_told_under_the_name_of_its_stage() -> None:
    """Two stages that run in turn are told apart by who listens."""
    heard: list[Stage] = []
    request = asked(heard.append)
    first, second = (Progress(step, 2, None, {}) for step in (1, 2))
    request.telling("icons")(first)
    request.telling("embedding")(second)
    assert heard == [Stage("icons", first), Stage("embedding", second)]
