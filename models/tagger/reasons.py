"""Why a label is probable: where in the picture it is seen, and which label before it makes it follow.

Source: Grad-CAM (Selvaraju et al., ICCV 2017), of log P(l_t | I, l_<t) on the map whose mean is the picture's feature.
Between that map and the scores lie one projection and one ReLU, so the gradient is had in closed form, in the joint
space: with d = U_l - sum_k P(k) U_k, kept where the joint vector is above 0, it is U_I^T d for each place, and the heat
of a place is max(., 0) of d . U_I I(y, x), I(y, x) being what the map holds there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from models.paths import NOTHING, Reasons

if TYPE_CHECKING:
    from models.tagger.network import LabelNet


def explain(network: LabelNet, maps: Tensor, pictures: Tensor, paths: Tensor) -> Reasons:
    """Explain the last label of each path.

    Args:
        network: in evaluation mode.
        maps: float (n, features, y, x), of pictures; their means are the features.
        pictures: int64 (m,), of which picture each path is.
        paths: int64 (m, steps), of at least one label each, `NOTHING` after the last one.
    """
    said, last = paths.clamp(min=0), (paths != NOTHING).sum(dim=1) - 1
    label = said.gather(1, last[:, None])[:, 0]
    open_ = _open_before(paths, last, network.end + 1)
    looked = network.look(maps.mean(dim=(2, 3)))[pictures]
    begun = torch.cat([torch.full_like(said[:, :1], network.start), said[:, :-1]], dim=1)
    along, _ = network.meet(looked, begun, network.begin(len(paths)))
    joint = along[torch.arange(len(paths), device=paths.device), last]
    shares = torch.softmax(network.score(joint).masked_fill(~open_, -torch.inf), dim=1)
    alone = network.score(network.meet(looked, begun[:, :1], network.begin(len(paths)))[0])[:, 0]
    seen = _log_shares(alone, open_, label)
    given, givers = _best_giver(_after_each(network, looked, said), open_, label, seen, said, last)
    return Reasons(
        heat=_heat(network, maps, joint, shares, label, pictures),
        gained=shares.gather(1, label[:, None])[:, 0].log() - seen,
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
    places = torch.einsum("jf,nfyx->njyx", network.project_picture.weight / network.standardised.deviation, maps)
    return torch.relu(torch.einsum("mj,mjyx->myx", gradient, places[pictures]))


def _after_each(network: LabelNet, looked: Tensor, said: Tensor) -> Tensor:
    """Score what follows each label if it is the only one before: float (m, steps, ways)."""
    m, steps = said.shape
    single = torch.stack([torch.full_like(said, network.start), said], dim=2).reshape(m * steps, 2)
    joint, _ = network.meet(looked.repeat_interleave(steps, dim=0), single, network.begin(m * steps))
    return network.score(joint[:, 1]).reshape(m, steps, -1)


def _best_giver(
    after_one: Tensor, open_: Tensor, label: Tensor, seen: Tensor, said: Tensor, last: Tensor
) -> tuple[Tensor, Tensor]:
    """Find what the label before the last one that gives most gives, and which that is: (m,) each; 0 if none is."""
    m, steps, ways = after_one.shape
    by_each = _log_shares(
        after_one.flatten(0, 1),
        open_[:, None].expand(m, steps, ways).flatten(0, 1),
        label[:, None].expand(m, steps).flatten(),
    )
    gains = by_each.reshape(m, steps) - seen[:, None]
    before = torch.arange(steps, device=said.device) < last[:, None]
    given, which = gains.masked_fill(~before, 0).max(dim=1)
    return given, said.gather(1, which[:, None])[:, 0]
