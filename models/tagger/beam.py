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
    """Paths that have not ended: what they said, (n, beam, steps); how probable; what may still be said; the state.

    And of each label, (n, beam, labels), the highest probability so far with which it could come next, and when.
    """

    said: Tensor
    log_probabilities: Tensor
    allowed: Tensor
    state: State
    chances: Tensor
    moments: Tensor


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
    paths = _begin(network, n, beam, allowed)
    labels = features.new_full((n, beam, limits.most), NOTHING, dtype=torch.int64)
    ended = Paths(labels, features.new_full((n, beam), -torch.inf), paths.chances, paths.moments)
    for step in range(limits.most + 1):
        last = (
            paths.said[:, :, -1] if step else torch.full_like(paths.allowed[:, :, 0], network.start, dtype=torch.int64)
        )
        scores, state = network.step(looked, last.reshape(-1, 1), paths.state)
        following = _following(scores.reshape(n, beam, -1), paths.allowed, step, limits)
        total = paths.log_probabilities[:, :, None] + following
        paths = _looked_ahead(paths, following[:, :, : network.end].exp(), step, state)
        ended = _with_ended(ended, paths, total[:, :, network.end])
        if step == limits.most:
            break
        paths = _extended(paths, total[:, :, : network.end])
        if bool((paths.log_probabilities[:, 0] <= ended.log_probabilities[:, -1]).all()):
            break
    return ended


def _begin(network: LabelNet, n: int, beam: int, allowed: Tensor | None) -> _Open:
    weight = network.embedding.weight
    if allowed is None:
        allowed = torch.ones(network.labels, dtype=torch.bool, device=weight.device)
    log_probabilities = weight.new_full((n, beam), -torch.inf)
    log_probabilities[:, 0] = 0
    said = torch.empty((n, beam, 0), dtype=torch.int64, device=weight.device)
    none = weight.new_zeros((n, beam, network.labels))
    state = network.begin(n * beam)
    return _Open(said, log_probabilities, allowed.expand(n, beam, -1), state, none, none.long())


def _following(scores: Tensor, allowed: Tensor, step: int, limits: Limits) -> Tensor:
    """Log-probabilities of what comes next, (n, beam, labels + 1), among what may be said."""
    may_end = torch.full_like(allowed[:, :, :1], step >= limits.least) | ~allowed.any(dim=2, keepdim=True)
    may_go_on = allowed & (step < limits.most)
    shut = ~torch.cat([may_go_on, may_end], dim=2)
    return torch.log_softmax(scores.masked_fill(shut, -torch.inf), dim=2)


def _looked_ahead(paths: _Open, likely: Tensor, step: int, state: State) -> _Open:
    """Note what may come next, by its probabilities, (n, beam, labels), and what is remembered now."""
    moments = torch.where(likely > paths.chances, step, paths.moments)
    return replace(paths, chances=torch.maximum(paths.chances, likely), moments=moments, state=state)


def _with_ended(ended: Paths, paths: _Open, log_probabilities: Tensor) -> Paths:
    """Keep the best of the paths that had ended and those that end now."""
    beam, most = ended.labels.shape[1:]
    now = torch.nn.functional.pad(paths.said, (0, most - paths.said.shape[2]), value=NOTHING)
    best, order = torch.cat([ended.log_probabilities, log_probabilities], dim=1).topk(beam, dim=1)
    both = ((ended.labels, now), (ended.chances, paths.chances), (ended.moments, paths.moments))
    labels, chances, moments = (_taken(torch.cat(parts, dim=1), order) for parts in both)
    return Paths(labels, best, chances, moments)


def _extended(paths: _Open, total: Tensor) -> _Open:
    """Keep the best of all paths with one label more; (n, beam, labels) of them."""
    n, beam, labels = total.shape
    best, order = total.flatten(1).topk(beam, dim=1)
    parents, label = order // labels, order % labels
    said, allowed, chances, moments = (
        _taken(part, parents) for part in (paths.said, paths.allowed, paths.chances, paths.moments)
    )
    allowed = allowed & ~torch.nn.functional.one_hot(label, labels).bool()
    rows = (parents + beam * torch.arange(n, device=parents.device)[:, None]).flatten()
    hidden, cell = (part[:, rows] for part in paths.state)
    return _Open(torch.cat([said, label[:, :, None]], dim=2), best, allowed, (hidden, cell), chances, moments)


def _taken(part: Tensor, order: Tensor) -> Tensor:
    """Take some of the paths of each picture, (n, kept), from what is known of all of them, (n, paths, ...)."""
    return part.gather(1, order[:, :, None].expand(-1, -1, part.shape[2]))
