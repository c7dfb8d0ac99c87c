"""What is timed is what is served."""

from __future__ import annotations

import torch
from torch import nn

from benchmarks.bare_network import embed, served
from models.devices import Device
from models.sketch.network import SketchANet, SketchRetrieval

CPU = Device("cpu", torch.float32, 1)


def test_what_is_timed_is_what_is_served() -> None:
    """Making a network ready changes none of its answers."""
    torch.manual_seed(0)
    network = SketchRetrieval(SketchANet()).eval()
    batch = torch.randint(0, 256, (2, 1, 256, 256), dtype=torch.uint8)
    with torch.inference_mode():
        before = network.embed_queries(batch)
    torch.testing.assert_close(embed(served(network, CPU), batch), before)


def test_it_computes_in_the_devices_format() -> None:
    """Where the device has a coarser one, the weights have it too."""
    network = served(nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)), Device("cpu", torch.bfloat16, 1))
    assert {parameter.dtype for parameter in network.parameters()} == {torch.bfloat16}
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
