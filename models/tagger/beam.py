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
        said: int64 (n * beam, most), `NOTHING` where nothing was said yet.
        last: int64 (n * beam, 1), what was said last, or the start.
        log_probabilities: float (n, beam), minus infinity where there are fewer paths.
        shut: float (n * beam, labels + 1), minus infinity for what may not be said any more, else 0.
        chances: float (n * beam, labels), the highest logarithm so far of the probability that a label comes next.
        moments: int64 (n * beam, labels), after how many labels that was.
        state: what the network remembers.
    """

    said: Tensor
    last: Tensor
    log_probabilities: Tensor
    shut: Tensor
    chances: Tensor
    moments: Tensor
    state: State


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
    # Steps are many and small, so there are as few operations in each as can be.
    first = beam * torch.arange(n, device=features.device)[:, None]
    paths = _begin(network, n, limits, allowed)
    ended = _none_ended(paths)
    for step in range(limits.most):
        scores, state = network.step(looked, paths.last, paths.state)
        shut = paths.shut if step >= limits.least else _without_end(paths.shut)
        following = torch.log_softmax(scores[:, 0] + shut, dim=1)
        paths = _looked_ahead(paths, following[:, : network.end], step, state)
        total = paths.log_probabilities[:, :, None] + following.view(n, beam, -1)
        ended = _with_ended(ended, paths, total[:, :, network.end])
        paths = _extended(paths, total[:, :, : network.end], first, step)
        if bool((paths.log_probabilities[:, 0] <= ended.log_probabilities[:, -1]).all()):
            break
    else:
        # After so many labels a path ends for certain.
        ended = _with_ended(ended, paths, paths.log_probabilities)
    return replace(ended, chances=ended.chances.exp())


def _begin(network: LabelNet, n: int, limits: Limits, allowed: Tensor | None) -> _Open:
    weight, rows = network.embedding.weight, n * limits.beam
    log_probabilities = weight.new_full((n, limits.beam), -torch.inf)
    log_probabilities[:, 0] = 0
    shut = weight.new_zeros((rows, network.labels + 1))
    if allowed is not None:
        shut[:, : network.end].masked_fill_(~allowed, -torch.inf)
    said = torch.full((rows, limits.most), NOTHING, device=weight.device)
    last = torch.full((rows, 1), network.start, device=weight.device)
    chances = weight.new_full((rows, network.labels), -torch.inf)
    moments = torch.zeros_like(chances, dtype=torch.int64)
    return _Open(said, last, log_probabilities, shut, chances, moments, network.begin(rows))


def _none_ended(paths: _Open) -> Paths:
    """As many paths as are open, all of them impossible."""
    n, beam = paths.log_probabilities.shape
    parts = (part.view(n, beam, -1) for part in (paths.said, paths.chances, paths.moments))
    said, chances, moments = parts
    return Paths(said, torch.full_like(paths.log_probabilities, -torch.inf), chances, moments)


def _without_end(shut: Tensor) -> Tensor:
    """Shut the end too, as long as there is a label that may be said."""
    labels = shut[:, :-1]
    end = torch.where((labels == 0).any(dim=1, keepdim=True), -torch.inf, 0.0)
    return torch.cat([labels, end], dim=1)


def _looked_ahead(paths: _Open, following: Tensor, step: int, state: State) -> _Open:
    """Note how probable what may come next is, (n * beam, labels) logarithms, and what is remembered now."""
    moments = paths.moments.masked_fill(following > paths.chances, step)
    return replace(paths, chances=torch.maximum(paths.chances, following), moments=moments, state=state)


def _with_ended(ended: Paths, paths: _Open, log_probabilities: Tensor) -> Paths:
    """Keep the best of the paths that had ended and those that end now."""
    n, beam = ended.log_probabilities.shape
    best, order = torch.cat([ended.log_probabilities, log_probabilities], dim=1).topk(beam, dim=1)
    rows = (order + 2 * beam * torch.arange(n, device=order.device)[:, None]).flatten()

    def kept(before: Tensor, now: Tensor) -> Tensor:
        every = torch.cat([before, now.view(n, beam, -1)], dim=1)
        return every.flatten(0, 1).index_select(0, rows).view(n, beam, -1)

    return Paths(
        kept(ended.labels, paths.said), best, kept(ended.chances, paths.chances), kept(ended.moments, paths.moments)
    )


def _extended(paths: _Open, total: Tensor, first: Tensor, step: int) -> _Open:
    """Keep the best of all paths with one label more, (n, beam, labels); `first` is the row of each picture's first."""
    n, beam, labels = total.shape
    best, order = total.reshape(n, beam * labels).topk(beam, dim=1)
    parents = order.div(labels, rounding_mode="floor")
    label = (order - labels * parents).view(n * beam, 1)
    rows = (parents + first).view(n * beam)
    said, shut, chances, moments = (
        part.index_select(0, rows) for part in (paths.said, paths.shut, paths.chances, paths.moments)
    )
    said[:, step : step + 1] = label
    shut.scatter_(1, label, -torch.inf)
    hidden, cell = (part.index_select(1, rows) for part in paths.state)
    return _Open(said, label, best, shut, chances, moments, (hidden, cell))
