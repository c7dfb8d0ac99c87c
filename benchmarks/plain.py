"""The peer: decode, prepare and predict in a plain loop, with nothing around it.

Run as a program of its own, so that it starts with the server's environment and its processor time is its own:
`python -m benchmarks.plain queries FOLDER --batches 1,8,32 --pictures 1000` prints a JSON object from batch size to
pictures per second of processor time, and for the bare network too.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

import torch
from torch import Tensor

from app.settings import Settings
from models.checkpoints import CheckpointStore
from models.contracts import TaggingSpec
from models.devices import choose_device
from models.images import decode
from models.predictor import Predictor, load_predictor
from models.registry import spec
from models.tagging import TaggingPredictor, load_tagger

Prepare = Callable[[bytes], Tensor]
Predict = Callable[[Tensor], object]


def sides(predictor: Predictor | TaggingPredictor) -> Mapping[str, tuple[Prepare, Predict]]:
    """How each side of the model goes from the bytes of a file to vectors; of a tagger, to what is seen."""
    if isinstance(predictor, TaggingPredictor):
        return {"items": (lambda content: predictor.prepare_item(decode(content))[None], predictor.look)}
    return {
        # All views of a query are embedded, as the service does.
        "queries": (
            lambda content: predictor.spec.query_views(predictor.prepare_query(decode(content))),
            predictor.predict_queries,
        ),
        "items": (lambda content: predictor.prepare_item(decode(content))[None], predictor.predict_items),
    }


def batches(contents: Sequence[bytes], batch: int, pictures: int) -> Iterator[list[bytes]]:
    """Files in turn, `batch` at a time, `pictures` in all or up to a batch more."""
    pile = cycle(contents)
    for _ in range(-(-pictures // batch)):
        yield list(islice(pile, batch))


def loop_rate(prepare: Prepare, predict: Predict, work: Sequence[list[bytes]]) -> float:
    """Pictures per second of processor time from bytes to vectors."""
    predict(torch.cat([prepare(content) for content in work[0]]))
    started = time.process_time()
    for contents in work:
        predict(torch.cat([prepare(content) for content in contents]))
    return sum(map(len, work)) / (time.process_time() - started)


def network_rate(prepare: Prepare, predict: Predict, work: Sequence[list[bytes]]) -> float:
    """Pictures per second of processor time of the network alone, on prepared pictures."""
    prepared = torch.cat([prepare(content) for content in work[0]])
    predict(prepared)
    started = time.process_time()
    for _ in work:
        predict(prepared)
    return sum(map(len, work)) / (time.process_time() - started)


def main() -> None:
    """Measure as the command line asks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=["queries", "items"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="sketch")
    parser.add_argument("--batches", default="1,8,32")
    parser.add_argument("--pictures", type=int, default=1000)
    options = parser.parse_args()
    settings = Settings()
    store = CheckpointStore(settings.paths.checkpoints)
    load = load_tagger if isinstance(spec(options.model), TaggingSpec) else load_predictor
    predictor = load(store, options.model, None, choose_device(settings.device))
    prepare, predict = sides(predictor)[options.side]
    contents = [path.read_bytes() for path in sorted(options.folder.iterdir())]
    rates = {}
    for batch in map(int, options.batches.split(",")):
        work = list(batches(contents, batch, options.pictures))
        rates[batch] = {"loop": loop_rate(prepare, predict, work), "network": network_rate(prepare, predict, work)}
    print(json.dumps(rates))


if __name__ == "__main__":
    main()
