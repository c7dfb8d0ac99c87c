"""One network out of several that learnt the same from the same start."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn


def average(networks: Sequence[nn.Module]) -> nn.Module:
    """Average the weights of networks, which answers as well as asking all of them, at the price of one.

    Holds for networks that were fine-tuned from the same weights and differ in the batches that they met; from other
    starts their weights have nothing to do with each other. Source: Wortsman et al., Model soups (ICML 2022).

    Args:
        networks: at least one, all of one kind. They are left as they are.

    Returns:
        A network of that kind. Floating numbers, running statistics among them, are means; counters are the first's.
    """
    mean = deepcopy(networks[0])
    states = [network.state_dict() for network in networks]
    with torch.no_grad():
        for name, tensor in mean.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(torch.stack([state[name] for state in states]).mean(dim=0))
    return mean
