"""Batch normalisation folded into the convolution before it: fewer steps, and nothing left that bf16 would blur."""

from __future__ import annotations

from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights


def fold_batch_norm(network: nn.Module) -> None:
    """Fold every batch normalisation that stands right behind a convolution in the same module, in place.

    Must be called in float32, before the weights are cast: a running variance in bf16 has two digits.
    The network must be in evaluation mode and computes the same function afterwards.
    """
    for module in list(network.modules()):
        children = list(module.named_children())
        for (_, convolution), (follower, norm) in pairwise(children):
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                _take_up(convolution, norm)
                setattr(module, follower, nn.Identity())


def _take_up(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    """Let a convolution do what the normalisation behind it did."""
    if norm.running_mean is None or norm.running_var is None:
        message = "A normalisation that keeps no statistics cannot be folded."
        raise ValueError(message)
    convolution.weight, convolution.bias = fuse_conv_bn_weights(
        convolution.weight, convolution.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
    )
