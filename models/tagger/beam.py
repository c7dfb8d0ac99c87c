"""The most probable paths of labels, of many pictures at once.

Source: Wang et al. (2016), section 3.3. Two things are ours. No label is said twice: what was said is left out before
probabilities are formed, here as in training, so that those of all paths still add up to one. And several paths are
returned, with what could have come next along them: from that follows how probable each label is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from models.paths import NOTHING, Limits, Paths

if TYPE_CHECKING:
    from models.tagger.network import LabelNet, State


@dataclass(frozen=True, eq=False)
class _Open:
    """Paths that have not ended, `beam` of each picture behind one another.

    Attributes:
        trails: int64 (n * beam, 2, most), `NOTHING` where nothing was said yet: the labels that were said, and for each
            step the row in which the path lay when it looked ahead.
        last: int64 (n * beam, 1), what was said last, or the start.
        log_probabilities: float (n, beam), minus infinity where there are fewer paths.
        shut: float (n * beam, labels + 1), minus infinity for what may not be said any more, else 0.
        state: what the network remembers.
    """

    trails: Tensor
    last: Tensor
    log_probabilities: Tensor
    shut: Tensor
    state: State


@dataclass(frozen=True, eq=False)
class _Ended:
    """The best paths that have ended, of each picture the most probable first.

    Attributes:
        trails: int64 (n * beam, 2, most), as of those that have not ended.
        log_probabilities: float (n, beam), minus infinity where there are fewer paths.
    """

    trails: Tensor
    log_probabilities: Tensor


def search(network: LabelNet, features: Tensor, limits: Limits, allowed: Tensor | None = None) -> Paths:
    """Follow the most probable paths of each picture until none that is open can come among the best.

    Args:
        network: in evaluation mode.
        features: float (n, features), n at least 1.
        limits: how far.
        allowed: bool (labels,), what may be said; None for everything.
    """
    n, beam = len(features), limits.beam
    looked = network.look(features).repeat_interleave(beam, dim=0)
    # Steps are many and small, so there are as few operations in each as can be: what came next along the paths that
    # are found is looked up when all is over.
    first = beam * torch.arange(n, device=features.device)[:, None]
    lying = torch.arange(n * beam, device=features.device)
    paths = _begin(network, n, limits, allowed)
    ended = _Ended(paths.trails, torch.full_like(paths.log_probabilities, -torch.inf))
    ahead: list[Tensor] = []
    for step in range(limits.most):
        scores, state = network.step(looked, paths.last, paths.state)
        shut = paths.shut if step >= limits.least else _without_end(paths.shut)
        following = torch.log_softmax(scores[:, 0] + shut, dim=1)
        ahead.append(following)
        paths.trails[:, 1, step] = lying
        total = paths.log_probabilities[:, :, None] + following.view(n, beam, -1)
        ended = _with_ended(ended, paths.trails, total[:, :, network.end], first)
        paths = _extended(replace(paths, state=state), total[:, :, : network.end], first, step)
        if bool((paths.log_probabilities[:, 0] <= ended.log_probabilities[:, -1]).all()):
            break
    else:
        # After so many labels a path ends for certain.
        ended = _with_ended(ended, paths.trails, paths.log_probabilities, first)
    return _found(ended, torch.stack(ahead)[:, :, : network.end])


def _begin(network: LabelNet, n: int, limits: Limits, allowed: Tensor | None) -> _Open:
    weight, rows = network.embedding.weight, n * limits.beam
    log_probabilities = weight.new_full((n, limits.beam), -torch.inf)
    log_probabilities[:, 0] = 0
    shut = weight.new_zeros((rows, network.labels + 1))
    if allowed is not None:
        shut[:, : network.end].masked_fill_(~allowed, -torch.inf)
    trails = torch.full((rows, 2, limits.most), NOTHING, device=weight.device)
    last = torch.full((rows, 1), network.start, device=weight.device)
    return _Open(trails, last, log_probabilities, shut, network.begin(rows))


def _without_end(shut: Tensor) -> Tensor:
    """Shut the end too, as long as there is a label that may be said."""
    labels = shut[:, :-1]
    end = torch.where((labels == 0).any(dim=1, keepdim=True), -torch.inf, 0.0)
    return torch.cat([labels, end], dim=1)


def _with_ended(ended: _Ended, trails: Tensor, log_probabilities: Tensor, first: Tensor) -> _Ended:
    """Keep the best of the paths that had ended and those that end now, with probabilities (n, beam)."""
    n, beam = log_probabilities.shape
    best, order = torch.cat([ended.log_probabilities, log_probabilities], dim=1).topk(beam, dim=1)
    every = torch.cat([ended.trails.view(n, beam, -1), trails.view(n, beam, -1)], dim=1).flatten(0, 1)
    rows = (order + 2 * first).flatten()
    return _Ended(every.index_select(0, rows).view_as(trails), best)


def _extended(paths: _Open, total: Tensor, first: Tensor, step: int) -> _Open:
    """Keep the best of all paths with one label more, (n, beam, labels); `first` is the row of each picture's first."""
    n, beam, labels = total.shape
    best, order = total.reshape(n, beam * labels).topk(beam, dim=1)
    parents = order.div(labels, rounding_mode="floor")
    label = (order - labels * parents).view(n * beam, 1)
    rows = (parents + first).view(n * beam)
    trails, shut = (part.index_select(0, rows) for part in (paths.trails, paths.shut))
    trails[:, 0, step : step + 1] = label
    shut.scatter_(1, label, -torch.inf)
    hidden, cell = (part.index_select(1, rows) for part in paths.state)
    return _Open(trails, label, best, shut, (hidden, cell))


def _found(ended: _Ended, ahead: Tensor) -> Paths:
    """Look up along each path what could have come next.

    Args:
        ended: the paths.
        ahead: float (steps, n * beam, labels), logarithms of the probabilities of what comes next, of the paths that
            were open then.
    """
    n, beam = ended.log_probabilities.shape
    steps, rows, labels = ahead.shape
    said, lay = ended.trails.unbind(1)
    lay = lay[:, :steps]
    places = lay.clamp(min=0) + rows * torch.arange(steps, device=ahead.device)
    along = ahead.reshape(steps * rows, labels).index_select(0, places.flatten()).view(rows, steps, labels)
    best, moments = along.masked_fill_((lay == NOTHING)[:, :, None], -torch.inf).max(dim=1)
    return Paths(
        said.view(n, beam, -1),
        ended.log_probabilities,
        best.exp().view(n, beam, labels),
        moments.view(n, beam, labels),
    )
