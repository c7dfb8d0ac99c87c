"""Why a label is probable: where in the picture it is seen, and which label before it makes it follow.

Source: Grad-CAM (Selvaraju et al., ICCV 2017), of log P(l_t | I, l_<t) on the map whose mean is the picture's feature.
Between that map and the scores lie one projection and one ReLU, so the gradient is had in closed form, in the joint
space: with d = U_l - sum_k P(k) U_k, kept where the joint vector is above 0, it is g = U_I^T d for each place, and the
heat of a place is max(., 0) of g . I(y, x), I(y, x) being what the map holds there. Labels are fewer than places, so d
is brought to the features rather than every place into the joint space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from models.paths import NOTHING, Reasons

if TYPE_CHECKING:
    from models.paths import Looked
    from models.tagger.network import LabelNet


def explain(network: LabelNet, seen: Looked, pictures: Tensor, paths: Tensor, named: Tensor) -> Reasons:
    """Explain the last label of each path.

    Args:
        network: in evaluation mode.
        seen: of n pictures.
        pictures: int64 (m,), of which picture each path is.
        paths: int64 (m, steps), of at least one label each, `NOTHING` after the last one.
        named: bool (n, labels), which labels may be named as givers of others on each picture.
    """
    said, last = paths.clamp(min=0), (paths != NOTHING).sum(dim=1) - 1
    label = said.gather(1, last[:, None])[:, 0]
    open_ = _open_before(paths, last, network.end + 1)
    looked = network.look(seen.features)[pictures]
    begun = torch.cat([torch.full_like(said[:, :1], network.start), said[:, :-1]], dim=1)
    along, _ = network.meet(looked, begun, network.begin(len(paths)))
    joint = along[torch.arange(len(paths), device=paths.device), last]
    among = torch.log_softmax(network.score(joint).masked_fill(~open_, -torch.inf), dim=1)
    # What is said first is said by the picture alone.
    alone = _log_shares(network.score(along[:, 0]), open_, label)
    may_give = (torch.arange(said.shape[1], device=said.device) < last[:, None]) & named[pictures].gather(1, said)
    given, givers = _best_giver(_after_each(network, looked, said), open_, label, alone, said, may_give)
    return Reasons(
        heat=_heat(network, seen.maps, joint, among.exp(), label, pictures),
        gained=among.gather(1, label[:, None])[:, 0] - alone,
        givers=torch.where(given > 0, givers, NOTHING),
        given=given.clamp(min=0),
    )


def _open_before(paths: Tensor, last: Tensor, ways: int) -> Tensor:
    """Tell what could be said in place of the last label, bool (m, ways): all but the labels before it."""
    before = torch.arange(paths.shape[1], device=paths.device) < last[:, None]
    said = functional.one_hot(paths.clamp(min=0), ways) * before[:, :, None]
    return said.sum(dim=1) == 0


def _log_shares(scores: Tensor, open_: Tensor, label: Tensor) -> Tensor:
    """Logarithm of the share of a label, (m,), among what is open, by scores (m, ways)."""
    among = torch.log_softmax(scores.masked_fill(~open_, -torch.inf), dim=1)
    return among.gather(1, label[:, None])[:, 0]


def _heat(network: LabelNet, maps: Tensor, joint: Tensor, shares: Tensor, label: Tensor, pictures: Tensor) -> Tensor:
    """Grad-CAM in closed form: float (m, y, x)."""
    vectors = network.embedding.weight[: network.end + 1]
    gradient = (vectors[label] - shares @ vectors) * (joint > 0)
    by_feature = gradient @ (network.project_picture.weight / network.standardised.deviation)
    # With the map of every picture at once, though each label is of one: that is one product instead of many copies.
    heat = torch.einsum("mf,nfyx->mnyx", by_feature, maps)
    return torch.relu(heat[torch.arange(len(pictures), device=pictures.device), pictures])


def _after_each(network: LabelNet, looked: Tensor, said: Tensor) -> Tensor:
    """Score what follows each label if it is the only one before: float (m, steps, ways)."""
    m, steps = said.shape
    _, begun = network.meet(looked[:1], torch.full_like(said[:1, :1], network.start), network.begin(1))
    state = begun[0].expand(-1, m * steps, -1), begun[1].expand(-1, m * steps, -1)
    joint, _ = network.meet(looked.repeat_interleave(steps, dim=0), said.reshape(-1, 1), state)
    return network.score(joint[:, 0]).reshape(m, steps, -1)


def _best_giver(
    after_one: Tensor, open_: Tensor, label: Tensor, alone: Tensor, said: Tensor, may_give: Tensor
) -> tuple[Tensor, Tensor]:
    """Find what the best of `may_give`, bool (m, steps), gives, and which it is: (m,) each; 0 if none gives."""
    m, steps, ways = after_one.shape
    by_each = _log_shares(
        after_one.flatten(0, 1),
        open_[:, None].expand(m, steps, ways).flatten(0, 1),
        label[:, None].expand(m, steps).flatten(),
    )
    gains = by_each.reshape(m, steps) - alone[:, None]
    given, which = gains.masked_fill(~may_give, 0).max(dim=1)
    return given, said.gather(1, which[:, None])[:, 0]
