"""Long lists of inputs, computed some at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Inputs = TypeVar("Inputs", bound=Tensor | tuple[Any, ...])
Number = TypeVar("Number", bound=np.generic)


def in_batches(compute: Callable[[Inputs], NDArray[Number]], inputs: Inputs, size: int) -> NDArray[Number]:
    """Compute rows of at most `size` inputs at a time, and return them in the order of the inputs.

    Args:
        compute: some inputs -> a row of each, (inputs, ...).
        inputs: at least one: a tensor's rows, or a tuple.
        size: largest batch.
    """
    starts = range(0, len(inputs), size)
    return np.concatenate([compute(cast("Inputs", inputs[start : start + size])) for start in starts])
