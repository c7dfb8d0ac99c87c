"""Batch normalisation folded into the convolution before it: fewer steps, and nothing left that bf16 would blur."""

from __future__ import annotations

from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norm(network: nn.Module) -> None:
    """Fold every batch normalisation that stands right behind a convolution in the same module, in place.

    Must be called in float32, before the weights are cast: a running variance in bf16 has two digits.
    The network must be in evaluation mode and computes the same function afterwards.
    """
    for module in list(network.modules()):
        children = list(module.named_children())
        for (name, convolution), (follower, norm) in pairwise(children):
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(convolution, norm))
                setattr(module, follower, nn.Identity())
