"""What loading has in common for models of every kind: weights into a network, in a device's number format."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from models.backbones.folding import fold_batch_norm
from models.contracts import CorruptCheckpoint
from models.devices import Device, place

if TYPE_CHECKING:
    from models.checkpoints import Checkpoint, CheckpointStore
    from models.contracts import ModelSpec

PARITY = 0.995
"""Cosine between what a network gives in the device's number format and in float32 below which float32 is used."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A network with its weights, in evaluation mode, on the device, its batch normalisations folded.

    Attributes:
        exact: in float32.
        fast: in the device's number format; None where that is float32.
    """

    exact: nn.Module
    fast: nn.Module | None


def load_network(
    description: ModelSpec, store: CheckpointStore, checkpoint: Checkpoint, device: Device, *arguments: object
) -> Loaded:
    """Load the weights of a checkpoint into a network that is built with `arguments`.

    Raises:
        MissingCheckpoint: the weights are gone.
        CorruptCheckpoint: the weight file is not what its card states, or does not fit the network.
    """
    tensors = {name: tensor.float() for name, tensor in store.load(checkpoint).items()}
    if not device.is_cuda:
        torch.set_num_threads(device.threads)
    network = _network(description, checkpoint, tensors, arguments)
    # Before the other is placed, which happens in place.
    twin = None if device.dtype is torch.float32 else copy.deepcopy(network)
    place(network, device, torch.float32)
    if twin is not None:
        place(twin, device, device.dtype)
    return Loaded(network, twin)


def moved(batch: Tensor, device: Device) -> Tensor:
    """Bring a batch to a device."""
    if device.is_cuda:
        return batch.pin_memory().to(device.name, non_blocking=True)
    return batch


def probe(shape: tuple[int, ...]) -> Tensor:
    """Dark rings on white: contours, like what the networks were trained on; uint8 (2, *shape)."""
    height, width = shape[-2:]
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    radius = torch.hypot(x, y)
    rings = torch.stack([(torch.cos(radius * waves) ** 8 < 1 / 2) for waves in (9.0, 14.0)]).to(torch.uint8) * 255
    return rings.view(2, *([1] * (len(shape) - 2)), height, width).expand(2, *shape).contiguous()


def _network(
    description: ModelSpec, checkpoint: Checkpoint, tensors: dict[str, Tensor], arguments: tuple[Any, ...]
) -> nn.Module:
    """Build a network that holds its weights, folded, in float32 on the CPU."""
    try:
        network: nn.Module = description.networks[checkpoint.network](*arguments)
        network.load_state_dict(tensors)
    except (KeyError, RuntimeError) as error:
        message = (
            f"The checkpoint {checkpoint.digest[:12]} is of another version of the network {checkpoint.network}; "
            f"train it anew with `likeness models train {checkpoint.model}`, or install the version that made it."
        )
        raise CorruptCheckpoint(message) from error
    network.eval().requires_grad_(requires_grad=False)
    fold_batch_norm(network)
    return network
