"""VGG-16 up to fc7 (Simonyan and Zisserman, ICLR 2015, configuration D), over pictures of any size.

Parameter names are torchvision's, so that the official file of ImageNet weights loads.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.official import OfficialFile

# What the ImageNet weights expect: (value in 0..1 - MEAN) / SCALE, for red, green and blue.
MEAN, SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
FEATURES = 4096
BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Channels of the 3x3 convolutions before each of the five poolings."""
GRID = 7
"""Places a side that fc6 looks at together."""
OFFICIAL = OfficialFile(
    network="vgg16",
    address="https://download.pytorch.org/models/vgg16-397923af.pth",
    sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    classifier="classifier.6.",
)


class VGG16(nn.Module):
    """Thirteen convolutions, fc6 and fc7, 134.3 M parameters.

    Fully connected layers are applied as convolutions, as in section 3.2 of the paper: fc6 looks at every 7 x 7 places.
    """

    def __init__(self) -> None:
        """Build it with random weights."""
        super().__init__()
        layers: list[nn.Module] = []
        incoming = 3
        self._ends = []
        for block in BLOCKS:
            for channels in block:
                layers += [nn.Conv2d(incoming, channels, 3, padding=1), nn.ReLU()]
                incoming = channels
            layers.append(nn.MaxPool2d(2))
            self._ends.append(len(layers))
        self.features = nn.Sequential(*layers)
        # Named by where they stand among torchvision's ReLUs and dropouts.
        self.classifier = nn.ModuleDict(
            {"0": nn.Linear(incoming * GRID * GRID, FEATURES), "3": nn.Linear(FEATURES, FEATURES)}
        )

    def first(self, blocks: int) -> list[nn.Module]:
        """Return the layers of so many blocks, the first ones, 1 to 5."""
        return [*self.features.children()][: self._ends[blocks - 1]]

    def forward(self, pixels: Tensor) -> Tensor:
        """Turn normalised pixels, float (n, 3, h, w), into fc7, float (n, 4096, h / 32 - 6, w / 32 - 6).

        At 224 x 224 that is one place. Of smaller pictures the places are spread over 7 x 7, as torchvision does.
        """
        seen: Tensor = self.features(pixels)
        height, width = (max(GRID, side) for side in seen.shape[2:])
        if (height, width) != tuple(seen.shape[2:]):
            seen = functional.adaptive_avg_pool2d(seen, (height, width))
        sixth, seventh = (cast("nn.Linear", self.classifier[name]) for name in ("0", "3"))
        wide = sixth.weight.view(FEATURES, -1, GRID, GRID)
        hidden = torch.relu(functional.conv2d(seen, wide, sixth.bias))
        return torch.relu(functional.conv2d(hidden, seventh.weight[:, :, None, None], seventh.bias))
