"""Reid on a GPU: the network alone, against what the card allows, and from files with decoding on the CPU."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING

import torch

from benchmarks.plain import sides
from benchmarks.roofline import Rate, Roof, measure_rate, measure_roof
from models.devices import cpu_count

if TYPE_CHECKING:
    from models.predictor import Predictor

BATCHES = (16, 64, 256)
ROUNDS = 8


@dataclass(frozen=True)
class OnDevice:
    """What was measured by the clock.

    Attributes:
        roof: what the device can do.
        rates: of the network alone, by batch.
        end_to_end: crops a second from the bytes of JPEG files to vectors in memory, at the largest batch.
        threads: that decode and prepare.
    """

    roof: Roof
    rates: tuple[Rate, ...]
    end_to_end: float
    threads: int


def measure(predictor: Predictor, contents: Sequence[bytes], batches: Sequence[int] = BATCHES) -> OnDevice:
    """Measure a predictor on its device.

    Args:
        predictor: of reid.
        contents: of JPEG files.
        batches: crops at once.
    """
    device, roof = predictor.device, measure_roof(predictor.device)
    rates = []
    for batch in batches:
        crops = torch.randint(0, 256, (batch, *predictor.spec.query_shape), dtype=torch.uint8, device=device.name)
        rates.append(measure_rate(predictor.network, crops, roof, device))
    threads = cpu_count()
    return OnDevice(roof, tuple(rates), end_to_end(predictor, contents, batches[-1], threads), threads)


def end_to_end(
    predictor: Predictor, contents: Sequence[bytes], batch: int, threads: int, rounds: int = ROUNDS
) -> float:
    """Crops a second from bytes to vectors: while one batch is predicted the next is decoded."""
    prepare, predict = sides(predictor)["queries"]
    pile = cycle(contents)
    with ThreadPoolExecutor(threads) as pool:

        def decoded() -> list[torch.Tensor]:
            return list(pool.map(prepare, islice(pile, batch)))

        predict(torch.cat(decoded()))
        with ThreadPoolExecutor(1) as ahead:
            started = time.perf_counter()
            coming = ahead.submit(decoded)
            for number in range(rounds):
                crops = torch.cat(coming.result())
                if number + 1 < rounds:
                    coming = ahead.submit(decoded)
                predict(crops)
            return rounds * batch / (time.perf_counter() - started)
