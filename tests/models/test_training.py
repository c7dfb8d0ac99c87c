"""The training loop, judged by a plain-Python second implementation, a closed form, and by being killed."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from models.devices import Device
from models.training import Progress, Trained, fit, half_precision, schedule

CPU = Device("cpu", torch.float32, 1)
NEVER, ALWAYS = 1e9, -1.0


@dataclass(frozen=True)
class LinearRecipe:
    """Least squares: the best weights are known in closed form."""

    steps: int = 400
    evaluate_every: int = 50
    rate: float = 0.1

    def data(self) -> tuple[Tensor, Tensor]:
        """Points on a plane, with noise."""
        generator = torch.Generator().manual_seed(5)
        inputs = torch.randn(64, 3, generator=generator)
        noise = 0.1 * torch.randn(64, 1, generator=generator)
        return inputs, inputs @ torch.tensor([[1.0], [-2.0], [0.5]]) + noise

    def build(self) -> nn.Module:
        """Start from weights that are the same every time."""
        torch.manual_seed(0)
        return nn.Linear(3, 1, bias=False)

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Without decay, so that the minimum is the least squares'."""
        return [{"params": list(network.parameters()), "lr": self.rate, "weight_decay": 0.0}]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Mean squared error over everything."""
        inputs, outputs = self.data()
        loss: Tensor = (network(inputs) - outputs).square().mean()
        return loss

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Negative error."""
        with torch.inference_mode():
            return {"minus error": -float(self.loss(network, 0, device))}


@dataclass(frozen=True)
class NormedRecipe(LinearRecipe):
    """Batch statistics, batches drawn by step, two rates and decay: all that can go astray when a run is resumed."""

    steps: int = 24
    evaluate_every: int = 7

    def build(self) -> nn.Module:
        """Two layers with normalisation between."""
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Two groups."""
        first, *rest = network.children()
        others = [parameter for module in rest for parameter in module.parameters()]
        return [
            {"params": list(first.parameters()), "lr": 0.03, "weight_decay": 0.1},
            {"params": others, "lr": 0.01, "weight_decay": 0.0},
        ]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Mean squared error over a batch that the step alone decides."""
        inputs, outputs = self.data()
        chosen = torch.randint(64, (16,), generator=torch.Generator().manual_seed(step))
        loss: Tensor = (network(inputs[chosen]) - outputs[chosen]).square().mean()
        return loss


def test_it_learns_the_closed_form(tmp_path: Path) -> None:
    """The kept weights are those of the normal equations."""
    recipe = LinearRecipe()
    trained = fit(recipe, tmp_path / "state.pt", CPU, lambda _: None)
    inputs, outputs = recipe.data()
    expected = torch.linalg.lstsq(inputs, outputs).solution.T
    torch.testing.assert_close(trained.network.get_parameter("weight").detach(), expected, atol=1e-3, rtol=0)
    assert not trained.network.training
    assert trained.figures == recipe.evaluate(trained.network, CPU)


@dataclass(frozen=True)
class ScalarRecipe:
    """One weight, pulled towards 3 with a force that is clipped at first."""

    steps: int = 12
    evaluate_every: int = 1
    start: float = -4.0

    def build(self) -> nn.Module:
        """One weight."""
        network = nn.Linear(1, 1, bias=False)
        nn.init.constant_(network.weight, self.start)
        return network

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """With decay."""
        return [{"params": list(network.parameters()), "lr": 0.5, "weight_decay": 0.1}]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Squared distance to 3."""
        loss: Tensor = (network.get_parameter("weight") - 3).square().sum()
        return loss

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Show the averaged weight itself."""
        return {"weight": float(network.get_parameter("weight").detach())}


def test_every_step_is_the_one_of_the_books(tmp_path: Path) -> None:
    """AdamW with clipped gradients, the schedule and the running average, written out for one number, step by step."""
    recipe = ScalarRecipe()
    seen: list[Progress] = []
    fit(recipe, tmp_path / "state.pt", CPU, seen.append)
    weight = average = recipe.start
    mean = square = 0.0
    losses = []
    for step in range(recipe.steps):
        losses.append((weight - 3) ** 2)
        gradient = 2 * (weight - 3)
        gradient *= min(1.0, 5.0 / (abs(gradient) + 1e-6))
        rate = 0.5 * schedule(step, recipe.steps)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        corrected = mean / (1 - 0.9 ** (step + 1)), square / (1 - 0.999 ** (step + 1))
        weight -= rate * 0.1 * weight
        weight -= rate * corrected[0] / (math.sqrt(corrected[1]) + 1e-8)
        share = min(0.99, (step + 1) / (step + 10))
        average = share * average + (1 - share) * weight
        assert seen[step].figures["weight"] == pytest.approx(average, abs=1e-4)
        assert seen[step].loss == pytest.approx(losses[step], abs=1e-3)


class Killed(BaseException):
    """The end of a process in the middle of a run."""


def killed_after(step: int) -> Any:
    """Report until a step, then end."""

    def report(progress: Progress) -> None:
        if progress.step >= step:
            raise Killed

    return report


@dataclass(frozen=True)
class MomentumRecipe(ScalarRecipe):
    """The same weight with what stochastic gradient descent needs to know."""

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """With momentum."""
        return [{"params": list(network.parameters()), "lr": 0.05, "weight_decay": 0.1, "momentum": 0.9}]


def test_another_optimiser_takes_its_own_steps(tmp_path: Path) -> None:
    """Stochastic gradient descent with momentum and decay, written out for one number, also when it was killed."""
    recipe, state = MomentumRecipe(), tmp_path / "state.pt"
    seen: list[Progress] = []
    with pytest.raises(Killed):
        fit(recipe, state, CPU, killed_after(5), ALWAYS, optimiser_of=torch.optim.SGD)
    fit(recipe, state, CPU, seen.append, optimiser_of=torch.optim.SGD)
    weight = recipe.start
    velocity = 0.0
    losses = {}
    for step in range(recipe.steps):
        losses[step + 1] = (weight - 3) ** 2
        gradient = 2 * (weight - 3)
        gradient *= min(1.0, 5.0 / (abs(gradient) + 1e-6))
        velocity = 0.9 * velocity + gradient + 0.1 * weight
        weight -= 0.05 * schedule(step, recipe.steps) * velocity
    assert [progress.step for progress in seen] == list(range(5, 13))
    for progress in seen:
        assert progress.loss == pytest.approx(losses[progress.step], abs=1e-3)


def assert_same(one: Trained, other: Trained) -> None:
    """Equal to the last bit."""
    assert (one.step, one.figures) == (other.step, other.figures)
    ours, theirs = one.network.state_dict(), other.network.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("save_seconds", [ALWAYS, NEVER])
@pytest.mark.parametrize("kills", [(7,), (10, 10, 14, 20), (24,)])
def test_a_killed_run_ends_where_an_uninterrupted_one_ends(
    tmp_path: Path, save_seconds: float, kills: tuple[int, ...]
) -> None:
    """Killed and resumed at any step, its state written or not, its weights are equal to the last bit."""
    recipe = NormedRecipe()
    whole = fit(recipe, tmp_path / "whole.pt", CPU, lambda _: None)
    state = tmp_path / "parts" / "state.pt"
    for step in kills:
        with pytest.raises(Killed):
            fit(recipe, state, CPU, killed_after(step), save_seconds)
    assert_same(fit(recipe, state, CPU, lambda _: None), whole)


def test_a_resumed_run_does_not_repeat_what_was_saved(tmp_path: Path) -> None:
    """After a kill the first step taken is the one after the last saved."""
    recipe, state = NormedRecipe(), tmp_path / "state.pt"
    with pytest.raises(Killed):
        fit(recipe, state, CPU, killed_after(14), ALWAYS)
    steps: list[int] = []
    fit(recipe, state, CPU, lambda progress: steps.append(progress.step))
    # The kill came in step 14's report, before it was saved.
    assert steps == [14, 20, 21, 24]


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    """Called again with its state, a finished run hands out its result without a step."""
    recipe, state = NormedRecipe(), tmp_path / "state.pt"
    first = fit(recipe, state, CPU, lambda _: None)
    assert_same(fit(recipe, state, CPU, killed_after(0)), first)


def test_a_kill_while_saving_costs_one_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state half written when the process ends is not read: the one before it is."""
    recipe, state = NormedRecipe(), tmp_path / "state.pt"
    whole = fit(recipe, tmp_path / "whole.pt", CPU, lambda _: None)
    real, calls = torch.save, 0

    def save(content: object, target: Any) -> None:
        nonlocal calls
        calls += 1
        real(content, target)
        if calls == 5:
            written = target if isinstance(target, Path) else Path(target.name)
            written.write_bytes(written.read_bytes()[:100])
            raise Killed

    monkeypatch.setattr(torch, "save", save)
    with pytest.raises(Killed):
        fit(recipe, state, CPU, lambda _: None, ALWAYS)
    assert_same(fit(recipe, state, CPU, lambda _: None), whole)


class Planted:
    """What a state file must not be able to do: run code as it is read."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """Ask to be unpickled by a call."""
        return exec, ("raise SystemExit",)


def test_a_state_file_runs_no_code(tmp_path: Path) -> None:
    """A state is read as tensors and numbers alone."""
    state = tmp_path / "state.pt"
    torch.save({"network": Planted()}, state)
    with pytest.raises(pickle.UnpicklingError):
        fit(NormedRecipe(), state, CPU, lambda _: None)


@dataclass(frozen=True)
class JudgedRecipe(NormedRecipe):
    """Figures that are decided beforehand, and a memory of the weights that were judged."""

    verdicts: tuple[float, ...] = (1.0, 3.0, 2.0)
    seen: list[dict[str, Tensor]] = field(default_factory=list)
    evaluate_every: int = 8

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Hand out the next verdict; the second figure runs the other way and must not matter."""
        self.seen.append({name: tensor.clone() for name, tensor in network.state_dict().items()})
        verdict = self.verdicts[len(self.seen) - 1]
        return {"first": verdict, "second": -verdict}


@pytest.mark.parametrize(("verdicts", "best"), [((1.0, 3.0, 2.0), 1), ((3.0, 2.0, 1.0), 0), ((1.0, 2.0, 2.0), 2)])
def test_the_best_weights_are_kept(tmp_path: Path, verdicts: tuple[float, ...], best: int) -> None:
    """The weights returned are those judged best by the first figure, the later ones in a tie."""
    recipe = JudgedRecipe(verdicts=verdicts)
    trained = fit(recipe, tmp_path / "state.pt", CPU, lambda _: None)
    assert trained.step == 8 * (best + 1)
    assert trained.figures == {"first": verdicts[best], "second": -verdicts[best]}
    found = trained.network.state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in recipe.seen[best].items())


def test_reports_come_every_ten_steps_and_at_every_judgement(tmp_path: Path) -> None:
    """Steps count up, figures stand where the network was judged, and the last step is judged whatever it is."""
    seen: list[Progress] = []
    fit(NormedRecipe(), tmp_path / "state.pt", CPU, seen.append)
    assert [progress.step for progress in seen] == [7, 10, 14, 20, 21, 24]
    assert [progress.step for progress in seen if progress.figures] == [7, 14, 21, 24]
    assert all(progress.steps == 24 for progress in seen)
    assert all(progress.loss is not None and math.isfinite(progress.loss) for progress in seen)


@given(st.integers(1, 5000), st.sampled_from([0.0, 0.05, 0.2]))
@settings(deadline=None, max_examples=30)
def test_the_schedule_warms_up_and_dies_away(steps: int, share: float) -> None:
    """Up in equal strides over a share of the steps to the full rate once, then down along half a cosine towards 0."""
    shares = [schedule(step, steps, share) for step in range(steps)]
    warm = max(1, round(steps * share)) if share else 0
    for step in range(warm):
        assert shares[step] == pytest.approx((step + 1) / warm)
    rest = steps - warm
    for step in range(warm, steps):
        assert shares[step] == pytest.approx(math.cos(math.pi * (step - warm) / rest / 2) ** 2)
    assert max(shares) == 1
    assert shares[warm:] == sorted(shares[warm:], reverse=True)


@pytest.mark.parametrize(("share", "moved"), [(0.0, 0.5), (0.5, 0.5 / 6)])
def test_a_group_may_warm_up_in_a_time_of_its_own(tmp_path: Path, share: float, moved: float) -> None:
    """The first step of Adam is as long as the rate, which is whole without a warm-up and a sixth in one of six."""

    @dataclass(frozen=True)
    class Warmed(ScalarRecipe):
        def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
            return [{**super().parameter_groups(network)[0], "warm_up": share, "weight_decay": 0.0}]

    seen: list[Progress] = []
    fit(Warmed(), tmp_path / "state.pt", CPU, seen.append)
    # The running average goes nine tenths of the way with the first step.
    assert seen[0].figures["weight"] - ScalarRecipe().start == pytest.approx(0.9 * moved, rel=1e-3)


def test_a_card_tells_what_was_found_and_when() -> None:
    """The step, the figures by which it was chosen, and the time in whole seconds."""
    trained = Trained(nn.Identity(), 40, {"mAP": 61.5}, 12.6)
    assert trained.card() == {"best step": 40, "held out": {"mAP": 61.5}, "seconds": 13}


def test_half_precision_keeps_what_it_can() -> None:
    """Floating weights become fp16, what it cannot hold its greatest value, and counters stay whole numbers."""
    network = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    with torch.no_grad():
        network.get_parameter("0.bias").copy_(torch.tensor([1e6, -1e6, 1.0]))
    state = half_precision(network)
    assert state["0.bias"].tolist() == [65504.0, -65504.0, 1.0]
    assert {tensor.dtype for name, tensor in state.items() if "num_batches" not in name} == {torch.float16}
    assert {tensor.dtype for name, tensor in state.items() if "num_batches" in name} == {torch.int64}
    weight = network.get_parameter("0.weight").detach()
    torch.testing.assert_close(state["0.weight"].float(), weight, atol=1e-3, rtol=1e-3)
