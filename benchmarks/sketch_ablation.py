"""What each part of the sketch system's training brings: all of it, and all of it but one part; prints Markdown.

    python -m benchmarks.sketch_ablation --data DIR [--steps 200] [--seeds 1] [--record FILE]

DIR is what `likeness models train sketch` learns from, with both second sets. Edges are drawn by the shipped weights.
Each stage has so many steps and no more, and is judged once, after its last, on what is held out of the train parts; a
test part is opened only to drop what it holds. What is done is appended to FILE, a JSON object a line, and is not done
again; a killed run goes on where it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.ablation_variants import Variant, variants
from benchmarks.markdown import table, typed
from benchmarks.records import Record, recorded, said, write_down
from models.checkpoints import CheckpointStore
from models.contracts import RetrievalError
from models.devices import choose_device, describe
from models.predictor import load_predictor
from models.sketch.recipe import EmbeddingRecipe
from models.training import fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.devices import Device


def run(variant: Variant, steps: int, seed: int, state: Path, device: Device) -> Record:
    """Train a variant, or what is left of it to train; returns its "seconds" and "figures" beside what it was.

    Args:
        variant: what to train.
        steps: of each stage.
        seed: of weights and batches.
        state: a folder; a pretraining that another variant has done is taken from there.
        device: where to train.
    """
    numbers: dict[str, Any] = {"steps": steps, "evaluate_every": steps, "seed": seed}
    start, seconds = None, 0.0
    if variant.pretraining:
        names = "+".join(source.name for source in variant.pretraining)
        before = EmbeddingRecipe(variant.pretraining, variant.held_out, trunk_rate=5e-4, **numbers)
        done = fit(before, state / f"{steps}-{seed}-before-{names}.pt", device, said(f"{variant.name}, before"))
        start, seconds = done.network.state_dict(), done.seconds
    recipe = variant.vary(EmbeddingRecipe(variant.embedding, variant.held_out, start=start, **numbers))
    trained = fit(recipe, state / f"{steps}-{seed}-{variant.name}.pt", device, said(variant.name))
    figures = {name: round(value, 4) for name, value in trained.figures.items()}
    return {
        "variant": variant.name,
        "seed": seed,
        "steps": steps,
        "seconds": round(seconds + trained.seconds),
        "figures": figures,
    }


def run_all(chosen: Iterable[Variant], steps: int, seeds: int, record: Path, state: Path, device: Device) -> None:
    """Train what the record does not hold yet, and write each down when it is done."""
    done = {(found["variant"], found["seed"], found["steps"]) for found in recorded(record)}
    for variant in chosen:
        for seed in range(1, seeds + 1):
            if (variant.name, seed, steps) not in done:
                write_down(run(variant, steps, seed, state, device), record)


def summary(records: Sequence[Record], steps: int, names: Sequence[str]) -> str:
    """Return the table: mean reciprocal rank and acc@1 of each kind of held-out things, means over the seeds."""
    kept = {
        name: [found for found in records if found["variant"] == name and found["steps"] == steps] for name in names
    }
    kept = {name: found for name, found in kept.items() if found}
    keys = list(dict.fromkeys(key for found in kept.values() for key in found[0]["figures"]))
    rows = [
        [name, str(len(found)), *(mean([one["figures"] for one in found], key) for key in keys)]
        for name, found in kept.items()
    ]
    return table(["variant", "seeds", *keys], rows)


def mean(figures: Sequence[Mapping[str, float]], key: str) -> str:
    """Write the mean of a figure, a reciprocal rank or per cent; nothing where it was not judged."""
    values = [found[key] for found in figures if key in found]
    return f"{sum(values) / len(values):.{3 if key.endswith('MRR') else 1}f}" if values else ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, write down and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sketch_ablation", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that `likeness models train sketch` learns from"
    )
    parser.add_argument("--steps", type=int, default=200, help="of each stage")
    parser.add_argument("--seeds", type=int, default=1, help="how often each variant is trained")
    parser.add_argument("--only", action="append", help="name of a variant; may be given several times")
    parser.add_argument("--record", type=Path, default=Path("ablation.jsonl"), help="file to append to")
    parser.add_argument("--home", type=Path, default=Path("var"), help="LIKENESS_HOME; states are kept there")
    parser.add_argument("--device", help="cpu, cuda or cuda:N")
    chosen = parser.parse_args(arguments)
    device, state = choose_device(chosen.device), chosen.home / "ablation"
    try:
        predictor = load_predictor(CheckpointStore(chosen.home / "checkpoints"), "sketch", None, device)
        offered = variants(chosen.data, predictor, state)
    except RetrievalError as error:
        parser.error(str(error))
    names = list(offered)
    unknown = set(chosen.only or []) - set(names)
    if unknown:
        parser.error(f"There is no variant {min(unknown)!r}; there are: {', '.join(names)}.")
    wanted = [offered[name] for name in chosen.only or names]
    run_all(wanted, chosen.steps, chosen.seeds, chosen.record, state, device)
    command = typed("benchmarks.sketch_ablation", arguments, chosen.data)
    print(f"\n{command}\n\n- {describe(device)}\n\n{summary(recorded(chosen.record), chosen.steps, names)}")


if __name__ == "__main__":
    main()
