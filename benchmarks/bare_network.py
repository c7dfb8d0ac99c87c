"""A network as it serves, without the service: in evaluation mode, folded, on its device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from models.backbones.folding import fold_batch_norm
from models.devices import Device, place

if TYPE_CHECKING:
    from torch import Tensor, nn


def served(network: nn.Module, device: Device) -> nn.Module:
    """Make a network ready as a predictor does, in the device's format; of what weights it has its time is the same."""
    network.eval().requires_grad_(requires_grad=False)
    fold_batch_norm(network)
    place(network, device, device.dtype)
    return network


def embed(network: nn.Module, batch: Tensor) -> Tensor:
    """Embed prepared queries, uint8 (n, ...)."""
    with torch.inference_mode():
        vectors: Tensor = network.embed_queries(batch)  # type: ignore[operator]  # an EmbeddingNetwork
    return vectors
