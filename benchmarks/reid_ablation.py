"""What branches and each switch of reid's training bring, on people who are held out; prints Markdown.

    python -m benchmarks.reid_ablation --data DIR [--steps 600] [--size 128x64] [--seeds 1] [--record FILE]

DIR is what `likeness models train reid` learns from; its test part is not looked at. Compared are 1 to 4 branches,
branch i with i stripes; a whole network in place of each branch, trained apart, and as many equal ones; and the recipe
with one part switched off. All parts are on from the first step, the triplet loss too. Each network has so many steps
and no more, and is judged after its last. What is done is appended to FILE, a JSON object a line, and is not done
again; a killed run goes on where it was.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from benchmarks.markdown import table, typed
from benchmarks.records import Record, recorded, said, write_down
from benchmarks.reid_cost import Cost, measure
from benchmarks.reid_variants import BRANCHES, EQUAL_NETWORKS, NETWORKS, VARIANTS, WHOLE, WITHOUT, Variant
from models.checkpoints import CheckpointStore
from models.contracts import RetrievalError
from models.devices import choose_device, describe
from models.reid.datasets import find_parts, read
from models.reid.listings import is_query
from models.reid.network import Design
from models.reid.pretrained import loader
from models.reid.ranking import Seen, rank_across_cameras
from models.reid.recipe import ClassifiedNet, PersonRecipe, embed_crops
from models.reid.train import NUMBERS
from models.reid.trunks import LITE, RESNET
from models.training import fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.contracts import Vectors
    from models.devices import Device
    from models.reid.datasets import Crops

FIGURES = ("mAP", "rank-1")
BATCH = 8
"""Crops at once where networks are timed."""
SMALLEST = 32
"""Pixels; of smaller crops no two rows are left to make stripes of."""


def run(variant: Variant, base: PersonRecipe, state: Path, device: Device) -> Record:
    """Train the networks of a variant, or what is left of them to train, and judge them together.

    Args:
        variant: what to train.
        base: the whole recipe.
        state: a folder; a network that another variant has trained is taken from there.
        device: where to train.

    Returns:
        "variant", "seed", "seconds" of training, and "figures".
    """
    vectors, seconds = [], 0.0
    for member in variant.members:
        recipe = member.recipe(base)
        trained = fit(recipe, state / f"{base.seed} {member.name}.pt", device, said(f"{variant.name}, {member.name}"))
        embedding = cast("ClassifiedNet", trained.network.to(device.name)).embedding
        found = embed_crops(embedding, base.held_out, base.size, device)
        # Stripes count alike, wherever they come from.
        vectors.append(found * np.float32(sum(member.stripes)) ** 0.5)
        seconds += trained.seconds
    figures = {name: round(value, 2) for name, value in judged(np.concatenate(vectors, axis=1), base.held_out).items()}
    return {"variant": variant.name, "seed": base.seed, "seconds": round(seconds), "figures": figures}


def judged(vectors: Vectors, crops: Crops) -> Mapping[str, float]:
    """Judge vectors of any length, (n, dim), of crops: mAP and rank-1 in per cent."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    chosen = is_query(crops)
    seen = [Seen(crops.identities[some], crops.cameras[some]) for some in (chosen, ~chosen)]
    ranking = rank_across_cameras(unit[chosen] @ unit[~chosen].T, *seen)
    return {"mAP": ranking.mean_average_precision, "rank-1": ranking.rank(1)}


def run_all(
    chosen: Iterable[Variant], base: PersonRecipe, seeds: int, record: Path, state: Path, device: Device
) -> None:
    """Train what the record does not hold yet, and write each down when it is done."""
    schedule = schedule_of(base)
    done = {(found["variant"], found["seed"]) for found in recorded(record) if matches(found, schedule)}
    for variant in chosen:
        for seed in range(1, seeds + 1):
            if (variant.name, seed) not in done:
                found = run(variant, replace(base, seed=seed), state, device)
                write_down({**found, **schedule}, record)


def schedule_of(base: PersonRecipe) -> Record:
    """Return what all variants of one table have in common, as a record says it."""
    return {"trunk": base.design.trunk, "size": list(base.size), "steps": base.steps}


def matches(record: Record, schedule: Record) -> bool:
    """Tell whether a record was made by a schedule."""
    return schedule.items() <= {name: record[name] for name in schedule}.items()


def accuracy(records: Sequence[Record], name: str) -> list[str]:
    """Cells of a variant: seeds, and the means of its figures; empty where it is not recorded."""
    found = [one["figures"] for one in records if one["variant"] == name]
    means = [f"{sum(one[key] for one in found) / len(found):.1f}" if found else "" for key in FIGURES]
    return [str(len(found)), *means]


def structure_table(records: Sequence[Record], costs: Mapping[str, Cost]) -> str:
    """What branches and networks find, and what they cost; times as multiples of those of one branch."""
    one = costs[BRANCHES[0].name].seconds
    rows = [
        [
            name,
            *accuracy(records, name),
            f"{cost.parameters / 1e6:.1f}",
            f"{cost.multiply_adds / 1e9:.2f}",
            f"{1000 * cost.seconds:.1f}",
            f"{cost.seconds / one:.2f}",
        ]
        for name, cost in costs.items()
    ]
    costly = ["parameters, million", "multiply-adds, billion", "ms a crop", "of 1 branch's"]
    return table(["variant", "seeds", *FIGURES, *costly], rows)


def switch_table(records: Sequence[Record]) -> str:
    """What is found without each part of the recipe."""
    return table(
        ["variant", "seeds", *FIGURES], [[one.name, *accuracy(records, one.name)] for one in (WHOLE, *WITHOUT)]
    )


def height_and_width(text: str) -> tuple[int, int]:
    """Read a size such as 128x64.

    Raises:
        ValueError: it is none.
    """
    height, width = map(int, text.split("x"))
    if min(height, width) < SMALLEST:
        message = f"{text} is less than {SMALLEST} high or wide"
        raise ValueError(message)
    return height, width


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, write down and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reid_ablation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that `likeness models train reid` learns from")
    parser.add_argument("--steps", type=int, default=600, help="of each network")
    parser.add_argument("--size", type=height_and_width, default=(128, 64), help="height and width of crops, as 128x64")
    parser.add_argument("--trunk", choices=[LITE, RESNET], default=LITE, help="of all networks")
    parser.add_argument("--seeds", type=int, default=1, help="how often each variant is trained")
    parser.add_argument("--only", action="append", help="name of a variant; may be given several times")
    parser.add_argument("--record", type=Path, default=Path("reid-ablation.jsonl"), help="file to append to")
    parser.add_argument("--home", type=Path, default=Path("var"), help="LIKENESS_HOME; about 100 MB a network go there")
    parser.add_argument("--device", help="where networks are trained: cpu, cuda or cuda:N")
    parser.add_argument("--rounds", type=int, default=20, help="how often each network is timed")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.only or []) - set(VARIANTS)
    if unknown:
        parser.error(f"There is no variant {min(unknown)!r}; there are: {', '.join(VARIANTS)}.")
    device = choose_device(chosen.device)
    try:
        parts = find_parts(chosen.data)
        base = PersonRecipe(
            read(parts.trained),
            read(parts.held_out),
            loader(chosen.trunk, CheckpointStore(chosen.home / "checkpoints")),
            Design(chosen.trunk),
            size=chosen.size,
            by_picture=0.0,
            **{**NUMBERS.get(chosen.trunk, {}), "steps": chosen.steps, "evaluate_every": chosen.steps},
        )
        high, wide = chosen.size
        state = chosen.home / "ablation" / f"{chosen.trunk} {high}x{wide} {chosen.steps}"
        run_all([VARIANTS[name] for name in chosen.only or VARIANTS], base, chosen.seeds, chosen.record, state, device)
    except RetrievalError as error:
        parser.error(str(error))
    records = [found for found in recorded(chosen.record) if matches(found, schedule_of(base))]
    structures = (*BRANCHES, *NETWORKS, *EQUAL_NETWORKS)
    costs = measure(structures, chosen.trunk, chosen.size, BATCH, chosen.rounds)
    facts = [
        f"- {describe(device)}",
        f"- Times: of the processor, float32, one thread, batch {BATCH}, median of {chosen.rounds} rounds",
    ]
    print("\n" + "\n".join([typed("benchmarks.reid_ablation", arguments, chosen.data), "", *facts]))
    print(f"\n{structure_table(records, costs)}\n\n{switch_table(records)}")


if __name__ == "__main__":
    main()
