"""Why a label was said: where in the picture it is seen, and which label before it made it follow.

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


def explain(network: LabelNet, maps: Tensor, paths: Tensor) -> Reasons:
    """Explain each label of one path of each picture.

    Args:
        network: in evaluation mode.
        maps: float (n, features, y, x); their means are the features.
        paths: int64 (n, steps), `NOTHING` after the last label.
    """
    said = paths.clamp(min=0)
    open_ = _open_before(paths, network.end + 1)
    looked = network.look(maps.mean(dim=(2, 3)))
    begun = torch.cat([torch.full_like(said[:, :1], network.start), said[:, :-1]], dim=1)
    joint, _ = network.meet(looked, begun, network.begin(len(paths)))
    shares = torch.softmax(network.score(joint).masked_fill(~open_, -torch.inf), dim=2)
    alone = network.score(network.meet(looked, begun[:, :1], network.begin(len(paths)))[0])
    seen = _log_shares(alone.expand_as(shares), open_, said)
    after_one = _after_each(network, looked, said)
    given, givers = _best_giver(after_one, open_, said, seen)
    return Reasons(
        heat=_heat(network, maps, joint, shares, said),
        gained=shares.gather(2, said[:, :, None])[:, :, 0].log() - seen,
        givers=torch.where(given > 0, givers, NOTHING),
        given=given.clamp(min=0),
    )


def _open_before(paths: Tensor, ways: int) -> Tensor:
    """Tell what could be said at each step, bool (n, steps, ways): all but the labels before it."""
    said = functional.one_hot(paths.clamp(min=0), ways) * (paths != NOTHING)[:, :, None]
    return said.cumsum(dim=1) - said == 0


def _log_shares(scores: Tensor, open_: Tensor, said: Tensor) -> Tensor:
    """Logarithm of the share of what is said, (n, steps), among what is open, by scores (n, steps, ways)."""
    among = torch.log_softmax(scores.masked_fill(~open_, -torch.inf), dim=2)
    return among.gather(2, said[:, :, None])[:, :, 0]


def _heat(network: LabelNet, maps: Tensor, joint: Tensor, shares: Tensor, said: Tensor) -> Tensor:
    """Grad-CAM in closed form: float (n, steps, y, x)."""
    vectors = network.embedding.weight[: network.end + 1]
    gradient = (vectors[said] - shares @ vectors) * (joint > 0)
    places = torch.einsum("jf,nfyx->njyx", network.project_picture.weight / network.standardised.deviation, maps)
    return torch.relu(torch.einsum("nsj,njyx->nsyx", gradient, places))


def _after_each(network: LabelNet, looked: Tensor, said: Tensor) -> Tensor:
    """Score what follows each label if it is the only one before: float (n, steps, ways)."""
    n, steps = said.shape
    single = torch.stack([torch.full_like(said, network.start), said], dim=2).reshape(n * steps, 2)
    joint, _ = network.meet(looked.repeat_interleave(steps, dim=0), single, network.begin(n * steps))
    return network.score(joint[:, 1]).reshape(n, steps, -1)


def _best_giver(after_one: Tensor, open_: Tensor, said: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Find for each step what the label before it that gives most gives, and which that is: (n, steps) each."""
    given, givers = torch.zeros_like(seen), torch.full_like(said, NOTHING)
    for step in range(1, said.shape[1]):
        now = slice(step, step + 1)
        by_each = _log_shares(after_one[:, :step], open_[:, now].expand(-1, step, -1), said[:, now].expand(-1, step))
        best, which = (by_each - seen[:, now]).max(dim=1)
        given[:, step], givers[:, step] = best, said.gather(1, which[:, None])[:, 0]
    return given, givers
