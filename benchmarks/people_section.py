"""The section on people: what is missing for a part of it is said in its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.settings import Settings
from benchmarks import people, people_report, person_device, person_networks, pictures, saturated, stock
from benchmarks.bare_network import served
from models.checkpoints import Checkpoint
from models.devices import choose_device
from models.predictor import Predictor
from models.registry import embedding_spec

if TYPE_CHECKING:
    from benchmarks.options import Options
    from models.contracts import EmbeddingNetwork
    from models.devices import Device

CROPS = 256
"""Different pictures that are sent."""
ITEMS = 20_000
"""Vectors at most in the collection: one is six times as long as a shoe's."""
NETWORK_ROUNDS = 25


def write(environment: Mapping[str, str], folder: Path, options: Options) -> list[str]:
    """Measure what can be measured, and write it down.

    Args:
        environment: of the server; its home is `folder / "home"`.
        folder: for pictures.
        options: how much is measured.
    """
    crops = folder / "crops"
    crops.mkdir()
    pictures.write_crops(crops, CROPS)
    settings = Settings(home=folder / "home", device=options.device)
    lines = [people_report.HEADING, ""]
    filled = stock.fill(settings, min(options.items, ITEMS), people.COLLECTION, people.MODEL)
    found = saturated.measure(environment, crops, options.requests, people.SEARCHES)
    lines += people_report.searches(found, filled.count)
    timed = person_networks.measure(environment, options.peer, NETWORK_ROUNDS)
    lines += people_report.networks(timed, with_peer=options.peer is not None)
    return lines + people_report.device(_on_device(choose_device(options.device), crops))


def _on_device(device: Device, crops: Path) -> person_device.OnDevice | None:
    """Measure the GPU, if there is one, with random weights, of which times do not depend."""
    if not device.is_cuda:
        return None
    description = embedding_spec(people.MODEL)
    name = description.default_network
    network = cast("EmbeddingNetwork", served(description.networks[name](), device))
    predictor = Predictor(description, Checkpoint(people.MODEL, name, "", Path(), {}), network, device)
    return person_device.measure(predictor, [path.read_bytes() for path in sorted(crops.iterdir())])
