"""The networks: 'Sketch Me That Shoe's Sketch-a-Net, and one on an ImageNet trunk; both see drawings and edge maps."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.efficientnet_lite import CHANNELS, MEAN, SCALE, EfficientNetLite0
from models.sketch.augmentation import View
from models.sketch.canvas import WHITE
from models.sketch.edges import EdgeDetector
from models.sketch.explanation import Cells, support

DIM = 256
# Outputs of Sketch-a-Net's fc6.
FEATURES = 512
# Mean grey level that the paper subtracts; nothing is divided (DeepSBIR's train.prototxt).
PAPER_MEAN = 250.42


class SketchANetTrunk(nn.Module):
    """conv1 to fc6 of Sketch-a-Net, the layers that the paper's stages of training hand on to each other.

    Input grey (n, 1, 256, 256), range 0 to 255, white paper; the central 225 x 225 are used, or given alone.
    """

    VIEW = View(crop=225, side=225)
    EXPLAINED = Cells(("conv1",), first=7, distance=3)

    def __init__(self) -> None:
        """Build the layers; what stands on them draws all weights with `initialise`."""
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 15, stride=3)
        self.conv2 = nn.Conv2d(64, 128, 5)
        self.conv3 = nn.Conv2d(128, 256, 3, padding=1)
        self.conv4 = nn.Conv2d(256, 256, 3, padding=1)
        self.conv5 = nn.Conv2d(256, 256, 3, padding=1)
        self.fc6 = nn.Conv2d(256, FEATURES, 7)

    def coarse_parts(self) -> list[nn.Module]:
        """Return none: what rounding does to its scores is not measured."""
        return []

    def features(self, canvas: Tensor) -> Tensor:
        """Return the activations of fc6, float (n, 512), none below 0."""
        features = seen(canvas, self.VIEW) - PAPER_MEAN
        features = functional.max_pool2d(functional.relu(self.conv1(features)), 3, 2)
        features = functional.max_pool2d(functional.relu(self.conv2(features)), 3, 2)
        features = functional.relu(self.conv3(features))
        features = functional.relu(self.conv4(features))
        features = functional.max_pool2d(functional.relu(self.conv5(features)), 3, 2)
        return functional.relu(self.fc6(features)).flatten(1)


class SketchANet(SketchANetTrunk):
    """Single-channel Sketch-a-Net, embedding version (section 3 of the paper, layers as released): 8,249,088 weights.

    Input as of the trunk. Output unit (n, 256).
    """

    def __init__(self) -> None:
        """Build with the released initialisation."""
        super().__init__()
        self.fc7 = nn.Linear(FEATURES, DIM)
        initialise(self)

    def forward(self, canvas: Tensor) -> Tensor:
        """Embed canvases."""
        return functional.normalize(self.fc7(self.features(canvas)))


class LiteEmbedding(nn.Module):
    """EfficientNet-Lite0 with a head that keeps the layout of the lines beside what was attended to.

    Input grey (n, 1, 256, 256), range 0 to 255; the central 224 x 224 are reduced to 160 x 160, which halves the cost
    and keeps every line, or those are given alone. Output unit (n, 256).
    """

    VIEW = View(crop=224, side=160)
    EXPLAINED = Cells(("trunk._blocks.4",), first=3.5, distance=8)
    _LAYOUT_CHANNELS = 48
    _COARSE_FROM = 5

    def __init__(self) -> None:
        """Build with random weights; `load_imagenet` fills the trunk."""
        super().__init__()
        self.trunk = EfficientNetLite0()
        self.attention = nn.Conv2d(CHANNELS, 1, 1)
        self.attended = nn.Linear(CHANNELS, DIM)
        self.layout = nn.Conv2d(CHANNELS, self._LAYOUT_CHANNELS, 1)
        self.laid_out = nn.Linear(self._LAYOUT_CHANNELS * (self.VIEW.side // 32) ** 2, DIM)

    def forward(self, canvas: Tensor) -> Tensor:
        """Embed canvases."""
        pixels = (seen(canvas, self.VIEW) / WHITE - MEAN) / SCALE
        features = self.trunk(pixels.expand(-1, 3, -1, -1)).to(canvas.dtype)
        weights = torch.softmax(self.attention(features).flatten(2), dim=-1)
        attended = self.attended((features.flatten(2) * weights).sum(dim=-1))
        laid_out = self.laid_out(self.layout(features).flatten(1))
        return functional.normalize(attended + laid_out)

    def coarse_parts(self) -> list[nn.Module]:
        """Return what lies behind the block by which it is explained: two thirds of the work.

        The rounding of earlier blocks grows in what follows and moves scores by a tenth.
        """
        return self.trunk.blocks_from(self._COARSE_FROM)


class LitePair(nn.Module):
    """Two `LiteEmbedding`s that learnt apart, side by side: what one of them mistakes the other often does not.

    Their vectors stand one behind the other, and are brought back to 256 numbers (`pairing`). Input as of one of them,
    output unit (n, 256).
    """

    VIEW = LiteEmbedding.VIEW
    MEMBERS = 2
    EXPLAINED = replace(
        LiteEmbedding.EXPLAINED,
        layers=tuple(
            f"members.{number}.{layer}" for number in range(MEMBERS) for layer in LiteEmbedding.EXPLAINED.layers
        ),
    )

    def __init__(self) -> None:
        """Build with random weights."""
        super().__init__()
        self.members = nn.ModuleList(LiteEmbedding() for _ in range(self.MEMBERS))
        self.project = nn.Linear(self.MEMBERS * DIM, DIM, bias=False)

    def forward(self, canvas: Tensor) -> Tensor:
        """Embed canvases."""
        pixels = seen(canvas, self.VIEW)
        return functional.normalize(self.project(torch.cat([member(pixels) for member in self.members], dim=1)))

    def coarse_parts(self) -> list[nn.Module]:
        """Return those of the members."""
        return [part for member in self.members for part in cast("LiteEmbedding", member).coarse_parts()]


class SketchRetrieval(nn.Module):
    """One embedding network for both sides, and the edge detector that turns a photo into something like a drawing.

    Implements `models.contracts.EmbeddingNetwork`.
    """

    def __init__(self, embedding: SketchANet | LiteEmbedding | LitePair) -> None:
        """Put `embedding` behind the detector."""
        super().__init__()
        self.edges = EdgeDetector()
        self.embedding = embedding

    def coarse_parts(self) -> list[nn.Module]:
        """Return those of the embedding network; edges are drawn in float32."""
        return self.embedding.coarse_parts()

    def embed_queries(self, batch: Tensor) -> Tensor:
        """Embed drawings on the canvas, uint8 (n, 1, 256, 256); returns unit vectors (n, 256)."""
        vectors: Tensor = self.embedding(self._cast(batch))
        return vectors

    def embed_items(self, batch: Tensor) -> Tensor:
        """Embed framed photos, uint8 (n, 3, 256, 256); returns unit vectors (n, 256)."""
        vectors: Tensor = self.embedding(self._drawn(batch))
        return vectors

    def view_items(self, batch: Tensor) -> Tensor:
        """Draw the edge maps of framed photos, uint8 (n, 3, 256, 256), as uint8 grey (n, 256, 256)."""
        return self._drawn(batch)[:, 0].round().to(torch.uint8)

    def explain_items(self, batch: Tensor, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Tell what of framed photos, uint8 (n, 3, 256, 256), is like one query each, unit (n, 256).

        Returns their edge maps, uint8 grey (n, 256, 256), and how much each place supports the match, float likewise.
        """
        with torch.no_grad():
            drawn = self._drawn(batch)
        return drawn[:, 0].round().to(torch.uint8), support(self.embedding, drawn, queries)

    def _drawn(self, batch: Tensor) -> Tensor:
        return self.edges.draw(self._cast(batch) / WHITE) * WHITE

    def _cast(self, batch: Tensor) -> Tensor:
        weight = self.edges.head.weight
        return batch.to(weight.dtype).contiguous(memory_format=torch.channels_last)


def initialise(network: nn.Module) -> None:
    """Draw weights as released: normal with deviation 0.01, biases 0.01."""
    for parameter in network.parameters():
        if parameter.ndim > 1:
            nn.init.normal_(parameter, std=0.01)
        else:
            nn.init.constant_(parameter, 0.01)


def seen(canvas: Tensor, view: View) -> Tensor:
    """Return what a network sees of canvases (n, channels, 256, 256); what is of the view's size already stays."""
    if canvas.shape[-2:] == (view.side, view.side):
        return canvas
    top, left = ((size - view.crop) // 2 for size in canvas.shape[-2:])
    central = canvas[..., top : top + view.crop, left : left + view.crop]
    return central if view.crop == view.side else functional.interpolate(central, (view.side, view.side), mode="area")
