"""Two networks that learnt apart become one, whose vectors are no longer than theirs.

Two vectors one behind the other have the mean of both cosines as their cosine. They need not be 512 numbers long for
that: drawings and edge maps fill few of these directions. The 256 that hold most of training pictures keep nearly all
of their length, and so the cosines. These are the right singular vectors with the greatest singular values, about the
origin (Eckart and Young, The Approximation of One Matrix by Another of Lower Rank, 1936).
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.devices import place
from models.sketch.network import DIM, LitePair
from models.sketch.recipe import embed_canvases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from models.contracts import Vectors
    from models.devices import Device
    from models.sketch.gallery import Gallery

_DRAWINGS, _VIEWS = 3, 2
"""Of each item, as many are looked at: hundreds of variants of one thing would say little new."""


def pair(members: Sequence[nn.Module], galleries: Iterable[Gallery], device: Device) -> LitePair:
    """Put two networks side by side.

    Args:
        members: two `LiteEmbedding`s, on the CPU; they are left as they are.
        galleries: what they learnt from, by which the projection is chosen.
        device: where to embed that.

    Returns:
        The pair, in evaluation mode, on the CPU.
    """
    canvases = torch.cat([_some(gallery) for gallery in galleries])
    vectors = [embed_canvases(_placed(member, device), canvases, device) for member in members]
    found = LitePair()
    for member, learnt in zip(found.members, members, strict=True):
        member.load_state_dict(learnt.state_dict())
    with torch.no_grad():
        found.project.weight.copy_(torch.from_numpy(directions(np.concatenate(vectors, axis=1), DIM)))
    return found.eval()


def directions(vectors: Vectors, count: int) -> NDArray[np.float32]:
    """Find the directions in which vectors lie.

    Args:
        vectors: float32 (n, dim), of any n.
        count: how many directions, at most dim.

    Returns:
        float32 (count, dim), orthogonal rows of unit length, the one that most of the vectors' squared length lies in
        first. Where vectors fill fewer directions than that, the last ones are any.
    """
    exact = vectors.astype(np.float64)
    # Eigenvectors come in rising order of what lies in them.
    _, found = np.linalg.eigh(exact.T @ exact)
    rows: NDArray[np.float32] = np.ascontiguousarray(found[:, ::-1][:, :count].T).astype(np.float32)
    return rows


def _some(gallery: Gallery) -> Tensor:
    drawings = [canvas for item in gallery.drawings for canvas in item[:_DRAWINGS]]
    return torch.stack(drawings + [canvas for item in gallery.views for canvas in item[:_VIEWS]])


def _placed(member: nn.Module, device: Device) -> nn.Module:
    copy = deepcopy(member)
    place(copy, device)
    return copy.eval()
