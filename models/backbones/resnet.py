"""ResNet-50 as a trunk (He et al., 2016), with the stride of a bottleneck in its 3x3 convolution as torchvision has it.

Parameter names are torchvision's, so that the official file of ImageNet weights loads.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from models.backbones.official import OfficialFile

# What the ImageNet weights expect: (value in 0..1 - MEAN) / SCALE, for red, green and blue.
MEAN, SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CHANNELS = 2048
OFFICIAL = OfficialFile(
    network="resnet50",
    address="https://download.pytorch.org/models/resnet50-0676ba61.pth",
    sha256="0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
    classifier="fc.",
)
_EXPANSION = 4


class _Bottleneck(nn.Module):
    """Narrow by 1x1, filter by 3x3, widen by 1x1, and add what came in."""

    def __init__(self, incoming: int, width: int, stride: int) -> None:
        super().__init__()
        wide = width * _EXPANSION
        self.conv1 = nn.Conv2d(incoming, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or incoming != wide:
            self.downsample = nn.Sequential(nn.Conv2d(incoming, wide, 1, stride, bias=False), nn.BatchNorm2d(wide))

    def forward(self, features: Tensor) -> Tensor:
        hidden = functional.relu(self.bn1(self.conv1(features)))
        hidden = functional.relu(self.bn2(self.conv2(hidden)))
        return functional.relu(cast("Tensor", self.bn3(self.conv3(hidden)) + self.downsample(features)))


class ResNet50(nn.Module):
    """The convolutional trunk without classifier: (n, 3, h, w) -> (n, 2048, h / 32, w / 32), 23.5 M parameters."""

    def __init__(self, last_stride: int = 2) -> None:
        """Build the trunk with random weights.

        Args:
            last_stride: of the last stage; 1 ends at h / 16, four times as many places.
        """
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = _stage(64, 64, 3, 1)
        self.layer2 = _stage(256, 128, 4, 2)
        self.layer3 = _stage(512, 256, 6, 2)
        self.layer4: nn.Module = _stage(1024, 512, 3, last_stride)

    def take_last(self) -> nn.Module:
        """Take the last stage off, res_conv5 of the papers; what is left ends before it."""
        taken, self.layer4 = self.layer4, nn.Identity()
        return taken

    def forward(self, pixels: Tensor) -> Tensor:
        """Turn normalised pixels, float (n, 3, h, w), into features, float (n, 2048, h / 32, w / 32)."""
        features = functional.relu(self.bn1(self.conv1(pixels)))
        features = functional.max_pool2d(features, 3, 2, 1)
        return cast("Tensor", self.layer4(self.layer3(self.layer2(self.layer1(features)))))


def _stage(incoming: int, width: int, blocks: int, stride: int) -> nn.Sequential:
    rest = [_Bottleneck(width * _EXPANSION, width, 1) for _ in range(blocks - 1)]
    return nn.Sequential(_Bottleneck(incoming, width, stride), *rest)
