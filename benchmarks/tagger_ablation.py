"""What the tagger's parts bring, on pictures that are held out, and the comparison of the paper; prints Markdown.

    python -m benchmarks.tagger_ablation --data DIR [--steps 400] [--seeds 1] [--record FILE] [--test]

DIR is what `likeness models train tagger` learns from. All variants learn from the same features of the same pictures:
linear layers by the paper's three losses, the network without memory, and the whole, in three orders of labels, in the
paper's sizes, and without emphasis on labels of few pictures. With --test they are judged on the test part instead of
the held-out one. What is done is appended to FILE, a JSON object a line, and is not done again; a killed run goes on
where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from benchmarks.markdown import table, typed
from benchmarks.records import Record, recorded, said, write_down
from models.contracts import RetrievalError
from models.devices import choose_device, describe
from models.tagger.baselines import LinearRecipe, Objective
from models.tagger.evaluation import FIXED, RANKED
from models.tagger.eyes import LITE, LiteEye
from models.tagger.features import describe as features_of
from models.tagger.layouts import load
from models.tagger.measures import judge_met, mean_average_precision, said_of
from models.tagger.network import PAPER, LabelNet
from models.tagger.ordering import Order
from models.tagger.recipe import PathRecipe, Rule, surest
from models.training import Progress, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from models.devices import Device
    from models.tagger.described import Described

FIGURES = ("C-P", "C-R", "C-F1", "N+", "O-P", "O-R", "O-F1", "MAP@10")

RMSPROP_RATE, PAPERS_DECAY = 1.5e-4, 1e-4
"""The paper states no rate: of this one, a third and three times of it this one said held-out labels best."""

Trained = PathRecipe | LinearRecipe


def linear(objective: Objective, base: PathRecipe) -> LinearRecipe:
    """Learn what `base` learns, as often, by a linear layer."""
    return LinearRecipe(
        base.trained, base.held_out, objective, steps=base.steps, evaluate_every=base.evaluate_every, seed=base.seed
    )


def path(base: PathRecipe, **changes: object) -> PathRecipe:
    """Change the recipe."""
    return replace(base, **changes)  # type: ignore[arg-type]  # each change is named as a field is


VARIANTS: Mapping[str, Callable[[PathRecipe], Trained]] = {
    "softmax": partial(linear, Objective.SOFTMAX),
    "WARP": partial(linear, Objective.WARP),
    "binary cross-entropy": partial(linear, Objective.BINARY),
    "no RNN": lambda base: path(base, design=replace(base.design, recurrent=False)),
    "CNN-RNN": path,
    "CNN-RNN, frequent first": lambda base: path(base, order=Order.FREQUENT),
    "CNN-RNN, random order": lambda base: path(base, order=Order.RANDOM),
    "CNN-RNN, path loss alone": lambda base: path(base, alone=0.0),
    "CNN-RNN, no emphasis": lambda base: path(base, emphasis=0.0),
    "no RNN, no emphasis": lambda base: path(base, design=replace(base.design, recurrent=False), emphasis=0.0),
    "CNN-RNN, the paper's sizes": lambda base: path(base, design=PAPER),
    "CNN-RNN, as the paper": lambda base: path(
        base,
        design=PAPER,
        order=Order.FREQUENT,
        emphasis=0.0,
        alone=0.0,
        rule=Rule.RMSPROP,
        rate=RMSPROP_RATE,
        decay=PAPERS_DECAY,
    ),
}


def run(name: str, base: PathRecipe, judged: Described, state: Path, device: Device) -> Record:
    """Train a variant, or what is left of it, and judge it.

    Returns:
        "variant", "seed", "seconds" of training, and "figures".
    """
    recipe = VARIANTS[name](base)
    rule = recipe.optimiser_of if isinstance(recipe, PathRecipe) else torch.optim.AdamW
    trained = fit(recipe, state / f"{base.seed} {name}.pt", device, said(name), optimiser_of=rule)
    order = surest_labels(trained.network, judged)
    return {
        "variant": name,
        "seed": base.seed,
        "seconds": round(trained.seconds),
        "figures": {name: round(value, 2) for name, value in figures(order, judged.tags).items()},
    }


def surest_labels(network: torch.nn.Module, judged: Described) -> NDArray[np.int64]:
    """Say ten labels of each picture, the surest first; by beam search where there are paths."""
    features = judged.plain()
    if isinstance(network, LabelNet):
        return surest(network, features, RANKED)
    with torch.inference_mode():
        scores = network(features)
    return np.asarray(scores.topk(min(RANKED, scores.shape[1]), dim=1).indices.numpy())


def figures(order: NDArray[np.int64], tags: NDArray[np.bool_]) -> Mapping[str, float]:
    """Judge an order of labels, of which the first five are said.

    Args:
        order: int64 (n, k), labels, the surest first.
        tags: bool (n, labels), which are true.
    """
    found = judge_met(said_of(order[:, :FIXED], tags.shape[1]), tags)
    return {
        "C-P": found.class_precision,
        "C-R": found.class_recall,
        "C-F1": found.class_f1,
        "N+": found.recalled,
        "O-P": found.overall_precision,
        "O-R": found.overall_recall,
        "O-F1": found.overall_f1,
        "MAP@10": mean_average_precision(order, tags),
    }


def result_table(records: Sequence[Record]) -> str:
    """Means over the seeds of each variant that is recorded."""
    rows = []
    for name in VARIANTS:
        found = [one["figures"] for one in records if one["variant"] == name]
        if found:
            means = {key: sum(one[key] for one in found) / len(found) for key in FIGURES}
            cells = [f"{means[key]:.0f}" if key == "N+" else f"{means[key]:.1f}" for key in FIGURES]
            rows.append([name, str(len(found)), *cells])
    return table(["variant", "seeds", *FIGURES], rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, write down and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tagger_ablation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="what `likeness models train tagger` learns from")
    parser.add_argument("--steps", type=int, default=PathRecipe.steps, help="of each variant")
    parser.add_argument("--seeds", type=int, default=1, help="how often each variant is trained")
    parser.add_argument("--only", action="append", choices=list(VARIANTS), help="may be given several times")
    parser.add_argument("--test", action="store_true", help="judge on the test part")
    parser.add_argument("--record", type=Path, default=Path("tagger-ablation.jsonl"), help="file to append to")
    parser.add_argument("--home", type=Path, default=Path("var"), help="LIKENESS_HOME, where features are kept")
    parser.add_argument("--device", help="where networks are trained: cpu, cuda or cuda:N")
    chosen = parser.parse_args(arguments)
    device = choose_device(chosen.device)
    kept = chosen.home / "training" / "tagger" / f"{LITE} features"
    try:
        parts, eye = load(chosen.data), LiteEye().eval()
        eye.load_imagenet()
        trained, held_out, test = (
            features_of(part, eye, kept, device, _looked(name)) if part is not parts.test or chosen.test else None
            for name, part in (("trained", parts.trained), ("held out", parts.held_out), ("test", parts.test))
        )
    except RetrievalError as error:
        parser.error(str(error))
    base = PathRecipe(cast("Described", trained), cast("Described", held_out), steps=chosen.steps)
    base = replace(base, evaluate_every=chosen.steps)
    schedule = {"steps": chosen.steps, "judged on": "test" if chosen.test else "held out"}
    state = chosen.home / "ablation" / f"tagger {chosen.steps}"
    done = {(one["variant"], one["seed"]) for one in recorded(chosen.record) if schedule.items() <= one.items()}
    for seed in range(1, chosen.seeds + 1):
        for name in chosen.only or VARIANTS:
            if (name, seed) not in done:
                found = run(name, replace(base, seed=seed), test or base.held_out, state, device)
                write_down({**found, **schedule}, chosen.record)
    records = [one for one in recorded(chosen.record) if schedule.items() <= one.items()]
    print("\n" + "\n".join([typed("benchmarks.tagger_ablation", arguments, chosen.data), "", f"- {describe(device)}"]))
    print(f"\n{result_table(records)}")


def _looked(name: str) -> Callable[[Progress], None]:
    """Return what prints how far a part is looked at."""

    def report(progress: Progress) -> None:
        print(f"\r{name}: {progress.step} of {progress.steps} pictures  ", end="", flush=True)

    return report


if __name__ == "__main__":
    main()
