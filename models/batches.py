"""Long lists of prepared pictures, computed some at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

Number = TypeVar("Number", bound=np.generic)


def in_batches(compute: Callable[[Tensor], NDArray[Number]], prepared: Tensor, size: int) -> NDArray[Number]:
    """Compute rows of at most `size` inputs at a time, and return them in the order of the inputs.

    Args:
        compute: inputs (n, ...) -> rows (n, ...).
        prepared: (inputs, ...), at least one.
        size: largest batch.
    """
    return np.concatenate([compute(part) for part in torch.split(prepared, size)])
